//! A journal of the first layout, which named aggregates by the id of their experiment and their
//! own, is still moved into the store.

use std::path::Path;
use std::sync::Arc;

use tracker_core::conformance::Sample;
use tracker_core::ports::{Change, Mark, Store};
use tracker_core::{Aggregate, MemoryStore, Metric, MetricValue, Series, Timestamp, Tracker, Uuid};

/// Words of a slot.
const SLOT: usize = (2 << 20) / 8;
/// Words before the first slot.
const HEADER: usize = 4096 / 8;
const SERIES: u64 = 0x8000_0000;
const JSON: u64 = 0xC000_0000;

/// A journal as the first layout has it, with all records in the slot of the first generation.
struct Journal {
    id: Uuid,
    records: Vec<u64>,
}

impl Journal {
    fn new() -> Self {
        Self {
            id: Uuid::new_v4(),
            records: Vec::new(),
        }
    }

    /// The position of the next record: the slots before, then two words that are no records.
    fn position(&self) -> u64 {
        (SLOT + 2 + self.records.len()) as u64
    }

    /// Appends a record, whose first word gets its checksum: over the position, the first five
    /// words, filled up with zeros, and the others.
    fn push(&mut self, mut words: Vec<u64>) {
        let mut summed = vec![self.position()];
        summed.extend_from_slice(&words);
        summed.resize(summed.len().max(6), 0);
        let bytes: Vec<u8> = summed.iter().flat_map(|word| word.to_le_bytes()).collect();
        words[0] |= u64::from(crc32fast::hash(&bytes)) << 32;
        self.records.extend(words);
    }

    fn push_long(&mut self, kind: u64, mut words: Vec<u64>) {
        words.insert(0, kind | (words.len() as u64 + 1));
        self.push(words);
    }

    fn name(&mut self, number: u64, experiment: Uuid, id: &str, name: &str, phase: &str) {
        let (high, low) = experiment.as_u64_pair();
        let mut words = vec![number, high, low];
        for text in [id, name, phase] {
            words.extend(text_words(text));
        }
        self.push_long(SERIES, words);
    }

    fn number(&mut self, series: u64, step: u64, number: f64) {
        self.push(vec![series, 3, step, 1_000_000, number.to_bits()]);
    }

    fn json(&mut self, series: u64, step: u64, json: &str) {
        let mut words = vec![series, 3, step, 1_000_000];
        words.extend(text_words(json));
        self.push_long(JSON, words);
    }

    /// Writes the file beside the store `runs`.
    fn leave(&self, folder: &Path) {
        let mut words = vec![0; HEADER + 4 * SLOT];
        words[0] = u64::from_le_bytes(*b"ENTIAJ01");
        let id = self.id.as_bytes().chunks_exact(8);
        for (word, bytes) in words[1..].iter_mut().zip(id) {
            *word = u64::from_le_bytes(bytes.try_into().unwrap());
        }
        let slot = &mut words[HEADER + SLOT..];
        slot[0] = 1;
        slot[1] = 2 + self.records.len() as u64;
        slot[2..][..self.records.len()].copy_from_slice(&self.records);
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        let name = format!("runs.{}.journal", self.id.simple());
        std::fs::write(folder.join(name), bytes).unwrap();
    }
}

/// A text: its length in bytes, and the bytes, filled up with zeros.
fn text_words(text: &str) -> Vec<u64> {
    let mut words = vec![text.len() as u64];
    for bytes in text.as_bytes().chunks(8) {
        let mut word = [0; 8];
        word[..bytes.len()].copy_from_slice(bytes);
        words.push(u64::from_le_bytes(word));
    }
    words
}

/// A tracker on the store `runs` of the folder, which moves what was left beside it.
fn open(folder: &Path, store: &Arc<MemoryStore>) -> Tracker {
    Tracker::journaled(Arc::clone(store), folder.join("runs")).unwrap()
}

fn run(tracker: &Tracker) -> Aggregate {
    let experiment = tracker.experiment("digits").unwrap();
    experiment.track(&Sample::new("MLP", "{}")).unwrap()
}

fn point(name: &str, step: i64, value: impl Into<MetricValue>) -> Metric {
    let time = Timestamp::from_second(1).unwrap();
    Metric::new(name, value)
        .phase("train")
        .epoch(3)
        .step(step)
        .time(time)
}

/// A journal with points of two series, and where in it the third point of `loss` begins.
fn journal(run: &Aggregate) -> (Journal, u64) {
    let experiment = run.record().experiment;
    let mut journal = Journal::new();
    journal.name(0, experiment, run.id(), "loss", "train");
    journal.number(0, 0, 0.5);
    journal.number(0, 1, f64::NAN);
    let third = journal.position();
    journal.number(0, 2, -0.0);
    journal.name(1, experiment, run.id(), "größe", "train");
    journal.json(1, 0, "[1, \"é\"]");
    (journal, third)
}

/// Asserts that each point is there once.
fn assert_points(run: &Aggregate) {
    let metrics = run.metrics();
    let loss = [0.5, f64::NAN, -0.0];
    let loss = (0..)
        .zip(loss)
        .map(|(step, loss)| point("loss", step, loss));
    assert_eq!(
        metrics.list("loss", "train").unwrap(),
        loss.collect::<Vec<_>>()
    );
    let size = point("größe", 0, serde_json::json!([1, "é"]));
    assert_eq!(metrics.list("größe", "train").unwrap(), [size]);
    assert_eq!(metrics.summaries().unwrap().len(), 2);
}

#[test]
fn its_points_are_moved_once() {
    let (folder, store) = (tempfile::tempdir().unwrap(), Arc::<MemoryStore>::default());
    let run = run(&Tracker::new(Arc::clone(&store)));
    let (journal, _) = journal(&run);
    journal.leave(folder.path());
    for _ in 0..2 {
        drop(open(folder.path(), &store));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        assert_points(&run);
    }
    assert_eq!(store.position(journal.id).unwrap(), 0, "it is forgotten");
}

#[test]
fn points_of_a_removed_aggregate_are_kept() {
    let (folder, store) = (tempfile::tempdir().unwrap(), Arc::<MemoryStore>::default());
    let run = run(&Tracker::new(Arc::clone(&store)));
    let (mut journal, _) = journal(&run);
    let experiment = run.record().experiment;
    journal.name(7, experiment, "removed meanwhile", "loss", "train");
    journal.number(7, 0, 9.0);
    journal.leave(folder.path());
    for _ in 0..2 {
        let tracker = open(folder.path(), &store);
        tracker.flush().unwrap();
        let journals = tracker.journals().unwrap();
        assert_eq!(journals.len(), 1);
        let reason = journals[0].kept.as_deref().unwrap();
        assert!(
            reason.starts_with("the store has refused some of it"),
            "{reason}"
        );
        assert_points(&run);
    }
}

/// The process that left it had moved a part of it, by the version of then.
#[test]
fn what_was_moved_before_is_not_moved_again() {
    let (folder, store) = (tempfile::tempdir().unwrap(), Arc::<MemoryStore>::default());
    let run = run(&open(folder.path(), &store));
    let (journal, third) = journal(&run);
    let mut loss = Series::new("loss", "train");
    loss.push(&point("loss", 0, 0.5));
    loss.push(&point("loss", 1, f64::NAN));
    let moved = Change::AddPoints {
        aggregate: run.uuid(),
        series: vec![loss],
    };
    let mark = Mark {
        journal: journal.id,
        position: third,
    };
    let _applied = store.apply(&[moved], Some(mark)).unwrap();
    journal.leave(folder.path());
    drop(open(folder.path(), &store));
    assert_points(&run);
}

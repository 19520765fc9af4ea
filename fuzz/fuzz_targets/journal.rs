//! Journals that dead processes have left, whole and damaged: what can be read is in the store, and
//! what cannot is kept.

#![no_main]

use std::fs;
use std::sync::LazyLock;

use entia::prelude::*;
use entia::tracker::MemoryStore;
use libfuzzer_sys::fuzz_target;

/// The store that the journal belongs to, before anything was moved there.
static STORE: LazyLock<MemoryStore> = LazyLock::new(MemoryStore::default);

/// A journal with changes of many kinds: its name, its bytes, and how many of them are not zero.
static JOURNAL: LazyLock<(String, Vec<u8>, usize)> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let tracker = Tracker::journaled(STORE.clone(), folder.path().join("runs")).unwrap();
    let experiment = tracker.experiment("digits").unwrap();
    let run = experiment.aggregates().create_from("run", []).unwrap();
    for epoch in 0..20 {
        let loss = Metric::new("loss", 1.0 / epoch as f64)
            .phase("train")
            .epoch(epoch);
        run.metrics().add(loss).unwrap();
    }
    run.metrics()
        .add(Metric::new("labels", json!(["a", 1])))
        .unwrap();
    run.set_param("seed", 17).unwrap();
    run.set_tag("stage", "candidate").unwrap();
    run.set_epoch(20).unwrap();
    let path = tracker.journals().unwrap().remove(0).path;
    let bytes = fs::read(&path).unwrap();
    let used = bytes.iter().rposition(|byte| *byte != 0).unwrap() + 1;
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    (name, bytes, used)
});

fuzz_target!(|damage: (Vec<(u16, u8)>, Option<u32>)| {
    let (name, whole, used) = &*JOURNAL;
    let (bits, length) = damage;
    let mut bytes = whole.clone();
    for (place, bits) in &bits {
        bytes[usize::from(*place) % used] ^= bits;
    }
    if let Some(length) = length {
        bytes.truncate(length as usize % bytes.len());
    }
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(name), &bytes).unwrap();

    let tracker = Tracker::journaled(STORE.clone(), folder.path().join("runs")).unwrap();
    let flushed = tracker.flush();
    if bytes == *whole {
        flushed.unwrap();
        let run = tracker
            .experiment("digits")
            .unwrap()
            .aggregates()
            .get("run")
            .unwrap()
            .unwrap();
        assert_eq!(run.metrics().list("loss", "train").unwrap().len(), 20);
        assert_eq!(run.epoch(), 20);
    }
    // Every record that is left can be read.
    for experiment in tracker.experiments().list().unwrap() {
        for run in experiment.aggregates().find(Query::new()).unwrap() {
            run.metrics().all().unwrap();
        }
    }
    for journal in tracker.journals().unwrap() {
        assert!(
            journal.kept.is_some() || journal.points.is_none(),
            "{journal:?}"
        );
    }
});

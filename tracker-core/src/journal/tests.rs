//! Whatever the disk under a journal does, the store gets each change once.

mod faulty;
mod script;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::disk::System;
use super::*;
use crate::error::ErrorKind;
use crate::memory::MemoryStore;
use crate::ports::{AggregateRecord, Detail, ExperimentRecord, Scope};
use faulty::{Failure, Faulty, Fragile};
use script::{RUN, Step, begin, end, go_on, snapshot};

/// A journal on a disk, which may fail to be opened once.
fn open(disk: &Arc<dyn Disk>, folder: &Path, store: &Arc<Fragile>) -> Journal {
    let open = || Journal::on(Arc::clone(disk), &folder.join("runs"), store.clone(), None);
    open().or_else(|_| open()).unwrap()
}

impl Step {
    fn make(&self, journal: &Journal) -> Result<()> {
        match self {
            Self::Change(changes) => journal.change(changes).map(|made| assert!(made)),
            Self::Points(aggregate, points) => journal.add(*aggregate, points),
            Self::Flush => journal.flush(),
        }
    }
}

/// Does as a program that tries again what was refused, and not what it is told is kept.
fn make_all(steps: &[Step], journal: &Journal, disk: &Faulty) {
    for step in steps {
        let is_flush = matches!(step, Step::Flush);
        while let Err(error) = step.make(journal) {
            assert!(disk.has_failed.load(Ordering::Acquire), "{error}");
            assert!(error.to_string().contains("\nhint: "), "{error}");
            disk.repair();
            if !is_flush && error.to_string().ends_with("do not add it again") {
                break;
            }
        }
    }
}

/// What the whole session leaves.
fn expected() -> String {
    let store = MemoryStore::default();
    for step in begin().iter().chain(&go_on()).chain(&end()) {
        let changes = match step {
            Step::Change(changes) => changes.clone(),
            Step::Points(aggregate, points) => vec![Change::AddPoints {
                aggregate: *aggregate,
                series: crate::link::by_series(points),
            }],
            Step::Flush => continue,
        };
        store.apply(&changes, None).unwrap().complete().unwrap();
    }
    snapshot(&store)
}

/// Runs the session in two processes, the first of which dies, on a disk that fails; `false` where
/// it fails no more.
fn endure(failure: Failure, expected: &str) -> bool {
    let folder = tempfile::tempdir().unwrap();
    let (faulty, store) = (Arc::new(Faulty::new(failure)), Arc::<Fragile>::default());
    let disk: Arc<dyn Disk> = faulty.clone();
    let journal = open(&disk, folder.path(), &store);
    make_all(&begin(), &journal, &faulty);
    store.set_away(true);
    make_all(&go_on(), &journal, &faulty);
    drop(journal);
    store.set_away(false);
    let journal = open(&disk, folder.path(), &store);
    make_all(&end(), &journal, &faulty);
    drop(journal);

    // What has failed at the end is mended by the next process.
    faulty.repair();
    let journal = open(&disk, folder.path(), &store);
    journal.flush().unwrap();
    drop(journal);
    assert!(snapshot(&store.inner) == expected, "{failure:?}");
    let left = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(left, 0, "{failure:?}: journals are left");
    faulty.has_failed.load(Ordering::Acquire)
}

/// Tries every place at which the failure can come, and says how many there are.
fn endure_all(failure: fn(usize) -> Failure) -> usize {
    let expected = expected();
    let places = (1..).take_while(|at| endure(failure(*at), &expected));
    places.count()
}

#[test]
fn any_call_of_the_disk_may_fail() {
    let calls = endure_all(Failure::Call);
    assert!(calls > 100, "{calls}");
}

#[test]
fn the_disk_may_be_full_for_a_while() {
    let writes = endure_all(Failure::Full);
    assert!(writes > 60, "{writes}");
}

/// Pages of the journal that nobody has waited for may be those of any moment, or of none.
/// Its maker gives one up that somebody else has locked, who takes it for one of a dead process.
#[test]
fn an_unfinished_journal_may_be_removed_by_two_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let id = crate::records::new_id().simple();
    std::fs::write(folder.path().join(format!("runs.{id}.journal.new")), "").unwrap();
    let (faulty, store) = (
        Arc::new(Faulty::new(Failure::Raced)),
        Arc::<Fragile>::default(),
    );
    let disk: Arc<dyn Disk> = faulty.clone();
    let journal = Journal::on(disk, &folder.path().join("runs"), store, None).unwrap();
    for step in begin() {
        step.make(&journal).unwrap();
    }
    journal.flush().unwrap();
    assert!(faulty.has_failed.load(Ordering::Acquire));
}

#[test]
fn a_power_loss_takes_nothing_that_was_flushed() {
    let disk: Arc<dyn Disk> = Arc::new(System);
    for sync in 1.. {
        for keeps_pages in [false, true] {
            let folder = tempfile::tempdir().unwrap();
            let store = Arc::<Fragile>::default();
            store.lose_power_at(sync);
            let journal = open(&disk, folder.path(), &store);
            let mut flushed = snapshot(&store.inner);
            for step in begin().iter().chain(&end()) {
                if step.make(&journal).is_err() {
                    break;
                }
                if matches!(step, Step::Flush) {
                    flushed = snapshot(&store.inner);
                }
            }
            // It may be lost here, too.
            drop(journal);
            let is_on = store.reach().is_ok();
            let reached = snapshot(&store.inner);
            let back = Arc::new(Fragile::of(store.after_power_loss()));
            assert!(snapshot(&back.inner) == flushed || is_on, "{sync}");
            for entry in std::fs::read_dir(folder.path()).unwrap() {
                if !keeps_pages {
                    let path = entry.unwrap().path();
                    let length = path.metadata().unwrap().len();
                    std::fs::write(&path, vec![0; usize::try_from(length).unwrap()]).unwrap();
                }
            }
            let journal = open(&disk, folder.path(), &back);
            journal.flush().unwrap();
            drop(journal);
            let expected = if keeps_pages || is_on {
                &reached
            } else {
                &flushed
            };
            let found = snapshot(&back.inner);
            assert!(found == *expected, "{sync} {keeps_pages}: {found}");
            if is_on {
                return;
            }
        }
    }
}

/// The page that is gone is no memory any more: this is found before it is touched.
#[cfg(unix)]
#[test]
fn a_journal_that_another_program_made_shorter_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let (disk, store): (Arc<dyn Disk>, _) = (Arc::new(System), Arc::<Fragile>::default());
    let journal = open(&disk, folder.path(), &store);
    for step in begin() {
        step.make(&journal).unwrap();
    }
    let entry = std::fs::read_dir(folder.path()).unwrap().next().unwrap();
    let path = entry.unwrap().path();
    let file = std::fs::File::options().write(true).open(path).unwrap();
    // The slot that is in use stays.
    file.set_len(layout::HEADER + layout::UNIT).unwrap();
    let error = go_on()[0].make(&journal).unwrap_err();
    assert!(
        error.to_string().contains("made the journal shorter"),
        "{error}"
    );
    go_on()[0].make(&journal).unwrap_err();
    // What is in the slot that is there may still be moved, or not.
    let _ = journal.flush();
}

#[test]
fn whoever_lists_journals_hinders_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let (disk, store): (Arc<dyn Disk>, _) = (Arc::new(System), Arc::<Fragile>::default());
    let journal = open(&disk, folder.path(), &store);
    for step in begin() {
        step.make(&journal).unwrap();
    }
    drop(journal);
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Acquire) {
                journals(&folder.path().join("runs"), &MemoryStore::default()).unwrap();
            }
        });
        for step in 0..50_u64 {
            let journal = open(&disk, folder.path(), &store);
            let epoch = Change::SetEpoch {
                aggregate: RUN,
                epoch: step,
            };
            store.set_away(true);
            journal.change(&[epoch]).unwrap();
            drop(journal);
            store.set_away(false);
            let journal = open(&disk, folder.path(), &store);
            journal.flush().unwrap();
            let rows = store.rows(&Scope::Uuids(vec![RUN]), &Detail::NONE).unwrap();
            assert_eq!(rows[0].aggregate.epoch, step);
        }
        done.store(true, Ordering::Release);
    });
}

#[test]
fn at_the_limit_what_is_added_is_refused_and_the_rest_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let (disk, store): (Arc<dyn Disk>, _) = (Arc::new(System), Arc::<Fragile>::default());
    let journal = open(&disk, folder.path(), &store);
    journal.set_limit(layout::HEADER + 3 * layout::UNIT);
    for step in begin() {
        step.make(&journal).unwrap();
    }
    store.set_away(true);
    let steps = go_on();
    let error = steps[0].make(&journal).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    let text = error.to_string();
    assert!(
        text.contains("than 1 MiB") && text.contains("with_journal_limit"),
        "{text}"
    );
    steps[2].make(&journal).unwrap();
    store.set_away(false);
    journal.flush().unwrap();
    assert_eq!(store.iterations(RUN).unwrap().len(), 1);
}

/// Changes do not hurry a store on another machine that is away.
#[test]
fn a_store_elsewhere_is_tried_again_in_its_own_time() {
    const CHANGES: usize = 200;
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::<Fragile>::default();
    let disk: Arc<dyn Disk> = Arc::new(System);
    let journal = Journal::on(
        disk,
        &folder.path().join("runs"),
        store.clone(),
        Some("http://host".to_owned()),
    )
    .unwrap();
    store.set_away(true);
    for number in 0..CHANGES {
        let record = ExperimentRecord::new(number.to_string());
        let made = journal.change(&[Change::CreateExperiment(record)]);
        assert!(made.unwrap());
    }
    let attempts = store.attempts.load(Ordering::Acquire);
    assert!(attempts < CHANGES / 2, "{attempts}");
    store.set_away(false);
    journal.flush().unwrap();
    assert_eq!(store.inner.experiments().unwrap().len(), CHANGES);
}

/// What is too long for the way to a store is moved in shorter steps, once, by its own process and by
/// the next.
#[test]
fn steps_that_are_too_long_are_made_shorter() {
    const POINTS: u64 = 3_000;
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::<Fragile>::default();
    let disk: Arc<dyn Disk> = Arc::new(System);
    let journal = open(&disk, folder.path(), &store);
    let experiment = ExperimentRecord::new("digits");
    let run = AggregateRecord::new(experiment.id, "run");
    let aggregate = run.uuid;
    let create = Change::CreateAggregate {
        record: run,
        modules: Vec::new(),
    };
    journal
        .change(&[Change::CreateExperiment(experiment), create])
        .unwrap();
    let add = |journal: &Journal, from: u64| {
        let points = (from..from + POINTS).map(|epoch| Metric::new("loss", 0.5).epoch(epoch));
        journal.add(aggregate, &points.collect::<Vec<_>>()).unwrap();
        let epoch = from + POINTS;
        let change = Change::SetEpoch { aggregate, epoch };
        journal.change(&[change]).unwrap();
    };
    store.most.store(2_000, Ordering::Release);
    add(&journal, 0);
    journal.flush().unwrap();
    store.set_away(true);
    add(&journal, POINTS);
    drop(journal);

    store.set_away(false);
    let journal = open(&disk, folder.path(), &store);
    journal.flush().unwrap();
    let history = store.inner.history(aggregate, "loss", "").unwrap();
    assert!(history.epochs().iter().copied().eq(0..2 * POINTS));

    // What cannot be made shorter waits until it is taken. A store that answers may refuse it before the
    // call that adds it has returned, which then says so.
    let long = serde_json::Value::String("x".repeat(3_000));
    let point = Metric::new("picture", long);
    store.set_away(true);
    journal.add(aggregate, &[point]).unwrap();
    store.set_away(false);
    journal.flush().unwrap_err();
    store.most.store(0, Ordering::Release);
    journal.flush().unwrap();
    drop(journal);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    assert_eq!(
        store.inner.history(aggregate, "picture", "").unwrap().len(),
        1
    );
}

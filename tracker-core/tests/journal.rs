//! Points reach the store through the journal: each once, whatever the store does.

mod common;
mod journaled;

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex};

use common::Hooked;
use journaled::{busy, full, journals, obey, open, open_plain, point, run, steps};
use tracker_core::conformance::Sample;
use tracker_core::ports::{Applied, Change, Mark, Store};
use tracker_core::{Error, ErrorKind, MemoryStore, Metric, Tracker};

/// What a journal is long to begin with: a page and two slots of 512 KiB.
const LENGTH: u64 = 4096 + 2 * SLOT;
const SLOT: u64 = 512 << 10;

/// Something that a store waits for.
#[derive(Default)]
struct Gate {
    open: Mutex<bool>,
    changed: Condvar,
}

impl Gate {
    fn open(&self) {
        *self.open.lock().unwrap() = true;
        self.changed.notify_all();
    }

    fn pass(&self) {
        let open = self.open.lock().unwrap();
        drop(self.changed.wait_while(open, |open| !*open).unwrap());
    }
}

/// A tracker over a store that takes no points before the gate is open.
fn open_gated(folder: &Path, store: &Arc<MemoryStore>) -> (Tracker, Arc<Gate>) {
    let gate = Arc::<Gate>::default();
    let barrier = Arc::clone(&gate);
    let apply = move |inner: &MemoryStore, changes: &[Change], mark: Option<Mark>| {
        barrier.pass();
        inner.apply(changes, mark)
    };
    (open(folder, store, apply), gate)
}

#[test]
fn the_conformance_suite_passes() {
    let (folder, count) = (tempfile::tempdir().unwrap(), AtomicU64::new(0));
    tracker_core::conformance::run(|| {
        let name = count.fetch_add(1, Ordering::Relaxed).to_string();
        Tracker::journaled(MemoryStore::default(), folder.path().join(name)).unwrap()
    });
}

#[test]
fn a_journal_is_made_with_the_first_change() {
    let (folder, store) = (tempfile::tempdir().unwrap(), Arc::default());
    drop(run(&open_plain(folder.path(), &store)));
    let tracker = open_plain(folder.path(), &store);
    let metrics = run(&tracker).metrics();
    metrics.add_all([]).unwrap();
    assert!(steps(&metrics).is_empty());
    assert!(journals(folder.path()).is_empty());
    metrics.add(point(0)).unwrap();
    metrics.add_all([]).unwrap();
    assert_eq!(journals(folder.path()).len(), 1);
    assert_eq!(journals(folder.path())[0].metadata().unwrap().len(), LENGTH);
    assert_eq!(steps(&metrics), [0]);
}

#[test]
fn adding_does_not_wait_for_the_store() {
    let (folder, store) = (tempfile::tempdir().unwrap(), Arc::default());
    let (tracker, gate) = open_gated(folder.path(), &store);
    let metrics = run(&tracker).metrics();
    // Were `add` to wait for the store, this would never end.
    for step in 0..20_000 {
        metrics.add(point(step)).unwrap();
    }
    gate.open();
    assert!(steps(&metrics).into_iter().eq(0..20_000));
}

#[test]
fn a_full_journal_grows_and_drops_nothing_and_shrinks_again() {
    const POINTS: i64 = 260_000;
    let (folder, store) = (tempfile::tempdir().unwrap(), Arc::default());
    let (tracker, gate) = open_gated(folder.path(), &store);
    let metrics = run(&tracker).metrics();
    let length = || journals(folder.path())[0].metadata().unwrap().len();
    for step in 0..POINTS {
        metrics.add(point(step)).unwrap();
    }
    let grown = length();
    assert!(grown > 260_000 * 40, "{grown}");
    gate.open();
    assert!(steps(&metrics).into_iter().eq(0..POINTS));
    // The slot that is filled now stands at the end, until another is begun.
    while length() > LENGTH + 8 * SLOT {
        metrics.add(point(0)).unwrap();
        tracker.flush().unwrap();
    }
}

/// The point that would end where a slot ends, and those behind it.
#[test]
fn a_slot_that_is_filled_to_its_end_loses_nothing() {
    const WORDS: usize = (512 << 10) / 8;
    let (folder, store, gate) = (
        tempfile::tempdir().unwrap(),
        Arc::default(),
        Arc::<Gate>::default(),
    );
    let barrier = Arc::clone(&gate);
    let tracker = open(
        folder.path(),
        &store,
        move |inner: &MemoryStore, changes: &[Change], mark: Option<Mark>| {
            barrier.pass();
            inner.apply(changes, mark)
        },
    );
    let metrics = run(&tracker).metrics();
    // Two more slots, which nothing but these points is in.
    let fill = WORDS - 3;
    // The first point of a series takes 17 words beside its name, which takes one here, and its
    // text, which has two quotes; a slot begins with 3.
    let sizes = [fill, fill / 2, fill - fill / 2, fill + 1];
    for (name, size) in ["a", "b", "c", "d"].into_iter().zip(sizes) {
        let text = "x".repeat((size - 18) * 8 - 2);
        metrics
            .add(Metric::new(name, serde_json::json!(text)))
            .unwrap();
    }
    for step in 0..100 {
        metrics.add(point(step)).unwrap();
    }
    gate.open();
    assert!(steps(&metrics).into_iter().eq(0..100));
    assert_eq!(metrics.summaries().unwrap().len(), sizes.len() + 1);
}

/// A call may fail before it has done anything, or after it has done everything.
#[test]
fn a_call_that_fails_loses_and_doubles_nothing() {
    for (failing, done) in (0..5).flat_map(|call| [(call, false), (call, true)]) {
        let (folder, store) = (tempfile::tempdir().unwrap(), Arc::default());
        let calls = AtomicU64::new(0);
        let tracker = open(
            folder.path(),
            &store,
            move |inner: &MemoryStore, changes: &[Change], mark: Option<Mark>| {
                let fails = calls.fetch_add(1, Ordering::Relaxed) == failing;
                if !fails || done {
                    let _added = inner.apply(changes, mark)?;
                }
                if fails {
                    Err(busy())
                } else {
                    Ok(Applied::default())
                }
            },
        );
        let metrics = run(&tracker).metrics();
        let mut failures = 0;
        for step in 0..50 {
            metrics.add(point(step)).unwrap();
            if step % 10 == 0 {
                failures += usize::from(tracker.flush().is_err());
            }
        }
        // The thread may have tried again before anybody asked.
        failures += usize::from(tracker.flush().is_err());
        assert!(failures <= 1, "call {failing}");
        assert!(steps(&metrics).into_iter().eq(0..50), "call {failing}");
        drop((metrics, tracker));
        assert!(journals(folder.path()).is_empty());
    }
}

#[test]
fn a_full_disk_is_reported_and_nothing_is_lost() {
    let (folder, store, room) = (
        tempfile::tempdir().unwrap(),
        Arc::default(),
        Arc::<AtomicU64>::default(),
    );
    let has_room = Arc::clone(&room);
    let tracker = open(
        folder.path(),
        &store,
        move |inner: &MemoryStore, changes: &[Change], mark: Option<Mark>| match has_room
            .load(Ordering::Acquire)
        {
            0 => Err(full()),
            _ => inner.apply(changes, mark),
        },
    );
    let metrics = run(&tracker).metrics();
    metrics.add(point(0)).unwrap();
    assert!(matches!(tracker.flush(), Err(Error::Store { .. })));
    // The point with which it is reported is kept all the same, and the error says so.
    let reported = metrics.add(point(1)).unwrap_err();
    assert!(matches!(reported, Error::Store { .. }));
    assert!(
        reported.to_string().ends_with("do not add it again"),
        "{reported}"
    );
    // A full disk that is known is no reason to lose what comes after.
    metrics.add(point(2)).unwrap();
    assert!(matches!(tracker.flush(), Err(Error::Store { .. })));
    room.store(1, Ordering::Release);
    metrics.add(point(3)).unwrap();
    tracker.flush().unwrap();
    assert_eq!(steps(&metrics), [0, 1, 2, 3]);
}

#[test]
fn a_full_disk_and_a_full_journal_refuse() {
    let (folder, store) = (tempfile::tempdir().unwrap(), Arc::default());
    let tracker = open(
        folder.path(),
        &store,
        |_: &MemoryStore, _: &[Change], _: Option<Mark>| Err(full()),
    )
    .with_journal_limit(LENGTH + SLOT);
    let metrics = run(&tracker).metrics();
    let mut kept = Vec::new();
    let mut refused = 0;
    for step in 0.. {
        match metrics.add(point(step)) {
            Ok(()) => kept.push(step),
            Err(error) => {
                let text = error.to_string();
                assert!(text.contains("full"), "{text}");
                assert_eq!(error.kind(), ErrorKind::Unavailable);
                // The report of the failure; the others find no room.
                if text.ends_with("do not add it again") {
                    kept.push(step);
                } else {
                    assert!(text.contains("than 1 MiB"), "{text}");
                    refused += 1;
                }
            }
        }
        if refused == 3 {
            break;
        }
    }
    drop((metrics, tracker));
    let tracker = open_plain(folder.path(), &store);
    assert_eq!(steps(&run(&tracker).metrics()), kept);
    assert!(journals(folder.path()).is_empty());
}

#[test]
fn a_locked_store_bothers_nobody_who_adds() {
    let (folder, store) = (tempfile::tempdir().unwrap(), Arc::default());
    let tracker = open(
        folder.path(),
        &store,
        |_: &MemoryStore, _: &[Change], _: Option<Mark>| Err(busy()),
    );
    let metrics = run(&tracker).metrics();
    for step in 0..100 {
        metrics.add(point(step)).unwrap();
        assert!(matches!(tracker.flush(), Err(Error::Busy { .. })));
    }
}

#[test]
fn a_store_that_panics_is_reported() {
    let (folder, store) = (tempfile::tempdir().unwrap(), Arc::default());
    let tracker = open(
        folder.path(),
        &store,
        |_: &MemoryStore, _: &[Change], _: Option<Mark>| panic!("a bug"),
    );
    let metrics = run(&tracker).metrics();
    metrics.add(point(0)).unwrap();
    let error = tracker.flush().unwrap_err();
    assert!(error.to_string().contains("panicked"), "{error}");
    // It is kept all the same.
    assert!(metrics.add(point(1)).is_err());
    drop((metrics, tracker));
    assert_eq!(
        steps(&run(&open_plain(folder.path(), &store)).metrics()),
        [0, 1]
    );
}

/// Only a store that has waited for the disk keeps points through a power loss.
#[test]
fn who_flushes_or_drops_waits_for_the_disk() {
    let (folder, store) = (tempfile::tempdir().unwrap(), Arc::default());
    let mut hooked = Hooked::new(&store, obey);
    hooked.sync = || Err(full());
    let tracker = Tracker::journaled(hooked, folder.path().join("runs")).unwrap();
    let metrics = run(&tracker).metrics();
    metrics.add(point(0)).unwrap();
    assert!(matches!(tracker.flush(), Err(Error::Store { .. })));
    assert_eq!(steps(&metrics), [0]);
    drop((metrics, tracker));
    assert_eq!(
        journals(folder.path()).len(),
        1,
        "the disk has not said that it is done"
    );
    assert_eq!(
        steps(&run(&open_plain(folder.path(), &store)).metrics()),
        [0]
    );
    assert!(journals(folder.path()).is_empty());
}

#[test]
fn points_of_a_removed_aggregate_are_reported_once() {
    let (folder, store) = (tempfile::tempdir().unwrap(), Arc::default());
    let tracker = open_plain(folder.path(), &store);
    let (gone, stays) = (run(&tracker), tracker.experiment("digits").unwrap());
    let stays = stays.track(&Sample::new("GLU", "{}")).unwrap().metrics();
    gone.clone().remove().unwrap();
    gone.metrics().add(point(0)).unwrap();
    stays.add(point(0)).unwrap();
    let error = tracker.flush().unwrap_err();
    assert!(
        error.to_string().contains(&gone.uuid().to_string()),
        "{error}"
    );
    tracker.flush().unwrap();
    assert_eq!(steps(&stays), [0]);
}

#[test]
fn the_journal_of_a_living_process_is_left_alone() {
    let (folder, store) = (tempfile::tempdir().unwrap(), Arc::default());
    let (tracker, gate) = open_gated(folder.path(), &store);
    let metrics = run(&tracker).metrics();
    metrics.add(point(0)).unwrap();
    let other = run(&open_plain(folder.path(), &store)).metrics();
    assert!(steps(&other).is_empty());
    gate.open();
    assert_eq!(steps(&metrics), [0]);
    assert_eq!(steps(&other), [0]);
}

#[test]
fn two_troubles_are_reported_one_after_the_other() {
    let (folder, store) = (tempfile::tempdir().unwrap(), Arc::default());
    let (gate, calls) = (Arc::<Gate>::default(), Arc::<AtomicU64>::default());
    let (barrier, counter) = (Arc::clone(&gate), Arc::clone(&calls));
    let aggregate = |change: &Change| match change {
        Change::AddPoints { aggregate, .. } => *aggregate,
        other => panic!("{other:?}"),
    };
    let tracker = open(
        folder.path(),
        &store,
        move |_: &MemoryStore, changes: &[Change], _: Option<Mark>| {
            let call = counter.fetch_add(1, Ordering::AcqRel);
            barrier.pass();
            match call {
                0 => Ok(Applied {
                    missing: changes.iter().map(aggregate).collect(),
                }),
                _ => Err(full()),
            }
        },
    );
    let metrics = run(&tracker).metrics();
    metrics.add(point(0)).unwrap();
    while calls.load(Ordering::Acquire) == 0 {
        std::thread::yield_now();
    }
    metrics.add(point(1)).unwrap();
    gate.open();
    assert!(metrics.summaries().is_err());
    assert!(matches!(metrics.add(point(2)), Err(Error::Missing { .. })));
    assert!(matches!(metrics.add(point(2)), Err(Error::Store { .. })));
    metrics.add(point(2)).unwrap();
}

/// Whoever may not read the store must not read its points beside it.
#[cfg(unix)]
#[test]
fn a_journal_has_the_permissions_of_its_store() {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;
    for mode in [0o600, 0o660] {
        let (folder, store) = (tempfile::tempdir().unwrap(), Arc::default());
        let base = folder.path().join("runs");
        fs::write(&base, "").unwrap();
        fs::set_permissions(&base, Permissions::from_mode(mode)).unwrap();
        let tracker = open_plain(folder.path(), &store);
        run(&tracker).metrics().add(point(0)).unwrap();
        let journal = journals(folder.path())[0].metadata().unwrap();
        assert_eq!(journal.permissions().mode() & 0o777, mode);
    }
}

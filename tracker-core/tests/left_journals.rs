//! What processes that have died left in their journals reaches the store, each point once.

mod common;
mod journaled;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use common::Hooked;
use journaled::{busy, full, journals, obey, open, open_plain, point, run, steps};
use serde_json::json;
use tracker_core::ports::{Change, Mark, Store};
use tracker_core::{Error, MemoryStore, Metric, Tracker};

/// Leaves journals with points of three kinds behind, as processes do that die.
fn leave_journals(folder: &Path, store: &Arc<MemoryStore>, count: usize) {
    let dead = || {
        open(
            folder,
            store,
            |_: &MemoryStore, _: &[Change], _: Option<Mark>| Err(busy()),
        )
    };
    let trackers: Vec<Tracker> = (0..count).map(|_| dead()).collect();
    for tracker in &trackers {
        let metrics = run(tracker).metrics();
        for step in 0..1_000 {
            metrics.add(point(step)).unwrap();
        }
        metrics
            .add(Metric::new("matrix", json!([[1, "é"], [null, 0.1]])))
            .unwrap();
        metrics.add_all((1_000..2_000).map(point)).unwrap();
    }
}

#[test]
fn a_journal_that_was_left_is_moved_into_the_store() {
    let (folder, store) = (tempfile::tempdir().unwrap(), Arc::default());
    leave_journals(folder.path(), &store, 2);
    assert_eq!(journals(folder.path()).len(), 2);
    let metrics = run(&open_plain(folder.path(), &store)).metrics();
    assert_eq!(steps(&metrics).len(), 4_000);
    let matrix = metrics.list("matrix", "").unwrap();
    assert_eq!(matrix.len(), 2);
    assert_eq!(matrix[0].value, json!([[1, "é"], [null, 0.1]]).into());
    assert!(journals(folder.path()).is_empty());
}

#[test]
fn a_move_that_fails_is_gone_on_with() {
    let (folder, store) = (tempfile::tempdir().unwrap(), Arc::default());
    leave_journals(folder.path(), &store, 1);
    // It adds the points and dies before it removes the journal.
    let dies = |inner: &MemoryStore, changes: &[Change], mark: Option<Mark>| {
        let _added = inner.apply(changes, mark)?;
        Err(full())
    };
    let opened = open(folder.path(), &store, dies);
    assert!(matches!(opened.flush(), Err(Error::Store { .. })));
    drop(opened);
    let metrics = run(&open_plain(folder.path(), &store)).metrics();
    assert!(steps(&metrics).into_iter().eq(0..2_000));
}

/// The store of which the name begins the same has other points and other journals.
#[test]
fn a_store_leaves_the_journals_of_another() {
    let folder = tempfile::tempdir().unwrap();
    let (store, db) = (Arc::default(), folder.path().join("runs.db"));
    let dead = Hooked::new(&store, |_: &MemoryStore, _: &[Change], _: Option<Mark>| {
        Err(busy())
    });
    let tracker = Tracker::journaled(dead, &db).unwrap();
    run(&tracker).metrics().add(point(7)).unwrap();
    drop(tracker);
    drop(open_plain(folder.path(), &Arc::default()));
    let again = Hooked::new(&store, obey);
    let tracker = Tracker::journaled(again, db).unwrap();
    assert_eq!(steps(&run(&tracker).metrics()), [7]);
}

/// What is not yet on the disk when the power is lost is gone, or zeros.
#[test]
fn a_journal_that_never_reached_the_disk_bothers_nobody() {
    for content in [vec![], vec![0; 20], vec![0; 8192]] {
        let (folder, store) = (tempfile::tempdir().unwrap(), Arc::default());
        let name = format!("runs.{}.journal", "5".repeat(32));
        fs::write(folder.path().join(name), content).unwrap();
        drop(open_plain(folder.path(), &store));
        assert!(journals(folder.path()).is_empty());
    }
}

/// The points must not be lost with the power after the journal is gone.
#[test]
fn a_journal_stays_until_its_points_are_on_the_disk() {
    let (folder, store) = (tempfile::tempdir().unwrap(), Arc::default());
    leave_journals(folder.path(), &store, 1);
    let mut hooked = Hooked::new(&store, obey);
    hooked.sync = || Err(full());
    let opened = Tracker::journaled(hooked, folder.path().join("runs")).unwrap();
    assert!(opened.flush().is_err());
    drop(opened);
    assert_eq!(journals(folder.path()).len(), 1);
    let metrics = run(&open_plain(folder.path(), &store)).metrics();
    assert!(steps(&metrics).into_iter().eq(0..2_000));
}

/// After a power loss any page of a journal may be an older one.
#[test]
fn a_torn_journal_gives_what_is_whole() {
    const SLOT: usize = 512 << 10;
    let used = 4096;
    for damage in [0, 4096, 4200, 20_000, 60_000] {
        let (folder, store) = (tempfile::tempdir().unwrap(), Arc::default());
        leave_journals(folder.path(), &store, 1);
        let path = &journals(folder.path())[0];
        let mut bytes = fs::read(path).unwrap();
        bytes[used + damage..][..64].fill(0xFF);
        // A slot that nobody has begun, and that is not empty all the same.
        bytes[used + SLOT..][..64].fill(0xFF);
        fs::write(path, bytes).unwrap();
        let steps = steps(&run(&open_plain(folder.path(), &store)).metrics());
        assert!(steps.len() < 2_000, "{damage}");
        assert!(
            steps
                .iter()
                .copied()
                .eq(0..i64::try_from(steps.len()).unwrap()),
            "{damage}"
        );
        // What cannot be read is kept, and named.
        let kept = open_plain(folder.path(), &store).journals().unwrap();
        assert_eq!(kept.len(), 1);
        assert_eq!(kept[0].path, path.with_extension("journal.kept"));
        assert_eq!(kept[0].kept.as_deref(), Some("some of it cannot be read"));
        assert_eq!(journals(folder.path()), [kept[0].path.clone()]);
    }
}

#[test]
fn files_of_others_are_left_alone() {
    let (folder, store) = (tempfile::tempdir().unwrap(), Arc::default());
    let path = |name: &str| folder.path().join(name);
    let id = |digit: &str| digit.repeat(32);
    let mine = [
        "runs.journal".to_owned(),
        "runs.1.journal".to_owned(),
        format!("other.{}.journal", id("0")),
        format!("runs.{}.journal.bak", id("1")),
        // Of the store `runs.db`, which is another one.
        format!("runs.db.{}.journal", id("2")),
    ];
    for name in &mine {
        fs::write(path(name), "mine").unwrap();
    }
    // A later version may lay journals out in another way.
    let later = format!("runs.{}.journal", id("3"));
    fs::write(path(&later), "ENTIAJ99 and so on, for a while").unwrap();
    // Nobody has ever added a point to this one.
    fs::write(path(&format!("runs.{}.journal.new", id("4"))), "").unwrap();
    drop(open_plain(folder.path(), &store));
    let left: BTreeSet<PathBuf> = journals(folder.path()).into_iter().collect();
    let expected = mine.iter().chain([&later]).map(|name| path(name));
    assert_eq!(left, expected.collect());
}

/// One store by two names: through a folder that is a link, and as a file that is one.
#[cfg(unix)]
#[test]
fn links_lead_to_the_same_journals() {
    use std::os::unix::fs::symlink;
    let folder = tempfile::tempdir().unwrap();
    let (real, link) = (folder.path().join("real"), folder.path().join("link"));
    fs::create_dir(&real).unwrap();
    symlink(&real, &link).unwrap();
    symlink(real.join("runs"), folder.path().join("other")).unwrap();
    for name in ["real/runs", "link/runs", "other"] {
        let store = Arc::default();
        leave_journals(&real, &store, 1);
        fs::write(real.join("runs"), "").unwrap();
        let path = folder.path().join(name);
        let hooked = Hooked::new(&store, obey);
        let tracker = Tracker::journaled(hooked, path).unwrap();
        assert_eq!(steps(&run(&tracker).metrics()).len(), 2_000, "{name}");
    }
}

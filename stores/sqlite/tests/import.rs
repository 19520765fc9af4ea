//! A `sqlite:` store is copied from and to the store in memory, whatever call fails on the way.

// What the imports of tracker-core are tested with.
#[path = "../../../tracker-core/tests/import/faulty.rs"]
#[expect(dead_code, reason = "here calls fail, and nothing is changed")]
mod faulty;
#[path = "../../../tracker-core/tests/import/sample.rs"]
mod sample;

use std::path::Path;
use std::sync::Arc;

use faulty::{Faulty, When};
use sample::{content, fill};
use tracker_core::ports::Store;
use tracker_core::{Imported, MemoryStore, Result, Tracker, import};
use tracker_sqlite::SqliteStore;

fn memory() -> Arc<dyn Store> {
    Arc::new(MemoryStore::default())
}

fn sqlite(folder: &Path, name: &str) -> Arc<dyn Store> {
    Arc::new(SqliteStore::open(folder.join(name)).unwrap())
}

fn tracker(store: &Arc<dyn Store>) -> Tracker {
    Tracker::new(Arc::clone(store))
}

fn copy(from: &Arc<dyn Store>, to: &Arc<dyn Store>) -> Result<Imported> {
    import(&tracker(from), &tracker(to), |_| {})
}

#[test]
fn everything_is_copied_between_stores() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name| sqlite(folder.path(), name);
    for (source, target) in [
        (memory(), file("a.db")),
        (file("b.db"), memory()),
        (file("c.db"), file("d.db")),
    ] {
        fill(&tracker(&source));
        let imported = copy(&source, &target).unwrap();
        assert_eq!((imported.aggregates, imported.points), (2, 13));
        assert_eq!(content(&source), content(&target));
        assert_eq!(copy(&source, &target).unwrap(), Imported::default());
        assert_eq!(copy(&target, &source).unwrap(), Imported::default());
        assert_eq!(content(&source), content(&target));
    }
}

#[test]
fn an_import_is_resumed_after_any_failure() {
    let source = memory();
    fill(&tracker(&source));
    let expected = content(&source);
    let folder = tempfile::tempdir().unwrap();
    for call in 1.. {
        let target = sqlite(folder.path(), &format!("{call}.db"));
        let faulty = Tracker::new(Faulty::new(&target, When::After(call)));
        let interrupted = import(&tracker(&source), &faulty, |_| {});
        copy(&source, &target).unwrap();
        assert_eq!(content(&target), expected, "failed after call {call}");
        if interrupted.is_ok() {
            // It asks for many runs at once, and so is made of few calls.
            assert!(call > 10, "{call}");
            break;
        }
    }
}

#[test]
fn a_store_imported_into_itself_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let store = sqlite(folder.path(), "runs.db");
    fill(&tracker(&store));
    let before = content(&store);
    assert_eq!(copy(&store, &store).unwrap(), Imported::default());
    assert_eq!(content(&store), before);
}

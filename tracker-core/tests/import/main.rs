//! A store is copied into another: all of it, once, and checked.

mod failures;
mod faulty;
mod merge;
mod sample;

use std::sync::Arc;

use faulty::{Faulty, When};
use sample::{content, metric, model, optimizer};
use tracker_core::ports::Store;
use tracker_core::{Count, Imported, Iteration, MemoryStore, Metric, Progress, Tracker, import};

fn memory() -> Arc<dyn Store> {
    Arc::new(MemoryStore::default())
}

fn tracker(store: &Arc<dyn Store>) -> Tracker {
    Tracker::new(Faulty::new(store, When::Never))
}

fn copy(from: &Arc<dyn Store>, to: &Arc<dyn Store>) -> tracker_core::Result<Imported> {
    import(&tracker(from), &tracker(to), |_| {})
}

fn fill(store: &Arc<dyn Store>) {
    sample::fill(&tracker(store));
}

#[test]
fn everything_is_copied() {
    let (source, target) = (memory(), memory());
    fill(&source);
    let imported = copy(&source, &target).unwrap();
    assert_eq!(
        imported,
        Imported {
            experiments: 2,
            aggregates: 2,
            modules: 0,
            iterations: 4,
            points: 13,
            artifacts: 0,
        }
    );
    assert_eq!(content(&source), content(&target));
    assert_eq!(copy(&source, &target).unwrap(), Imported::default());
    assert_eq!(copy(&target, &source).unwrap(), Imported::default());
    assert_eq!(content(&source), content(&target));
}

#[test]
fn progress_ends_with_everything() {
    let (source, target) = (memory(), memory());
    fill(&source);
    let mut seen: Vec<Progress> = Vec::new();
    let (from, to) = (tracker(&source), tracker(&target));
    import(&from, &to, |progress| seen.push(*progress)).unwrap();
    let of = |total| Count { done: 0, total };
    let begin = Progress {
        experiments: of(2),
        aggregates: of(2),
        points: of(13),
    };
    assert_eq!(seen.first(), Some(&begin));
    let last = seen.last().unwrap();
    for count in [last.experiments, last.aggregates, last.points] {
        assert_eq!(count.done, count.total);
    }
    let done = |progress: &Progress| {
        (
            progress.experiments.done,
            progress.aggregates.done,
            progress.points.done,
        )
    };
    assert!(seen.iter().map(done).is_sorted());
}

/// A server takes no step that is too long.
#[test]
fn what_is_large_is_copied_in_several_steps() {
    let (source, target) = (memory(), memory());
    let from = tracker(&source);
    let run = from.experiment("digits").unwrap().track(&model()).unwrap();
    let large = serde_json::Value::String("x".repeat(3 << 20));
    for epoch in 0..5 {
        let point = Metric::new("picture", large.clone()).epoch(epoch);
        run.metrics().add(point).unwrap();
        let arguments = serde_json::json!({"picture": large});
        let iteration = Iteration::new(format!("phase {epoch}"), epoch).arguments(arguments);
        run.iterations().put(iteration).unwrap();
    }
    let most = Tracker::new(Faulty::new(&target, When::Longer(10 << 20)));
    let imported = import(&from, &most, |_| {}).unwrap();
    assert_eq!((imported.points, imported.iterations), (5, 5));
}

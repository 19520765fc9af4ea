//! A store is copied into another: all of it, once, and checked.

mod failures;
mod faulty;
mod merge;

use std::path::Path;
use std::sync::Arc;

use faulty::{Faulty, When};
use registry_core::Hash;
use serde_json::json;
use tracker_core::conformance::Sample;
use tracker_core::ports::{AggregateKey, Columns, ExperimentRecord, Row, Store};
use tracker_core::{
    Count, Imported, Iteration, JsonStore, MemoryStore, Metric, Progress, Series, SqliteStore,
    Timestamp, Tracker, import,
};

fn memory() -> Arc<dyn Store> {
    Arc::new(MemoryStore::default())
}

fn sqlite(folder: &Path, name: &str) -> Arc<dyn Store> {
    Arc::new(SqliteStore::open(folder.join(name)).unwrap())
}

fn json(folder: &Path, name: &str) -> Arc<dyn Store> {
    Arc::new(JsonStore::open(folder.join(name)).unwrap())
}

fn tracker(store: &Arc<dyn Store>) -> Tracker {
    Tracker::new(Faulty::new(store, When::Never))
}

fn copy(from: &Arc<dyn Store>, to: &Arc<dyn Store>) -> tracker_core::Result<Imported> {
    import(&tracker(from), &tracker(to), |_| {})
}

fn model() -> Sample {
    Sample::new(
        "MLP",
        r#"{"layers": 2, "rate": 1e-05, "größe": [NaN, -0.0]}"#,
    )
}

fn optimizer(name: &str) -> Sample {
    Sample::new(name, r#"{"lr": 0.1}"#)
}

fn metric(name: &str, value: f64, epoch: u64) -> Metric {
    Metric::new(name, value).phase("train").epoch(epoch)
}

/// Something of everything.
fn fill(store: &Arc<dyn Store>) {
    let tracker = tracker(store);
    let digits = tracker.experiment("digits").unwrap();
    digits.set_tag("owner", "Zoë").unwrap();
    digits.set_notes("Two\nlines").unwrap();
    let run = digits.track(&model()).unwrap();
    run.set_tag("stage", "").unwrap();
    for (epoch, name) in ["SGD", "Adam", "SGD"].iter().enumerate() {
        run.set_epoch(epoch as u64).unwrap();
        run.with("optimizer", &optimizer(name)).unwrap();
        run.with("criterion", &Sample::new("CrossEntropy", "{}"))
            .unwrap();
        let hash = Hash::custom("release", format!("v{epoch}"));
        run.with("🎲", &Sample::new("Sampler", "{}").with_hash(hash))
            .unwrap();
        for phase in ["test", "train"] {
            let iteration = Iteration::new(phase, epoch as u64)
                .dataset(&Sample::new("Digits", r#"{"part": "日本"}"#))
                .with("optimizer", &optimizer(name))
                .arguments(json!({"batch_size": 64 + epoch / 2}));
            run.iterations().put(iteration).unwrap();
        }
    }
    let points = [f64::NAN, 0.0, -0.0, f64::INFINITY, 5e-324, 0.0, 0.0];
    let points = points.into_iter().enumerate();
    let points = points.map(|(at, value)| metric("loss", value, 3 - at as u64 / 2));
    run.metrics().add_all(points).unwrap();
    let same = metric("loss", 0.5, 1).time(Timestamp::UNIX_EPOCH);
    run.metrics().add_all([same.clone(), same]).unwrap();
    let confusion = json!([[5, 1], [null, "é"]]);
    let values = [json!(1.5), confusion.clone(), json!(1.5), confusion];
    let values = values.map(|value| Metric::new("混同", value).step(7));
    run.metrics().add_all(values).unwrap();
    digits.track_as("another id", &model()).unwrap();
    tracker.experiment("empty").unwrap();
}

type Content = Vec<(ExperimentRecord, Vec<(Row, String, Vec<Series>)>)>;

/// All that a store holds.
fn content(store: &Arc<dyn Store>) -> Content {
    let of_row = |experiment: &ExperimentRecord, row: Row| {
        let key = AggregateKey {
            experiment: experiment.id,
            id: row.aggregate.id.clone(),
        };
        let histories = row.summaries.iter();
        let histories = histories.map(|it| store.history(&key, it.name(), it.phase()).unwrap());
        let histories = histories.collect();
        let iterations = format!("{:?}", store.iterations(&key).unwrap());
        (row, iterations, histories)
    };
    let experiments = store.experiments().unwrap().into_iter();
    experiments
        .map(|experiment| {
            let rows = store.table(experiment.id, &Columns::default()).unwrap();
            let rows = rows
                .into_iter()
                .map(|row| of_row(&experiment, row))
                .collect();
            (experiment, rows)
        })
        .collect()
}

#[test]
fn everything_is_copied_between_all_stores() {
    let folder = tempfile::tempdir().unwrap();
    let sources = [
        memory(),
        sqlite(folder.path(), "source.db"),
        json(folder.path(), "source.json"),
    ];
    for (number, source) in sources.iter().enumerate() {
        fill(source);
        for target in [
            memory(),
            sqlite(folder.path(), &format!("target{number}.db")),
            json(folder.path(), &format!("target{number}.json")),
        ] {
            let imported = copy(source, &target).unwrap();
            assert_eq!(
                imported,
                Imported {
                    experiments: 2,
                    aggregates: 2,
                    modules: 0,
                    iterations: 4,
                    points: 13,
                }
            );
            assert_eq!(content(source), content(&target));
            assert_eq!(copy(source, &target).unwrap(), Imported::default());
            assert_eq!(copy(&target, source).unwrap(), Imported::default());
            assert_eq!(content(source), content(&target));
        }
    }
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

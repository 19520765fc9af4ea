//! A damaged `sqlite:` store: what cannot be read is named.

use std::path::Path;

use rusqlite::Connection;
use tracker_core::conformance::Sample;
use tracker_core::ports::{AggregateRecord, Change, ExperimentRecord, Store};
use tracker_core::{Error, Iteration, Metric, Moment, Series, Tracker, Uuid};
use tracker_sqlite::SqliteStore;

fn address(path: &Path) -> String {
    format!("sqlite:{}", path.display())
}

#[test]
fn a_damaged_row_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.db");
    let tracker = Tracker::open(&address(&path)).unwrap();
    let run = tracker
        .experiment("digits")
        .unwrap()
        .track(&Sample::new("MLP", "{}"))
        .unwrap();
    run.metrics().add(Metric::new("loss", 0.5)).unwrap();
    tracker.flush().unwrap();
    for (sql, mention) in [
        ("UPDATE modules SET arguments = '{'", "JSON"),
        ("UPDATE series SET count = -1", "-1"),
        ("UPDATE experiments SET uuid = 'x'", "`digits`"),
    ] {
        Connection::open(&path).unwrap().execute_batch(sql).unwrap();
        let error = match mention {
            "JSON" => run.modules().unwrap_err(),
            "-1" => run.metrics().summaries().unwrap_err(),
            _ => tracker.experiments().list().unwrap_err(),
        };
        assert!(matches!(error, Error::Damaged { .. }), "{error}");
        assert!(error.to_string().contains("runs.db"), "{error}");
        assert!(error.to_string().contains(mention), "{error}");
    }
}

fn aggregate(store: &SqliteStore) -> Uuid {
    let experiment = ExperimentRecord::new("digits");
    let record = AggregateRecord::new(experiment.id, "run");
    let uuid = record.uuid;
    let modules = Vec::new();
    let created = [
        Change::CreateExperiment(experiment),
        Change::CreateAggregate { record, modules },
    ];
    let _applied = store.apply(&created, None).unwrap();
    uuid
}

fn add(store: &SqliteStore, aggregate: Uuid, count: u32) {
    let mut series = Series::new("loss", "");
    for step in 0..count {
        let at = Moment {
            step: step.into(),
            ..Moment::default()
        };
        series.push_number(at, step.into());
    }
    let series = vec![series];
    let added = Change::AddPoints { aggregate, series };
    store.apply(&[added], None).unwrap().complete().unwrap();
}

#[test]
fn a_damaged_history_is_named() {
    for (sql, mention) in [
        ("UPDATE chunks SET columns = x''", "too short"),
        ("UPDATE chunks SET columns = zeroblob(1000)", "layout"),
        (
            "UPDATE chunks SET columns = CAST(substr(columns, 1, 100) AS BLOB)",
            "checksum",
        ),
        (
            "UPDATE chunks SET count = 9000000000000000000",
            "too many points",
        ),
        ("UPDATE chunks SET count = -1", "-1"),
        ("UPDATE chunks SET count = count - 1", "checksum"),
        (
            "UPDATE chunks SET first = 2",
            "no chunk ends before point 2",
        ),
        ("DELETE FROM chunks", "0 points of 3000"),
        (
            "DELETE FROM points WHERE arrival = 3005",
            "out of its place",
        ),
        ("DELETE FROM points", "3000 points are there of 3010"),
        (
            "UPDATE points SET arrival = 7 WHERE arrival = 3010",
            "out of its place",
        ),
        (
            "UPDATE series SET count = 9000000000000000000",
            "3010 points are there",
        ),
        (
            "UPDATE series SET chunked = 9000000000000000000",
            "3000 points of 9",
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("runs.db");
        let store = SqliteStore::open(&path).unwrap();
        let run = aggregate(&store);
        add(&store, run, 3_000);
        add(&store, run, 10);
        assert_eq!(store.check().unwrap(), [""; 0]);
        Connection::open(&path).unwrap().execute_batch(sql).unwrap();

        let Err(error) = store.history(run, "loss", "") else {
            panic!("`{sql}` must be found");
        };
        assert!(matches!(error, Error::Damaged { .. }), "{sql}: {error}");
        assert!(error.to_string().contains(mention), "{sql}: {error}");
        let problems = store.check().unwrap();
        assert_eq!(problems.len(), 1, "{sql}: {problems:?}");
        assert!(problems[0].contains("`loss`"), "{sql}: {problems:?}");
        assert!(problems[0].contains(mention), "{sql}: {problems:?}");
    }
}

#[test]
fn a_check_finds_every_record_that_cannot_be_read() {
    for (sql, mention) in [
        (
            "UPDATE experiments SET uuid = 'x'",
            "the experiment `digits`",
        ),
        (
            "UPDATE aggregates SET tags = '{'",
            "the experiment `digits`: ",
        ),
        (
            "UPDATE modules SET arguments = '{' WHERE aggregate IS NOT NULL",
            "the aggregate `a` of `digits`: ",
        ),
        (
            "UPDATE iterations SET arguments = '{'",
            "the aggregate `a` of `digits`: ",
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("runs.db");
        let tracker = Tracker::new(SqliteStore::open(&path).unwrap());
        let model = Sample::new("MLP", r#"{"layers": 2}"#);
        let experiment = tracker.experiment("digits").unwrap();
        for id in ["a", "b"] {
            let run = experiment.track_as(id, &model).unwrap();
            run.iterations().put(Iteration::new("train", 1)).unwrap();
        }
        assert_eq!(tracker.check().unwrap(), [""; 0]);
        Connection::open(&path).unwrap().execute_batch(sql).unwrap();
        let problems = tracker.check().unwrap();
        let found = problems.iter().any(|problem| problem.contains(mention));
        assert!(found, "{sql}: {problems:?}");
        let each = if sql.contains("arguments") { 2 } else { 1 };
        assert_eq!(problems.len(), each, "{sql}: {problems:?}");
    }
}

#[test]
fn a_check_finds_what_no_reader_stumbles_over() {
    for (sql, mention) in [
        ("UPDATE series SET max = max + 1", "summary"),
        ("DELETE FROM aggregates", "belongs to none of `aggregates`"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("runs.db");
        let store = SqliteStore::open(&path).unwrap();
        let run = aggregate(&store);
        add(&store, run, 3);
        let other = Connection::open(&path).unwrap();
        other.pragma_update(None, "foreign_keys", false).unwrap();
        other.execute_batch(sql).unwrap();
        let problems = store.check().unwrap().join("\n");
        assert!(problems.contains(mention), "{sql}: {problems}");
    }
}

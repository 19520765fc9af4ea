//! Bad input gets a message that names the thing, the place and the remedy, and does no harm.

use serde_json::json;
use tracker_core::conformance::Sample;
use tracker_core::{
    Aggregate, Definition, Error, ErrorKind, Hash, Iteration, Metric, ModuleRecord, Query, Result,
    Tracker,
};

/// The error of opening `address`, whose message must stand on two lines.
fn refused(address: &str) -> Error {
    let Err(error) = Tracker::open(address) else {
        panic!("`{address}` must be refused");
    };
    let text = error.to_string();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 2, "{text}");
    assert!(lines[1].starts_with("hint: "), "{text}");
    error
}

fn run() -> Aggregate {
    let tracker = Tracker::open("memory:").unwrap();
    let experiment = tracker.experiment("digits").unwrap();
    experiment
        .track_as("run", &Sample::new("MLP", "{}"))
        .unwrap()
}

/// JSON that nests deeper than any stack is sure to bear.
fn deep() -> serde_json::Value {
    let nested = |inner, _| serde_json::Value::Array(vec![inner]);
    (0..1_000).fold(json!(null), nested)
}

#[test]
fn unknown_addresses_name_those_that_exist() {
    for (address, mention, hint) in [
        ("runs.db", "no scheme", "write `sqlite:runs.db`"),
        ("", "no scheme", "`sqlite:runs.db`"),
        ("runs.json", "no scheme", "write `json:runs.json`"),
        ("jsn:runs.json", "`jsn`", "did you mean `json`?"),
        ("sqlight:runs.db", "`sqlight`", "did you mean `sqlite`?"),
        ("SQLite:runs.db", "`SQLite`", "`sqlite:FILE`"),
        ("postgre://host/runs", "`postgre`", "`postgres`"),
        ("memory:runs", "no name", "`memory:`"),
    ] {
        let error = refused(address);
        assert!(matches!(error, Error::Address { .. }), "{error}");
        assert_eq!(error.kind(), ErrorKind::Invalid);
        let text = error.to_string();
        assert!(text.lines().next().unwrap().contains(mention), "{text}");
        assert!(text.contains(hint), "{text}");
    }
}

#[test]
fn schemes_of_crates_that_are_not_linked_name_the_crate() {
    insta::assert_snapshot!(refused("sqlite:runs.db"), @r"
    `sqlite:runs.db` cannot be opened: the scheme `sqlite` is not linked into the program
    hint: turn on the feature `sqlite` of `entia`; or add the crate `tracker-sqlite` and write `use tracker_sqlite as _;`
    ");
    insta::assert_snapshot!(refused("postgres://host/runs"), @r"
    `postgres://host/runs` cannot be opened: the scheme `postgres` is not linked into the program
    hint: turn on the feature `postgres` of `entia`; or add the crate `tracker-postgres` and write `use tracker_postgres as _;`
    ");
    for (address, package, feature) in [
        ("json:runs.json", "`tracker-json`", "`json`"),
        ("http://host", "`tracker-http`", "`http`"),
        ("https://host", "`tracker-http`", "`http`"),
        ("postgresql://host/runs", "`tracker-postgres`", "`postgres`"),
    ] {
        let error = refused(address);
        assert!(matches!(error, Error::NotLinked { .. }), "{error}");
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        let text = error.to_string();
        assert!(text.contains(package) && text.contains(feature), "{text}");
    }
    // Who only reads is told the same.
    for open in [Tracker::open_existing, Tracker::read] {
        let error = open("sqlite:runs.db").unwrap_err();
        assert!(matches!(error, Error::NotLinked { .. }), "{error}");
    }
}

#[test]
fn a_parameter_is_written_once() {
    let run = run();
    run.set_param("seed", 17).unwrap();
    run.set_param("seed", 17).unwrap();
    let error = run.set_param("seed", json!([18])).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    insta::assert_snapshot!(error, @r"
    the parameter `seed` of the aggregate `run` is 17 already, and was given [18]
    hint: a parameter is written once; track another run, or use a tag for what changes
    ");
    assert_eq!(run.params()["seed"].to_string(), "17");
    // 17 and 17.0 are not one text, and nobody knows which was meant.
    assert!(run.set_param("seed", 17.0).is_err());
}

#[test]
fn names_that_are_empty_are_refused() {
    let tracker = Tracker::open("memory:").unwrap();
    let experiment = tracker.experiment("digits").unwrap();
    let run = experiment.track(&Sample::new("MLP", "{}")).unwrap();
    let hash = Hash::custom("release", "v1");
    let aggregates = experiment.aggregates();
    let described =
        |kind, name| ModuleRecord::described(kind, name, hash.clone(), "{}".parse().unwrap());
    let none = Definition::default();
    let refused: [(&str, Result<()>); 13] = [
        (
            "an experiment needs a name",
            tracker.experiment("").map(drop),
        ),
        (
            "an experiment needs a name",
            tracker.experiments().create("").map(drop),
        ),
        ("an experiment needs a name", experiment.rename("")),
        (
            "an aggregate needs a id",
            experiment.track_as("", &Sample::new("MLP", "{}")).map(drop),
        ),
        (
            "an aggregate needs a id",
            aggregates.create_from("", []).map(drop),
        ),
        ("a tag needs a name", run.set_tag("", "x")),
        ("a tag needs a name", experiment.set_tag("", "x")),
        ("a parameter needs a name", run.set_param("", 1)),
        ("a metric needs a name", run.define_metric("", none.clone())),
        ("a metric needs a name", experiment.define_metric("", none)),
        (
            "a metric needs a name",
            run.metrics().add(Metric::new("", 1)),
        ),
        (
            "an iteration needs a phase",
            run.iterations().put(Iteration::new("", 0)),
        ),
        (
            "the module `MLP` needs a kind",
            described("", "MLP").map(drop),
        ),
    ];
    for (expected, refused) in refused {
        let error = refused.unwrap_err();
        assert!(matches!(error, Error::EmptyName { .. }), "{error}");
        assert!(error.to_string().starts_with(expected), "{error}");
    }
    assert!(described("model", "").is_err());
    assert_eq!(tracker.experiments().list().unwrap().len(), 1);
    assert_eq!(aggregates.list().unwrap().len(), 1);
    assert!(run.params().is_empty() && run.record().definitions.is_empty());
}

#[test]
fn there_is_one_rule_for_names() {
    let tracker = Tracker::open("memory:").unwrap();
    let experiment = tracker.experiment("digits").unwrap();
    let run = experiment.track(&Sample::new("MLP", "{}")).unwrap();
    let none = Definition::default;
    for name in ["a\0b", "line\nbreak", "\u{1b}[31m", &"x".repeat(1_001)] {
        let refused = [
            tracker.experiment(name).map(drop),
            tracker.experiments().create(name).map(drop),
            experiment.rename(name),
            experiment.aggregates().create_from(name, []).map(drop),
            experiment.set_tag(name, "x"),
            experiment.define_metric(name, none()),
            run.set_name(name),
            run.set_tag(name, "x"),
            run.set_param(name, 1),
            run.define_metric(name, none()),
            run.metrics().add(Metric::new(name, 1)),
            run.metrics().add(Metric::new("loss", 1).phase(name)),
            run.metrics()
                .add_all([Metric::new("loss", 1), Metric::new(name, 1)]),
            run.iterations().put(Iteration::new(name, 0)),
        ];
        for refused in refused {
            let error = refused.unwrap_err();
            assert!(matches!(error, Error::Name { .. }), "{error}");
            assert!(error.to_string().contains("\nhint: "), "{error}");
        }
    }
    assert!(run.metrics().summaries().unwrap().is_empty());
    let longest = "x".repeat(1_000);
    run.metrics()
        .add(Metric::new(&longest, 1).phase(&longest))
        .unwrap();
    run.set_tag(&longest, "any\nvalue").unwrap();
}

#[test]
fn epochs_beyond_the_range_are_refused() {
    let run = run();
    let above = i64::MAX.unsigned_abs() + 1;
    insta::assert_snapshot!(run.rewind(above).unwrap_err(), @r"
    the aggregate `run` has the epoch 9223372036854775808
    hint: the largest epoch is 9223372036854775807
    ");
    for refused in [
        run.set_epoch(above),
        run.rewind(u64::MAX),
        run.metrics().add(Metric::new("loss", 1).epoch(above)),
        run.iterations().put(Iteration::new("train", above)),
    ] {
        let error = refused.unwrap_err();
        assert!(matches!(error, Error::TooLarge { .. }), "{error}");
        assert_eq!(error.kind(), ErrorKind::Invalid);
    }
    assert_eq!(run.epoch(), 0);
    assert!(run.metrics().summaries().unwrap().is_empty());
    assert!(run.iterations().list().unwrap().is_empty());
}

#[test]
fn a_module_without_a_hash_is_refused() {
    let hash = Hash::custom("invalid", "because");
    let described = ModuleRecord::described("model", "MLP", hash, "{}".parse().unwrap());
    insta::assert_snapshot!(described.unwrap_err(), @r"
    the model `MLP` cannot be stored: its hash is not valid
    hint: give it arguments that can be written as JSON, or set a hash
    ");
}

#[test]
fn an_aggregate_of_the_same_id_is_not_created() {
    let tracker = Tracker::open("memory:").unwrap();
    let aggregates = tracker.experiment("digits").unwrap().aggregates();
    aggregates.create_from("sweep", []).unwrap();
    let error = aggregates.create_from("sweep", []).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Exists);
    insta::assert_snapshot!(error, @r"
    there is an aggregate `sweep` already
    hint: read it with `get` or `track`, or choose another id
    ");
}

#[test]
fn what_is_done_with_a_removed_aggregate_is_refused() {
    let run = run();
    run.clone().remove().unwrap();
    for refused in [
        run.set_name("named"),
        run.archive(),
        run.restore(),
        run.set_param("seed", 1),
        run.define_metric("loss", Definition::default()),
        run.rewind(0),
        run.metrics().all().map(drop),
        run.metrics().names().map(drop),
        run.metrics().best("loss", "").map(drop),
    ] {
        let error = refused.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
        assert!(
            error.to_string().contains(&run.uuid().to_string()),
            "{error}"
        );
    }
    assert_eq!((run.name(), run.is_archived()), (String::new(), false));
    assert!(run.params().is_empty(), "what was not stored must not show");
}

#[test]
fn a_cursor_of_another_query_is_refused() {
    let tracker = Tracker::open("memory:").unwrap();
    let experiment = tracker.experiment("digits").unwrap();
    for id in ["a", "b"] {
        experiment.track_as(id, &Sample::new("MLP", "{}")).unwrap();
    }
    let page = experiment.aggregates().find(Query::new().limit(1)).unwrap();
    let cursor = page.next.unwrap();
    for other in [
        "order by metric.loss.last",
        "epoch >= 0",
        "epoch >= 0 order by id",
    ] {
        let other: Query = other.parse().unwrap();
        let other = other.after(cursor.clone());
        let error = experiment.aggregates().find(&other).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid);
        let text = error.to_string();
        assert!(
            text.contains("the cursor belongs to another query"),
            "{text}"
        );
        assert!(
            text.contains("\nhint: a cursor continues the query"),
            "{text}"
        );
        assert!(tracker.experiments().rows(&other).is_err());
    }
}

#[test]
fn json_that_nests_too_deep_is_refused() {
    let run = run();
    let error = run
        .metrics()
        .add(Metric::new("matrix", deep()))
        .unwrap_err();
    assert!(matches!(error, Error::Json { .. }), "{error}");
    assert!(error.to_string().contains("`matrix`"), "{error}");
    let iteration = Iteration::new("train", 0).arguments(deep());
    let error = run.iterations().put(iteration).unwrap_err();
    assert!(matches!(error, Error::Json { .. }), "{error}");
    assert!(error.to_string().contains("`train`"), "{error}");
    let error = run.set_param("grid", deep()).unwrap_err();
    assert!(matches!(error, Error::Json { .. }), "{error}");
    assert!(error.to_string().contains("`grid`"), "{error}");
    assert!(run.params().is_empty());
}

#[test]
fn an_argument_that_cannot_be_written_is_named() {
    let experiment = Tracker::open("memory:")
        .unwrap()
        .experiment("digits")
        .unwrap();
    let error = experiment
        .track(&Sample::new("MLP", "no object"))
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("the model `MLP` cannot be stored"),
        "{error}"
    );
    assert!(error.to_string().contains("\nhint: "), "{error}");
}

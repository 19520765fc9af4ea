//! A search that SQL answers finds what one in memory finds, page for page.
//!
//! The tests of the crates that bring such stores take this file in.

use proptest::prelude::*;
use proptest::sample::select;
use tracker_core::conformance::Sample;
use tracker_core::ports::{
    AggregateRecord, AttemptRecord, AttemptState, Change, Detail, ExperimentRecord, Row, Scope,
    Search, Store,
};
use tracker_core::query::Page;
use tracker_core::{
    Annotation, Definition, MemoryStore, ModuleRecord, Moment, Outcome, Query, Series, Timestamp,
    Uuid,
};

fn numbers() -> impl Strategy<Value = String> {
    select(vec![
        "0",
        "-0.0",
        "0.0",
        "1",
        "1.0",
        "-1.5",
        "2",
        "0.5",
        "1e300",
        "9007199254740993",
        "9007199254740992.0",
        "9223372036854775807",
        "-9223372036854775808",
        "9223372036854775808",
        "170141183460469231731687303715884105727",
        "NaN",
        "inf",
        "-inf",
    ])
    .prop_map(str::to_owned)
}

fn texts() -> impl Strategy<Value = String> {
    let long = format!("\"{}\"", "x".repeat(300));
    let longer = format!("\"{}y\"", "x".repeat(300));
    select(vec![
        "\"\"".to_owned(),
        "\"a\"".to_owned(),
        "\"ab\"".to_owned(),
        "\"é\"".to_owned(),
        long,
        longer,
    ])
}

/// Values as a query writes them, and as JSON does where that is another way.
fn literals() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => numbers(),
        2 => texts(),
        1 => select(vec!["true", "false", "null"]).prop_map(str::to_owned),
    ]
}

fn values() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => literals().prop_map(|text| text.replace("inf", "Infinity")),
        1 => select(vec!["[1, 2]", "{\"a\": 1, \"0\": {\"b\": {\"c\": {\"d\": 3}}}}"])
            .prop_map(str::to_owned),
    ]
}

/// What a run has.
#[derive(Clone, Debug)]
struct Run {
    created: i64,
    epoch: u64,
    archived: bool,
    name: &'static str,
    /// The arguments of its modules, oldest first.
    modules: Vec<(&'static str, String)>,
    param: Option<String>,
    tag: Option<&'static str>,
    notes: &'static str,
    /// Microseconds from its beginning to its last sign of life, and how it has ended.
    attempts: Vec<(i64, Outcome)>,
    points: Vec<(&'static str, f64)>,
    json: Option<String>,
    defines: bool,
}

fn attempts() -> impl Strategy<Value = (i64, Outcome)> {
    let failed = Outcome::Failed {
        reason: "diverged".to_owned(),
    };
    let outcomes = vec![Outcome::Running, Outcome::Finished, failed];
    let lengths = vec![-1, 0, 1, 1_000_000, 1_500_000, 3_600_000_000];
    (select(lengths), select(outcomes))
}

fn runs() -> impl Strategy<Value = Run> {
    let module = (select(vec!["model", "optimizer"]), values());
    let number = select(vec![
        0.0,
        -0.0,
        1.0,
        -1.5,
        2.0,
        0.5,
        f64::NAN,
        -f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
    ]);
    let point = (select(vec!["loss", "accuracy", "odd"]), number);
    (
        (
            0..4_i64,
            0..3_u64,
            prop::bool::weighted(0.2),
            select(vec!["", "first", "second"]),
        ),
        prop::collection::vec(module, 0..4),
        prop::option::of(values()),
        (
            prop::option::of(select(vec!["", "a", "ab"])),
            select(vec!["", "a", "x.y"]),
            prop::collection::vec(attempts(), 0..3),
        ),
        prop::collection::vec(point, 0..5),
        prop::option::weighted(0.1, values()),
        prop::bool::weighted(0.05),
    )
        .prop_map(
            |(
                (created, epoch, archived, name),
                modules,
                param,
                (tag, notes, attempts),
                points,
                json,
                defines,
            )| Run {
                created,
                epoch,
                archived,
                name,
                modules,
                param,
                tag,
                notes,
                attempts,
                points,
                json,
                defines,
            },
        )
}

fn fields() -> impl Strategy<Value = &'static str> {
    select(vec![
        "model",
        "hash.model",
        "model.x",
        "model.x.a",
        "model.x.0",
        "model.x.0.b.c.d",
        "optimizer.x",
        "param.p",
        "param.p.a",
        "tag.t",
        "name",
        "notes",
        "id",
        "epoch",
        "archived",
        "status",
        "duration",
        "metric.loss.min",
        "metric.loss.max",
        "metric.loss.last",
        "metric.loss.first",
        "metric.loss.count",
        "metric.loss.best",
        "metric.accuracy.best",
        "metric.odd.best",
        "metric.none.max",
        "metric.accuracy.max",
        "metric.loss.mean(2)",
        "metric.loss.best_epoch",
        "metric.accuracy.best_step",
        "created",
        "updated",
        "ended",
    ])
}

/// A field with values that it may be compared with.
fn compared() -> impl Strategy<Value = (&'static str, Vec<String>)> {
    let statuses = select(vec!["unknown", "running", "finished", "failed", "lost"]);
    let statuses = statuses.prop_map(|status| format!("\"{status}\""));
    let times = select(vec![
        "1970-01-01",
        "1970-01-01T00:00:00.000002Z",
        "1970-01-01T00:00:01Z",
        "1970-01-01T00:59:59.9999995Z",
        "2000-01-01",
        "1d ago",
    ]);
    let times = times.prop_map(str::to_owned);
    let spans = select(vec![
        "0", "1s", "1.0", "1.5", "0.000001", "1h", "1e300", "\"a\"", "inf",
    ]);
    let spans = spans.prop_map(str::to_owned);
    let values = |of: BoxedStrategy<String>| prop::collection::vec(of, 1..4);
    let is_any = |field: &&str| !["status", "created", "updated", "ended"].contains(field);
    prop_oneof![
        8 => (fields().prop_filter("any value", is_any), values(literals().boxed())),
        1 => (Just("status"), values(statuses.boxed())),
        1 => (select(vec!["created", "updated", "ended"]), values(times.boxed())),
        1 => (Just("duration"), values(spans.boxed())),
    ]
}

fn conditions() -> impl Strategy<Value = String> {
    let signs = || select(vec!["=", "!=", "<", "<=", ">", ">="]);
    let patterns = select(vec!["a", "x.y", "^a?$", "(?i)RUN|FIRST", "ed$", "1970"]);
    let leaf = prop_oneof![
        6 => (compared(), signs())
            .prop_map(|((field, values), sign)| format!("{field} {sign} {}", values[0])),
        2 => (compared(), select(vec!["in", "not in"]))
            .prop_map(|((field, values), word)| format!("{field} {word} ({})", values.join(", "))),
        1 => (fields(), fields(), signs()).prop_map(|(a, b, sign)| format!("{a} {sign} ({b})")),
        1 => fields().prop_map(|field| format!("{field} exists")),
        1 => (fields(), texts()).prop_map(|(field, text)| format!("{field} ~ {text}")),
        1 => (fields(), select(vec!["~", "!~"]), patterns)
            .prop_map(|(field, sign, pattern)| format!("{field} {sign} \"{pattern}\"")),
    ];
    leaf.prop_recursive(3, 8, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} and {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} or {b})")),
            inner.prop_map(|a| format!("not ({a})")),
        ]
    })
}

fn queries() -> impl Strategy<Value = Query> {
    let order =
        (fields(), select(vec!["", " desc"])).prop_map(|(field, way)| format!("{field}{way}"));
    (
        prop::option::weighted(0.7, conditions()),
        prop::collection::vec(order, 0..3),
        // As tables are ordered: by a column, and then by time.
        prop::option::weighted(0.3, select(vec!["created", "created desc"])),
        prop::option::weighted(0.8, 1..6_usize),
    )
        .prop_map(|(condition, mut orders, last, limit)| {
            orders.extend(last.map(str::to_owned));
            let mut parts = Vec::from_iter(condition);
            if !orders.is_empty() {
                parts.push(format!("order by {}", orders.join(", ")));
            }
            parts.extend(limit.map(|limit| format!("limit {limit}")));
            let text = parts.join(" ");
            text.parse().unwrap()
        })
}

fn changes(experiment: Uuid, index: usize, run: &Run) -> Vec<Change> {
    let record = AggregateRecord {
        created: Timestamp::from_microsecond(run.created).unwrap(),
        epoch: run.epoch,
        archived: run.archived,
        name: run.name.to_owned(),
        definitions: run
            .defines
            .then(|| ("loss".to_owned(), Definition::default().maximize()))
            .into_iter()
            .collect(),
        ..AggregateRecord::new(experiment, format!("run-{}", index * 7 % 10))
    };
    let aggregate = record.uuid;
    let module = |(kind, value): &(&str, String)| {
        let entity = Sample::new("M", &format!("{{\"x\": {value}}}"));
        ModuleRecord::new(kind, &entity).unwrap()
    };
    let (first, later) = run.modules.split_at(run.modules.len().min(1));
    let mut changes = vec![Change::CreateAggregate {
        record,
        modules: first.iter().map(module).collect(),
    }];
    changes.extend(later.iter().map(|later| Change::PutModule {
        aggregate,
        module: module(later),
    }));
    if let Some(value) = &run.param {
        changes.push(Change::SetParam {
            aggregate,
            name: "p".to_owned(),
            value: value.parse().unwrap(),
        });
    }
    if let Some(value) = run.tag {
        changes.push(Change::Annotate {
            aggregate,
            annotation: Annotation::SetTag {
                tag: "t".to_owned(),
                value: value.to_owned(),
            },
        });
    }
    let annotation = Annotation::SetNotes(run.notes.to_owned());
    changes.push(Change::Annotate {
        aggregate,
        annotation,
    });
    for (length, outcome) in &run.attempts {
        // One that runs begins when the test is long over, so that it has run for no time; one of
        // 1970 is lost.
        let begins = if *outcome == Outcome::Running && *length < 2 {
            4_102_444_800_000_000
        } else {
            0
        };
        let time = |micros| Timestamp::from_microsecond(begins + micros).unwrap();
        changes.push(Change::PutAttempt {
            aggregate,
            attempt: AttemptRecord {
                id: Uuid::new_v4(),
                state: AttemptState {
                    started: time(0),
                    seen: time(*length),
                    ended: (*outcome != Outcome::Running).then(|| time(*length)),
                    outcome: outcome.clone(),
                    place: String::new(),
                    process: 0,
                    process_started: 0,
                },
                provenance: tracker_core::Provenance::default(),
            },
        });
    }
    let point = |name: &str| Series::new(name, "");
    for (name, number) in &run.points {
        let mut series = point(name);
        series.push_number(Moment::default(), *number);
        changes.push(Change::AddPoints {
            aggregate,
            series: vec![series],
        });
    }
    if let Some(json) = &run.json {
        let mut series = point("loss");
        series.push_json(Moment::default(), json.parse().unwrap());
        changes.push(Change::AddPoints {
            aggregate,
            series: vec![series],
        });
    }
    changes
}

fn search(store: &dyn Store, scope: &Scope, query: &Query) -> Page<Row> {
    store.search(&wanted(scope, query)).unwrap()
}

fn wanted<'q>(scope: &Scope, query: &'q Query) -> Search<'q> {
    Search {
        scope: scope.clone(),
        query,
        detail: Detail::ALL,
    }
}

/// The runs of each page, behind one that holds nothing.
fn pages(store: &dyn Store, scope: &Scope, query: &Query) -> Vec<Vec<Uuid>> {
    let mut pages = Vec::new();
    let none = search(store, scope, &query.clone().limit(0));
    assert!(none.items.is_empty());
    let Some(first) = none.next else {
        return pages;
    };
    let mut query = query.clone().after(first);
    loop {
        assert!(pages.len() < 100, "the pages of `{query}` do not end");
        let Page { items, next } = search(store, scope, &query);
        let count = store.count(&wanted(scope, &query)).unwrap();
        assert_eq!(count, items.len() as u64, "{query}");
        for row in &items {
            let alone = Scope::Uuids(vec![row.aggregate.uuid]);
            assert_eq!(
                store.rows(&alone, &Detail::ALL).unwrap(),
                std::slice::from_ref(row)
            );
        }
        pages.push(items.iter().map(|row| row.aggregate.uuid).collect());
        match next {
            Some(cursor) => query = query.after(cursor.to_string().parse().unwrap()),
            None => return pages,
        }
    }
}

/// Searches in the store in memory and in one from `open`, which is new each time.
pub(crate) fn finds_what_memory_finds(cases: u32, open: impl Fn() -> Box<dyn Store>) {
    let config = ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let runs = prop::collection::vec(runs(), 0..9);
    let queries = prop::collection::vec(queries(), 24);
    proptest!(config, |(runs in runs, queries in queries)| {
        let (store, memory) = (open(), MemoryStore::default());
        let experiments = ["one", "two"].map(ExperimentRecord::new);
        for experiment in &experiments {
            for store in [&*store, &memory] {
                let _ = store.apply(&[Change::CreateExperiment(experiment.clone())], None).unwrap();
            }
        }
        for (index, run) in runs.iter().enumerate() {
            let changes = changes(experiments[usize::from(index % 4 == 3)].id, index, run);
            for store in [&*store, &memory] {
                let _ = store.apply(&changes, None).unwrap();
            }
        }
        let scopes = [Scope::All, Scope::Experiment(experiments[0].id)];
        for (index, query) in queries.iter().enumerate() {
            let scope = &scopes[index % 2];
            prop_assert_eq!(
                pages(&*store, scope, query), pages(&memory, scope, query), "{} in {:?}", query, scope);
        }
    });
}

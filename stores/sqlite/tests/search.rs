//! A search that SQL answers finds what one in memory finds, page for page.

use proptest::prelude::*;
use proptest::sample::select;
use tracker_core::conformance::Sample;
use tracker_core::ports::{
    AggregateRecord, Change, Detail, ExperimentRecord, Scope, Search, Store,
};
use tracker_core::query::Page;
use tracker_core::{
    Annotation, Definition, MemoryStore, ModuleRecord, Moment, Query, Series, Timestamp, Uuid,
};
use tracker_sqlite::SqliteStore;

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
    points: Vec<(&'static str, f64)>,
    json: Option<String>,
    defines: bool,
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
        prop::option::of(select(vec!["", "a", "ab"])),
        prop::collection::vec(point, 0..5),
        prop::option::weighted(0.1, values()),
        prop::bool::weighted(0.05),
    )
        .prop_map(
            |((created, epoch, archived, name), modules, param, tag, points, json, defines)| Run {
                created,
                epoch,
                archived,
                name,
                modules,
                param,
                tag,
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
    ])
}

fn conditions() -> impl Strategy<Value = String> {
    let compared = (
        fields(),
        select(vec!["=", "!=", "<", "<=", ">", ">="]),
        literals(),
    );
    let leaf = prop_oneof![
        6 => compared.prop_map(|(field, sign, value)| format!("{field} {sign} {value}")),
        1 => fields().prop_map(|field| format!("{field} exists")),
        1 => (fields(), texts()).prop_map(|(field, text)| format!("{field} ~ {text}")),
        1 => (select(vec!["=", "<", ">="]), select(vec!["1970-01-01", "1970-01-01T00:00:00.000002Z"]))
            .prop_map(|(sign, time)| format!("created {sign} \"{time}\"")),
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
    let field = prop_oneof![4 => fields(), 1 => Just("created")];
    let order = (field, select(vec!["", " desc"])).prop_map(|(field, way)| format!("{field}{way}"));
    (
        prop::option::weighted(0.7, conditions()),
        prop::collection::vec(order, 0..3),
        prop::option::weighted(0.8, 1..6_usize),
    )
        .prop_map(|(condition, orders, limit)| {
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

/// The runs of each page.
fn pages(store: &dyn Store, scope: &Scope, query: &Query) -> Vec<Vec<Uuid>> {
    let mut pages = Vec::new();
    let mut query = query.clone();
    loop {
        let wanted = Search {
            scope: scope.clone(),
            query: &query,
            detail: Detail::ALL,
        };
        let Page { items, next } = store.search(&wanted).unwrap();
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn sql_finds_what_memory_finds(
        runs in prop::collection::vec(runs(), 0..9),
        queries in prop::collection::vec(queries(), 24),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let sqlite = SqliteStore::open(folder.path().join("runs.db")).unwrap();
        let memory = MemoryStore::default();
        let experiments = ["one", "two"].map(ExperimentRecord::new);
        for experiment in &experiments {
            for store in [&sqlite as &dyn Store, &memory] {
                let _ = store.apply(&[Change::CreateExperiment(experiment.clone())], None).unwrap();
            }
        }
        for (index, run) in runs.iter().enumerate() {
            let changes = changes(experiments[usize::from(index % 4 == 3)].id, index, run);
            for store in [&sqlite as &dyn Store, &memory] {
                let _ = store.apply(&changes, None).unwrap();
            }
        }
        let scopes = [Scope::All, Scope::Experiment(experiments[0].id)];
        for (index, query) in queries.iter().enumerate() {
            let scope = &scopes[index % 2];
            prop_assert_eq!(
                pages(&sqlite, scope, query), pages(&memory, scope, query), "{} in {:?}", query, scope);
        }
    }
}

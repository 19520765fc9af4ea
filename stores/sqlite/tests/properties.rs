//! Whatever is done to a store, it answers as the store in memory does.

use std::collections::BTreeMap;
use std::fmt::Debug;

use proptest::prelude::*;
use proptest::sample::select;
use registry_core::Value;
use serde_json::json;
use tracker_core::conformance::Sample;
use tracker_core::ports::{
    AggregateRecord, ArtifactRecord, AttemptRecord, AttemptState, Axis, Change, Detail,
    ExperimentRecord, Histories, Mark, Scope, Store,
};
use tracker_core::{
    Annotation, Annotations, Definition, Iteration, MemoryStore, Metric, MetricValue, ModuleRecord,
    Outcome, Provenance, Result, Series, Timestamp, Uuid,
};
use tracker_sqlite::SqliteStore;

const NAMES: [&str; 2] = ["loss", "é\0"];
const PHASES: [&str; 2] = ["", "train"];
const KINDS: [&str; 3] = ["model", "optimizer", "é"];
const RUNS: std::ops::RangeInclusive<u128> = 11..=13;

fn any_id() -> impl Strategy<Value = Uuid> {
    (1..=2_u128).prop_map(Uuid::from_u128)
}

/// The uuid of one of a few aggregates, of which not all are there.
fn any_run() -> impl Strategy<Value = Uuid> {
    RUNS.prop_map(Uuid::from_u128)
}

fn any_annotation() -> impl Strategy<Value = Annotation> {
    let text = || select(vec!["", "stage", "\"{é}\0"]).prop_map(str::to_owned);
    prop_oneof![
        (text(), text()).prop_map(|(tag, value)| Annotation::SetTag { tag, value }),
        text().prop_map(|tag| Annotation::RemoveTag { tag }),
        text().prop_map(Annotation::SetNotes),
    ]
}

fn any_time() -> impl Strategy<Value = Timestamp> {
    (-5..5_i64).prop_map(|time| Timestamp::from_microsecond(time).unwrap_or_default())
}

fn any_annotations() -> impl Strategy<Value = Annotations> {
    prop::collection::vec(any_annotation(), 0..3).prop_map(|changes| {
        let mut annotations = Annotations::default();
        for change in &changes {
            annotations.apply(change);
        }
        annotations
    })
}

fn any_definition() -> impl Strategy<Value = Definition> {
    let text = || select(vec!["", "ms", "\"é\0"]);
    (text(), text(), 0..3).prop_map(|(unit, description, direction)| {
        let definition = Definition::default().unit(unit).description(description);
        match direction {
            0 => definition,
            1 => definition.minimize(),
            _ => definition.maximize(),
        }
    })
}

fn any_definitions() -> impl Strategy<Value = BTreeMap<String, Definition>> {
    let name = select(NAMES.to_vec()).prop_map(str::to_owned);
    prop::collection::btree_map(name, any_definition(), 0..2)
}

fn any_param() -> impl Strategy<Value = (String, Value)> {
    let name = select(vec!["seed", "é\0"]).prop_map(str::to_owned);
    let value = select(vec![
        "17",
        "17.0",
        "NaN",
        "\"17\"",
        r#"{"b": [null], "a": 1e-05}"#,
    ]);
    (name, value.prop_map(|value| value.parse().unwrap()))
}

fn any_params() -> impl Strategy<Value = BTreeMap<String, Value>> {
    prop::collection::vec(any_param(), 0..3).prop_map(|params| params.into_iter().collect())
}

fn any_experiment() -> impl Strategy<Value = ExperimentRecord> {
    let name = select(vec!["digits", "letters"]);
    let others = (any_time(), any_annotations(), any_definitions());
    (any_id(), name, others).prop_map(|(id, name, (created, annotations, definitions))| {
        ExperimentRecord {
            id,
            name: name.to_owned(),
            created,
            annotations,
            definitions,
        }
    })
}

fn any_aggregate() -> impl Strategy<Value = AggregateRecord> {
    let ids = (any_run(), any_id(), select(vec!["a", "b"]));
    let others = (
        any_annotations(),
        any_definitions(),
        any_params(),
        any_name(),
    );
    let plain = (0..3_u64, any_time(), any::<bool>());
    (ids, others, plain).prop_map(
        |(
            (uuid, experiment, id),
            (annotations, definitions, params, name),
            (epoch, created, archived),
        )| {
            AggregateRecord {
                uuid,
                epoch,
                created,
                archived,
                annotations,
                definitions,
                params,
                name,
                ..AggregateRecord::new(experiment, id)
            }
        },
    )
}

fn any_name() -> impl Strategy<Value = String> {
    select(vec!["", "first", "é\0"]).prop_map(str::to_owned)
}

fn any_state() -> impl Strategy<Value = AttemptState> {
    (any_time(), any_time(), any_outcome()).prop_map(|(started, seen, outcome)| AttemptState {
        started,
        seen,
        ended: (outcome != Outcome::Running).then_some(seen),
        outcome,
        // Of no machine, so that nobody looks for its process.
        place: "elsewhere".to_owned(),
        process: 7,
        process_started: 1,
    })
}

fn any_outcome() -> impl Strategy<Value = Outcome> {
    let reason = "it gave up\0".to_owned();
    select(vec![
        Outcome::Running,
        Outcome::Finished,
        Outcome::Failed { reason },
    ])
}

fn any_attempt() -> impl Strategy<Value = AttemptRecord> {
    let command = prop::collection::vec(any_name(), 0..2);
    let more = prop::collection::btree_map(any_name(), any_param(), 0..2);
    (any_id(), any_state(), command, more).prop_map(|(id, state, command, more)| AttemptRecord {
        id,
        state,
        provenance: Provenance {
            command,
            more: more
                .into_iter()
                .map(|(name, (_, value))| (name, value))
                .collect(),
            ..Provenance::default()
        },
    })
}

fn any_artifact() -> impl Strategy<Value = ArtifactRecord> {
    let name = select(vec!["weights", "plots/é.svg"]);
    (name, prop::option::of(0..4_u64), 0..9_u64, any_time()).prop_map(
        |(name, epoch, size, created)| ArtifactRecord {
            name: name.to_owned(),
            epoch,
            hash: format!("{size:064}"),
            size,
            media_type: "image/svg+xml".to_owned(),
            created,
        },
    )
}

fn any_entity() -> impl Strategy<Value = Sample> {
    let arguments = select(vec!["{}", r#"{"lr": 1e-05, "é": [null]}"#]);
    (select(vec!["MLP", "Adam"]), arguments).prop_map(|(name, text)| Sample::new(name, text))
}

fn any_module() -> impl Strategy<Value = ModuleRecord> {
    (select(KINDS.to_vec()), any_entity(), 0..3_u64).prop_map(|(kind, entity, epoch)| {
        ModuleRecord {
            epoch,
            ..ModuleRecord::new(kind, &entity).unwrap()
        }
    })
}

/// With its hash, as the domain hands it to a store.
fn any_iteration() -> impl Strategy<Value = Iteration> {
    let entity = || prop::option::of(any_entity());
    (select(vec!["train", "test"]), 0..3_u64, entity(), entity()).prop_map(
        |(phase, epoch, dataset, module)| {
            let mut iteration = Iteration::new(phase, epoch).arguments(json!({"size": epoch / 2}));
            if let Some(dataset) = dataset {
                iteration = iteration.dataset(&dataset);
            }
            if let Some(module) = module {
                iteration = iteration.with("optimizer", &module);
            }
            let hash = iteration.hash();
            iteration.set_hash(hash)
        },
    )
}

fn any_value() -> impl Strategy<Value = MetricValue> {
    prop_oneof![
        8 => any::<u64>().prop_map(|bits| MetricValue::from(f64::from_bits(bits))),
        4 => (0..9).prop_map(MetricValue::from),
        1 => select(vec![f64::NAN, 0.0, -0.0, f64::INFINITY]).prop_map(MetricValue::from),
        1 => select(vec![json!(null), json!([[1, 0], [0, 1]])]).prop_map(MetricValue::from),
    ]
}

/// A few points, or enough that a store which packs them has to: a pattern that is repeated.
fn any_points() -> impl Strategy<Value = Vec<(u64, i64, i64, MetricValue)>> {
    let point = (0..4_u64, -2..4_i64, -9..9_i64, any_value());
    let many = prop_oneof![6 => Just(1_usize), 1 => 50..300_usize];
    let sorted = any::<bool>();
    (prop::collection::vec(point, 1..12), many, sorted).prop_map(|(pattern, many, sorted)| {
        let mut points = vec![pattern; many].concat();
        if sorted {
            points.sort_by_key(|point| (point.0, point.1));
        }
        points
    })
}

fn any_series() -> impl Strategy<Value = Vec<Series>> {
    let of = |name: &'static str, phase: &'static str| {
        prop::option::of(any_points()).prop_map(move |points| {
            let mut series = Series::new(name, phase);
            for (epoch, step, time, value) in points.into_iter().flatten() {
                let time = Timestamp::from_microsecond(time).unwrap_or_default();
                let metric = Metric::new(name, value).epoch(epoch).step(step).time(time);
                series.push(&metric);
            }
            series
        })
    };
    (
        of(NAMES[0], PHASES[0]),
        of(NAMES[0], PHASES[1]),
        of(NAMES[1], PHASES[1]),
    )
        .prop_map(|(a, b, c)| vec![a, b, c])
}

fn any_mark() -> impl Strategy<Value = Option<Mark>> {
    let mark = (any_id(), 0..5_u64);
    prop::option::of(mark.prop_map(|(journal, position)| Mark { journal, position }))
}

/// A change of an aggregate.
fn any_change_of_run() -> impl Strategy<Value = Change> {
    use Change as C;
    let text = any_name;
    let moment = (any_time(), any_outcome());
    prop_oneof![
        1 => (any_run(), text()).prop_map(|(aggregate, name)| C::NameAggregate { aggregate, name }),
        1 => (any_run(), any::<bool>())
            .prop_map(|(aggregate, archived)| C::Archive { aggregate, archived }),
        1 => (any_run(), 0..9_u64).prop_map(|(aggregate, epoch)| C::SetEpoch { aggregate, epoch }),
        1 => (any_run(), any_annotation())
            .prop_map(|(aggregate, annotation)| C::Annotate { aggregate, annotation }),
        2 => (any_run(), any_param())
            .prop_map(|(aggregate, (name, value))| C::SetParam { aggregate, name, value }),
        1 => (any_run(), select(NAMES.to_vec()), any_definition()).prop_map(
            |(aggregate, metric, definition)| C::DefineMetric {
                aggregate,
                metric: metric.to_owned(),
                definition,
            }),
        1 => any_run().prop_map(|aggregate| C::RemoveAggregate { aggregate }),
        3 => (any_run(), any_module())
            .prop_map(|(aggregate, module)| C::PutModule { aggregate, module }),
        9 => (any_run(), any_series())
            .prop_map(|(aggregate, series)| C::AddPoints { aggregate, series }),
        1 => any_run().prop_map(|aggregate| C::ClearMetrics { aggregate }),
        3 => (any_run(), any_iteration())
            .prop_map(|(aggregate, iteration)| C::PutIteration { aggregate, iteration }),
        1 => any_run().prop_map(|aggregate| C::ClearIterations { aggregate }),
        2 => (any_run(), any_attempt())
            .prop_map(|(aggregate, attempt)| C::PutAttempt { aggregate, attempt }),
        2 => (any_run(), any_id(), moment).prop_map(
            |(aggregate, attempt, (seen, outcome))| C::UpdateAttempt {
                aggregate,
                attempt,
                seen,
                outcome,
            }),
        2 => (any_run(), any_artifact())
            .prop_map(|(aggregate, artifact)| C::PutArtifact { aggregate, artifact }),
        1 => (any_run(), any_artifact()).prop_map(|(aggregate, artifact)| C::RemoveArtifact {
            aggregate,
            name: artifact.name,
            epoch: artifact.epoch,
        }),
        3 => (any_run(), 0..4_u64).prop_map(|(aggregate, epoch)| C::Rewind { aggregate, epoch }),
    ]
}

fn any_change() -> impl Strategy<Value = Change> {
    use Change as C;
    let name = select(vec!["digits", "letters"]).prop_map(str::to_owned);
    let modules = prop::collection::vec(any_module(), 0..3);
    prop_oneof![
        2 => any_experiment().prop_map(C::CreateExperiment),
        1 => (any_id(), name)
            .prop_map(|(experiment, name)| C::RenameExperiment { experiment, name }),
        1 => (any_id(), any_annotation())
            .prop_map(|(experiment, annotation)| C::AnnotateExperiment { experiment, annotation }),
        1 => (any_id(), select(NAMES.to_vec()), any_definition()).prop_map(
            |(experiment, metric, definition)| C::DefineExperimentMetric {
                experiment,
                metric: metric.to_owned(),
                definition,
            }),
        1 => any_id().prop_map(|experiment| C::RemoveExperiment { experiment }),
        3 => (any_aggregate(), modules)
            .prop_map(|(record, modules)| C::CreateAggregate { record, modules }),
        1 => any_id().prop_map(|journal| C::ForgetJournal { journal }),
        30 => any_change_of_run(),
    ]
}

/// A call of `apply`: mostly of one change, else of several at once, of which one may be refused.
fn any_call() -> impl Strategy<Value = (Vec<Change>, Option<Mark>)> {
    let changes = prop_oneof![
        3 => any_change().prop_map(|change| vec![change]),
        1 => prop::collection::vec(any_change(), 0..4),
    ];
    (changes, any_mark())
}

/// The experiment and the two aggregates to begin with: else hardly any call would find one.
fn beginning() -> Vec<Change> {
    let id = Uuid::from_u128(1);
    let experiment = ExperimentRecord {
        id,
        ..ExperimentRecord::new("digits")
    };
    let create = |uuid, name: &str| Change::CreateAggregate {
        record: AggregateRecord {
            uuid: Uuid::from_u128(uuid),
            ..AggregateRecord::new(id, name)
        },
        modules: Vec::new(),
    };
    vec![
        Change::CreateExperiment(experiment),
        create(12, "b"),
        create(11, "a"),
    ]
}

/// The answer as text: errors, too, must say the same.
fn answer<T: Debug>(answer: Result<T>) -> String {
    match answer {
        Ok(answer) => format!("{answer:?}"),
        Err(error) => error.to_string(),
    }
}

/// What the reading calls answer.
fn answers(store: &dyn Store, detail: &Detail, wanted: &Histories) -> Vec<String> {
    let mut answers = vec![
        answer(store.experiments()),
        answer(store.rows(&Scope::All, &Detail::ALL)),
        answer(store.rows(&Scope::All, detail)),
        answer(store.histories(wanted)),
    ];
    for name in ["digits", "letters"] {
        answers.push(answer(store.experiment(name)));
    }
    for id in [1, 2].map(Uuid::from_u128) {
        answers.push(answer(store.experiment_by_id(id)));
        answers.push(answer(store.position(id)));
        answers.push(answer(store.rows(&Scope::Experiment(id), detail)));
        let id_of = |id: &str| Scope::Id {
            experiment: Some(Uuid::from_u128(1)),
            id: id.to_owned(),
        };
        answers.push(answer(store.rows(&id_of("a"), detail)));
    }
    for run in RUNS.map(Uuid::from_u128) {
        answers.push(answer(store.rows(&Scope::Uuids(vec![run]), detail)));
        answers.push(answer(store.iterations(run)));
        answers.push(answer(store.attempts(run)));
        answers.push(answer(store.artifacts(run)));
        for (name, phase) in [
            (NAMES[0], PHASES[0]),
            (NAMES[0], PHASES[1]),
            (NAMES[1], PHASES[1]),
        ] {
            answers.push(answer(store.history(run, name, phase)));
        }
    }
    answers
}

fn any_named() -> impl Strategy<Value = Vec<(String, String)>> {
    let name = select(NAMES.to_vec()).prop_map(str::to_owned);
    let phase = select(PHASES.to_vec()).prop_map(str::to_owned);
    prop::collection::vec((name, phase), 0..3)
}

fn any_detail() -> impl Strategy<Value = Detail> {
    let kinds = prop::collection::vec(select(KINDS.to_vec()).prop_map(str::to_owned), 0..3);
    (prop::option::of(kinds), prop::option::of(any_named())).prop_map(|(modules, series)| Detail {
        modules,
        series,
        ..Detail::ALL
    })
}

/// Ranges of several histories, whole or thinned.
fn any_histories() -> impl Strategy<Value = Histories> {
    let edge = || prop::option::of(-2..4_i64);
    let axis = select(vec![Axis::Step, Axis::Epoch, Axis::Time]);
    let most = prop::option::of(4..40_usize);
    let runs = prop::collection::vec(any_run(), 0..3);
    (runs, any_named(), axis, (edge(), edge()), most).prop_map(
        |(aggregates, series, axis, (from, to), most)| Histories {
            aggregates,
            series,
            axis,
            from,
            to,
            most,
        },
    )
}

/// The same calls are made to the store in memory and to one in a file.
#[test]
fn sqlite_answers_as_memory_does() {
    let calls = prop::collection::vec(any_call(), 1..30);
    let config = ProptestConfig {
        cases: 24,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    proptest!(config, |(calls in calls, detail in any_detail(), wanted in any_histories())| {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(folder.path().join("store")).unwrap();
        let memory = MemoryStore::default();
        let begin = beginning();
        let _applied = (store.apply(&begin, None).unwrap(), memory.apply(&begin, None).unwrap());
        for (changes, mark) in &calls {
            let (expected, found) = (memory.apply(changes, *mark), store.apply(changes, *mark));
            prop_assert_eq!(answer(found), answer(expected), "{:?}", changes);
        }
        let expected = answers(&memory, &detail, &wanted);
        for (found, expected) in answers(&store, &detail, &wanted).iter().zip(expected) {
            prop_assert!(*found == expected, "found {found}\nexpected {expected}");
        }
        prop_assert_eq!(store.check().unwrap(), [""; 0]);
    });
}

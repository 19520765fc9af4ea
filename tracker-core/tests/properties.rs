//! Whatever is done to a store, it answers as the store in memory does.

use std::fmt::Debug;
use std::path::Path;

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;
use tracker_core::conformance::Sample;
use tracker_core::ports::{
    AggregateKey, AggregateRecord, Batch, Columns, ExperimentRecord, Mark, Store,
};
use tracker_core::{
    Annotation, Annotations, Iteration, JsonStore, MemoryStore, Metric, MetricValue, Module,
    Result, Series, SqliteStore, Timestamp, Uuid,
};

const NAMES: [&str; 2] = ["loss", "é\0"];
const PHASES: [&str; 2] = ["", "train"];
const KINDS: [&str; 3] = ["model", "optimizer", "é"];

/// A call of a port that changes something.
#[derive(Clone, Debug)]
enum Change {
    CreateExperiment(ExperimentRecord),
    RenameExperiment(Uuid, String),
    AnnotateExperiment(Uuid, Annotation),
    RemoveExperiment(Uuid),
    CreateAggregate(Uuid, AggregateRecord, Vec<Module>),
    SetEpoch(AggregateKey, u64),
    AnnotateAggregate(AggregateKey, Annotation),
    RemoveAggregate(AggregateKey),
    PutModule(AggregateKey, Module),
    AddMetrics(Vec<Batch>, Option<Mark>),
    ClearMetrics(AggregateKey),
    PutIteration(AggregateKey, Iteration),
    ClearIterations(AggregateKey),
    Forget(Uuid),
    Sync,
}

impl Change {
    fn make(&self, store: &dyn Store) -> Result<Vec<AggregateKey>> {
        match self {
            Self::AddMetrics(batches, mark) => return store.add_metrics(batches, *mark),
            Self::CreateExperiment(record) => store.create_experiment(record),
            Self::RenameExperiment(id, name) => store.rename_experiment(*id, name),
            Self::AnnotateExperiment(id, change) => store.annotate_experiment(*id, change),
            Self::RemoveExperiment(id) => store.remove_experiment(*id),
            Self::CreateAggregate(id, record, modules) => {
                store.create_aggregate(*id, record, modules)
            }
            Self::SetEpoch(key, epoch) => store.set_epoch(key, *epoch),
            Self::AnnotateAggregate(key, change) => store.annotate_aggregate(key, change),
            Self::RemoveAggregate(key) => store.remove_aggregate(key),
            Self::PutModule(key, module) => store.put_module(key, module),
            Self::ClearMetrics(key) => store.clear_metrics(key),
            Self::PutIteration(key, iteration) => store.put_iteration(key, iteration),
            Self::ClearIterations(key) => store.clear_iterations(key),
            Self::Forget(journal) => store.forget(*journal),
            Self::Sync => store.sync(),
        }?;
        Ok(Vec::new())
    }
}

fn any_id() -> impl Strategy<Value = Uuid> {
    (1..=2_u128).prop_map(Uuid::from_u128)
}

fn any_key() -> impl Strategy<Value = AggregateKey> {
    (any_id(), select(vec!["a", "b"])).prop_map(|(experiment, id)| AggregateKey {
        experiment,
        id: id.to_owned(),
    })
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

fn any_experiment() -> impl Strategy<Value = ExperimentRecord> {
    let name = select(vec!["digits", "letters"]);
    (any_id(), name, any_time(), any_annotations()).prop_map(|(id, name, created, annotations)| {
        ExperimentRecord {
            id,
            name: name.to_owned(),
            created,
            annotations,
        }
    })
}

fn any_aggregate() -> impl Strategy<Value = AggregateRecord> {
    let id = select(vec!["a", "b"]);
    (id, 0..3_u64, any_time(), any_annotations()).prop_map(|(id, epoch, created, annotations)| {
        AggregateRecord {
            id: id.to_owned(),
            epoch,
            created,
            annotations,
        }
    })
}

fn any_entity() -> impl Strategy<Value = Sample> {
    let arguments = select(vec!["{}", r#"{"lr": 1e-05, "é": [null]}"#]);
    (select(vec!["MLP", "Adam"]), arguments).prop_map(|(name, text)| Sample::new(name, text))
}

fn any_module() -> impl Strategy<Value = Module> {
    (select(KINDS.to_vec()), any_entity(), 0..3_u64).prop_map(|(kind, entity, epoch)| Module {
        epoch,
        ..Module::new(kind, &entity).unwrap()
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
fn any_points() -> impl Strategy<Value = Vec<(u64, u64, i64, MetricValue)>> {
    let point = (0..4_u64, 0..4_u64, -9..9_i64, any_value());
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

fn any_batches() -> impl Strategy<Value = Vec<Batch>> {
    let batch = (any_key(), any_series());
    let batch = batch.prop_map(|(aggregate, series)| Batch { aggregate, series });
    prop::collection::vec(batch, 1..3)
}

fn any_mark() -> impl Strategy<Value = Option<Mark>> {
    let mark = (any_id(), 0..5_u64);
    prop::option::of(mark.prop_map(|(journal, position)| Mark { journal, position }))
}

fn any_change() -> impl Strategy<Value = Change> {
    use Change as C;
    let name = select(vec!["digits", "letters"]).prop_map(str::to_owned);
    let modules = prop::collection::vec(any_module(), 0..3);
    prop_oneof![
        2 => any_experiment().prop_map(C::CreateExperiment),
        1 => (any_id(), name).prop_map(|(id, name)| C::RenameExperiment(id, name)),
        1 => (any_id(), any_annotation()).prop_map(|(id, change)| C::AnnotateExperiment(id, change)),
        1 => any_id().prop_map(C::RemoveExperiment),
        3 => (any_id(), any_aggregate(), modules)
            .prop_map(|(id, record, modules)| C::CreateAggregate(id, record, modules)),
        1 => (any_key(), 0..9_u64).prop_map(|(key, epoch)| C::SetEpoch(key, epoch)),
        1 => (any_key(), any_annotation()).prop_map(|(key, change)| C::AnnotateAggregate(key, change)),
        1 => any_key().prop_map(C::RemoveAggregate),
        3 => (any_key(), any_module()).prop_map(|(key, module)| C::PutModule(key, module)),
        9 => (any_batches(), any_mark()).prop_map(|(batches, mark)| C::AddMetrics(batches, mark)),
        1 => any_key().prop_map(C::ClearMetrics),
        3 => (any_key(), any_iteration())
            .prop_map(|(key, iteration)| C::PutIteration(key, iteration)),
        1 => any_key().prop_map(C::ClearIterations),
        1 => any_id().prop_map(C::Forget),
        1 => Just(C::Sync),
    ]
}

/// The experiment and the two aggregates to begin with: else hardly any call would find one.
fn beginning() -> Vec<Change> {
    let id = Uuid::from_u128(1);
    let experiment = ExperimentRecord {
        id,
        ..ExperimentRecord::new("digits")
    };
    vec![
        Change::CreateExperiment(experiment),
        Change::CreateAggregate(id, AggregateRecord::new("b"), Vec::new()),
        Change::CreateAggregate(id, AggregateRecord::new("a"), Vec::new()),
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
fn answers(store: &dyn Store, columns: &Columns) -> Vec<String> {
    let mut answers = vec![answer(store.experiments())];
    for name in ["digits", "letters"] {
        answers.push(answer(store.experiment(name)));
    }
    for experiment in [1, 2].map(Uuid::from_u128) {
        answers.push(answer(store.position(experiment)));
        answers.push(answer(store.aggregates(experiment)));
        answers.push(answer(store.table(experiment, &Columns::default())));
        answers.push(answer(store.table(experiment, columns)));
        for id in ["a", "b"] {
            let id = id.to_owned();
            let key = AggregateKey { experiment, id };
            answers.push(answer(store.aggregate(&key)));
            answers.push(answer(store.modules(&key)));
            answers.push(answer(store.iterations(&key)));
            answers.push(answer(store.summaries(&key)));
            for (name, phase) in [
                (NAMES[0], PHASES[0]),
                (NAMES[0], PHASES[1]),
                (NAMES[1], PHASES[1]),
            ] {
                answers.push(answer(store.summary(&key, name, phase)));
                answers.push(answer(store.history(&key, name, phase)));
            }
        }
    }
    answers
}

fn any_columns() -> impl Strategy<Value = Columns> {
    let kinds = prop::collection::vec(select(KINDS.to_vec()).prop_map(str::to_owned), 0..3);
    let name = select(NAMES.to_vec()).prop_map(str::to_owned);
    let phase = select(PHASES.to_vec()).prop_map(str::to_owned);
    let series = prop::collection::vec((name, phase), 0..3);
    let id = select(vec!["a", "b", "c"]).prop_map(str::to_owned);
    let ids = prop::collection::btree_set(id, 0..3);
    (
        prop::option::of(ids),
        prop::option::of(kinds),
        prop::option::of(series),
    )
        .prop_map(|(ids, kinds, series)| Columns { ids, kinds, series })
}

/// Makes the same changes to the store in memory and to one from `open`, which is given the path of
/// a file that does not exist yet.
fn answers_as_memory(cases: u32, open: impl Fn(&Path) -> Box<dyn Store>) {
    let changes = prop::collection::vec(any_change(), 1..30);
    let config = ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    proptest!(config, |(changes in changes, columns in any_columns())| {
        let folder = tempfile::tempdir().unwrap();
        let store = open(&folder.path().join("store"));
        let memory = MemoryStore::default();
        for change in beginning().iter().chain(&changes) {
            let (expected, found) = (change.make(&memory), change.make(&*store));
            prop_assert_eq!(answer(found), answer(expected));
        }
        for (found, expected) in answers(&*store, &columns).iter().zip(answers(&memory, &columns)) {
            prop_assert!(*found == expected, "found {found}\nexpected {expected}");
        }
        prop_assert_eq!(store.check().unwrap(), [""; 0]);
    });
}

#[test]
fn sqlite() {
    answers_as_memory(24, |path| Box::new(SqliteStore::open(path).unwrap()));
}

#[test]
fn json() {
    answers_as_memory(5, |path| Box::new(JsonStore::open(path).unwrap()));
}

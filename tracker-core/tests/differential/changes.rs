//! Any change of a store, of a few experiments and aggregates.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;
use tracker_core::conformance::Sample;
use tracker_core::ports::{
    AggregateRecord, ArtifactRecord, AttemptRecord, AttemptState, Change, ExperimentRecord, Mark,
};
use tracker_core::{
    Annotation, Annotations, Definition, Iteration, Metric, MetricValue, ModuleRecord, Outcome,
    Provenance, Series, Timestamp, Uuid,
};

use super::numbered;

pub(super) const KINDS: [&str; 3] = ["model", "optimizer", "é"];
pub(super) const SERIES: [(&str, &str); 3] = [("loss", ""), ("loss", "train"), ("é\0", "train")];

pub(super) fn experiments() -> [Uuid; 2] {
    numbered(1)
}

pub(super) fn aggregates() -> [Uuid; 3] {
    numbered(10)
}

fn any_experiment() -> impl Strategy<Value = Uuid> {
    select(experiments().to_vec())
}

fn any_aggregate() -> impl Strategy<Value = Uuid> {
    select(aggregates().to_vec())
}

fn any_text() -> impl Strategy<Value = String> {
    select(vec!["", "stage", "\"{é}\0"]).prop_map(str::to_owned)
}

fn any_metric_name() -> impl Strategy<Value = String> {
    select(SERIES.to_vec()).prop_map(|(name, _)| name.to_owned())
}

fn any_time() -> impl Strategy<Value = Timestamp> {
    (-5..5_i64).prop_map(|time| Timestamp::from_microsecond(time).unwrap_or_default())
}

fn any_annotation() -> impl Strategy<Value = Annotation> {
    prop_oneof![
        (any_text(), any_text()).prop_map(|(tag, value)| Annotation::SetTag { tag, value }),
        any_text().prop_map(|tag| Annotation::RemoveTag { tag }),
        any_text().prop_map(Annotation::SetNotes),
    ]
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
    (any_text(), any_text(), 0..3).prop_map(|(unit, description, direction)| {
        let definition = Definition::default().unit(unit).description(description);
        match direction {
            0 => definition,
            1 => definition.minimize(),
            _ => definition.maximize(),
        }
    })
}

fn any_experiment_record() -> impl Strategy<Value = ExperimentRecord> {
    let name = select(vec!["digits", "letters"]);
    let said = prop::collection::btree_map(any_metric_name(), any_definition(), 0..2);
    (any_experiment(), name, any_time(), any_annotations(), said).prop_map(
        |(id, name, created, annotations, definitions)| ExperimentRecord {
            id,
            name: name.to_owned(),
            created,
            annotations,
            definitions,
        },
    )
}

fn any_json() -> impl Strategy<Value = registry_core::Value> {
    let texts = [
        "null",
        "17",
        r#"{"b": [NaN, 1e-05], "a": 340282366920938463463374607431768211455}"#,
    ];
    select(texts.to_vec()).prop_map(|text| text.parse().unwrap())
}

fn any_aggregate_record() -> impl Strategy<Value = AggregateRecord> {
    let ids = (any_aggregate(), any_experiment(), select(vec!["a", "b"]));
    let params = prop::collection::btree_map(any_text(), any_json(), 0..2);
    let state = (any_text(), 0..3_u64, any_time(), any::<bool>());
    (ids, state, any_annotations(), params).prop_map(|(ids, state, annotations, params)| {
        let (uuid, experiment, id) = ids;
        let (name, epoch, created, archived) = state;
        AggregateRecord {
            uuid,
            name,
            epoch,
            created,
            archived,
            annotations,
            params,
            ..AggregateRecord::new(experiment, id)
        }
    })
}

fn any_entity() -> impl Strategy<Value = Sample> {
    let arguments = select(vec!["{}", r#"{"lr": 1e-05, "é": [null]}"#]);
    (select(vec!["MLP", "Adam"]), arguments).prop_map(|(name, text)| Sample::new(name, text))
}

fn any_module() -> impl Strategy<Value = ModuleRecord> {
    let kind = select(KINDS.to_vec());
    (kind, any_entity(), 0..3_u64).prop_map(|(kind, entity, epoch)| ModuleRecord {
        epoch,
        ..ModuleRecord::new(kind, &entity).unwrap()
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
fn any_points() -> impl Strategy<Value = Vec<(u64, i64, Timestamp, MetricValue)>> {
    let point = (0..4_u64, -2..3_i64, any_time(), any_value());
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
    let of = |(name, phase): (&'static str, &'static str)| {
        prop::option::of(any_points()).prop_map(move |points| {
            let mut series = Series::new(name, phase);
            for (epoch, step, time, value) in points.into_iter().flatten() {
                let metric = Metric::new(name, value).epoch(epoch).step(step).time(time);
                series.push(&metric);
            }
            series
        })
    };
    SERIES.map(of).prop_map(Vec::from)
}

pub(super) fn any_mark() -> impl Strategy<Value = Option<Mark>> {
    let mark = (any_experiment(), 0..5_u64);
    prop::option::weighted(
        0.3,
        mark.prop_map(|(journal, position)| Mark { journal, position }),
    )
}

fn any_outcome() -> impl Strategy<Value = Outcome> {
    prop_oneof![
        Just(Outcome::Running),
        Just(Outcome::Finished),
        any_text().prop_map(|reason| Outcome::Failed { reason }),
    ]
}

/// Ended where that is said, so that its status is the same whenever it is asked for.
fn any_attempt() -> impl Strategy<Value = AttemptRecord> {
    let more = prop::collection::btree_map(any_text(), any_json(), 0..2);
    (any_experiment(), any_time(), any_outcome(), more).prop_map(|(id, time, outcome, more)| {
        AttemptRecord {
            id,
            state: AttemptState {
                started: time,
                seen: time,
                ended: (outcome != Outcome::Running).then_some(time),
                outcome,
                place: "elsewhere".to_owned(),
                process: 17,
                process_started: 1 << 40,
            },
            provenance: Provenance {
                more,
                ..Provenance::default()
            },
        }
    })
}

fn any_artifact() -> impl Strategy<Value = ArtifactRecord> {
    (any_text(), prop::option::of(0..3_u64), any_time()).prop_map(|(name, epoch, created)| {
        ArtifactRecord {
            name,
            epoch,
            hash: "0".repeat(64),
            size: 1 << 40,
            media_type: "text/plain".to_owned(),
            created,
        }
    })
}

pub(super) fn any_change() -> impl Strategy<Value = Change> {
    prop_oneof![
        1 => of_experiments(),
        2 => of_records(),
        2 => of_points(),
        1 => of_attempts_and_artifacts(),
    ]
}

fn of_experiments() -> impl Strategy<Value = Change> {
    let name = select(vec!["digits", "letters"]).prop_map(str::to_owned);
    prop_oneof![
        2 => any_experiment_record().prop_map(Change::CreateExperiment),
        1 => (any_experiment(), name)
            .prop_map(|(experiment, name)| Change::RenameExperiment { experiment, name }),
        1 => (any_experiment(), any_annotation()).prop_map(
            |(experiment, annotation)| Change::AnnotateExperiment { experiment, annotation }),
        1 => (any_experiment(), any_metric_name(), any_definition()).prop_map(
            |(experiment, metric, definition)| {
                Change::DefineExperimentMetric { experiment, metric, definition }
            }),
        1 => any_experiment().prop_map(|experiment| Change::RemoveExperiment { experiment }),
    ]
}

fn of_records() -> impl Strategy<Value = Change> {
    let modules = prop::collection::vec(any_module(), 0..3);
    prop_oneof![
        4 => (any_aggregate_record(), modules)
            .prop_map(|(record, modules)| Change::CreateAggregate { record, modules }),
        1 => (any_aggregate(), any_text())
            .prop_map(|(aggregate, name)| Change::NameAggregate { aggregate, name }),
        1 => (any_aggregate(), any::<bool>())
            .prop_map(|(aggregate, archived)| Change::Archive { aggregate, archived }),
        1 => (any_aggregate(), 0..9_u64)
            .prop_map(|(aggregate, epoch)| Change::SetEpoch { aggregate, epoch }),
        1 => (any_aggregate(), any_annotation())
            .prop_map(|(aggregate, annotation)| Change::Annotate { aggregate, annotation }),
        1 => (any_aggregate(), any_text(), any_json())
            .prop_map(|(aggregate, name, value)| Change::SetParam { aggregate, name, value }),
        1 => (any_aggregate(), any_metric_name(), any_definition()).prop_map(
            |(aggregate, metric, definition)| {
                Change::DefineMetric { aggregate, metric, definition }
            }),
        1 => any_aggregate().prop_map(|aggregate| Change::RemoveAggregate { aggregate }),
        3 => (any_aggregate(), any_module())
            .prop_map(|(aggregate, module)| Change::PutModule { aggregate, module }),
        3 => (any_aggregate(), any_iteration())
            .prop_map(|(aggregate, iteration)| Change::PutIteration { aggregate, iteration }),
        1 => any_aggregate().prop_map(|aggregate| Change::ClearIterations { aggregate }),
    ]
}

fn of_points() -> impl Strategy<Value = Change> {
    prop_oneof![
        6 => (any_aggregate(), any_series())
            .prop_map(|(aggregate, series)| Change::AddPoints { aggregate, series }),
        1 => any_aggregate().prop_map(|aggregate| Change::ClearMetrics { aggregate }),
        3 => (any_aggregate(), 0..3_u64)
            .prop_map(|(aggregate, epoch)| Change::Rewind { aggregate, epoch }),
        1 => any_experiment().prop_map(|journal| Change::ForgetJournal { journal }),
    ]
}

fn of_attempts_and_artifacts() -> impl Strategy<Value = Change> {
    let epoch = prop::option::of(0..3_u64);
    prop_oneof![
        2 => (any_aggregate(), any_attempt())
            .prop_map(|(aggregate, attempt)| Change::PutAttempt { aggregate, attempt }),
        1 => (any_aggregate(), any_experiment(), any_time(), any_outcome()).prop_map(
            |(aggregate, attempt, seen, outcome)| {
                Change::UpdateAttempt { aggregate, attempt, seen, outcome }
            }),
        2 => (any_aggregate(), any_artifact())
            .prop_map(|(aggregate, artifact)| Change::PutArtifact { aggregate, artifact }),
        1 => (any_aggregate(), any_text(), epoch).prop_map(
            |(aggregate, name, epoch)| Change::RemoveArtifact { aggregate, name, epoch }),
    ]
}

//! What a store keeps survives serde, through formats with a NaN and without.

use std::fmt::Debug;

use entia::prelude::*;
use entia::tracker::ports::{
    AggregateRecord, ArtifactRecord, AttemptRecord, AttemptState, Change, ExperimentRecord, Mark,
    Mean, MeanOf, Row,
};
use entia::tracker::{
    Annotation, Annotations, Definition, MetricValue, ModuleRecord, Outcome, Provenance, Series,
    Summary, Timestamp, Uuid,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

#[derive(Entity)]
struct Adam {
    lr: f64,
    bound: f64,
}

const ADAM: Adam = Adam {
    lr: 1e-5,
    bound: f64::INFINITY,
};

/// The record after a way through JSON, which must be the one through CBOR.
fn travelled<T: Serialize + DeserializeOwned + PartialEq + Debug>(record: &T) -> T {
    let text = serde_json::to_string(record).unwrap();
    let read: T = serde_json::from_str(&text).unwrap();
    let mut bytes = Vec::new();
    ciborium::into_writer(record, &mut bytes).unwrap();
    assert_eq!(ciborium::from_reader::<T, _>(&bytes[..]).unwrap(), read);
    read
}

fn values() -> impl Iterator<Item = MetricValue> {
    let json = [json!("NaN"), json!({"$float": "NaN"}), json!([0.1, null])];
    let numbers = [
        0.1 + 0.2,
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        -0.0,
        5e-324,
        f64::MAX,
    ];
    let numbers = numbers.map(MetricValue::Number).into_iter();
    numbers.chain(json.map(MetricValue::from))
}

fn time() -> Timestamp {
    Timestamp::from_microsecond(-1_500_001).unwrap()
}

#[test]
fn experiments_and_aggregates_come_back() {
    let mut annotations = Annotations::default();
    for change in [
        Annotation::SetTag {
            tag: "stage".to_owned(),
            value: String::new(),
        },
        Annotation::RemoveTag {
            tag: "never".to_owned(),
        },
        Annotation::SetNotes("a\nb\0".to_owned()),
    ] {
        assert_eq!(travelled(&change), change);
        annotations.apply(&change);
    }
    let experiment = ExperimentRecord {
        created: time(),
        annotations: annotations.clone(),
        ..ExperimentRecord::new("digits")
    };
    assert_eq!(travelled(&experiment), experiment);
    let aggregate = AggregateRecord {
        epoch: 1 << 62,
        annotations,
        ..AggregateRecord::new(experiment.id, "a/b")
    };
    assert_eq!(travelled(&aggregate), aggregate);
    let mark = Mark {
        journal: experiment.id,
        position: 1 << 62,
    };
    assert_eq!(travelled(&mark), mark);
}

#[test]
fn points_come_back() {
    let mut series = Series::new("loss", "train");
    let mut summary = None;
    for (value, step) in values().zip(0..) {
        let point = Metric::new("loss", 0)
            .phase("train")
            .step(step)
            .time(time());
        let point = Metric { value, ..point };
        assert_eq!(travelled(&point), point);
        series.push(&point);
        summary
            .get_or_insert_with(|| Summary::of(&point))
            .add(&point);
        assert_eq!(travelled(&summary), summary);
    }
    let change = Change::AddPoints {
        aggregate: Uuid::new_v4(),
        series: vec![series, Series::new("none", "")],
    };
    assert_eq!(travelled(&change), change);
}

#[test]
fn modules_and_iterations_come_back() {
    let module = ModuleRecord::new("optimizer", &ADAM).unwrap();
    assert_eq!(travelled(&module), module);
    let plain = Iteration::new("test", 0);
    let full = Iteration::new("train", 3)
        .dataset(&ADAM)
        .arguments(json!({"rate": 0.1}))
        .with("optimizer", &ADAM);
    let set = full.clone().set_hash(entia::Hash::custom("loader", "1"));
    for iteration in [plain, full, set] {
        let text = serde_json::to_string(&iteration).unwrap();
        let read: Iteration = serde_json::from_str(&text).unwrap();
        assert_eq!(read.hash(), iteration.hash());
        assert_eq!(read.dataset, iteration.dataset);
        assert_eq!(read.arguments, iteration.arguments);
        assert_eq!(read.modules, iteration.modules);
        assert_eq!((read.phase, read.epoch), (iteration.phase, iteration.epoch));
    }
}

fn attempt() -> AttemptRecord {
    let provenance = Provenance {
        command: vec!["train".to_owned(), "--lr\0".to_owned()],
        more: [("job".to_owned(), json!([17, f64::MAX]).into())].into(),
        ..Provenance::default()
    };
    AttemptRecord {
        id: Uuid::now_v7(),
        state: AttemptState {
            started: time(),
            seen: time(),
            ended: Some(time()),
            outcome: Outcome::Failed {
                reason: "the loss is NaN".to_owned(),
            },
            place: "here".to_owned(),
            process: 7,
            process_started: u64::MAX,
        },
        provenance,
    }
}

#[test]
fn rows_come_back() {
    let large: serde_json::Value = serde_json::from_str("123456789012345678").unwrap();
    let module = ModuleRecord::new("optimizer", &ADAM).unwrap();
    let row = Row {
        aggregate: AggregateRecord {
            name: "the first".to_owned(),
            archived: true,
            params: [("seed".to_owned(), large.into())].into(),
            definitions: [("loss".to_owned(), Definition::default().minimize())].into(),
            attempt: Some(attempt().state),
            ..AggregateRecord::new(Uuid::now_v7(), "a")
        },
        modules: vec![module],
        summaries: vec![Summary::of(&Metric::new("loss", f64::NAN).time(time()))],
        means: vec![Mean {
            of: MeanOf {
                name: "loss".to_owned(),
                phase: String::new(),
                last: 10,
            },
            value: Some(f64::INFINITY),
        }],
    };
    assert_eq!(travelled(&row), row);
}

fn artifact() -> ArtifactRecord {
    ArtifactRecord {
        name: "a".to_owned(),
        epoch: Some(3),
        hash: "00".repeat(32),
        size: u64::MAX,
        media_type: "text/plain".to_owned(),
        created: time(),
    }
}

#[test]
fn every_change_comes_back() {
    let (experiment, aggregate) = (Uuid::now_v7(), Uuid::now_v7());
    let name = || "a".to_owned();
    let record = AggregateRecord::new(experiment, "a");
    let modules = vec![ModuleRecord::new("model", &ADAM).unwrap()];
    let annotation = Annotation::SetNotes(name());
    for change in [
        Change::CreateExperiment(ExperimentRecord::new("digits")),
        Change::RenameExperiment {
            experiment,
            name: name(),
        },
        Change::AnnotateExperiment {
            experiment,
            annotation: annotation.clone(),
        },
        Change::DefineExperimentMetric {
            experiment,
            metric: name(),
            definition: Definition::default().unit("ms"),
        },
        Change::RemoveExperiment { experiment },
        Change::CreateAggregate {
            record,
            modules: modules.clone(),
        },
        Change::NameAggregate {
            aggregate,
            name: name(),
        },
        Change::Archive {
            aggregate,
            archived: true,
        },
        Change::SetEpoch {
            aggregate,
            epoch: 1 << 62,
        },
        Change::Annotate {
            aggregate,
            annotation,
        },
        Change::SetParam {
            aggregate,
            name: name(),
            value: json!({"x": [1, null]}).into(),
        },
        Change::DefineMetric {
            aggregate,
            metric: name(),
            definition: Definition::default(),
        },
        Change::RemoveAggregate { aggregate },
        Change::PutModule {
            aggregate,
            module: modules[0].clone(),
        },
        Change::ClearMetrics { aggregate },
        Change::PutIteration {
            aggregate,
            iteration: Iteration::new("train", 3).dataset(&ADAM),
        },
        Change::ClearIterations { aggregate },
        Change::PutAttempt {
            aggregate,
            attempt: attempt(),
        },
        Change::UpdateAttempt {
            aggregate,
            attempt: experiment,
            seen: time(),
            outcome: Outcome::Running,
        },
        Change::PutArtifact {
            aggregate,
            artifact: artifact(),
        },
        Change::RemoveArtifact {
            aggregate,
            name: name(),
            epoch: None,
        },
        Change::Rewind {
            aggregate,
            epoch: 3,
        },
        Change::ForgetJournal {
            journal: experiment,
        },
        Change::PutSetting {
            key: name(),
            value: "{\"b\": 1, \"a\": [0.1]}".parse().ok(),
        },
    ] {
        assert_eq!(travelled(&change), change);
    }
}

//! What a store keeps survives serde, through formats with a NaN and without.

use std::fmt::Debug;

use entia::prelude::*;
use entia::tracker::ports::{AggregateKey, AggregateRecord, Batch, ExperimentRecord, Mark};
use entia::tracker::{
    Annotation, Annotations, MetricValue, Module, Series, Summary, Timestamp, Uuid,
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
        ..AggregateRecord::new("a/b")
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
    let aggregate = AggregateKey {
        experiment: Uuid::new_v4(),
        id: "a".to_owned(),
    };
    let batch = Batch {
        aggregate,
        series: vec![series, Series::new("none", "")],
    };
    assert_eq!(travelled(&batch), batch);
}

#[test]
fn modules_and_iterations_come_back() {
    let module = Module::new("optimizer", &ADAM).unwrap();
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

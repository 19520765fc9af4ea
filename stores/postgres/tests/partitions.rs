//! The commands of the documentation partition a store, and nothing else changes.

mod common;
#[path = "../../../tracker-core/tests/differential/mod.rs"]
mod differential;

use std::cell::RefCell;
use std::collections::HashMap;

use common::Place;
use tracker_core::conformance::Sample;
use tracker_core::{Metric, Tracker};
use tracker_postgres::PostgresStore;

/// The commands, for the schema of a store.
fn commands(place: &Place) -> String {
    let documentation = include_str!("../src/lib.rs");
    let (_, commands) = documentation.split_once("```sql\n").unwrap();
    let (commands, _) = commands.split_once("//! ```").unwrap();
    let schema = format!("SET search_path TO {};", place.schema);
    commands
        .replace("//!", "")
        .replace("SET search_path TO entia;", &schema)
}

/// Makes a store, and partitions its tables.
fn partitioned() -> Place {
    let place = Place::new();
    drop(PostgresStore::open(&place.address).unwrap());
    place.client().batch_execute(&commands(&place)).unwrap();
    place
}

#[test]
fn a_partitioned_store_answers_as_memory() {
    let places = RefCell::new(HashMap::new());
    differential::answers_as_memory(8, |path| {
        let mut places = places.borrow_mut();
        let place = places.entry(path.to_owned()).or_insert_with(partitioned);
        Box::new(PostgresStore::open(&place.address).unwrap())
    });
}

#[test]
fn what_was_there_before_stays() {
    let place = Place::new();
    let track = |name: &str| {
        let tracker = Tracker::open(&place.address).unwrap();
        let experiment = tracker.experiment(name).unwrap();
        (
            tracker,
            experiment.track(&Sample::new("MLP", "{}")).unwrap(),
        )
    };
    let names = ["one", "two", "three", "four"];
    for name in names {
        let (tracker, run) = track(name);
        run.metrics().add(Metric::new("loss", 0.5)).unwrap();
        tracker.flush().unwrap();
    }
    let mut client = place.client();
    client.batch_execute(&commands(&place)).unwrap();
    let sql = "SELECT count(DISTINCT tableoid) FROM aggregates";
    let parts: i64 = client.query_one(sql, &[]).unwrap().get(0);
    assert!(parts > 1, "all are in one partition");
    for name in names {
        let (tracker, run) = track(name);
        run.metrics().add(Metric::new("loss", 0.4).step(1)).unwrap();
        assert_eq!(
            run.metrics().history("loss", "").unwrap().numbers(),
            [0.5, 0.4]
        );
        assert_eq!(tracker.check().unwrap(), [""; 0]);
    }
}

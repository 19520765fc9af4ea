//! Pages over all experiments give each run once.

use tracker_core::ports::{AggregateRecord, Change, ExperimentRecord, Store};
use tracker_core::{MemoryStore, Metric, Query, Timestamp, Tracker};

#[test]
fn pages_over_all_experiments_give_each_run_once() {
    let store = MemoryStore::default();
    let experiments = ["digits", "letters"].map(ExperimentRecord::new);
    for experiment in &experiments {
        let created = Change::CreateExperiment(experiment.clone());
        let _applied = store.apply(&[created], None).unwrap();
    }
    let mut expected = Vec::new();
    // Two that nothing but their experiment tells apart are both there.
    for (id, seconds) in [("a", [0, 0]), ("b", [2, 3]), ("c", [4, 4])] {
        for (experiment, second) in experiments.iter().zip(seconds) {
            let record = AggregateRecord {
                created: Timestamp::from_second(second).unwrap(),
                ..AggregateRecord::new(experiment.id, id)
            };
            expected.push((record.created, record.id.clone(), experiment.name.clone()));
            let modules = Vec::new();
            let created = Change::CreateAggregate { record, modules };
            let _applied = store.apply(&[created], None).unwrap();
        }
    }
    let tracker = Tracker::new(store);
    for experiment in tracker.experiments().list().unwrap() {
        for run in experiment.aggregates().list().unwrap() {
            let loss = if run.id() == "c" { 0.1 } else { 0.5 };
            run.metrics().add(Metric::new("loss", loss)).unwrap();
        }
    }
    // The best first, and equals as they were created, of whatever experiment.
    expected.rotate_left(4);

    let query: Query = "order by metric.loss.last limit 1".parse().unwrap();
    let mut page = tracker.experiments().rows(&query).unwrap();
    let mut found = Vec::new();
    loop {
        found.extend(page.items.into_iter().map(|(experiment, row)| {
            let record = row.aggregate;
            (record.created, record.id, experiment.name())
        }));
        let Some(cursor) = page.next else { break };
        assert!(found.len() < expected.len(), "{found:?}");
        let next = query.clone().after(cursor);
        page = tracker.experiments().rows(next).unwrap();
    }
    assert_eq!(found, expected);
}

//! Targets that have something already.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use serde_json::json;
use tracker_core::conformance::Sample;
use tracker_core::ports::{Row, Store};
use tracker_core::{Imported, Iteration, Metric, Timestamp, import};

use super::sample::OfExperiment;
use super::{content, copy, fill, memory, metric, model, optimizer, tracker};

#[test]
fn what_has_come_since_is_added() {
    let (source, target) = (memory(), memory());
    fill(&source);
    copy(&source, &target).unwrap();

    let run = || {
        let digits = tracker(&source).experiment("digits").unwrap();
        digits.track(&model()).unwrap()
    };
    run().set_epoch(9).unwrap();
    run().with("optimizer", &optimizer("SGD")).unwrap();
    run().with("optimizer", &optimizer("Adam")).unwrap();
    run().metrics().add(metric("loss", 0.1, 9)).unwrap();
    let iteration = Iteration::new("train", 9)
        .dataset(&Sample::new("Digits", r#"{"part": "日本"}"#))
        .arguments(json!({"batch_size": 64}));
    run().iterations().put(iteration).unwrap();

    let imported = copy(&source, &target).unwrap();
    let expected = Imported {
        modules: 3, // the model is in use at epoch 9 too
        iterations: 1,
        points: 1,
        ..Imported::default()
    };
    assert_eq!(imported, expected);
    assert_eq!(content(&source), content(&target));
}

#[test]
fn the_target_keeps_what_it_has() {
    let (source, target) = (memory(), memory());
    fill(&source);
    copy(&source, &target).unwrap();

    let digits = tracker(&target).experiment("digits").unwrap();
    digits.rename("letters").unwrap();
    digits.set_tag("owner", "Ada").unwrap();
    digits.set_notes("Mine").unwrap();
    let run = digits.track(&model()).unwrap();
    run.set_epoch(40).unwrap();
    run.with("optimizer", &optimizer("Lion")).unwrap();
    run.metrics().add(metric("loss", 0.1, 2)).unwrap();
    run.metrics().add(metric("other", 0.1, 2)).unwrap();
    tracker(&target).experiment("own").unwrap();
    let before = content(&target);

    assert_eq!(copy(&source, &target).unwrap(), Imported::default());
    assert_eq!(content(&target), before);
}

/// The experiment of which the tests import much.
fn digits_of(store: &Arc<dyn Store>) -> OfExperiment {
    let mut all = content(store).into_iter();
    all.find(|(record, _)| record.name == "digits").unwrap()
}

#[test]
fn an_experiment_of_the_same_name_is_the_same() {
    let (source, target) = (memory(), memory());
    fill(&source);
    let digits = tracker(&target).experiment("digits").unwrap();
    let run = digits.track(&model()).unwrap();
    run.metrics().add(metric("loss", 7.0, 1)).unwrap();

    let imported = copy(&source, &target).unwrap();
    assert_eq!((imported.experiments, imported.aggregates), (1, 1));
    assert_eq!(imported.points, 13);
    // By their ids: the one that was there is younger than its twin.
    let names = |store: &Arc<dyn Store>| -> BTreeMap<_, _> {
        let modules = |row: &Row| -> Vec<_> {
            let modules = row.modules.iter();
            modules
                .map(|it| (it.kind.clone(), it.hash().clone(), it.epoch))
                .collect()
        };
        digits_of(store)
            .1
            .iter()
            .map(|(row, ..)| (row.aggregate.id.clone(), modules(row)))
            .collect()
    };
    assert_eq!(names(&source), names(&target));
    let run = digits.track(&model()).unwrap();
    assert_eq!(run.epoch(), 2);
    assert_eq!(run.metrics().list("loss", "train").unwrap().len(), 10);
    let record = digits_of(&target).0;
    assert_eq!(digits.id(), record.id);
    assert_eq!(record.annotations.tags["owner"], "Zoë");
    assert_eq!(copy(&source, &target).unwrap(), Imported::default());
}

#[test]
fn a_name_that_was_given_to_another_experiment_is_refused() {
    let (source, target) = (memory(), memory());
    fill(&source);
    copy(&source, &target).unwrap();
    let experiments = tracker(&target).experiments();
    experiments.get("empty").unwrap().unwrap().remove().unwrap();
    experiments
        .get("digits")
        .unwrap()
        .unwrap()
        .rename("empty")
        .unwrap();
    let error = copy(&source, &target).unwrap_err();
    assert_eq!(
        error.to_string(),
        "there is an experiment `empty` already\n\
         hint: in the target it is what the source calls `digits`; rename one of them"
    );
}

#[test]
fn a_store_imported_into_itself_stays_as_it_is() {
    let store = memory();
    fill(&store);
    let before = content(&store);
    let tracker = tracker(&store);
    assert_eq!(
        import(&tracker, &tracker, |_| {}).unwrap(),
        Imported::default()
    );
    assert_eq!(content(&store), before);
}

fn points() -> impl Strategy<Value = Vec<(u8, u64)>> {
    proptest::collection::vec((0..3_u8, 0..3_u64), 0..12)
}

/// A store with these points of one series.
fn with_points(points: &[(u8, u64)]) -> Arc<dyn Store> {
    let store = memory();
    let run = tracker(&store).experiment("digits").unwrap();
    let run = run.track(&Sample::new("MLP", "{}")).unwrap();
    let point = |(value, epoch): &(u8, u64)| {
        metric("loss", f64::from(*value), *epoch).time(Timestamp::UNIX_EPOCH)
    };
    run.metrics().add_all(points.iter().map(point)).unwrap();
    store
}

fn count(store: &Arc<dyn Store>, value: u8, epoch: u64) -> usize {
    let run = tracker(store).experiment("digits").unwrap();
    let run = run.track(&Sample::new("MLP", "{}")).unwrap();
    let history = run.metrics().list("loss", "train").unwrap();
    let is_it = |it: &&Metric| it.value.number() == Some(f64::from(value)) && it.epoch == epoch;
    history.iter().filter(is_it).count()
}

proptest! {
    #[test]
    fn each_point_is_there_as_often_as_in_the_store_that_has_it_most(
        left in points(), right in points(),
    ) {
        let (source, target) = (with_points(&left), with_points(&right));
        copy(&source, &target).unwrap();
        let often = |points: &[(u8, u64)], point| points.iter().filter(|it| **it == point).count();
        for value in 0..3 {
            for epoch in 0..3 {
                let point = (value, epoch);
                let expected = often(&left, point).max(often(&right, point));
                prop_assert_eq!(count(&target, value, epoch), expected);
            }
        }
        prop_assert_eq!(copy(&source, &target).unwrap(), Imported::default());
    }
}

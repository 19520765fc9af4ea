//! Iterations are replaced by hash and phase.

use registry_core::{Entity, Hash};
use serde_json::json;
use uuid::Uuid;

use super::{Sample, behaviours, tracked};
use crate::error::{Error, Result};
use crate::records::Iteration;
use crate::tracker::Tracker;

behaviours! {
    iteration_comes_back_exactly,
    bare_iteration_comes_back,
    same_iteration_is_replaced_in_its_place,
    changed_iteration_is_appended,
    iteration_can_have_a_hash_of_its_own,
    iterations_belong_to_their_aggregate,
    refused_iteration_leaves_no_trace,
    cleared_iterations_are_gone,
    lists_of_several_are_those_of_each,
}

fn dataset() -> Sample {
    Sample::new("Digits", r#"{"train": true, "scale": 0.1}"#)
}

fn iteration(phase: &str, epoch: u64, batch_size: u32) -> Iteration {
    Iteration::new(phase, epoch)
        .dataset(&dataset())
        .arguments(json!({"batch_size": batch_size, "shuffle": true}))
}

fn iteration_comes_back_exactly(tracker: &Tracker) -> Result<()> {
    let iterations = tracked(tracker)?.iterations();
    let put = iteration("train", 3, 64)
        .with("criterion", &Sample::new("CrossEntropy", "{}"))
        .with("optimizer", &Sample::new("Adam", r#"{"lr": 1e-05}"#));
    iterations.put(put.clone())?;
    let listed = iterations.list()?;
    assert_eq!(listed.len(), 1);
    let read = &listed[0];
    assert_eq!((read.phase.as_str(), read.epoch), ("train", 3));
    assert_eq!(read.dataset, dataset().metadata().ok());
    assert_eq!(read.arguments, put.arguments);
    assert_eq!(read.modules, put.modules);
    assert_eq!(read.hash(), put.hash());
    Ok(())
}

fn bare_iteration_comes_back(tracker: &Tracker) -> Result<()> {
    let iterations = tracked(tracker)?.iterations();
    assert!(iterations.list()?.is_empty());
    iterations.put(Iteration::new("test", 0))?;
    let listed = iterations.list()?;
    assert_eq!(listed[0].dataset, None);
    assert_eq!(listed[0].arguments.to_string(), "{}");
    assert!(listed[0].modules.is_empty());
    Ok(())
}

fn same_iteration_is_replaced_in_its_place(tracker: &Tracker) -> Result<()> {
    let iterations = tracked(tracker)?.iterations();
    let criterion = Sample::new("CrossEntropy", "{}");
    iterations.put(iteration("train", 1, 64).with("criterion", &criterion))?;
    iterations.put(iteration("test", 1, 64))?;
    iterations.put(iteration("train", 2, 64))?;
    let listed = iterations.list()?;
    let seen: Vec<_> = listed
        .iter()
        .map(|one| (one.phase.as_str(), one.epoch))
        .collect();
    assert_eq!(seen, [("train", 2), ("test", 1)]);
    assert!(
        listed[0].modules.is_empty(),
        "nothing of the one before may stay"
    );
    assert_eq!(listed[0].dataset, dataset().metadata().ok());
    Ok(())
}

fn changed_iteration_is_appended(tracker: &Tracker) -> Result<()> {
    let iterations = tracked(tracker)?.iterations();
    iterations.put(iteration("train", 1, 64))?;
    iterations.put(iteration("train", 1, 32))?;
    iterations.put(iteration("train", 1, 64).dataset(&Sample::new("Digits", "{}")))?;
    assert_eq!(iterations.list()?.len(), 3);
    Ok(())
}

fn iteration_can_have_a_hash_of_its_own(tracker: &Tracker) -> Result<()> {
    let iterations = tracked(tracker)?.iterations();
    let hash = Hash::custom("loader", "1234");
    iterations.put(iteration("train", 1, 64).set_hash(hash.clone()))?;
    iterations.put(iteration("train", 2, 32).set_hash(hash.clone()))?;
    iterations.put(iteration("train", 3, 32).set_hash(Hash::custom("other", "1234")))?;
    let listed = iterations.list()?;
    assert_eq!(listed.len(), 2);
    assert_eq!((listed[0].hash(), listed[0].epoch), (hash, 2));
    assert_eq!(listed[0].arguments, iteration("train", 2, 32).arguments);
    Ok(())
}

fn iterations_belong_to_their_aggregate(tracker: &Tracker) -> Result<()> {
    tracked(tracker)?
        .iterations()
        .put(iteration("train", 1, 64))?;
    let other = tracker
        .experiment("digits")?
        .track(&Sample::new("GLU", "{}"))?;
    other.iterations().put(iteration("train", 5, 64))?;
    assert_eq!(tracked(tracker)?.iterations().list()?[0].epoch, 1);
    Ok(())
}

fn refused_iteration_leaves_no_trace(tracker: &Tracker) -> Result<()> {
    let iterations = tracked(tracker)?.iterations();
    let unwritable = Sample::new("Digits", "no object");
    let put = iterations.put(iteration("train", 1, 64).dataset(&unwritable));
    assert!(matches!(put, Err(Error::Unwritable { .. })));
    let put = iterations.put(iteration("train", 1, 64).with("criterion", &unwritable));
    assert!(matches!(put, Err(Error::Unwritable { .. })));
    let put = iterations.put(iteration("", 1, 64));
    assert!(matches!(put, Err(Error::EmptyName { .. })));
    let put = iterations.put(iteration("train", u64::MAX, 64));
    assert!(matches!(put, Err(Error::TooLarge { .. })));
    assert!(iterations.list()?.is_empty());
    Ok(())
}

fn cleared_iterations_are_gone(tracker: &Tracker) -> Result<()> {
    let iterations = tracked(tracker)?.iterations();
    iterations.put(iteration("train", 1, 64))?;
    iterations.clear()?;
    assert!(iterations.list()?.is_empty());
    iterations.put(iteration("train", 1, 64))?;
    assert_eq!(iterations.list()?.len(), 1);
    Ok(())
}

fn lists_of_several_are_those_of_each(tracker: &Tracker) -> Result<()> {
    let experiment = tracker.experiment("digits")?;
    let (first, none) = (tracked(tracker)?, Uuid::nil());
    let other = experiment.track(&Sample::new("GLU", "{}"))?;
    for (run, epochs) in [(&first, 1..3), (&other, 5..6)] {
        for epoch in epochs {
            run.iterations().put(iteration("train", epoch, 64))?;
        }
        run.attempt()?.finish()?;
    }
    let store = tracker.link().settled()?;
    let asked = [other.uuid(), none, first.uuid()];
    let lists = store.iterations_of(&asked)?;
    let alone = |uuid| store.iterations(uuid);
    assert_eq!(lists, [alone(asked[0])?, alone(none)?, alone(asked[2])?]);
    assert_eq!(lists.iter().map(Vec::len).collect::<Vec<_>>(), [1, 0, 1]);
    let lists = store.attempts_of(&asked)?;
    let alone = |uuid| store.attempts(uuid);
    assert_eq!(lists, [alone(asked[0])?, alone(none)?, alone(asked[2])?]);
    assert_eq!(lists.iter().map(Vec::len).collect::<Vec<_>>(), [1, 0, 1]);
    let lists = store.artifacts_of(&asked)?;
    assert_eq!(lists, [Vec::new(), Vec::new(), Vec::new()]);
    assert!(store.artifacts_of(&[])?.is_empty());
    Ok(())
}

//! Aggregates are known by the identity of their model.

use registry_core::{Entity, Hash};

use super::{Sample, behaviours, model, tracked};
use crate::error::{Error, Result};
use crate::records::Metric;
use crate::tracker::Tracker;

behaviours! {
    aggregate_is_known_by_the_hash_of_its_model,
    aggregate_can_have_an_id_of_its_own,
    aggregate_that_is_there_is_not_created,
    aggregates_belong_to_their_experiment,
    aggregates_are_listed_as_created,
    epoch_is_kept,
    epoch_above_the_range_is_refused,
    refused_model_leaves_no_trace,
    any_entity_can_be_tracked,
    removed_aggregate_is_gone_with_all_it_held,
    cleared_aggregates_are_gone,
    one_model_can_be_tracked_at_once,
    aggregates_are_counted,
}

fn aggregate_is_known_by_the_hash_of_its_model(tracker: &Tracker) -> Result<()> {
    let experiment = tracker.experiment("digits")?;
    let run = experiment.track(&model())?;
    assert_eq!(run.id(), model().hash().as_str());
    assert_eq!(run.epoch(), 0, "a new aggregate stands at epoch 0");
    assert_eq!(experiment.track(&model())?.id(), run.id());
    experiment.track(&Sample::new("MLP", r#"{"layers": 3}"#))?;
    assert_eq!(experiment.aggregates().list()?.len(), 2);
    Ok(())
}

fn aggregate_can_have_an_id_of_its_own(tracker: &Tracker) -> Result<()> {
    let experiment = tracker.experiment("digits")?;
    experiment.track(&model())?;
    let run = experiment.track_as("seed-1", &model())?;
    assert_eq!(run.id(), "seed-1");
    assert_eq!(run.module("model")?.hash(), &model().hash());
    assert!(experiment.aggregates().get("seed-1")?.is_some());
    assert_eq!(experiment.aggregates().list()?.len(), 2);
    assert!(matches!(
        experiment.track_as("", &model()),
        Err(Error::EmptyName { .. })
    ));
    Ok(())
}

fn aggregate_that_is_there_is_not_created(tracker: &Tracker) -> Result<()> {
    let aggregates = tracker.experiment("digits")?.aggregates();
    let run = aggregates.create("seed-1", &model())?;
    run.set_epoch(3)?;
    run.metrics().add(Metric::new("loss", 0.5))?;
    let again = aggregates.create("seed-1", &Sample::new("GLU", "{}"));
    assert!(matches!(again, Err(Error::Taken { .. })));
    assert_eq!(aggregates.list()?.len(), 1);
    let kept = aggregates.get("seed-1")?.map(|run| run.epoch());
    assert_eq!(kept, Some(3), "what is there must stay as it is");
    assert_eq!(run.modules()?.len(), 1, "no module may come from a refusal");
    assert_eq!(run.metrics().list("loss", "")?.len(), 1);
    Ok(())
}

fn aggregates_belong_to_their_experiment(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    run.set_epoch(3)?;
    let other = tracker.experiment("mnist")?;
    assert!(other.aggregates().get(run.id())?.is_none());
    assert_eq!(other.track(&model())?.epoch(), 0);
    assert_eq!(tracked(tracker)?.epoch(), 3);
    Ok(())
}

fn aggregates_are_listed_as_created(tracker: &Tracker) -> Result<()> {
    let experiment = tracker.experiment("digits")?;
    assert!(experiment.aggregates().list()?.is_empty());
    for id in ["c", "a", "b", "a"] {
        experiment.track_as(id, &model())?;
    }
    let aggregates = experiment.aggregates().list()?;
    let ids: Vec<&str> = aggregates.iter().map(crate::Aggregate::id).collect();
    assert_eq!(ids, ["c", "a", "b"]);
    Ok(())
}

fn epoch_is_kept(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    let clone = run.clone();
    run.set_epoch(run.epoch() + 5)?;
    assert_eq!((run.epoch(), clone.epoch()), (5, 5));
    assert_eq!(tracked(tracker)?.epoch(), 5);
    run.set_epoch(2)?;
    let aggregates = tracker.experiment("digits")?.aggregates();
    assert_eq!(aggregates.get(run.id())?.map(|run| run.epoch()), Some(2));
    assert_eq!(aggregates.list()?[0].epoch(), 2);
    Ok(())
}

fn epoch_above_the_range_is_refused(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    let limit = i64::MAX.unsigned_abs();
    run.set_epoch(limit)?;
    assert!(matches!(
        run.set_epoch(limit + 1),
        Err(Error::TooLarge { .. })
    ));
    assert_eq!((run.epoch(), tracked(tracker)?.epoch()), (limit, limit));
    Ok(())
}

fn refused_model_leaves_no_trace(tracker: &Tracker) -> Result<()> {
    let experiment = tracker.experiment("digits")?;
    let unwritable = Sample::new("MLP", "no object");
    assert!(matches!(
        experiment.track(&unwritable),
        Err(Error::Unwritable { .. })
    ));
    let invalid = model().with_hash(Hash::custom("invalid", "because"));
    assert!(matches!(
        experiment.track(&invalid),
        Err(Error::NoIdentity { .. })
    ));
    let nameless = Sample::new("", "{}");
    assert!(matches!(
        experiment.track(&nameless),
        Err(Error::EmptyName { .. })
    ));
    assert!(experiment.aggregates().list()?.is_empty());
    Ok(())
}

fn any_entity_can_be_tracked(tracker: &Tracker) -> Result<()> {
    let experiment = tracker.experiment("digits")?;
    let boxed: Box<dyn Entity> = Box::new(model());
    let plain = experiment.track(&model())?;
    assert_eq!(experiment.track(&boxed)?.id(), plain.id());
    assert_eq!(experiment.track(&*boxed)?.id(), plain.id());
    assert_eq!(experiment.aggregates().list()?.len(), 1);
    Ok(())
}

fn removed_aggregate_is_gone_with_all_it_held(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    run.metrics().add(Metric::new("loss", 0.5))?;
    run.clone().remove()?;
    run.clone().remove()?;
    assert!(
        tracker
            .experiment("digits")?
            .aggregates()
            .list()?
            .is_empty()
    );
    assert!(matches!(run.set_epoch(1), Err(Error::Missing { .. })));
    assert_eq!(run.epoch(), 0, "an epoch that was not stored must not show");
    assert!(matches!(
        run.with("loss", &model()),
        Err(Error::Missing { .. })
    ));
    let added = run.metrics().add(Metric::new("loss", 1.0));
    assert!(matches!(
        added.and_then(|()| tracker.flush()),
        Err(Error::Missing { .. })
    ));
    assert!(matches!(
        run.metrics().summaries(),
        Err(Error::Missing { .. })
    ));
    assert!(matches!(
        run.iterations().list(),
        Err(Error::Missing { .. })
    ));
    assert!(tracked(tracker)?.metrics().list("loss", "")?.is_empty());
    Ok(())
}

fn cleared_aggregates_are_gone(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    let experiment = tracker.experiment("digits")?;
    experiment.track_as("seed-1", &model())?;
    let other = tracker.experiment("mnist")?;
    other.track(&model())?;
    experiment.aggregates().clear()?;
    experiment.aggregates().clear()?;
    assert!(experiment.aggregates().list()?.is_empty());
    assert!(matches!(run.modules(), Err(Error::Missing { .. })));
    assert!(tracker.experiments().get("digits")?.is_some());
    assert_eq!(other.aggregates().list()?.len(), 1);
    Ok(())
}

fn one_model_can_be_tracked_at_once(tracker: &Tracker) -> Result<()> {
    let runs = std::thread::scope(|scope| {
        let runs: Vec<_> = (0..8).map(|_| scope.spawn(|| tracked(tracker))).collect();
        runs.into_iter()
            .filter_map(|run| run.join().ok())
            .collect::<Result<Vec<_>>>()
    })?;
    assert_eq!(runs.len(), 8, "no thread may fail");
    assert_eq!(tracker.experiment("digits")?.aggregates().list()?.len(), 1);
    assert_eq!(runs[0].modules()?.len(), 1, "the model must be stored once");
    Ok(())
}

fn aggregates_are_counted(tracker: &Tracker) -> Result<()> {
    let digits = tracker.experiment("digits")?;
    let letters = tracker.experiment("letters")?;
    tracker.experiment("empty")?;
    for id in ["a", "b", "c"] {
        digits.track_as(id, &model())?;
    }
    letters.track_as("a", &model())?.archive()?;
    let removed = digits.aggregates().get("b")?;
    removed.map_or(Ok(()), crate::Aggregate::remove)?;
    let counts = tracker.store()?.counts()?.into_iter().collect::<Vec<_>>();
    let mut expected = vec![(digits.id(), 2), (letters.id(), 1)];
    expected.sort_unstable();
    assert_eq!(counts, expected);
    Ok(())
}

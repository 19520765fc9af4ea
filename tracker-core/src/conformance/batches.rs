//! Points arrive in batches, with the position of the journal that they come from.

use super::{behaviours, model, tracked};
use crate::aggregate::Aggregate;
use crate::error::Result;
use crate::metric::Metric;
use crate::ports::{AggregateKey, Batch, Mark};
use crate::series::Series;
use crate::tracker::Tracker;
use uuid::Uuid;

behaviours! {
    batches_of_several_aggregates_are_added,
    points_of_missing_aggregates_are_reported,
    points_of_one_mark_are_added_once,
    mark_that_is_not_beyond_changes_nothing,
    journals_are_told_apart,
    position_is_forgotten,
    position_outlives_what_was_added,
}

fn key(experiment: Uuid, id: &str) -> AggregateKey {
    AggregateKey {
        experiment,
        id: id.to_owned(),
    }
}

/// The points of an aggregate: in each series of this name, numbers at ascending steps.
fn batch(aggregate: AggregateKey, series: &[(&str, &[f64])]) -> Batch {
    let series = series.iter().map(|(name, numbers)| {
        let mut series = Series::new(*name, "train");
        for (step, number) in (0..).zip(*numbers) {
            series.push(&Metric::new(*name, *number).step(step));
        }
        series
    });
    Batch {
        aggregate,
        series: series.collect(),
    }
}

fn numbers(run: &Aggregate, name: &str) -> Result<Vec<f64>> {
    Ok(run.metrics().history(name, "train")?.numbers().to_vec())
}

/// Asserts that history and summary hold this many points.
fn assert_points(run: &Aggregate, count: u64) -> Result<()> {
    assert_eq!(numbers(run, "loss")?.len() as u64, count);
    let summary = run.metrics().summary("loss", "train")?;
    assert_eq!(summary.map_or(0, |summary| summary.count), count);
    Ok(())
}

fn batches_of_several_aggregates_are_added(tracker: &Tracker) -> Result<()> {
    let (one, two) = (tracker.experiment("one")?, tracker.experiment("two")?);
    let runs = [
        one.track_as("a", &model())?,
        one.track_as("b", &model())?,
        two.track_as("a", &model())?,
    ];
    let store = tracker.link().store();
    let missing = store.add_metrics(
        &[
            batch(key(one.id(), "b"), &[("loss", &[4.0, 3.0])]),
            batch(
                key(one.id(), "a"),
                &[("loss", &[2.0, 1.0]), ("rate", &[0.5])],
            ),
            batch(key(two.id(), "a"), &[("loss", &[6.0])]),
        ],
        None,
    )?;
    assert!(missing.is_empty());
    assert_eq!(numbers(&runs[0], "loss")?, [2.0, 1.0]);
    assert_eq!(numbers(&runs[0], "rate")?, [0.5]);
    assert_eq!(numbers(&runs[1], "loss")?, [4.0, 3.0]);
    assert_eq!(numbers(&runs[2], "loss")?, [6.0]);
    Ok(())
}

fn points_of_missing_aggregates_are_reported(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    let experiment = tracker.experiment("digits")?;
    let nowhere = tracker.experiment("gone")?;
    nowhere.clone().remove()?;
    let unknown = [key(experiment.id(), "unknown"), key(nowhere.id(), run.id())];
    let mark = Mark {
        journal: Uuid::new_v4(),
        position: 8,
    };
    let batches = [
        batch(unknown[0].clone(), &[("loss", &[1.0])]),
        batch(key(experiment.id(), run.id()), &[("loss", &[2.0])]),
        batch(unknown[1].clone(), &[("loss", &[3.0])]),
    ];
    let store = tracker.link().store();
    let missing = store.add_metrics(&batches, Some(mark))?;
    assert_eq!(missing.len(), 2, "each missing aggregate is returned");
    assert!(unknown.iter().all(|key| missing.contains(key)));
    assert_eq!(numbers(&run, "loss")?, [2.0], "the others must be added");
    assert_eq!(store.position(mark.journal)?, 8);
    assert!(experiment.aggregates().get("unknown")?.is_none());
    Ok(())
}

fn points_of_one_mark_are_added_once(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    let batches = [batch(
        key(tracker.experiment("digits")?.id(), run.id()),
        &[("loss", &[1.0, 2.0])],
    )];
    let store = tracker.link().store();
    let journal = Uuid::new_v4();
    assert_eq!(store.position(journal)?, 0, "the journal is not known yet");
    for (position, count) in [(40, 2), (40, 2), (1 << 40, 4), (1 << 40, 4)] {
        let mark = Mark { journal, position };
        store.add_metrics(&batches, Some(mark))?;
        assert_eq!(store.position(journal)?, position);
        assert_points(&run, count)?;
    }
    store.add_metrics(&batches, None)?;
    assert_points(&run, 6)
}

fn mark_that_is_not_beyond_changes_nothing(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    let experiment = tracker.experiment("digits")?.id();
    let store = tracker.link().store();
    let journal = Uuid::new_v4();
    let moved = |position| Some(Mark { journal, position });
    store.add_metrics(&[], moved(40))?;
    assert_eq!(store.position(journal)?, 40, "a mark needs no points");
    let batches = [
        batch(key(experiment, run.id()), &[("loss", &[1.0])]),
        batch(key(experiment, "unknown"), &[("loss", &[1.0])]),
    ];
    for position in [39, 40] {
        let missing = store.add_metrics(&batches, moved(position))?;
        assert!(missing.is_empty(), "the call does nothing");
        assert_eq!(store.position(journal)?, 40);
    }
    assert_points(&run, 0)
}

fn journals_are_told_apart(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    let aggregate = key(tracker.experiment("digits")?.id(), run.id());
    let batches = [batch(aggregate, &[("loss", &[1.0])])];
    let store = tracker.link().store();
    let journals = [Uuid::new_v4(), Uuid::new_v4()];
    for (journal, position) in journals.into_iter().zip([40, 30]) {
        let mark = Mark { journal, position };
        store.add_metrics(&batches, Some(mark))?;
    }
    assert_points(&run, 2)?;
    assert_eq!(store.position(journals[0])?, 40);
    assert_eq!(store.position(journals[1])?, 30);
    Ok(())
}

fn position_is_forgotten(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    let store = tracker.link().store();
    let [journal, other] = [Uuid::new_v4(), Uuid::new_v4()];
    for journal in [journal, other] {
        let position = 40;
        store.add_metrics(&[], Some(Mark { journal, position }))?;
    }
    store.forget(journal)?;
    store.forget(journal)?;
    assert_eq!(store.position(journal)?, 0);
    assert_eq!(store.position(other)?, 40);
    let aggregate = key(tracker.experiment("digits")?.id(), run.id());
    let batches = [batch(aggregate, &[("loss", &[1.0])])];
    let position = 8;
    store.add_metrics(&batches, Some(Mark { journal, position }))?;
    assert_points(&run, 1)
}

fn position_outlives_what_was_added(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    let aggregate = key(tracker.experiment("digits")?.id(), run.id());
    let batches = [batch(aggregate, &[("loss", &[1.0])])];
    let mark = Mark {
        journal: Uuid::new_v4(),
        position: 40,
    };
    let store = tracker.link().store();
    store.add_metrics(&batches, Some(mark))?;
    run.metrics().clear()?;
    store.add_metrics(&batches, Some(mark))?;
    assert_points(&run, 0)?;
    tracker.experiments().clear()?;
    assert_eq!(store.position(mark.journal)?, 40);
    Ok(())
}

//! Points arrive in batches, with the position of the journal that they come from.

use super::{behaviours, model, tracked};
use crate::aggregate::Aggregate;
use crate::error::{Error, Result};
use crate::ports::{AggregateRecord, Change, Detail, ExperimentRecord, Mark, Scope};
use crate::records::{Annotation, Metric, Outcome, Series, now};
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
    list_is_applied_whole_or_not_at_all,
    mark_of_a_refused_list_is_not_set,
    changes_of_any_sort_have_marks,
    identity_stays_the_same,
    change_of_what_is_missing_is_refused,
}

/// The points of an aggregate: in each series of this name, numbers at ascending steps.
fn batch(aggregate: Uuid, series: &[(&str, &[f64])]) -> Change {
    let series = series.iter().map(|(name, numbers)| {
        let mut series = Series::new(*name, "train");
        for (step, number) in (0..).zip(*numbers) {
            series.push(&Metric::new(*name, *number).step(step));
        }
        series
    });
    Change::AddPoints {
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
    let store = tracker.link().store()?;
    let applied = store.apply(
        &[
            batch(runs[1].uuid(), &[("loss", &[4.0, 3.0])]),
            batch(runs[0].uuid(), &[("loss", &[2.0, 1.0]), ("rate", &[0.5])]),
            batch(runs[2].uuid(), &[("loss", &[6.0])]),
        ],
        None,
    )?;
    assert!(applied.missing.is_empty());
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
    let gone = nowhere.track(&model())?.uuid();
    nowhere.remove()?;
    let unknown = [Uuid::new_v4(), gone];
    let mark = Mark {
        journal: Uuid::new_v4(),
        position: 8,
    };
    let batches = [
        batch(unknown[0], &[("loss", &[1.0])]),
        batch(run.uuid(), &[("loss", &[2.0])]),
        batch(unknown[1], &[("loss", &[3.0])]),
        batch(unknown[0], &[("loss", &[4.0])]),
    ];
    let store = tracker.link().store()?;
    let missing = store.apply(&batches, Some(mark))?.missing;
    assert_eq!(missing.len(), 2, "each missing aggregate is told, once");
    assert!(unknown.iter().all(|uuid| missing.contains(uuid)));
    assert_eq!(numbers(&run, "loss")?, [2.0], "the others must be added");
    assert_eq!(store.position(mark.journal)?, 8);
    assert_eq!(experiment.aggregates().list()?.len(), 1);
    Ok(())
}

fn points_of_one_mark_are_added_once(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    let batches = [batch(run.uuid(), &[("loss", &[1.0, 2.0])])];
    let store = tracker.link().store()?;
    let journal = Uuid::new_v4();
    assert_eq!(store.position(journal)?, 0, "the journal is not known yet");
    for (position, count) in [(40, 2), (40, 2), (1 << 40, 4), (1 << 40, 4)] {
        let mark = Mark { journal, position };
        let _ = store.apply(&batches, Some(mark))?;
        assert_eq!(store.position(journal)?, position);
        assert_points(&run, count)?;
    }
    let _ = store.apply(&batches, None)?;
    assert_points(&run, 6)
}

fn mark_that_is_not_beyond_changes_nothing(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    let store = tracker.link().store()?;
    let journal = Uuid::new_v4();
    let moved = |position| Some(Mark { journal, position });
    let _ = store.apply(&[], moved(40))?;
    assert_eq!(store.position(journal)?, 40, "a mark needs no points");
    let batches = [
        batch(run.uuid(), &[("loss", &[1.0])]),
        batch(Uuid::new_v4(), &[("loss", &[1.0])]),
    ];
    for position in [39, 40] {
        let missing = store.apply(&batches, moved(position))?.missing;
        assert!(missing.is_empty(), "the call does nothing");
        assert_eq!(store.position(journal)?, 40);
    }
    assert_points(&run, 0)
}

fn journals_are_told_apart(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    let batches = [batch(run.uuid(), &[("loss", &[1.0])])];
    let store = tracker.link().store()?;
    let journals = [Uuid::new_v4(), Uuid::new_v4()];
    for (journal, position) in journals.into_iter().zip([40, 30]) {
        let mark = Mark { journal, position };
        let _ = store.apply(&batches, Some(mark))?;
    }
    assert_points(&run, 2)?;
    assert_eq!(store.position(journals[0])?, 40);
    assert_eq!(store.position(journals[1])?, 30);
    Ok(())
}

fn position_is_forgotten(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    let store = tracker.link().store()?;
    let [journal, other] = [Uuid::new_v4(), Uuid::new_v4()];
    for journal in [journal, other] {
        let position = 40;
        let _ = store.apply(&[], Some(Mark { journal, position }))?;
    }
    for _ in 0..2 {
        let _ = store.apply(&[Change::ForgetJournal { journal }], None)?;
    }
    assert_eq!(store.position(journal)?, 0);
    assert_eq!(store.position(other)?, 40);
    let batches = [batch(run.uuid(), &[("loss", &[1.0])])];
    let position = 8;
    let _ = store.apply(&batches, Some(Mark { journal, position }))?;
    assert_points(&run, 1)
}

fn position_outlives_what_was_added(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    let batches = [batch(run.uuid(), &[("loss", &[1.0])])];
    let mark = Mark {
        journal: Uuid::new_v4(),
        position: 40,
    };
    let store = tracker.link().store()?;
    let _ = store.apply(&batches, Some(mark))?;
    run.metrics().clear()?;
    let _ = store.apply(&batches, Some(mark))?;
    assert_points(&run, 0)?;
    tracker.experiments().clear()?;
    assert_eq!(store.position(mark.journal)?, 40);
    Ok(())
}

fn list_is_applied_whole_or_not_at_all(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    let aggregate = run.uuid();
    let before = tracker.link().store()?.rows(&Scope::All, &Detail::ALL)?;
    let refused = tracker.link().store()?.apply(
        &[
            Change::CreateExperiment(ExperimentRecord::new("another")),
            batch(aggregate, &[("loss", &[1.0])]),
            Change::SetEpoch {
                aggregate,
                epoch: 7,
            },
            Change::NameAggregate {
                aggregate,
                name: "named".to_owned(),
            },
            Change::CreateExperiment(ExperimentRecord::new("digits")),
        ],
        None,
    );
    assert!(matches!(refused, Err(Error::Taken { .. })));
    let after = tracker.link().store()?.rows(&Scope::All, &Detail::ALL)?;
    assert_eq!(after, before, "nothing of a list may stay that was refused");
    assert_eq!(tracker.experiments().list()?.len(), 1);
    assert!(numbers(&run, "loss")?.is_empty());
    Ok(())
}

fn mark_of_a_refused_list_is_not_set(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    let store = tracker.link().store()?;
    let mark = Mark {
        journal: Uuid::new_v4(),
        position: 40,
    };
    let gone = Change::SetEpoch {
        aggregate: Uuid::new_v4(),
        epoch: 1,
    };
    let refused = store.apply(&[batch(run.uuid(), &[("loss", &[1.0])]), gone], Some(mark));
    assert!(matches!(refused, Err(Error::Missing { .. })));
    assert_eq!(store.position(mark.journal)?, 0);
    let _ = store.apply(&[batch(run.uuid(), &[("loss", &[1.0])])], Some(mark))?;
    assert_points(&run, 1)
}

fn changes_of_any_sort_have_marks(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    let aggregate = run.uuid();
    let store = tracker.link().store()?;
    let mark = Mark {
        journal: Uuid::new_v4(),
        position: 1,
    };
    for epoch in [3, 4] {
        let _ = store.apply(&[Change::SetEpoch { aggregate, epoch }], Some(mark))?;
    }
    assert_eq!(tracked(tracker)?.epoch(), 3, "the second call does nothing");
    Ok(())
}

fn identity_stays_the_same(tracker: &Tracker) -> Result<()> {
    tracked(tracker)?;
    let store = tracker.link().store()?;
    let identity = store.identity()?;
    tracked(tracker)?.set_epoch(3)?;
    assert_eq!(store.identity()?, identity);
    tracker.experiments().clear()?;
    assert_eq!(store.identity()?, identity);
    Ok(())
}

fn change_of_what_is_missing_is_refused(tracker: &Tracker) -> Result<()> {
    let store = tracker.link().store()?;
    let (aggregate, experiment) = (Uuid::new_v4(), Uuid::new_v4());
    let record = AggregateRecord::new(experiment, "run");
    let annotation = Annotation::SetNotes(String::new());
    let attempt = Uuid::new_v4();
    for change in [
        Change::RenameExperiment {
            experiment,
            name: "a".to_owned(),
        },
        Change::AnnotateExperiment {
            experiment,
            annotation: annotation.clone(),
        },
        Change::CreateAggregate {
            record,
            modules: Vec::new(),
        },
        Change::NameAggregate {
            aggregate,
            name: "a".to_owned(),
        },
        Change::Archive {
            aggregate,
            archived: true,
        },
        Change::SetEpoch {
            aggregate,
            epoch: 1,
        },
        Change::Annotate {
            aggregate,
            annotation,
        },
        Change::SetParam {
            aggregate,
            name: "a".to_owned(),
            value: serde_json::json!(1).into(),
        },
        Change::ClearMetrics { aggregate },
        Change::ClearIterations { aggregate },
        Change::Rewind {
            aggregate,
            epoch: 1,
        },
        Change::UpdateAttempt {
            aggregate,
            attempt,
            seen: now(),
            outcome: Outcome::Finished,
        },
    ] {
        let refused = store.apply(std::slice::from_ref(&change), None);
        assert!(matches!(refused, Err(Error::Missing { .. })), "{change:?}");
    }
    let name = "a".to_owned();
    let _ = store.apply(
        &[
            Change::RemoveAggregate { aggregate },
            Change::RemoveExperiment { experiment },
            Change::ForgetJournal {
                journal: Uuid::new_v4(),
            },
        ],
        None,
    )?;
    let run = tracked(tracker)?.uuid();
    let removed = Change::RemoveArtifact {
        aggregate: run,
        name,
        epoch: None,
    };
    let _ = store.apply(&[removed], None)?;
    let unknown = Change::UpdateAttempt {
        aggregate: run,
        attempt,
        seen: now(),
        outcome: Outcome::Finished,
    };
    let refused = store.apply(&[unknown], None);
    assert!(
        matches!(refused, Err(Error::Missing { .. })),
        "no attempt of that id"
    );
    Ok(())
}

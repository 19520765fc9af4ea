//! A run that goes back to an epoch is as if the later ones had never been.

use serde_json::json;

use super::{Sample, behaviours, model, tracked};
use crate::aggregate::Aggregate;
use crate::error::{Error, Result};
use crate::ports::{ArtifactRecord, Change, Detail, Row, Scope};
use crate::records::{Iteration, Metric, MetricValue, now};
use crate::tracker::Tracker;

behaviours! {
    rewind_removes_later_points,
    rewind_brings_summaries_up_to_date,
    rewind_of_many_points_keeps_the_others,
    rewind_removes_later_iterations,
    rewind_removes_later_artifacts,
    rewind_sets_the_epoch,
    rewind_touches_nothing_else,
    points_go_on_behind_a_rewind,
    rewind_of_the_missing_is_refused,
}

/// Points whose order of arrival is not that of their epochs.
fn points() -> Vec<Metric> {
    let loss = |epoch, step, value: f64| Metric::new("loss", value).epoch(epoch).step(step);
    vec![
        loss(3, 0, 0.125),
        loss(1, 5, 0.5),
        loss(2, 0, 0.25),
        loss(1, 5, 0.75),
        loss(0, 9, 0.5),
        loss(4, 0, 100.0),
        loss(2, -1, f64::NAN),
        Metric::new("loss", json!([1])).epoch(2).step(7),
        // Wholly behind, and wholly before.
        Metric::new("late", 1.0).epoch(3),
        Metric::new("early", 1.0).phase("test"),
    ]
}

fn row(tracker: &Tracker, run: &Aggregate) -> Result<Row> {
    tracker.flush()?;
    let scope = Scope::Uuids(vec![run.uuid()]);
    let mut rows = tracker.link().store()?.rows(&scope, &Detail::ALL)?;
    Ok(rows.remove(0))
}

/// Asserts that the series of both runs are the same, with their summaries.
fn assert_same(tracker: &Tracker, run: &Aggregate, expected: &Aggregate) -> Result<()> {
    assert_eq!(
        row(tracker, run)?.summaries,
        row(tracker, expected)?.summaries,
        "the summaries are those of the points that are left"
    );
    assert_eq!(run.metrics().all()?, expected.metrics().all()?);
    Ok(())
}

fn rewind_removes_later_points(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    run.metrics().add_all(points())?;
    run.rewind(2)?;
    let history = run.metrics().history("loss", "")?;
    assert_eq!(history.epochs(), [0, 1, 1, 2, 2, 2]);
    assert_eq!(history.steps(), [9, 5, 5, -1, 0, 7]);
    assert_eq!(
        history.numbers()[1..3],
        [0.5, 0.75],
        "in the order of arrival"
    );
    assert_eq!(history.json().len(), 1);
    assert!(run.metrics().history("late", "")?.is_empty());
    assert_eq!(run.metrics().history("early", "test")?.len(), 1);
    Ok(())
}

fn rewind_brings_summaries_up_to_date(tracker: &Tracker) -> Result<()> {
    let experiment = tracker.experiment("digits")?;
    for epoch in 0..6 {
        let run = experiment.track_as(&format!("rewound to {epoch}"), &model())?;
        let expected = experiment.track_as(&format!("never behind {epoch}"), &model())?;
        let now = now();
        let points = || points().into_iter().map(|point| point.time(now));
        run.metrics().add_all(points())?;
        run.rewind(epoch)?;
        let kept = points().filter(|point| point.epoch <= epoch);
        expected.metrics().add_all(kept)?;
        assert_same(tracker, &run, &expected)?;
    }
    let run = experiment.track_as("rewound to 2", &model())?;
    let Some(loss) = run.metrics().summary("loss", "")? else {
        panic!("`loss` must have a summary");
    };
    assert_eq!(
        (loss.count, loss.min, loss.max),
        (6, Some(0.25), Some(0.75))
    );
    let at = [loss.min_at, loss.max_at].map(|at| at.map(|at| (at.epoch, at.step)));
    assert_eq!(at, [Some((2, 0)), Some((1, 5))], "of what is left");
    assert_eq!((loss.first.epoch, loss.last.step), (0, 7));
    assert_eq!(run.metrics().summary("late", "")?, None);
    Ok(())
}

fn rewind_of_many_points_keeps_the_others(tracker: &Tracker) -> Result<()> {
    let experiment = tracker.experiment("digits")?;
    let point = |at: u32| {
        let value = match at % 1_000 {
            0 => MetricValue::from(json!([at])),
            _ => MetricValue::from(f64::from(at).sqrt().sin()),
        };
        Metric::new("loss", value)
            .epoch(u64::from(at / 700))
            .step(at.into())
            .time(now())
    };
    let points: Vec<Metric> = (0..10_000).map(point).collect();
    let (early, late) = points.split_at(6_000);
    let run = experiment.track_as("rewound", &model())?;
    // In two calls, of which the later has points of the earlier epochs too.
    run.metrics().add_all(late.iter().cloned())?;
    run.metrics().add_all(early.iter().cloned())?;
    tracker.flush()?;
    run.rewind(9)?;
    let expected = experiment.track_as("expected", &model())?;
    let kept = |all: &[Metric]| -> Vec<Metric> {
        all.iter()
            .filter(|point| point.epoch <= 9)
            .cloned()
            .collect()
    };
    expected.metrics().add_all(kept(late))?;
    expected.metrics().add_all(kept(early))?;
    assert_eq!(run.metrics().history("loss", "")?.len(), 7_000);
    assert_same(tracker, &run, &expected)
}

fn rewind_removes_later_iterations(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    for (phase, epoch) in [("train", 2), ("test", 3), ("valid", 1)] {
        run.iterations().put(Iteration::new(phase, epoch))?;
    }
    run.rewind(2)?;
    let left = run.iterations().list()?;
    let left: Vec<&str> = left
        .iter()
        .map(|iteration| iteration.phase.as_str())
        .collect();
    assert_eq!(left, ["train", "valid"]);
    Ok(())
}

/// An artifact whose content nobody asks for.
fn artifact(name: &str, epoch: Option<u64>) -> ArtifactRecord {
    ArtifactRecord {
        name: name.to_owned(),
        epoch,
        hash: "0".repeat(64),
        size: 0,
        media_type: "application/octet-stream".to_owned(),
        created: now(),
    }
}

fn rewind_removes_later_artifacts(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    let aggregate = run.uuid();
    for (name, epoch) in [
        ("weights", Some(1)),
        ("weights", Some(3)),
        ("log", None),
        ("weights", Some(2)),
    ] {
        let artifact = artifact(name, epoch);
        tracker.link().apply(Change::PutArtifact {
            aggregate,
            artifact,
        })?;
    }
    run.rewind(2)?;
    let left = tracker.link().store()?.artifacts(aggregate)?;
    let left: Vec<_> = left.iter().map(|of| (of.name.as_str(), of.epoch)).collect();
    assert_eq!(
        left,
        [("weights", Some(1)), ("log", None), ("weights", Some(2))]
    );
    Ok(())
}

fn rewind_sets_the_epoch(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    run.set_epoch(9)?;
    run.rewind(4)?;
    assert_eq!((run.epoch(), tracked(tracker)?.epoch()), (4, 4));
    // Nothing is behind it, and it is the epoch all the same.
    run.metrics().add(Metric::new("loss", 1.0).epoch(4))?;
    run.rewind(6)?;
    assert_eq!(tracked(tracker)?.epoch(), 6);
    assert_eq!(run.metrics().list("loss", "")?.len(), 1);
    Ok(())
}

fn rewind_touches_nothing_else(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?.with("optimizer", &Sample::new("Adam", "{}"))?;
    run.set_epoch(9)?;
    let run = run.with("criterion", &Sample::new("CrossEntropy", "{}"))?;
    run.set_tag("stage", "final")?;
    run.set_notes("kept")?;
    run.set_param("seed", 17)?;
    let twin = tracker.experiment("mnist")?.track(&model())?;
    twin.metrics().add_all(points())?;
    twin.iterations().put(Iteration::new("train", 7))?;
    let before = (row(tracker, &run)?, row(tracker, &twin)?);
    run.rewind(9)?;
    assert_eq!((row(tracker, &run)?, row(tracker, &twin)?), before);
    run.rewind(0)?;
    let mut after = row(tracker, &run)?;
    after.aggregate.epoch = 9;
    assert_eq!(after, before.0, "modules, tags, notes and parameters stay");
    assert_eq!(row(tracker, &twin)?, before.1);
    assert_eq!(twin.iterations().list()?.len(), 1);
    Ok(())
}

fn points_go_on_behind_a_rewind(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    let point = |epoch, value: f64| Metric::new("loss", value).epoch(epoch);
    run.metrics()
        .add_all([point(0, 3.0), point(1, 2.0), point(2, 1.0), point(3, 9.0)])?;
    run.rewind(1)?;
    run.metrics().add_all([point(2, 5.0), point(1, 4.0)])?;
    let history = run.metrics().history("loss", "")?;
    assert_eq!(
        history.numbers(),
        [3.0, 2.0, 4.0, 5.0],
        "one curve, not two"
    );
    let Some(loss) = run.metrics().summary("loss", "")? else {
        panic!("`loss` must have a summary");
    };
    assert_eq!((loss.count, loss.min, loss.max), (4, Some(2.0), Some(5.0)));
    assert_eq!(loss.max_at.map(|at| at.epoch), Some(2));
    Ok(())
}

fn rewind_of_the_missing_is_refused(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    run.set_epoch(3)?;
    run.clone().remove()?;
    assert!(matches!(run.rewind(1), Err(Error::Missing { .. })));
    assert_eq!(run.epoch(), 3, "an epoch that was not stored must not show");
    Ok(())
}

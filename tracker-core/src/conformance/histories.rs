//! Several histories come at once, a range of each, and no more points than are wanted.

use jiff::Timestamp;
use serde_json::json;
use uuid::Uuid;

use super::{Sample, behaviours, model, tracked};
use crate::aggregate::Aggregate;
use crate::error::Result;
use crate::ports::{Axis, Histories, History};
use crate::records::{Metric, MetricValue};
use crate::tracker::Tracker;

behaviours! {
    histories_come_in_the_order_they_are_named,
    histories_of_the_missing_have_no_points,
    histories_have_ranges_of_each_axis,
    histories_stand_along_their_axis,
    histories_tell_what_no_chart_can_draw,
    thinned_history_loses_no_peak,
    histories_of_many_points_are_exact,
}

fn second(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap_or_default()
}

/// The histories once all points are in the store.
fn histories(tracker: &Tracker, wanted: &Histories) -> Result<Vec<History>> {
    tracker.flush()?;
    tracker.link().store()?.histories(wanted)
}

/// The only history that is wanted.
fn history(tracker: &Tracker, wanted: &Histories) -> Result<History> {
    let mut found = histories(tracker, wanted)?;
    assert_eq!(found.len(), 1);
    Ok(found.remove(0))
}

fn histories_come_in_the_order_they_are_named(tracker: &Tracker) -> Result<()> {
    let experiment = tracker.experiment("digits")?;
    let runs = [
        experiment.track(&model())?,
        experiment.track(&Sample::new("GLU", "{}"))?,
        tracker.experiment("mnist")?.track(&model())?,
    ];
    let series = [("loss", "train"), ("loss", "test"), ("rate", "")];
    for (place, run) in (0..).zip(&runs) {
        for (number, (name, phase)) in (0..).zip(series) {
            let value = f64::from(place * 10 + number);
            let point = |step| Metric::new(name, value).phase(phase).step(step);
            run.metrics().add_all([point(2), point(1)])?;
        }
    }
    let wanted = Histories {
        aggregates: [2, 0, 2].map(|run: usize| runs[run].uuid()).into(),
        series: [("rate", ""), ("loss", "train")]
            .map(|(name, phase)| (name.to_owned(), phase.to_owned()))
            .into(),
        ..Histories::default()
    };
    let found = histories(tracker, &wanted)?;
    let told: Vec<_> = found
        .iter()
        .map(|of| (of.aggregate, of.series.name(), of.series.phase()))
        .collect();
    let expected = [
        (runs[2].uuid(), "rate", ""),
        (runs[2].uuid(), "loss", "train"),
        (runs[0].uuid(), "rate", ""),
        (runs[0].uuid(), "loss", "train"),
        (runs[2].uuid(), "rate", ""),
        (runs[2].uuid(), "loss", "train"),
    ];
    assert_eq!(told, expected, "by aggregate, and then by series");
    let numbers: Vec<f64> = found.iter().map(|of| of.series.numbers()[0]).collect();
    assert_eq!(numbers, [22.0, 20.0, 2.0, 0.0, 22.0, 20.0]);
    assert!(
        found
            .iter()
            .all(|of| of.series.steps() == [1, 2] && of.total == 2)
    );
    Ok(())
}

fn histories_of_the_missing_have_no_points(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    run.metrics().add(Metric::new("loss", 1.0).phase("train"))?;
    let unknown = Uuid::new_v4();
    for (aggregate, name, phase, count) in [
        (run.uuid(), "loss", "train", 1),
        (run.uuid(), "loss", "", 0),
        (run.uuid(), "Loss", "train", 0),
        (unknown, "loss", "train", 0),
    ] {
        let found = history(tracker, &Histories::of(aggregate, name, phase).most(10))?;
        assert_eq!((found.aggregate, found.total), (aggregate, count));
        assert_eq!(found.series.len() as u64, count);
        assert_eq!((found.series.name(), found.series.phase()), (name, phase));
    }
    assert!(histories(tracker, &Histories::default())?.is_empty());
    Ok(())
}

/// Five points, each with its number, whose steps begin anew with each epoch.
fn measured(tracker: &Tracker) -> Result<Aggregate> {
    let run = tracked(tracker)?;
    let points = [(0, 0, 50), (0, 1, 40), (1, 0, 30), (1, 1, 20), (2, -5, 10)];
    for (number, (epoch, step, time)) in (0..).zip(points) {
        let point = Metric::new("loss", number).epoch(epoch).step(step);
        run.metrics().add(point.time(second(time)))?;
    }
    Ok(run)
}

fn histories_have_ranges_of_each_axis(tracker: &Tracker) -> Result<()> {
    let run = measured(tracker)?;
    for (axis, from, to, expected) in [
        (Axis::Epoch, Some(1), Some(2), &[2.0, 3.0, 4.0] as &[f64]),
        (Axis::Epoch, None, Some(0), &[0.0, 1.0]),
        (Axis::Epoch, Some(3), None, &[]),
        (Axis::Step, Some(0), Some(0), &[0.0, 2.0]),
        (Axis::Step, None, Some(-1), &[4.0]),
        (
            Axis::Step,
            Some(i64::MIN),
            Some(i64::MAX),
            &[4.0, 0.0, 2.0, 1.0, 3.0],
        ),
        (
            Axis::Time,
            Some(20_000_000),
            Some(40_000_000),
            &[3.0, 2.0, 1.0],
        ),
        (Axis::Time, Some(20_000_001), Some(39_999_999), &[2.0]),
        (Axis::Time, Some(1), Some(0), &[]),
    ] {
        let wanted = Histories {
            axis,
            from,
            to,
            ..Histories::of(run.uuid(), "loss", "")
        };
        let found = history(tracker, &wanted)?;
        assert_eq!(found.series.numbers(), expected, "{wanted:?}");
        assert_eq!(found.total, expected.len() as u64, "only the range counts");
    }
    Ok(())
}

fn histories_stand_along_their_axis(tracker: &Tracker) -> Result<()> {
    let run = measured(tracker)?;
    for (axis, expected) in [
        (Axis::Epoch, [0.0, 1.0, 2.0, 3.0, 4.0]),
        // Those of one step in the order of the history.
        (Axis::Step, [4.0, 0.0, 2.0, 1.0, 3.0]),
        (Axis::Time, [4.0, 3.0, 2.0, 1.0, 0.0]),
    ] {
        let wanted = Histories {
            axis,
            ..Histories::of(run.uuid(), "loss", "")
        };
        let found = history(tracker, &wanted)?;
        assert_eq!(found.series.numbers(), expected, "{axis:?}");
    }
    Ok(())
}

fn histories_tell_what_no_chart_can_draw(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    let values = [
        MetricValue::from(1.0),
        json!([1]).into(),
        MetricValue::from(f64::NAN),
        MetricValue::from(f64::INFINITY),
        MetricValue::from(f64::NEG_INFINITY),
        MetricValue::from(f64::NAN),
    ];
    let points = (0..).zip(values.into_iter().cycle());
    let points = points.map(|(step, value)| Metric::new("loss", value).step(step));
    run.metrics().add_all(points.take(60))?;
    for most in [None, Some(8)] {
        let wanted = Histories {
            from: Some(6),
            most,
            ..Histories::of(run.uuid(), "loss", "")
        };
        let told = history(tracker, &wanted)?.specials;
        let counts = (told.nan, told.infinite, told.json);
        assert_eq!(counts, (18, 18, 9), "of the range, whether left out or not");
        assert_eq!(told.first, Some(8), "where the first NaN or infinity is");
    }
    Ok(())
}

fn thinned_history_loses_no_peak(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    let value = |step: i32| match step {
        1_234 => 1e9,
        7_777 => -1e9,
        step => f64::from(step).sin(),
    };
    let point = |step| Metric::new("loss", value(step)).step(step.into());
    run.metrics().add_all((0..10_000).map(point))?;
    for most in [4, 100, 2_000] {
        let found = history(tracker, &Histories::of(run.uuid(), "loss", "").most(most))?;
        let series = &found.series;
        assert!(
            series.len() <= most,
            "{} are more than {most}",
            series.len()
        );
        assert_eq!(found.total, 10_000, "it says how many there are");
        assert_eq!(series.steps().first(), Some(&0), "the first stays");
        assert_eq!(series.steps().last(), Some(&9_999), "the last stays");
        for peak in [1_234, 7_777] {
            assert!(series.steps().contains(&peak), "the peak at {peak} is lost");
        }
        assert!(series.steps().is_sorted());
        let is_real = |point: Metric| Some(point.value) == value_of(point.step, value);
        assert!(series.iter().all(is_real), "no point is made up");
    }
    for most in [10_000, 20_000] {
        let found = history(tracker, &Histories::of(run.uuid(), "loss", "").most(most))?;
        assert_eq!(found.series, run.metrics().history("loss", "")?);
    }
    Ok(())
}

fn value_of(step: i64, value: impl Fn(i32) -> f64) -> Option<MetricValue> {
    Some(value(i32::try_from(step).ok()?).into())
}

fn histories_of_many_points_are_exact(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    let point = |at: u32| {
        let value = match at % 500 {
            0 => json!({"at": at}).into(),
            _ => MetricValue::from(f64::from(at).sqrt().sin()),
        };
        Metric::new("loss", value)
            .epoch(u64::from(at / 100))
            .step(i64::from(at % 100) - 50)
            .time(second(i64::from(at % 977)))
    };
    let points: Vec<Metric> = (0..10_000).map(point).collect();
    let (early, late) = points.split_at(5_000);
    run.metrics().add_all(late.iter().cloned())?;
    run.metrics().add_all(early.iter().cloned())?;
    let whole = run.metrics().history("loss", "")?;
    assert_eq!(whole.len(), 10_000);
    for (axis, from, to) in [
        (Axis::Step, None, None),
        (Axis::Step, Some(-10), Some(30)),
        (Axis::Epoch, Some(20), Some(70)),
        (Axis::Time, Some(100_000_000), None),
    ] {
        let wanted = Histories {
            axis,
            from,
            to,
            ..Histories::of(run.uuid(), "loss", "")
        };
        let expected = wanted.take(run.uuid(), whole.clone());
        assert_eq!(history(tracker, &wanted)?, expected, "{wanted:?}");
    }
    Ok(())
}

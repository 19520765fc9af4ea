//! Points come back exactly and in order, and each series has its summary.

use jiff::Timestamp;
use serde_json::json;

use super::{Sample, behaviours, tracked};
use crate::error::{Error, Result};
use crate::records::Summary;
use crate::records::{Metric, MetricValue};
use crate::tracker::Tracker;

behaviours! {
    point_comes_back_exactly,
    special_numbers_come_back_exactly,
    json_values_come_back_exactly,
    series_are_told_apart,
    summary_follows_the_points,
    summary_follows_late_points,
    summary_leaves_out_nan,
    summary_of_json_has_no_extremes,
    summaries_are_ordered_by_name_and_phase,
    refused_point_leaves_no_trace,
    no_points_are_no_change,
    points_can_be_added_at_once,
    points_of_one_call_stay_together,
    cleared_metrics_are_gone,
}

/// A number that differs in its last bit is another number.
fn assert_exact(stored: &MetricValue, expected: f64) {
    assert_eq!(
        *stored,
        MetricValue::Number(expected),
        "a number must keep every bit"
    );
}

fn point_comes_back_exactly(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    let before_1970 = Timestamp::UNIX_EPOCH - std::time::Duration::from_micros(1_500_001);
    let point = Metric::new("loss/É", 0.1 + 0.2)
        .phase("train ")
        .epoch(i64::MAX.unsigned_abs())
        .step(i64::MIN)
        .time(before_1970);
    run.metrics().add(point.clone())?;
    assert_eq!(run.metrics().list("loss/É", "train ")?, [point]);
    run.metrics().add(Metric::new("now", 1.0))?;
    let now = &run.metrics().list("now", "")?[0];
    assert_eq!(
        now.time.as_nanosecond() % 1000,
        0,
        "times are kept to the microsecond"
    );
    Ok(())
}

fn special_numbers_come_back_exactly(tracker: &Tracker) -> Result<()> {
    let numbers = [
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        0.0,
        -0.0,
        5e-324,
        -5e-324,
        f64::MIN_POSITIVE,
        f64::MAX,
        f64::MIN,
        f64::EPSILON,
        9_007_199_254_740_993.0,
        1e16,
        0.1,
    ];
    let metrics = tracked(tracker)?.metrics();
    metrics.add_all(numbers.map(|number| Metric::new("number", number)))?;
    let stored = metrics.list("number", "")?;
    assert_eq!(stored.len(), numbers.len());
    for (stored, number) in stored.iter().zip(numbers) {
        assert_exact(&stored.value, number);
    }
    Ok(())
}

fn json_values_come_back_exactly(tracker: &Tracker) -> Result<()> {
    let values = [
        json!(null),
        json!(true),
        json!("NaN"),
        json!([]),
        json!({"matrix": [[5, 0], [1, 7]], "rate": 0.1, "": {"deep": [null, -0.0, 1e300]}}),
        json!(u64::MAX),
        json!(2.5),
    ];
    let metrics = tracked(tracker)?.metrics();
    metrics.add_all(
        values
            .iter()
            .map(|value| Metric::new("json", value.clone())),
    )?;
    let stored = metrics.list("json", "")?;
    assert_eq!(stored.len(), values.len());
    for (stored, value) in stored.iter().zip(values) {
        assert_eq!(stored.value, MetricValue::from(value));
    }
    Ok(())
}

fn series_are_told_apart(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    let other = tracker
        .experiment("digits")?
        .track(&Sample::new("GLU", "{}"))?;
    let metrics = run.metrics();
    metrics.add(Metric::new("loss", 1).phase("train"))?;
    metrics.add(Metric::new("loss", 2).phase("test"))?;
    metrics.add(Metric::new("losstrain", 3))?;
    other.metrics().add(Metric::new("loss", 4).phase("train"))?;
    for (name, phase, value) in [
        ("loss", "train", 1.0),
        ("loss", "test", 2.0),
        ("losstrain", "", 3.0),
    ] {
        let points = metrics.list(name, phase)?;
        assert_eq!(points.len(), 1, "`{name}` in `{phase}`");
        assert_exact(&points[0].value, value);
    }
    assert!(metrics.list("loss", "")?.is_empty());
    assert!(metrics.summary("loss", "")?.is_none());
    assert_eq!(other.metrics().summaries()?.len(), 1);
    Ok(())
}

fn summary(tracker: &Tracker, name: &str) -> Result<Summary> {
    let summary = tracked(tracker)?.metrics().summary(name, "")?;
    Ok(summary.unwrap_or_else(|| panic!("`{name}` must have a summary")))
}

fn summary_follows_the_points(tracker: &Tracker) -> Result<()> {
    let metrics = tracked(tracker)?.metrics();
    let point = |step, value| Metric::new("loss", value).step(step);
    metrics.add(point(0, 0.5))?;
    let only = summary(tracker, "loss")?;
    assert_eq!((only.count, only.min, only.max), (1, Some(0.5), Some(0.5)));
    assert_eq!(only.first, only.last);
    metrics.add_all([point(1, -2.0), point(2, 0.25)])?;
    let all = summary(tracker, "loss")?;
    assert_eq!((all.count, all.min, all.max), (3, Some(-2.0), Some(0.5)));
    assert_eq!((all.first.step, all.last.step), (0, 2));
    assert_exact(&all.first.value, 0.5);
    assert_exact(&all.last.value, 0.25);
    let history = metrics.list("loss", "")?;
    assert_eq!(Some(&all.first), history.first());
    assert_eq!(Some(&all.last), history.last());
    Ok(())
}

fn summary_follows_late_points(tracker: &Tracker) -> Result<()> {
    let metrics = tracked(tracker)?.metrics();
    let point = |epoch, value| Metric::new("loss", value).epoch(epoch);
    metrics.add(point(5, 1.0))?;
    metrics.add(point(3, 2.0))?;
    metrics.add(point(4, 3.0))?;
    metrics.add(point(5, 4.0))?;
    metrics.add(point(3, 5.0))?;
    let summary = summary(tracker, "loss")?;
    assert_exact(&summary.first.value, 2.0);
    assert_exact(&summary.last.value, 4.0);
    Ok(())
}

fn summary_leaves_out_nan(tracker: &Tracker) -> Result<()> {
    let metrics = tracked(tracker)?.metrics();
    metrics.add(Metric::new("loss", f64::NAN))?;
    let only = summary(tracker, "loss")?;
    assert_eq!((only.count, only.min, only.max), (1, None, None));
    metrics
        .add_all([0.0, -0.0, f64::INFINITY, f64::NAN].map(|value| Metric::new("loss", value)))?;
    let all = summary(tracker, "loss")?;
    assert_eq!((all.count, all.max), (5, Some(f64::INFINITY)));
    assert_eq!(
        all.min.map(f64::to_bits),
        Some((-0.0_f64).to_bits()),
        "`-0.0` is below `0.0`"
    );
    assert_exact(&all.last.value, f64::NAN);
    Ok(())
}

fn summary_of_json_has_no_extremes(tracker: &Tracker) -> Result<()> {
    let metrics = tracked(tracker)?.metrics();
    metrics.add(Metric::new("confusion", json!([[1, 0]])))?;
    metrics.add(Metric::new("confusion", json!([[2, 0]])))?;
    let summary = summary(tracker, "confusion")?;
    assert_eq!((summary.count, summary.min, summary.max), (2, None, None));
    assert_eq!(summary.last.value, json!([[2, 0]]).into());
    Ok(())
}

fn summaries_are_ordered_by_name_and_phase(tracker: &Tracker) -> Result<()> {
    let metrics = tracked(tracker)?.metrics();
    assert!(metrics.summaries()?.is_empty());
    for (name, phase) in [("b", "y"), ("é", ""), ("b", "x"), ("a", "z"), ("B", "")] {
        metrics.add(Metric::new(name, 1).phase(phase))?;
    }
    let summaries = metrics.summaries()?;
    let names: Vec<_> = summaries
        .iter()
        .map(|series| (series.name(), series.phase()))
        .collect();
    assert_eq!(
        names,
        [("B", ""), ("a", "z"), ("b", "x"), ("b", "y"), ("é", "")]
    );
    Ok(())
}

fn refused_point_leaves_no_trace(tracker: &Tracker) -> Result<()> {
    let metrics = tracked(tracker)?.metrics();
    let good = Metric::new("loss", 1.0);
    let nameless = metrics.add_all([good.clone(), Metric::new("", 1.0)]);
    assert!(matches!(nameless, Err(Error::EmptyName { .. })));
    let late = metrics.add_all([good.clone(), good.epoch(u64::MAX)]);
    assert!(matches!(late, Err(Error::TooLarge { .. })));
    assert!(metrics.summaries()?.is_empty());
    assert!(metrics.list("loss", "")?.is_empty());
    Ok(())
}

fn no_points_are_no_change(tracker: &Tracker) -> Result<()> {
    let metrics = tracked(tracker)?.metrics();
    metrics.add_all([])?;
    assert!(metrics.summaries()?.is_empty());
    Ok(())
}

fn points_can_be_added_at_once(tracker: &Tracker) -> Result<()> {
    let metrics = tracked(tracker)?.metrics();
    let added = std::thread::scope(|scope| {
        let adds: Vec<_> = (0..4_u32)
            .map(|thread| {
                let metrics = metrics.clone();
                scope.spawn(move || {
                    (0..25).try_for_each(|at| metrics.add(Metric::new("loss", thread * 25 + at)))
                })
            })
            .collect();
        adds.into_iter()
            .filter_map(|add| add.join().ok())
            .collect::<Result<Vec<_>>>()
    })?;
    assert_eq!(added.len(), 4, "no thread may fail");
    let history = metrics.list("loss", "")?;
    let mut values: Vec<f64> = history
        .iter()
        .filter_map(|point| point.value.number())
        .collect();
    values.sort_by(f64::total_cmp);
    assert!(
        values.into_iter().eq((0..100).map(f64::from)),
        "every point must be there once"
    );
    assert_eq!(summary(tracker, "loss")?.count, 100);
    Ok(())
}

fn points_of_one_call_stay_together(tracker: &Tracker) -> Result<()> {
    let metrics = tracked(tracker)?.metrics();
    std::thread::scope(|scope| {
        let adds: Vec<_> = (0..4_u32)
            .map(|thread| {
                let metrics = metrics.clone();
                scope.spawn(move || {
                    (0..5).try_for_each(|call| {
                        let first = thread * 100 + call * 20;
                        metrics.add_all((first..first + 20).map(|at| Metric::new("loss", at)))
                    })
                })
            })
            .collect();
        adds.into_iter()
            .filter_map(|add| add.join().ok())
            .collect::<Result<Vec<_>>>()
    })?;
    let history = metrics.history("loss", "")?;
    let numbers = history.numbers();
    assert_eq!(numbers.len(), 400, "every point must be there once");
    let mut seen = [None; 4];
    for call in numbers.chunks(20) {
        let first = call[0];
        assert!(
            call.iter()
                .copied()
                .eq((0..20).map(|at| first + f64::from(at))),
            "another call must not come between the points of one"
        );
        let Some(last) = (0..4_u32)
            .rfind(|thread| first >= f64::from(thread * 100))
            .and_then(|thread| seen.get_mut(thread as usize))
        else {
            panic!("nobody has added {first}");
        };
        assert!(
            last.is_none_or(|last| last < first),
            "the calls of one thread must stay in order"
        );
        *last = Some(first);
    }
    Ok(())
}

fn cleared_metrics_are_gone(tracker: &Tracker) -> Result<()> {
    let metrics = tracked(tracker)?.metrics();
    metrics.add(Metric::new("loss", 1.0))?;
    metrics.clear()?;
    assert!(metrics.list("loss", "")?.is_empty());
    assert!(metrics.summaries()?.is_empty());
    metrics.add(Metric::new("loss", 2.0))?;
    assert_eq!(summary(tracker, "loss")?.count, 1);
    Ok(())
}

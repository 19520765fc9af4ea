//! A history is in order, as points and as columns.

use jiff::Timestamp;
use serde_json::json;

use super::{behaviours, tracked};
use crate::error::Result;
use crate::records::{Metric, MetricValue};
use crate::tracker::Tracker;

behaviours! {
    history_is_ordered_by_epoch_step_and_arrival,
    columns_are_the_points,
    many_points_come_back_exactly,
}

fn history_is_ordered_by_epoch_step_and_arrival(tracker: &Tracker) -> Result<()> {
    let metrics = tracked(tracker)?.metrics();
    let arrivals = [(2, 1), (1, 10), (1, 9), (2, 1), (0, 300), (1, 10), (2, -1)];
    for (value, (epoch, step)) in (0..).zip(arrivals) {
        metrics.add(Metric::new("loss", value).epoch(epoch).step(step))?;
    }
    let history = metrics.list("loss", "")?;
    let values: Vec<f64> = history
        .iter()
        .filter_map(|point| point.value.number())
        .collect();
    assert_eq!(values, [4.0, 2.0, 1.0, 5.0, 6.0, 0.0, 3.0]);
    Ok(())
}

fn columns_are_the_points(tracker: &Tracker) -> Result<()> {
    let metrics = tracked(tracker)?.metrics();
    let time = Timestamp::UNIX_EPOCH + std::time::Duration::from_micros(1_234_567);
    let values = [
        json!(0.5).into(),
        json!([1]).into(),
        MetricValue::Number(f64::NAN),
        json!("x").into(),
    ];
    for (value, (epoch, step)) in values
        .into_iter()
        .zip([(3, 13), (1, 11), (2, 12), (0, -10)])
    {
        let point = Metric::new("mixed", value).phase("test").time(time);
        metrics.add(point.epoch(epoch).step(step))?;
    }
    let history = metrics.history("mixed", "test")?;
    assert_eq!((history.name(), history.phase()), ("mixed", "test"));
    assert_eq!(history.epochs(), [0, 1, 2, 3]);
    assert_eq!(history.steps(), [-10, 11, 12, 13]);
    assert_eq!(history.times(), [time.as_microsecond(); 4]);
    assert!(history.numbers()[..3].iter().all(|number| number.is_nan()));
    assert_eq!(history.numbers()[3].to_bits(), 0.5_f64.to_bits());
    let json = history.json().iter();
    assert!(
        json.map(|(at, value)| (*at, value.as_str()))
            .eq([(0, "\"x\""), (1, "[1]")])
    );
    let points: Vec<Metric> = history.iter().collect();
    assert_eq!(points, metrics.list("mixed", "test")?);
    let none = metrics.history("mixed", "")?;
    assert_eq!((none.name(), none.phase(), none.len()), ("mixed", "", 0));
    Ok(())
}

fn many_points_come_back_exactly(tracker: &Tracker) -> Result<()> {
    let metrics = tracked(tracker)?.metrics();
    let point = |at: u32| {
        let value = match at % 1000 {
            0 => json!([at]).into(),
            1 => MetricValue::Number(f64::NAN),
            _ => MetricValue::Number(f64::from(at).sqrt().sin()),
        };
        let time = std::time::Duration::from_micros(u64::from(at) * 1_000_003);
        Metric::new("loss", value)
            .epoch(u64::from(at / 100))
            .step(i64::from(at % 100 / 2) - 20)
            .time(Timestamp::UNIX_EPOCH + time)
    };
    let points: Vec<Metric> = (0..10_000).map(point).collect();
    let (late, early) = points.split_at(5_000);
    metrics.add_all(early.iter().cloned())?;
    metrics.add_all(late.iter().cloned())?;
    let history = metrics.history("loss", "")?;
    assert!(
        history.iter().eq(points.iter().cloned()),
        "each of the points must come back in its place"
    );
    let Some(summary) = metrics.summary("loss", "")? else {
        panic!("`loss` must have a summary");
    };
    assert_eq!(summary.count, 10_000);
    assert_eq!(Some(&summary.first), points.first());
    assert_eq!(Some(&summary.last), points.last());
    Ok(())
}

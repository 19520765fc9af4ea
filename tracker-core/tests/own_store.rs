//! A store can be written outside this crate, and the suite finds one that misbehaves.

mod common;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use common::Hooked;
use tracker_core::ports::{Batch, MetricStore};
use tracker_core::{MemoryStore, Metric, MetricValue, Series, Tracker, conformance};

/// Runs the suite against a store that changes each point.
fn run(change: fn(Metric) -> Metric) {
    conformance::run(|| {
        Tracker::new(Hooked::new(
            &Arc::default(),
            move |inner: &MemoryStore, batches: &[Batch], mark| {
                let mut batches = batches.to_vec();
                for batch in &mut batches {
                    let points: Vec<Metric> = batch.series.iter().flat_map(Series::iter).collect();
                    batch.series.clear();
                    for point in points.into_iter().map(change) {
                        let mut series = Series::new(&point.name, &point.phase);
                        series.push(&point);
                        batch.series.push(series);
                    }
                }
                inner.add_metrics(&batches, mark)
            },
        ))
    });
}

/// What the suite says of a store with this change.
fn violations(change: fn(Metric) -> Metric) -> String {
    let panic = catch_unwind(AssertUnwindSafe(|| run(change))).unwrap_err();
    *panic.downcast::<String>().unwrap()
}

#[test]
fn a_store_that_changes_nothing_passes() {
    run(|metric| metric);
}

#[test]
fn a_store_that_loses_the_sign_of_zero_is_named() {
    let text = violations(|mut metric| {
        if metric.value.number() == Some(0.0) {
            metric.value = MetricValue::Number(0.0);
        }
        metric
    });
    assert!(
        text.contains("`special_numbers_come_back_exactly`: "),
        "{text}"
    );
    assert!(!text.contains("`point_comes_back_exactly`"), "{text}");
}

#[test]
fn a_store_that_mixes_up_phases_is_named() {
    let text = violations(|metric| metric.phase(""));
    assert!(text.contains("`series_are_told_apart`: "), "{text}");
}

#[test]
fn a_store_that_keeps_whole_seconds_is_named() {
    let text = violations(|metric| {
        let time = metric.time.round(jiff::Unit::Second).unwrap();
        metric.time(time)
    });
    assert!(text.contains("`point_comes_back_exactly`: "), "{text}");
}

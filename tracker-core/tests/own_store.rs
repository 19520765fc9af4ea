//! A store can be written outside this crate, and the suite finds one that misbehaves.

mod common;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use common::Hooked;
use tracker_core::ports::{Change, Mark, Store};
use tracker_core::{MemoryStore, Metric, MetricValue, Series, Tracker, conformance};

/// Runs the suite against a store that changes each point.
fn run(change: fn(Metric) -> Metric) {
    let apply = move |inner: &MemoryStore, changes: &[Change], mark: Option<Mark>| {
        let mut changes = changes.to_vec();
        for made in &mut changes {
            let Change::AddPoints { series, .. } = made else {
                continue;
            };
            let points: Vec<Metric> = series.iter().flat_map(Series::iter).collect();
            series.clear();
            for point in points.into_iter().map(change) {
                let mut alone = Series::new(&point.name, &point.phase);
                alone.push(&point);
                series.push(alone);
            }
        }
        inner.apply(&changes, mark)
    };
    conformance::run(|| Tracker::new(Hooked::new(&Arc::default(), apply)));
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

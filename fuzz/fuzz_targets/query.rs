//! Text of queries: what is read is written and read again the same, and finds the same.

#![no_main]

use std::sync::LazyLock;

use entia::prelude::*;
use entia::tracker::{Experiment, Query};
use libfuzzer_sys::fuzz_target;
use serde_json::json;

/// A few runs that differ in everything that is asked for.
static RUNS: LazyLock<Experiment> = LazyLock::new(|| {
    let experiment = Tracker::open("memory:")
        .unwrap()
        .experiment("digits")
        .unwrap();
    let params = [json!(0.1), json!("fast"), json!(null), json!({"a": [1]})];
    let values = [0.5, f64::NAN, -1e300, 0.0];
    for (index, (param, value)) in params.into_iter().zip(values).enumerate() {
        let id = format!("run-{index}");
        let run = experiment.aggregates().create_from(&id, []).unwrap();
        run.set_param("lr", param).unwrap();
        run.set_tag("state", "good").unwrap();
        for epoch in 0..index {
            let loss = Metric::new("loss", value / 2.0)
                .phase("train")
                .epoch(epoch as u64);
            run.metrics().add(loss).unwrap();
        }
    }
    experiment
});

fuzz_target!(|text: &str| {
    let Ok(query) = text.parse::<Query>() else {
        return;
    };
    let written = query.to_string();
    let again: Query = written
        .parse()
        .unwrap_or_else(|error| panic!("{written}: {error}"));
    assert_eq!(again, query, "{written}");

    let ids = |query| {
        let found = RUNS.aggregates().find(query).unwrap();
        found
            .iter()
            .map(|run| run.id().to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(ids(query), ids(again), "{written}");
});

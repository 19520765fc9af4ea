//! Aggregates are found by what became of them: how their attempts stand, what people call them, and
//! their best values.

use std::time::Duration;

use jiff::Timestamp;

use super::{attempts, behaviours, model};
use crate::aggregates::Aggregates;
use crate::error::Result;
use crate::experiment::Experiment;
use crate::query::{Query, metric, run_name, status};
use crate::records::{Definition, Metric, Outcome, Status, now};
use crate::tracker::Tracker;

behaviours! {
    status_is_that_of_the_newest_attempt,
    duration_is_that_of_the_newest_attempt,
    run_names_are_compared,
    best_follows_the_name_and_what_is_said,
    attempts_are_found_in_all_experiments,
}

/// The ids of what a query finds.
fn found(aggregates: &Aggregates, query: Query) -> Result<Vec<String>> {
    let page = aggregates.find(query)?;
    Ok(page.iter().map(|run| run.id().to_owned()).collect())
}

fn parsed(query: &str) -> Result<Query> {
    query.parse()
}

/// An aggregate for each letter of the ids.
fn with_runs(tracker: &Tracker, ids: &str) -> Result<Experiment> {
    let experiment = tracker.experiment("digits")?;
    for id in ids.chars() {
        experiment.track_as(&id.to_string(), &model())?;
    }
    Ok(experiment)
}

/// The aggregates `a` to `e`, whose newest attempts stand in each way there is, and have run for 10,
/// 20, 30 and 40 seconds. Each has an older attempt that tells something else.
fn with_attempts(tracker: &Tracker) -> Result<Experiment> {
    let experiment = with_runs(tracker, "abcde")?;
    let failed = || Outcome::Failed {
        reason: "the disk is full".to_owned(),
    };
    let now = now();
    let ago = |seconds| now - Duration::from_secs(seconds);
    let long_ago = Timestamp::UNIX_EPOCH;
    for (id, started, seconds, outcome, older) in [
        ("a", long_ago, 10, Outcome::Finished, failed()),
        ("b", long_ago, 20, failed(), Outcome::Finished),
        ("c", ago(3_600), 30, Outcome::Running, Outcome::Finished),
        ("d", ago(40), 40, Outcome::Running, Outcome::Finished),
    ] {
        let run = experiment.track_as(id, &model())?;
        let mut first = attempts::attempt(0);
        first.state.update(now, &older);
        attempts::put(&run, &first)?;
        let mut newest = attempts::attempt(0);
        newest.state.started = started;
        newest
            .state
            .update(started + Duration::from_secs(seconds), &outcome);
        attempts::put(&run, &newest)?;
    }
    Ok(experiment)
}

fn status_is_that_of_the_newest_attempt(tracker: &Tracker) -> Result<()> {
    let aggregates = with_attempts(tracker)?.aggregates();
    for (is, id) in [
        (Status::Finished, "a"),
        (Status::Failed, "b"),
        (Status::Lost, "c"),
        (Status::Running, "d"),
        (Status::Unknown, "e"),
    ] {
        let query = Query::new().filter(status().eq(is.as_str()));
        assert_eq!(found(&aggregates, query)?, [id], "{is}");
    }
    let query = parsed(r#"status != "finished" and not status = "unknown""#)?;
    assert_eq!(found(&aggregates, query)?, ["b", "c", "d"]);
    let query = parsed(r#"status = "lost" or status ~ "fail""#)?;
    assert_eq!(found(&aggregates, query)?, ["b", "c"]);
    let by_status = parsed("order by status desc")?;
    assert_eq!(found(&aggregates, by_status)?, ["e", "d", "c", "a", "b"]);
    Ok(())
}

fn duration_is_that_of_the_newest_attempt(tracker: &Tracker) -> Result<()> {
    let aggregates = with_attempts(tracker)?.aggregates();
    for (query, ids) in [
        ("duration = 10", &["a"] as &[_]),
        ("duration < 20.5", &["a", "b"]),
        ("duration > 20", &["c", "d"]),
        ("not duration exists", &["e"]),
        (
            "duration exists order by duration desc",
            &["d", "c", "b", "a"],
        ),
        ("order by duration limit 2", &["a", "b"]),
    ] {
        assert_eq!(found(&aggregates, parsed(query)?)?, ids, "{query}");
    }
    Ok(())
}

fn run_names_are_compared(tracker: &Tracker) -> Result<()> {
    let experiment = with_runs(tracker, "abc")?;
    experiment
        .track_as("a", &model())?
        .set_name("baseline, wide")?;
    experiment.track_as("b", &model())?.set_name("Baseline")?;
    let aggregates = experiment.aggregates();
    for (condition, ids) in [
        (run_name().eq("Baseline"), &["b"] as &[_]),
        (run_name().contains("aseline"), &["a", "b"]),
        (run_name().contains("Base"), &["b"]),
        (run_name().ne("Baseline"), &["a"]),
        (!run_name().exists(), &["c"]),
    ] {
        let query = Query::new().filter(condition.clone());
        assert_eq!(found(&aggregates, query)?, ids, "{condition}");
    }
    let ordered = parsed("order by name")?;
    assert_eq!(found(&aggregates, ordered)?, ["b", "a", "c"]);
    experiment.track_as("b", &model())?.set_name("")?;
    let named = Query::new().filter(run_name().exists());
    assert_eq!(found(&aggregates, named)?, ["a"], "no name is none");
    Ok(())
}

/// The aggregates `a` and `b` with some points of each metric, and `c` without any.
fn with_metrics(tracker: &Tracker) -> Result<Experiment> {
    let experiment = with_runs(tracker, "abc")?;
    for (id, scale) in [("a", 1.0), ("b", 2.0)] {
        let metrics = experiment.track_as(id, &model())?.metrics();
        for name in ["loss", "accuracy", "latency", "speed"] {
            for (epoch, value) in [(0, 0.5), (1, 0.25), (2, f64::NAN), (3, 0.4)] {
                metrics.add(Metric::new(name, value * scale).phase("test").epoch(epoch))?;
            }
        }
    }
    Ok(experiment)
}

fn best_follows_the_name_and_what_is_said(tracker: &Tracker) -> Result<()> {
    let experiment = with_metrics(tracker)?;
    let aggregates = experiment.aggregates();
    let best = |name: &str, value: f64| {
        let best = metric(name).phase("test").best();
        found(&aggregates, Query::new().filter(best.eq(value)))
    };
    assert_eq!(
        best("loss", 0.25)?,
        ["a"],
        "the name of a loss says that smaller is better"
    );
    assert_eq!(
        best("accuracy", 0.5)?,
        ["a"],
        "that of an accuracy says the other"
    );
    assert!(
        best("latency", 0.25)?.is_empty(),
        "nothing says what is better"
    );
    experiment.define_metric("latency", Definition::default().minimize())?;
    experiment.define_metric("speed", Definition::default().minimize())?;
    experiment.define_metric("loss", Definition::default().maximize())?;
    assert_eq!(best("latency", 0.25)?, ["a"], "the experiment says it");
    assert_eq!(
        best("loss", 0.5)?,
        ["a"],
        "the experiment says it, whatever the name does"
    );
    let run = experiment.track_as("b", &model())?;
    run.define_metric("speed", Definition::default().maximize())?;
    assert_eq!(
        best("speed", 1.0)?,
        ["b"],
        "the run says it, whatever the experiment does"
    );
    assert_eq!(best("speed", 0.25)?, ["a"]);
    let ordered = parsed("order by metric.accuracy[test].best desc")?;
    assert_eq!(found(&aggregates, ordered)?, ["b", "a", "c"]);
    let none = Query::new().filter(!metric("loss").phase("test").best().exists());
    assert_eq!(found(&aggregates, none)?, ["c"]);
    Ok(())
}

fn attempts_are_found_in_all_experiments(tracker: &Tracker) -> Result<()> {
    with_attempts(tracker)?;
    let run = tracker.experiment("letters")?.track_as("z", &model())?;
    let mut finished = attempts::attempt(0);
    finished.state.update(
        Timestamp::UNIX_EPOCH + Duration::from_secs(15),
        &Outcome::Finished,
    );
    attempts::put(&run, &finished)?;
    let ids = |query: &str| -> Result<Vec<String>> {
        let found = tracker
            .experiments()
            .rows(parsed(query)?)?
            .items
            .into_iter();
        Ok(found.map(|(_, row)| row.aggregate.id).collect())
    };
    assert_eq!(ids(r#"status = "finished""#)?, ["a", "z"]);
    assert_eq!(ids("duration < 30 order by duration")?, ["a", "z", "b"]);
    Ok(())
}

//! Aggregates are found by what is on record of them.

use super::{Sample, behaviours, tracked};
use crate::aggregates::Aggregates;
use crate::error::Result;
use crate::experiment::Experiment;
use crate::query::{Literal, Query, argument, created, epoch, hash, id, metric, name, notes, tag};
use crate::records::Metric;
use crate::tracker::Tracker;

behaviours! {
    metrics_are_compared_by_their_summary,
    arguments_are_compared_by_their_value,
    newest_module_of_a_kind_counts,
    names_and_hashes_are_compared,
    tags_and_notes_are_compared,
    id_epoch_and_time_are_compared,
    conditions_are_joined,
    what_is_missing_compares_to_nothing,
    order_goes_both_ways_with_the_missing_last,
    order_has_several_fields,
    rows_hold_all_of_what_is_found,
    other_experiments_are_not_found,
}

/// The ids of what a query finds.
fn found(aggregates: &Aggregates, query: &str) -> Result<Vec<String>> {
    let page = aggregates.find(query.parse::<Query>()?)?;
    Ok(page.iter().map(|run| run.id().to_owned()).collect())
}

/// An aggregate of this id whose optimizer has these arguments.
fn with_optimizer(experiment: &Experiment, id: &str, arguments: &str) -> Result<()> {
    let run = experiment.track_as(id, &super::model())?;
    run.with("optimizer", &Sample::new("Adam", arguments))?;
    Ok(())
}

/// Aggregates `a`, `b` and on, whose last loss is as given.
pub(super) fn with_losses(experiment: &Experiment, losses: &[Option<f64>]) -> Result<()> {
    for (id, loss) in ('a'..).zip(losses) {
        let run = experiment.track_as(&id.to_string(), &super::model())?;
        if let Some(loss) = loss {
            run.metrics().add(Metric::new("loss", *loss))?;
        }
    }
    Ok(())
}

fn metrics_are_compared_by_their_summary(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    for (epoch, loss) in [(2, 0.5), (1, 0.9), (3, 0.7)] {
        let point = Metric::new("loss", loss).phase("test").epoch(epoch);
        run.metrics().add(point)?;
    }
    run.metrics()
        .add(Metric::new("status", serde_json::json!("ok")))?;
    let aggregates = tracker.experiment("digits")?.aggregates();
    let loss = || metric("loss").phase("test");
    for condition in [
        loss().first().eq(0.9),
        loss().last().eq(0.7),
        loss().min().eq(0.5),
        loss().max().eq(0.9),
        loss().count().eq(3),
        loss().last().ne(0.5),
        loss().last().lt(0.71),
        loss().last().le(0.7),
        loss().last().gt(0),
        loss().last().ge(0.7),
        metric("status").last().eq("ok"),
    ] {
        let page = aggregates.find(Query::new().filter(condition.clone()))?;
        assert_eq!(page.len(), 1, "`{condition}` must hold");
    }
    for condition in [
        loss().last().eq(0.9),
        loss().last().ne(0.7),
        loss().last().lt(0.7),
        loss().last().gt(0.7),
        loss().last().eq("0.7"),
        loss().last().lt("1"),
        metric("loss").last().exists(),
        metric("loss").phase("train").count().ge(0),
    ] {
        let page = aggregates.find(Query::new().filter(condition.clone()))?;
        assert!(page.is_empty(), "`{condition}` must not hold");
    }
    Ok(())
}

fn arguments_are_compared_by_their_value(tracker: &Tracker) -> Result<()> {
    let experiment = tracker.experiment("digits")?;
    let arguments = r#"{"lr": 1e-3, "steps": 9007199254740993, "nesterov": true, "decay": null,
        "betas": [0.9, 0.999], "schedule": {"kind": "cosine"}}"#;
    with_optimizer(&experiment, "a", arguments)?;
    let aggregates = experiment.aggregates();
    let optimizer = |path| argument("optimizer", path);
    for condition in [
        optimizer("lr").eq(0.001),
        optimizer("lr").lt(1),
        optimizer("steps").gt(9_007_199_254_740_992.0),
        optimizer("steps").eq(9_007_199_254_740_993_i64),
        optimizer("nesterov").eq(true),
        optimizer("decay").eq(Literal::NULL),
        optimizer("decay").ne(0),
        optimizer("betas.1").eq(0.999),
        optimizer("betas").exists(),
        optimizer("schedule.kind").eq("cosine"),
        optimizer("schedule.kind").contains("cos"),
    ] {
        let page = aggregates.find(Query::new().filter(condition.clone()))?;
        assert_eq!(page.len(), 1, "`{condition}` must hold");
    }
    for condition in [
        optimizer("steps").eq(9_007_199_254_740_992_i64),
        optimizer("nesterov").eq("true"),
        optimizer("decay").le(Literal::NULL),
        optimizer("betas.2").exists(),
        optimizer("betas.lr").exists(),
        optimizer("betas").eq(0.9),
        optimizer("schedule").eq("cosine"),
        optimizer("lr.lr").exists(),
        optimizer("schedule.kind").contains("COS"),
    ] {
        let page = aggregates.find(Query::new().filter(condition.clone()))?;
        assert!(page.is_empty(), "`{condition}` must not hold");
    }
    Ok(())
}

fn newest_module_of_a_kind_counts(tracker: &Tracker) -> Result<()> {
    let experiment = tracker.experiment("digits")?;
    with_optimizer(&experiment, "a", r#"{"lr": 1}"#)?;
    with_optimizer(&experiment, "a", r#"{"lr": 2}"#)?;
    assert_eq!(found(&experiment.aggregates(), "optimizer.lr = 2")?, ["a"]);
    assert!(found(&experiment.aggregates(), "optimizer.lr = 1")?.is_empty());
    Ok(())
}

fn names_and_hashes_are_compared(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    let aggregates = tracker.experiment("digits")?.aggregates();
    let module = run.module("model")?;
    let by_hash = hash("model").eq(module.hash().as_str());
    let condition = name("model").eq("MLP").and(by_hash);
    assert_eq!(aggregates.find(Query::new().filter(condition))?.len(), 1);
    let other = name("model").eq("mlp").or(name("optimizer").ne("Adam"));
    assert!(aggregates.find(Query::new().filter(other))?.is_empty());
    Ok(())
}

fn tags_and_notes_are_compared(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    run.set_tag("stage", "candidate")?;
    run.set_tag("seed", "3")?;
    run.set_notes("The first that learns.")?;
    let aggregates = tracker.experiment("digits")?.aggregates();
    let is = tag("stage").eq("candidate").and(tag("seed").lt("4"));
    let said = notes().contains("learns");
    assert_eq!(aggregates.find(Query::new().filter(is.and(said)))?.len(), 1);
    run.set_notes("")?;
    run.remove_tag("stage")?;
    for condition in [
        notes().exists(),
        tag("stage").exists(),
        tag("seed").eq(3),
        tag("seed").lt(4),
    ] {
        let page = aggregates.find(Query::new().filter(condition.clone()))?;
        assert!(page.is_empty(), "`{condition}` must not hold");
    }
    Ok(())
}

fn id_epoch_and_time_are_compared(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    run.set_epoch(7)?;
    let aggregates = tracker.experiment("digits")?.aggregates();
    for condition in [
        id().eq(run.id()),
        epoch().eq(7),
        epoch().lt(7.5),
        created().eq(run.created()),
        created().le(run.created()),
        created().gt("2020-01-31"),
        created().gt("2020-01-31T12:00:00+02:00"),
        created().contains("T"),
    ] {
        let page = aggregates.find(Query::new().filter(condition.clone()))?;
        assert_eq!(page.len(), 1, "`{condition}` must hold");
    }
    for condition in [
        epoch().ne(7),
        created().ne(run.created()),
        created().lt("2020-01-31"),
    ] {
        let page = aggregates.find(Query::new().filter(condition.clone()))?;
        assert!(page.is_empty(), "`{condition}` must not hold");
    }
    Ok(())
}

fn conditions_are_joined(tracker: &Tracker) -> Result<()> {
    let experiment = tracker.experiment("digits")?;
    with_losses(&experiment, &[Some(1.0), Some(2.0), Some(3.0), Some(4.0)])?;
    let aggregates = experiment.aggregates();
    for (query, expected) in [
        ("", "abcd"),
        ("metric.loss.last > 1 and metric.loss.last < 4", "bc"),
        ("metric.loss.last = 1 or metric.loss.last = 4", "ad"),
        ("not metric.loss.last = 1", "bcd"),
        ("id = 'a' or id = 'b' and metric.loss.last = 3", "a"),
        ("(id = 'a' or id = 'b') and metric.loss.last = 2", "b"),
        ("not (id = 'a' or id = 'b')", "cd"),
        ("not id = 'a' and not id = 'b'", "cd"),
    ] {
        assert_eq!(found(&aggregates, query)?.concat(), expected, "`{query}`");
    }
    Ok(())
}

fn what_is_missing_compares_to_nothing(tracker: &Tracker) -> Result<()> {
    let experiment = tracker.experiment("digits")?;
    with_losses(&experiment, &[None, Some(1.0), Some(f64::NAN)])?;
    let aggregates = experiment.aggregates();
    for (query, expected) in [
        ("metric.loss.last = 1", "b"),
        ("metric.loss.last != 1", "c"),
        ("not metric.loss.last = 1", "ac"),
        ("metric.loss.last = nan", "c"),
        ("metric.loss.last < inf or metric.loss.last >= -inf", "b"),
        ("metric.loss.last exists", "bc"),
        ("metric.loss.min exists", "b"),
        ("metric.loss.last = null", ""),
    ] {
        assert_eq!(found(&aggregates, query)?.concat(), expected, "`{query}`");
    }
    Ok(())
}

fn order_goes_both_ways_with_the_missing_last(tracker: &Tracker) -> Result<()> {
    let experiment = tracker.experiment("digits")?;
    let losses = [
        None,
        Some(2.0),
        Some(f64::NAN),
        Some(-1.0),
        Some(f64::INFINITY),
        Some(2.0),
    ];
    with_losses(&experiment, &losses)?;
    let aggregates = experiment.aggregates();
    for (query, expected) in [
        ("order by metric.loss.last", "dbfeac"),
        ("order by metric.loss.last desc", "ebfdac"),
        ("order by metric.loss.last limit 2", "db"),
        ("order by metric.loss.last limit 0", ""),
        ("order by created", "abcdef"),
        ("order by id desc", "fedcba"),
        (
            "metric.loss.last >= 2 order by metric.loss.last desc limit 2",
            "eb",
        ),
    ] {
        assert_eq!(found(&aggregates, query)?.concat(), expected, "`{query}`");
    }
    Ok(())
}

fn order_has_several_fields(tracker: &Tracker) -> Result<()> {
    let experiment = tracker.experiment("digits")?;
    for (id, arguments) in [
        ("a", r#"{"x": "text", "y": 1}"#),
        ("b", r#"{"x": 2, "y": 1}"#),
        ("c", r#"{"x": 2.0, "y": 2}"#),
        ("d", r#"{"x": false, "y": 1}"#),
        ("e", r#"{"x": null, "y": 3}"#),
        ("f", r#"{"x": 10, "y": 1}"#),
    ] {
        with_optimizer(&experiment, id, arguments)?;
    }
    let aggregates = experiment.aggregates();
    for (query, expected) in [
        ("order by optimizer.x, optimizer.y desc", "cbfade"),
        ("order by optimizer.x desc, optimizer.y", "dafbce"),
        ("order by optimizer.y desc, id", "ecabdf"),
    ] {
        assert_eq!(found(&aggregates, query)?.concat(), expected, "`{query}`");
    }
    Ok(())
}

fn rows_hold_all_of_what_is_found(tracker: &Tracker) -> Result<()> {
    let experiment = tracker.experiment("digits")?;
    with_losses(&experiment, &[Some(1.0), Some(2.0), Some(3.0)])?;
    let run = experiment.track_as("b", &super::model())?;
    run.metrics().add(Metric::new("loss", 0.5).phase("test"))?;
    let query: Query = "metric.loss.last >= 2 order by metric.loss.last desc".parse()?;
    let rows = experiment.aggregates().rows(&query)?;
    let ids: Vec<&str> = rows.iter().map(|row| row.aggregate.id.as_str()).collect();
    assert_eq!(ids, ["c", "b"]);
    assert_eq!(rows[1].modules, run.modules()?);
    assert_eq!(rows[1].summaries, run.metrics().summaries()?);
    assert_eq!(experiment.aggregates().rows(query.limit(1))?.len(), 1);
    Ok(())
}

fn other_experiments_are_not_found(tracker: &Tracker) -> Result<()> {
    with_losses(&tracker.experiment("digits")?, &[Some(1.0)])?;
    let other = tracker.experiment("mnist")?.aggregates();
    assert!(other.find(Query::new())?.is_empty());
    assert!(other.rows(Query::new())?.is_empty());
    Ok(())
}

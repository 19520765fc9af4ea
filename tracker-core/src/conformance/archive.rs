//! What was put away is left out unless it is asked for, and nothing of it is lost.

use super::{behaviours, model, tracked};
use crate::aggregate::Aggregate;
use crate::error::{Error, Result};
use crate::experiment::Experiment;
use crate::ports::{Detail, Scope};
use crate::query::{Query, archived};
use crate::records::Metric;
use crate::tracker::Tracker;

behaviours! {
    archived_aggregates_are_left_out,
    archived_aggregates_are_found_when_asked_for,
    archived_aggregate_is_there_by_its_id,
    archived_aggregate_goes_on,
    pages_leave_out_the_archived,
    archiving_the_missing_is_refused,
}

/// Aggregates `a`, `b`, `c` and `d`, of which `b` and `d` are put away.
fn half_archived(tracker: &Tracker) -> Result<Experiment> {
    let experiment = tracker.experiment("digits")?;
    for id in ["a", "b", "c", "d"] {
        let run = experiment.track_as(id, &model())?;
        run.metrics().add(Metric::new("loss", 0.5))?;
        if matches!(id, "b" | "d") {
            run.archive()?;
            run.archive()?;
            assert!(run.is_archived());
        }
    }
    Ok(experiment)
}

fn ids<'r>(runs: impl IntoIterator<Item = &'r Aggregate>) -> String {
    runs.into_iter().map(Aggregate::id).collect()
}

fn archived_aggregates_are_left_out(tracker: &Tracker) -> Result<()> {
    let experiment = half_archived(tracker)?;
    let aggregates = experiment.aggregates();
    assert_eq!(ids(&aggregates.list()?), "ac");
    for query in [
        "",
        "metric.loss.last = 0.5",
        "not id = 'x'",
        "id = 'b' or epoch = 0",
        "order by id",
    ] {
        let query: Query = query.parse()?;
        assert_eq!(ids(&*aggregates.find(&query)?), "ac", "`{query}`");
        assert_eq!(aggregates.rows(&query)?.len(), 2, "`{query}`");
        assert_eq!(tracker.experiments().rows(&query)?.len(), 2, "`{query}`");
    }
    // To order by it is not to ask for it.
    let ordered = Query::new().order_by(archived());
    assert_eq!(ids(&*aggregates.find(ordered)?), "ac");
    Ok(())
}

fn archived_aggregates_are_found_when_asked_for(tracker: &Tracker) -> Result<()> {
    let aggregates = half_archived(tracker)?.aggregates();
    for (query, expected) in [
        ("archived = true", "bd"),
        ("archived = false", "ac"),
        ("archived exists", "abcd"),
        ("not archived = true", "ac"),
        ("archived = true and id = 'd'", "d"),
        ("archived = true or id = 'a'", "abd"),
        ("archived exists order by archived desc, id desc", "dbca"),
    ] {
        let found = aggregates.find(query.parse::<Query>()?)?;
        assert_eq!(ids(&*found), expected, "`{query}`");
    }
    Ok(())
}

fn archived_aggregate_is_there_by_its_id(tracker: &Tracker) -> Result<()> {
    let experiment = half_archived(tracker)?;
    let aggregates = experiment.aggregates();
    let kept = aggregates
        .get("b")?
        .map(|run| (run.is_archived(), run.uuid()));
    let Some((true, uuid)) = kept else {
        panic!("`b` must be there, and archived");
    };
    assert!(tracker.aggregate(uuid)?.is_some());
    assert_eq!(ids(&aggregates.beginning_with("b")?), "b");
    assert!(matches!(
        aggregates.create("b", &model()),
        Err(Error::Taken { .. })
    ));
    let scope = Scope::Experiment(experiment.id());
    let rows = tracker.link().store()?.rows(&scope, &Detail::NONE)?;
    assert_eq!(rows.len(), 4, "only search leaves them out");
    aggregates.clear()?;
    assert!(aggregates.get("b")?.is_none());
    Ok(())
}

fn archived_aggregate_goes_on(tracker: &Tracker) -> Result<()> {
    let experiment = half_archived(tracker)?;
    let run = experiment.track_as("b", &model())?;
    assert!(run.is_archived(), "tracking it again does not take it back");
    run.metrics().add(Metric::new("loss", 0.25).step(1))?;
    run.set_epoch(3)?;
    run.restore()?;
    run.restore()?;
    assert_eq!(ids(&experiment.aggregates().list()?), "abc");
    let back = experiment.track_as("b", &model())?;
    assert_eq!((back.is_archived(), back.epoch()), (false, 3));
    assert_eq!(back.metrics().list("loss", "")?.len(), 2);
    assert!(experiment.track_as("d", &model())?.is_archived());
    Ok(())
}

fn pages_leave_out_the_archived(tracker: &Tracker) -> Result<()> {
    let aggregates = half_archived(tracker)?.aggregates();
    for (query, expected) in [
        ("limit 1", "ac"),
        ("order by metric.loss.last limit 1", "ac"),
        ("archived exists limit 1", "abcd"),
    ] {
        let query: Query = query.parse()?;
        let mut page = aggregates.find(&query)?;
        let mut found = String::new();
        loop {
            found += &ids(&*page);
            assert!(found.len() <= expected.len(), "pages repeat: {found}");
            let Some(cursor) = page.next else { break };
            page = aggregates.find(query.clone().after(cursor))?;
        }
        assert_eq!(found, expected, "`{query}`");
    }
    Ok(())
}

fn archiving_the_missing_is_refused(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    run.clone().remove()?;
    for refused in [run.archive(), run.restore()] {
        assert!(matches!(refused, Err(Error::Missing { .. })), "{refused:?}");
    }
    assert!(!run.is_archived(), "what was not stored must not show");
    Ok(())
}

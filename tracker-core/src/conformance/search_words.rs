//! Aggregates are found by more than one value: lists, patterns, two fields, means; and they are
//! counted.

use super::search::with_losses;
use super::{behaviours, tracked};
use crate::aggregate::Aggregate;
use crate::aggregates::Aggregates;
use crate::error::Result;
use crate::query::Query;
use crate::records::Metric;
use crate::tracker::Tracker;

behaviours! {
    one_of_several_values_is_enough,
    patterns_are_found_in_texts,
    two_fields_are_compared,
    mean_is_of_the_last_values,
    epoch_of_the_best_value_is_known,
    what_is_found_is_counted,
    page_of_nothing_has_a_next_one,
}

/// The ids of what a query finds, which must be as many as are counted.
fn found(aggregates: &Aggregates, query: &str) -> Result<String> {
    let query: Query = query.parse()?;
    let page = aggregates.find(&query)?;
    assert_eq!(aggregates.count(&query)?, page.len() as u64, "{query}");
    Ok(page.iter().map(Aggregate::id).collect())
}

fn check(aggregates: &Aggregates, expected: &[(&str, &str)]) -> Result<()> {
    for (query, ids) in expected {
        assert_eq!(found(aggregates, query)?, *ids, "{query}");
    }
    Ok(())
}

fn one_of_several_values_is_enough(tracker: &Tracker) -> Result<()> {
    let experiment = tracker.experiment("digits")?;
    with_losses(&experiment, &[Some(0.5), Some(f64::NAN), None, Some(2.0)])?;
    let expected = [
        ("metric.loss.last in (0.5, 2)", "ad"),
        ("metric.loss.last in (NaN, 7)", "b"),
        ("metric.loss.last not in (0.5, \"x\")", "bd"),
        ("not metric.loss.last in (0.5)", "bcd"),
        ("id in ()", ""),
        ("id in (\"c\", \"a\", 1)", "ac"),
        ("status in (\"unknown\", \"failed\") and id < \"c\"", "ab"),
    ];
    check(&experiment.aggregates(), &expected)
}

fn patterns_are_found_in_texts(tracker: &Tracker) -> Result<()> {
    let experiment = tracker.experiment("digits")?;
    with_losses(&experiment, &[None, None, None])?;
    let aggregates = experiment.aggregates();
    for (run, note) in aggregates.list()?.iter().zip(["Größe 12", "a.b", ""]) {
        run.set_notes(note)?;
    }
    let expected = [
        (r#"notes ~ "a.b""#, "b"),
        (r#"notes ~ "a\.b""#, "b"),
        (r#"notes ~ "^.\.b$""#, "b"),
        (r#"notes ~ "(?i)GRÖẞE \d+""#, "a"),
        (r#"notes !~ "b""#, "a"),
        (r#"id ~ "[bc]" and id !~ "^b""#, "c"),
        (r#"epoch ~ "0""#, ""),
    ];
    check(&aggregates, &expected)?;
    // In a parameter also in a number, as it is written.
    let runs = aggregates.list()?;
    runs[0].set_param("lr", 0.001)?;
    runs[1].set_param("lr", 1e-5)?;
    runs[2].set_param("lr", "0.1")?;
    let expected = [
        (r#"param.lr ~ "0.0""#, "a"),
        (r#"param.lr ~ "^0\.""#, "ac"),
        (r#"param.lr ~ "1e""#, "b"),
        (r#"param.lr !~ "e-05$""#, "ac"),
        (r#"param.lr ~ "x""#, ""),
    ];
    check(&aggregates, &expected)
}

fn two_fields_are_compared(tracker: &Tracker) -> Result<()> {
    let experiment = tracker.experiment("digits")?;
    with_losses(&experiment, &[Some(0.5), Some(1.0), Some(2.0), None])?;
    for run in experiment.aggregates().list()? {
        run.metrics().add(Metric::new("loss", 1).phase("test"))?;
        run.set_tag("copy", if run.id() == "b" { "b" } else { "x" })?;
    }
    let expected = [
        ("metric.loss.last < metric.loss[test].last", "a"),
        ("metric.loss.last = metric.loss[test].last", "b"),
        ("metric.loss.last != metric.loss[test].last", "ac"),
        ("tag.copy = id", "b"),
        ("not tag.copy >= id", ""),
        ("metric.loss.last < metric.none.last", ""),
    ];
    check(&experiment.aggregates(), &expected)
}

fn mean_is_of_the_last_values(tracker: &Tracker) -> Result<()> {
    let experiment = tracker.experiment("digits")?;
    with_losses(&experiment, &[Some(9.0), Some(3.0), None])?;
    for run in experiment.aggregates().list()?.iter().take(2) {
        for (epoch, loss) in [(2, 4.0), (1, 2.0)] {
            run.metrics().add(Metric::new("loss", loss).epoch(epoch))?;
        }
    }
    let expected = [
        ("metric.loss.mean(1) = 4", "ab"),
        ("metric.loss.mean(2) = 3", "ab"),
        ("metric.loss.mean(3) = 5", "a"),
        ("metric.loss.mean(100) = 3 and metric.loss.mean(2) = 3", "b"),
        ("not metric.loss.mean(2) exists", "c"),
        ("order by metric.loss.mean(3), id", "bac"),
        ("order by metric.loss.mean(3) limit 1", "b"),
    ];
    check(&experiment.aggregates(), &expected)
}

fn epoch_of_the_best_value_is_known(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    for (epoch, loss) in [(1, 0.5), (2, 0.25), (3, 0.25), (4, 0.75)] {
        let point = Metric::new("loss", loss).epoch(epoch).step(7);
        run.metrics().add(point)?;
    }
    let aggregates = tracker.experiment("digits")?.aggregates();
    let query = "metric.loss.best_epoch = 2 and metric.loss.best_step = 7";
    assert_eq!(found(&aggregates, query)?, run.id());
    Ok(())
}

fn what_is_found_is_counted(tracker: &Tracker) -> Result<()> {
    let experiment = tracker.experiment("digits")?;
    with_losses(&experiment, &[Some(0.5), Some(1.0), None, Some(1.5)])?;
    let other = tracker.experiment("letters")?;
    with_losses(&other, &[Some(0.5)])?;
    let aggregates = experiment.aggregates();
    aggregates.list()?[3].archive()?;
    for (query, count, all) in [
        ("", 3, 4),
        ("limit 2", 2, 2),
        ("archived exists", 4, 5),
        ("archived = true", 1, 1),
        ("metric.loss.last < 1", 1, 2),
        ("not status = \"failed\"", 3, 4),
    ] {
        let query: Query = query.parse()?;
        assert_eq!(aggregates.count(&query)?, count, "{query}");
        assert_eq!(tracker.experiments().count(&query)?, all, "{query}");
    }
    for order in ["", "order by id desc", "order by metric.loss.last"] {
        let query: Query = order.parse()?;
        let next = aggregates.find(query.clone().limit(1))?.next;
        let rest = next.map(|next| aggregates.count(query.after(next)));
        assert_eq!(rest.transpose()?, Some(2), "{order}");
    }
    Ok(())
}

fn page_of_nothing_has_a_next_one(tracker: &Tracker) -> Result<()> {
    let experiment = tracker.experiment("digits")?;
    with_losses(&experiment, &[Some(0.5), Some(0.25), None])?;
    let aggregates = experiment.aggregates();
    for (query, ids) in [
        ("", "abc"),
        ("order by metric.loss.last", "bac"),
        ("order by id desc", "cba"),
        ("order by metric.loss.first desc, id", "abc"),
    ] {
        let query: Query = query.parse()?;
        let nothing = aggregates.find(query.clone().limit(0))?;
        assert!(nothing.is_empty());
        let next = nothing.next.map(|next| next.to_string().parse());
        let rest = next.transpose()?.map(|next| query.clone().after(next));
        let rest = rest.map(|rest| aggregates.find(rest)).transpose()?;
        let rest: String = rest
            .iter()
            .flat_map(|page| page.iter())
            .map(Aggregate::id)
            .collect();
        assert_eq!(rest, ids, "{query}");
    }
    assert_eq!(
        aggregates
            .find("id = \"x\" limit 0".parse::<Query>()?)?
            .next,
        None
    );
    Ok(())
}

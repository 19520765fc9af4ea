//! Pages give all of what is found, each once, whatever happens between them.

use super::behaviours;
use super::search::with_losses;
use crate::aggregate::Aggregate;
use crate::error::{Error, Result};
use crate::query::{Query, epoch};
use crate::records::{Metric, now};
use crate::tracker::Tracker;

behaviours! {
    pages_give_the_whole_once,
    pages_go_on_behind_a_removed_aggregate,
    pages_go_on_while_aggregates_come,
    cursor_of_another_query_is_refused,
}

fn ids(runs: &[Aggregate]) -> String {
    runs.iter().map(Aggregate::id).collect()
}

fn pages_give_the_whole_once(tracker: &Tracker) -> Result<()> {
    let experiment = tracker.experiment("digits")?;
    let losses = [
        Some(1.0),
        None,
        Some(1.0),
        Some(0.0),
        Some(f64::NAN),
        Some(1.0),
        None,
    ];
    with_losses(&experiment, &losses)?;
    for text in [
        "",
        "order by metric.loss.last",
        "order by metric.loss.last desc, created",
    ] {
        let query: Query = text.parse()?;
        let whole = experiment.aggregates().find(&query)?;
        assert!(whole.next.is_none(), "a page without a limit is the last");
        let expected: Vec<&str> = whole.iter().map(Aggregate::id).collect();
        for size in 1..=losses.len() {
            let query = query.clone().limit(size);
            let mut page = experiment.aggregates().find(&query)?;
            let mut ids: Vec<String> = Vec::new();
            loop {
                assert!(
                    page.len() <= size && ids.len() < expected.len(),
                    "pages repeat"
                );
                ids.extend(page.iter().map(|run| run.id().to_owned()));
                let Some(cursor) = page.next else { break };
                // Through its text, as a page of a web site would.
                page = experiment
                    .aggregates()
                    .find(query.clone().after(cursor.to_string().parse()?))?;
            }
            assert_eq!(ids, expected, "pages of {size} of `{text}`");
        }
    }
    Ok(())
}

fn pages_go_on_behind_a_removed_aggregate(tracker: &Tracker) -> Result<()> {
    for text in [
        "limit 2",
        "order by metric.loss.last limit 2",
        "order by epoch desc limit 2",
    ] {
        let experiment = tracker.experiment(text)?;
        for id in ["a", "b", "c", "d"] {
            let run = experiment.track_as(id, &super::model())?;
            // Each is created in a microsecond of its own.
            while now() <= run.created() {
                std::hint::spin_loop();
            }
        }
        let query: Query = text.parse()?;
        let page = experiment.aggregates().find(&query)?;
        page.items[1].clone().remove()?;
        let cursor = page.next.unwrap_or_else(|| panic!("two more must follow"));
        let rest = experiment.aggregates().find(query.after(cursor))?;
        let ids: Vec<&str> = rest.iter().map(Aggregate::id).collect();
        assert_eq!(ids, ["c", "d"], "`{text}`");
    }
    Ok(())
}

fn pages_go_on_while_aggregates_come(tracker: &Tracker) -> Result<()> {
    let experiment = tracker.experiment("digits")?;
    with_losses(&experiment, &[Some(3.0), Some(1.0), Some(4.0), None])?;
    let query: Query = "order by metric.loss.last limit 2".parse()?;
    let page = experiment.aggregates().find(&query)?;
    assert_eq!(ids(&page), "ba");
    // One before the cursor, one behind it, and one that goes behind it.
    for (id, loss, step) in [("x", 2.0, 0), ("y", 3.5, 0), ("b", 9.0, 1)] {
        let run = experiment.track_as(id, &super::model())?;
        run.metrics().add(Metric::new("loss", loss).step(step))?;
    }
    let Some(cursor) = page.next else {
        panic!("two more must follow");
    };
    let rest = experiment.aggregates().find(query.limit(9).after(cursor))?;
    assert_eq!(ids(&rest), "ycbd", "what is behind the cursor by now");
    Ok(())
}

fn cursor_of_another_query_is_refused(tracker: &Tracker) -> Result<()> {
    let experiment = tracker.experiment("digits")?;
    with_losses(&experiment, &[Some(1.0), Some(2.0)])?;
    let orders = [
        "",
        "order by epoch",
        "order by epoch desc",
        "order by id",
        "order by epoch, id",
        "epoch >= 0",
        "epoch >= 0 order by id",
    ];
    for of_page in orders {
        let query: Query = of_page.parse()?;
        let page = experiment.aggregates().find(query.limit(1))?;
        let Some(cursor) = page.next else {
            panic!("one more must follow");
        };
        for other in orders {
            let query: Query = other.parse()?;
            let found = experiment.aggregates().find(query.after(cursor.clone()));
            if other == of_page {
                assert_eq!(found?.len(), 1);
            } else {
                let refused = matches!(found, Err(Error::Query { .. }));
                assert!(refused, "the cursor of `{of_page}` in `{other}`");
            }
        }
    }
    let page = experiment.aggregates().find(Query::new().limit(1))?;
    let other = Query::new().order_by(epoch());
    let other = page.next.into_iter().fold(other, Query::after);
    assert!(matches!(
        experiment.aggregates().find(other),
        Err(Error::Query { column: 21, .. })
    ));
    Ok(())
}

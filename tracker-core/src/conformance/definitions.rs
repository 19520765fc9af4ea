//! What is said of metrics stands at a run or its experiment, and decides what is best.

use std::collections::BTreeMap;

use super::{behaviours, model, tracked};
use crate::aggregate::Aggregate;
use crate::error::{Error, Result};
use crate::query::Query;
use crate::records::{Definition, Direction, Metric, Position};
use crate::tracker::Tracker;

behaviours! {
    definitions_come_back_exactly,
    definition_is_replaced,
    definitions_belong_to_their_owner,
    definitions_of_the_missing_are_refused,
    best_follows_the_definition,
    best_is_searched_and_ordered_by,
}

fn latency() -> Definition {
    Definition::default()
        .unit("m/s²")
        .minimize()
        .description("p99\n\0 \"é\"")
}

fn definitions_come_back_exactly(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    let experiment = tracker.experiment("digits")?;
    let mut expected = BTreeMap::new();
    for (metric, definition) in [
        ("Latency", Definition::default()),
        ("latency", latency()),
        ("a.b/é", Definition::default().maximize()),
        ("'; --", Definition::default().unit("%")),
    ] {
        run.define_metric(metric, definition.clone())?;
        experiment.define_metric(metric, definition.clone())?;
        expected.insert(metric.to_owned(), definition);
    }
    assert_eq!(experiment.definitions(), expected);
    assert_eq!(tracker.experiment("digits")?.definitions(), expected);
    assert_eq!(tracked(tracker)?.record().definitions, expected);
    Ok(())
}

fn definition_is_replaced(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    let experiment = tracker.experiment("digits")?;
    let other = Definition::default().unit("ms");
    for definition in [latency(), other.clone()] {
        run.define_metric("latency", definition.clone())?;
        experiment.define_metric("latency", definition)?;
    }
    let kept = tracker.experiment("digits")?.definitions();
    assert_eq!(kept["latency"], other, "nothing of the one before may stay");
    assert_eq!(tracked(tracker)?.record().definitions["latency"], other);
    Ok(())
}

fn definitions_belong_to_their_owner(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    let twin = tracker.experiment("mnist")?.track(&model())?;
    run.define_metric("latency", latency())?;
    tracker
        .experiment("mnist")?
        .define_metric("rate", latency())?;
    assert!(tracker.experiment("digits")?.definitions().is_empty());
    let read = tracker.experiment("mnist")?;
    assert_eq!(read.definitions().len(), 1);
    assert!(read.track(&model())?.record().definitions.is_empty());
    run.remove()?;
    assert!(tracked(tracker)?.record().definitions.is_empty());
    twin.remove()?;
    assert_eq!(tracker.experiment("mnist")?.definitions().len(), 1);
    Ok(())
}

fn definitions_of_the_missing_are_refused(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    let experiment = tracker.experiment("digits")?;
    run.clone().remove()?;
    experiment.clone().remove()?;
    for refused in [
        run.define_metric("latency", latency()),
        experiment.define_metric("latency", latency()),
    ] {
        assert!(matches!(refused, Err(Error::Missing { .. })), "{refused:?}");
    }
    Ok(())
}

/// A series without a common name that is smallest at epoch 1 and largest at epoch 2.
fn measure(run: &Aggregate) -> Result<()> {
    for (epoch, value) in [(0, 5.0), (1, 3.0), (2, 9.0), (3, 3.0)] {
        run.metrics()
            .add(Metric::new("width", value).epoch(epoch).step(-1))?;
    }
    Ok(())
}

fn best_follows_the_definition(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    let experiment = tracker.experiment("digits")?;
    measure(&run)?;
    let at = |epoch| Position { epoch, step: -1 };
    let best = || tracked(tracker)?.metrics().best("width", "");
    assert_eq!(best()?, None, "nobody knows which is better");
    experiment.define_metric("width", Definition::default().maximize())?;
    assert_eq!(best()?, Some((9.0, at(2))));
    // What the run says comes before what the experiment says.
    run.define_metric("width", Definition::default().minimize())?;
    assert_eq!(best()?, Some((3.0, at(1))), "where it was first");
    let definition = run.metrics().definition("loss")?;
    assert_eq!(definition.direction, Some(Direction::Minimize));
    assert!(definition.guessed, "from the name");
    Ok(())
}

fn best_is_searched_and_ordered_by(tracker: &Tracker) -> Result<()> {
    let experiment = tracker.experiment("digits")?;
    for (id, value) in [("a", 1.0), ("b", 3.0), ("c", 2.0)] {
        let run = experiment.track_as(id, &model())?;
        run.metrics().add(Metric::new("width", value).epoch(0))?;
        run.metrics()
            .add(Metric::new("width", value + 10.0).epoch(1))?;
    }
    let found = |query: &str| -> Result<String> {
        let found = experiment.aggregates().find(query.parse::<Query>()?)?;
        Ok(found.iter().map(Aggregate::id).collect())
    };
    assert_eq!(found("metric.width.best exists")?, "");
    experiment.define_metric("width", Definition::default().maximize())?;
    assert_eq!(found("metric.width.best >= 12")?, "bc");
    assert_eq!(found("order by metric.width.best desc")?, "bca");
    let own = experiment.track_as("b", &model())?;
    own.define_metric("width", Definition::default().minimize())?;
    assert_eq!(found("metric.width.best >= 12")?, "c");
    assert_eq!(found("order by metric.width.best")?, "bac");
    Ok(())
}

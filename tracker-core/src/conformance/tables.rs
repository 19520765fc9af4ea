//! A table of runs holds what its columns name, and each record is as it was stored.

use jiff::Timestamp;
use uuid::Uuid;

use super::{Sample, behaviours, model, tracked};
use crate::annotations::Annotations;
use crate::error::{Error, Result};
use crate::experiment::Experiment;
use crate::iteration::Iteration;
use crate::metric::Metric;
use crate::module::Module;
use crate::ports::{AggregateKey, AggregateRecord, Columns, ExperimentRecord, Row};
use crate::tracker::Tracker;

behaviours! {
    experiment_record_comes_back_exactly,
    aggregate_record_comes_back_exactly,
    table_without_limits_holds_all,
    table_holds_the_ids_that_are_named,
    table_holds_the_kinds_that_are_named,
    table_holds_the_series_that_are_named,
    table_of_the_missing_is_empty,
    removal_touches_nothing_else,
    sound_store_has_nothing_wrong,
}

fn annotated() -> Annotations {
    Annotations {
        tags: [("stage".to_owned(), "final".to_owned())].into(),
        notes: "moved here".to_owned(),
    }
}

/// A time before 1970 that ends on a microsecond.
fn long_ago() -> Timestamp {
    Timestamp::UNIX_EPOCH - std::time::Duration::from_micros(86_400_000_001)
}

fn experiment_record_comes_back_exactly(tracker: &Tracker) -> Result<()> {
    let store = tracker.link().store();
    let mut record = ExperimentRecord {
        created: long_ago(),
        annotations: annotated(),
        ..ExperimentRecord::new("old")
    };
    let now = ExperimentRecord::new("new");
    store.create_experiment(&now)?;
    store.create_experiment(&record)?;
    assert_eq!(store.experiment("old")?.as_ref(), Some(&record));
    store.rename_experiment(record.id, "older")?;
    "older".clone_into(&mut record.name);
    assert_eq!(
        store.experiments()?,
        [now, record],
        "in the order they were created in, whatever their times are"
    );
    Ok(())
}

fn aggregate_record_comes_back_exactly(tracker: &Tracker) -> Result<()> {
    let store = tracker.link().store();
    let experiment = tracker.experiment("digits")?.id();
    let mut record = AggregateRecord {
        epoch: 7,
        created: long_ago(),
        annotations: annotated(),
        ..AggregateRecord::new("old")
    };
    let now = AggregateRecord::new("new");
    let modules = [
        Module::new("model", &model())?,
        Module::new("criterion", &Sample::new("CrossEntropy", "{}"))?,
    ];
    store.create_aggregate(experiment, &now, &[])?;
    store.create_aggregate(experiment, &record, &modules)?;
    let key = AggregateKey {
        experiment,
        id: "old".to_owned(),
    };
    assert_eq!(store.aggregate(&key)?.as_ref(), Some(&record));
    assert_eq!(store.modules(&key)?, modules);
    store.set_epoch(&key, 8)?;
    record.epoch = 8;
    assert_eq!(store.aggregates(experiment)?, [now, record]);
    let nowhere = store.create_aggregate(Uuid::new_v4(), &AggregateRecord::new("a"), &[]);
    assert!(matches!(nowhere, Err(Error::Missing { .. })));
    Ok(())
}

/// Two aggregates, `b` and `a`, with three modules each, and four series.
fn filled(tracker: &Tracker) -> Result<Experiment> {
    let experiment = tracker.experiment("digits")?;
    for id in ["b", "a"] {
        let run = experiment.track_as(id, &model())?;
        for lr in ["0.1", "0.2"] {
            let adam = Sample::new("Adam", &format!("{{\"lr\": {lr}}}"));
            run.with("optimizer", &adam)?;
        }
        for (name, phase) in [
            ("loss", "train"),
            ("loss", "test"),
            ("rate", "test"),
            ("rate", ""),
        ] {
            let point = |step| Metric::new(name, 0.5).phase(phase).step(step);
            run.metrics().add_all([point(1), point(2)])?;
        }
        run.iterations().put(Iteration::new("train", 0))?;
        run.set_tag("id", id)?;
    }
    tracker.flush()?;
    Ok(experiment)
}

fn ids(rows: &[Row]) -> Vec<&str> {
    rows.iter().map(|row| row.aggregate.id.as_str()).collect()
}

fn series(row: &Row) -> Vec<(&str, &str)> {
    let summaries = row.summaries.iter();
    summaries
        .map(|summary| (summary.name(), summary.phase()))
        .collect()
}

fn table_without_limits_holds_all(tracker: &Tracker) -> Result<()> {
    let experiment = filled(tracker)?.id();
    let store = tracker.link().store();
    let rows = store.table(experiment, &Columns::default())?;
    assert_eq!(ids(&rows), ["b", "a"], "in the order they were created");
    for row in rows {
        let key = AggregateKey {
            experiment,
            id: row.aggregate.id.clone(),
        };
        assert_eq!(store.aggregate(&key)?, Some(row.aggregate));
        assert_eq!(store.modules(&key)?, row.modules);
        assert_eq!(store.summaries(&key)?, row.summaries);
        assert_eq!((row.modules.len(), row.summaries.len()), (3, 4));
    }
    Ok(())
}

fn table_holds_the_ids_that_are_named(tracker: &Tracker) -> Result<()> {
    let experiment = filled(tracker)?.id();
    for (wanted, expected) in [
        (&["a"] as &[&str], &["a"] as &[&str]),
        (&["a", "b"], &["b", "a"]),
        (&["unknown", "A"], &[]),
        (&[], &[]),
    ] {
        let columns = Columns {
            ids: Some(wanted.iter().map(|id| (*id).to_owned()).collect()),
            ..Columns::default()
        };
        let rows = tracker.link().store().table(experiment, &columns)?;
        assert_eq!(ids(&rows), expected, "of {wanted:?}");
        for row in &rows {
            assert_eq!((row.modules.len(), row.summaries.len()), (3, 4));
            assert_eq!(row.aggregate.annotations.tags["id"], row.aggregate.id);
        }
    }
    Ok(())
}

fn table_holds_the_kinds_that_are_named(tracker: &Tracker) -> Result<()> {
    let experiment = filled(tracker)?.id();
    for (wanted, expected) in [
        (&["optimizer"] as &[&str], 2),
        (&["optimizer", "model"], 3),
        (&["Model"], 0),
        (&[], 0),
    ] {
        let columns = Columns {
            kinds: Some(wanted.iter().map(|kind| (*kind).to_owned()).collect()),
            ..Columns::default()
        };
        let rows = tracker.link().store().table(experiment, &columns)?;
        assert_eq!(rows.len(), 2, "a row without a module is still a row");
        for row in rows {
            assert_eq!(row.modules.len(), expected, "of {wanted:?}");
            assert_eq!(row.summaries.len(), 4);
            let newest = row.modules.last().map(|module| module.arguments().clone());
            let adam = newest.map(|arguments| arguments.to_string());
            assert!(
                adam.is_none_or(|adam| adam == r#"{"lr": 0.2}"#),
                "modules must stand in the order they were appended"
            );
        }
    }
    Ok(())
}

fn table_holds_the_series_that_are_named(tracker: &Tracker) -> Result<()> {
    let experiment = filled(tracker)?.id();
    for (wanted, expected) in [
        (
            &[("rate", "test"), ("loss", "train")] as &[(&str, &str)],
            &[("loss", "train"), ("rate", "test")] as &[(&str, &str)],
        ),
        (&[("rate", "")], &[("rate", "")]),
        (&[("loss", ""), ("rate", "train"), ("Loss", "test")], &[]),
        (&[], &[]),
    ] {
        let named = wanted.iter();
        let columns = Columns {
            series: Some(
                named
                    .map(|(name, phase)| ((*name).to_owned(), (*phase).to_owned()))
                    .collect(),
            ),
            ..Columns::default()
        };
        let rows = tracker.link().store().table(experiment, &columns)?;
        assert_eq!(rows.len(), 2, "a row without a summary is still a row");
        for row in &rows {
            assert_eq!(series(row), expected, "of {wanted:?}");
            assert_eq!(row.modules.len(), 3);
        }
    }
    Ok(())
}

fn table_of_the_missing_is_empty(tracker: &Tracker) -> Result<()> {
    let store = tracker.link().store();
    let empty = tracker.experiment("digits")?.id();
    let columns = Columns::default();
    assert!(store.table(empty, &columns)?.is_empty());
    tracked(tracker)?;
    assert!(store.table(Uuid::new_v4(), &columns)?.is_empty());
    Ok(())
}

fn removal_touches_nothing_else(tracker: &Tracker) -> Result<()> {
    let experiment = filled(tracker)?;
    let store = tracker.link().store();
    let before = store.table(experiment.id(), &Columns::default())?;
    for name in ["other", "another"] {
        let other = tracker.experiment(name)?;
        let run = other.track_as("a", &model())?;
        run.metrics().add(Metric::new("loss", 1.0).phase("train"))?;
        run.iterations().put(Iteration::new("train", 1))?;
        run.metrics().clear()?;
        run.iterations().clear()?;
        assert_eq!(run.modules()?.len(), 1);
        run.remove()?;
        other.track_as("b", &model())?;
        other.remove()?;
    }
    let after = store.table(experiment.id(), &Columns::default())?;
    assert_eq!(after, before);
    for run in experiment.aggregates().list()? {
        assert_eq!(run.metrics().list("loss", "train")?.len(), 2);
        assert_eq!(run.iterations().list()?.len(), 1);
    }
    Ok(())
}

fn sound_store_has_nothing_wrong(tracker: &Tracker) -> Result<()> {
    let nothing: [String; 0] = [];
    assert_eq!(tracker.check()?, nothing, "of an empty store");
    tracker.flush()?;
    let experiment = filled(tracker)?;
    tracker.flush()?;
    assert_eq!(tracker.check()?, nothing, "of a filled store");
    experiment.remove()?;
    tracker.flush()?;
    assert_eq!(tracker.check()?, nothing, "after a removal");
    Ok(())
}

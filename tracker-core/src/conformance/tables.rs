//! A table of runs holds what its columns name, and each record is as it was stored.

use jiff::Timestamp;
use serde_json::json;
use uuid::Uuid;

use super::{Sample, behaviours, model, tracked};
use crate::error::{Error, Result};
use crate::experiment::Experiment;
use crate::ports::{AggregateRecord, Change, Detail, ExperimentRecord, Row, Scope};
use crate::query::Query;
use crate::records::{Annotations, Definition, Iteration, Metric, ModuleRecord};
use crate::tracker::Tracker;

behaviours! {
    experiment_record_comes_back_exactly,
    aggregate_record_comes_back_exactly,
    aggregates_are_created_together,
    table_without_limits_holds_all,
    aggregates_are_found_in_every_scope,
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
    let link = tracker.link();
    let definition = Definition::default().unit("%").maximize();
    let mut record = ExperimentRecord {
        created: long_ago(),
        annotations: annotated(),
        definitions: [("accuracy".to_owned(), definition)].into(),
        ..ExperimentRecord::new("old")
    };
    let now = ExperimentRecord::new("new");
    link.apply(Change::CreateExperiment(now.clone()))?;
    link.apply(Change::CreateExperiment(record.clone()))?;
    let store = link.store()?;
    assert_eq!(store.experiment("old")?.as_ref(), Some(&record));
    assert_eq!(store.experiment_by_id(record.id)?.as_ref(), Some(&record));
    link.apply(Change::RenameExperiment {
        experiment: record.id,
        name: "older".to_owned(),
    })?;
    "older".clone_into(&mut record.name);
    assert_eq!(
        store.experiments()?,
        [record, now],
        "in the order of their times of creation, whenever they came into the store"
    );
    Ok(())
}

fn aggregate_record_comes_back_exactly(tracker: &Tracker) -> Result<()> {
    let link = tracker.link();
    let experiment = tracker.experiment("digits")?.id();
    let mut record = AggregateRecord {
        name: "the first".to_owned(),
        epoch: 7,
        created: long_ago(),
        archived: true,
        annotations: annotated(),
        params: [("seed".to_owned(), json!([17, -0.0, "NaN"]).into())].into(),
        definitions: [("loss".to_owned(), Definition::default().description("d"))].into(),
        ..AggregateRecord::new(experiment, "old")
    };
    let now = AggregateRecord::new(experiment, "new");
    let modules = vec![
        ModuleRecord::new("model", &model())?,
        ModuleRecord::new("criterion", &Sample::new("CrossEntropy", "{}"))?,
    ];
    let create = |record: &AggregateRecord, modules| Change::CreateAggregate {
        record: record.clone(),
        modules,
    };
    link.apply(create(&now, Vec::new()))?;
    link.apply(create(&record, modules.clone()))?;
    let rows = |scope: &Scope| link.store()?.rows(scope, &Detail::ALL);
    let found = rows(&Scope::Uuids(vec![record.uuid]))?;
    assert_eq!(found[0].aggregate, record);
    assert_eq!(found[0].modules, modules);
    link.apply(Change::SetEpoch {
        aggregate: record.uuid,
        epoch: 8,
    })?;
    record.epoch = 8;
    let all = rows(&Scope::Experiment(experiment))?.into_iter();
    let all: Vec<AggregateRecord> = all.map(|row| row.aggregate).collect();
    assert_eq!(
        all,
        [record, now],
        "in the order of their times of creation"
    );
    let nowhere = create(&AggregateRecord::new(Uuid::new_v4(), "a"), Vec::new());
    assert!(matches!(link.apply(nowhere), Err(Error::Missing { .. })));
    Ok(())
}

fn aggregates_are_created_together(tracker: &Tracker) -> Result<()> {
    let (one, two) = (tracker.experiment("one")?, tracker.experiment("two")?);
    let new = |experiment, id: &str| AggregateRecord {
        annotations: annotated(),
        params: [("id".to_owned(), json!(id).into())].into(),
        ..AggregateRecord::new(experiment, id)
    };
    let create = |record: &AggregateRecord| -> Result<Change> {
        let arguments = json!({"id": record.id}).to_string();
        Ok(Change::CreateAggregate {
            record: record.clone(),
            modules: vec![ModuleRecord::new("model", &Sample::new("MLP", &arguments))?],
        })
    };
    let records = [
        new(one.id(), "a"),
        new(one.id(), "b"),
        new(two.id(), "a"),
        new(one.id(), "c"),
    ];
    let changes: Result<Vec<Change>> = records.iter().map(create).collect();
    tracker.link().apply_direct(&changes?)?;
    let store = tracker.link().store()?;
    for record in &records {
        let row = store.rows(&Scope::Uuids(vec![record.uuid]), &Detail::ALL)?;
        assert_eq!(row[0].aggregate, *record);
        let arguments = row[0].modules[0].arguments().to_string();
        assert!(
            arguments.contains(&format!("\"{}\"", record.id)),
            "{arguments}"
        );
        let query: Query = format!("param.id = \"{}\"", record.id).parse()?;
        let of = if record.experiment == one.id() {
            &one
        } else {
            &two
        };
        let found = of.aggregates().find(query)?;
        assert_eq!(found.len(), 1, "{}", record.id);
        assert_eq!(found[0].uuid(), record.uuid);
    }
    let fourth = new(one.id(), "d");
    let same_uuid = AggregateRecord {
        uuid: fourth.uuid,
        ..new(one.id(), "e")
    };
    for refused in [
        new(one.id(), "b"),
        new(one.id(), "d"),
        same_uuid,
        AggregateRecord {
            uuid: records[2].uuid,
            ..new(one.id(), "e")
        },
    ] {
        let applied = store.apply(&[create(&fourth)?, create(&refused)?], None);
        let Err(Error::Taken { name, .. }) = applied else {
            panic!("{refused:?} is taken: {applied:?}");
        };
        assert_eq!(name, refused.id);
        assert_eq!(one.aggregates().list()?.len(), 3, "nothing of it is there");
    }
    Ok(())
}

fn aggregates_are_found_in_every_scope(tracker: &Tracker) -> Result<()> {
    let (one, two) = (tracker.experiment("one")?, tracker.experiment("two")?);
    let runs = [
        one.track_as("af51", &model())?,
        one.track_as("AF51", &model())?,
        one.track_as("a%_1", &model())?,
        two.track_as("af51", &model())?,
    ];
    let uuids: Vec<Uuid> = runs.iter().map(crate::Aggregate::uuid).collect();
    let (one, two) = (one.id(), two.id());
    let prefix = |experiment, prefix: &str| Scope::Prefix {
        experiment,
        prefix: prefix.to_owned(),
    };
    let id = |experiment, id: &str| Scope::Id {
        experiment,
        id: id.to_owned(),
    };
    let none: &[usize] = &[];
    for (scope, expected) in [
        (Scope::All, &[0, 1, 2, 3][..]),
        (Scope::Experiment(one), &[0, 1, 2]),
        (Scope::Experiment(Uuid::new_v4()), none),
        (
            Scope::Uuids(vec![uuids[3], Uuid::new_v4(), uuids[0], uuids[3]]),
            &[0, 3],
        ),
        (Scope::Uuids(Vec::new()), none),
        (id(Some(two), "af51"), &[3]),
        (id(None, "af51"), &[0, 3]),
        (id(Some(two), "a%_1"), none),
        (prefix(None, "af"), &[0, 3]),
        (prefix(Some(one), "a"), &[0, 2]),
        (prefix(Some(one), "a%"), &[2]),
        (prefix(Some(one), ""), &[0, 1, 2]),
        (prefix(None, "af51a"), none),
    ] {
        let rows = tracker.link().store()?.rows(&scope, &Detail::NONE)?;
        let found: Vec<Uuid> = rows.iter().map(|row| row.aggregate.uuid).collect();
        let expected: Vec<Uuid> = expected.iter().map(|index| uuids[*index]).collect();
        assert_eq!(found, expected, "in {scope:?}");
        assert!(rows.iter().all(|row| scope.holds(&row.aggregate)));
    }
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
    let store = tracker.link().store()?;
    let rows = store.rows(&Scope::Experiment(experiment), &Detail::ALL)?;
    assert_eq!(ids(&rows), ["b", "a"], "in the order they were created");
    for row in rows {
        assert_eq!((row.modules.len(), row.summaries.len()), (3, 4));
        let alone = store.rows(&Scope::Uuids(vec![row.aggregate.uuid]), &Detail::ALL)?;
        assert_eq!(alone, [row]);
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
        let detail = Detail {
            modules: Some(wanted.iter().map(|kind| (*kind).to_owned()).collect()),
            ..Detail::ALL
        };
        let rows = tracker
            .link()
            .store()?
            .rows(&Scope::Experiment(experiment), &detail)?;
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
        let detail = Detail {
            series: Some(
                named
                    .map(|(name, phase)| ((*name).to_owned(), (*phase).to_owned()))
                    .collect(),
            ),
            ..Detail::ALL
        };
        let rows = tracker
            .link()
            .store()?
            .rows(&Scope::Experiment(experiment), &detail)?;
        assert_eq!(rows.len(), 2, "a row without a summary is still a row");
        for row in &rows {
            assert_eq!(series(row), expected, "of {wanted:?}");
            assert_eq!(row.modules.len(), 3);
        }
    }
    Ok(())
}

fn table_of_the_missing_is_empty(tracker: &Tracker) -> Result<()> {
    let store = tracker.link().store()?;
    let empty = tracker.experiment("digits")?.id();
    let rows = |experiment| store.rows(&Scope::Experiment(experiment), &Detail::ALL);
    assert!(rows(empty)?.is_empty());
    let run = tracked(tracker)?.uuid();
    assert!(rows(Uuid::new_v4())?.is_empty());
    for aggregate in [run, Uuid::new_v4()] {
        assert!(store.history(aggregate, "loss", "train")?.is_empty());
        assert!(store.iterations(aggregate)?.is_empty());
        assert!(store.attempts(aggregate)?.is_empty());
        assert!(store.artifacts(aggregate)?.is_empty());
    }
    Ok(())
}

fn removal_touches_nothing_else(tracker: &Tracker) -> Result<()> {
    let experiment = filled(tracker)?;
    let store = tracker.link().store()?;
    let before = store.rows(&Scope::Experiment(experiment.id()), &Detail::ALL)?;
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
    let after = store.rows(&Scope::Experiment(experiment.id()), &Detail::ALL)?;
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

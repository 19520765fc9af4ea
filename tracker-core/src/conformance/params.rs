//! Parameters are written once, and a name can be given and taken back.

use registry_core::Value;
use serde_json::json;
use uuid::Uuid;

use super::{behaviours, model, tracked};
use crate::aggregate::Aggregate;
use crate::error::{Error, Result};
use crate::ports::{Change, Detail, Scope};
use crate::query::{Query, param, run_name};
use crate::tracker::Tracker;

behaviours! {
    params_come_back_exactly,
    param_is_written_once,
    param_that_is_refused_leaves_no_trace,
    params_belong_to_their_aggregate,
    params_stay_when_the_rest_changes,
    params_are_compared_by_their_value,
    name_is_given_and_taken_back,
    names_are_any_text,
}

/// The parameters as the store keeps them, as JSON by their names.
fn kept(tracker: &Tracker, aggregate: Uuid) -> Result<Vec<(String, String)>> {
    let scope = Scope::Uuids(vec![aggregate]);
    let rows = tracker.link().store()?.rows(&scope, &Detail::NONE)?;
    let params = rows.into_iter().flat_map(|row| row.aggregate.params);
    Ok(params
        .map(|(name, value)| (name, value.to_string()))
        .collect())
}

/// A parameter set behind the back of the library, as a store is given it.
fn set(tracker: &Tracker, aggregate: Uuid, name: &str, value: &str) -> Result<()> {
    tracker.link().apply_direct(&[Change::SetParam {
        aggregate,
        name: name.to_owned(),
        value: value.parse().unwrap_or_else(|_| panic!("{value} is JSON")),
    }])
}

fn params_come_back_exactly(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    let values = [
        ("a.b", "-0.0"),
        ("big", "18446744073709551616"),
        (
            "deep",
            r#"{"b": [1, NaN, {"": null}], "a": "\u00e9\u0000"}"#,
        ),
        ("float", "1e-05"),
        ("infinite", "-Infinity"),
        ("no", "false"),
        ("nul\0", "\"\""),
        ("number", "1.0"),
        ("Seed", "17"),
        ("seed", "18"),
        ("é", "[]"),
    ];
    let mut expected: Vec<(String, String)> = Vec::new();
    for (name, value) in values {
        set(tracker, run.uuid(), name, value)?;
        expected.push((name.to_owned(), value.to_owned()));
    }
    expected.sort();
    assert_eq!(kept(tracker, run.uuid())?, expected);
    let read = tracked(tracker)?.params().into_iter();
    let read: Vec<_> = read
        .map(|(name, value)| (name, value.to_string()))
        .collect();
    assert_eq!(read, expected);
    Ok(())
}

fn param_is_written_once(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    // A handle that has read the aggregate before.
    let other = tracked(tracker)?;
    run.set_param("seed", 17)?;
    other.set_param("seed", 17)?;
    for given in [json!(18), json!("17"), json!(17.0), json!(null)] {
        let given_json = Value::from(given.clone());
        match other.set_param("seed", given) {
            Err(Error::ParamSet {
                name,
                present,
                given,
                ..
            }) => {
                assert_eq!((name.as_str(), present.as_str()), ("seed", "17"));
                assert_eq!(given, given_json);
            }
            other => panic!("another value must be refused: {other:?}"),
        }
    }
    assert_eq!(tracked(tracker)?.params()["seed"].as_str(), "17");
    Ok(())
}

fn param_that_is_refused_leaves_no_trace(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    run.set_param("seed", 17)?;
    assert!(matches!(run.set_param("", 1), Err(Error::EmptyName { .. })));
    let aggregate = run.uuid();
    let change = |name: &str, value: i32| Change::SetParam {
        aggregate,
        name: name.to_owned(),
        value: json!(value).into(),
    };
    let changes = [
        change("batch_size", 64),
        change("seed", 17),
        change("seed", 18),
    ];
    let refused = tracker.link().apply_all(&changes);
    assert!(matches!(refused, Err(Error::ParamSet { .. })));
    assert_eq!(
        kept(tracker, aggregate)?.len(),
        1,
        "of a list all or nothing"
    );
    Ok(())
}

fn params_belong_to_their_aggregate(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    let other = tracker.experiment("mnist")?.track(&model())?;
    run.set_param("seed", 1)?;
    other.set_param("seed", 2)?;
    assert_eq!(kept(tracker, run.uuid())?[0].1, "1");
    assert_eq!(kept(tracker, other.uuid())?[0].1, "2");
    run.clone().remove()?;
    assert!(matches!(
        run.set_param("seed", 1),
        Err(Error::Missing { .. })
    ));
    assert!(tracked(tracker)?.params().is_empty(), "they go with it");
    assert_eq!(kept(tracker, other.uuid())?.len(), 1);
    Ok(())
}

fn params_stay_when_the_rest_changes(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    run.set_param("seed", 17)?;
    run.set_name("named")?;
    run.set_epoch(3)?;
    run.set_tag("stage", "final")?;
    run.metrics().clear()?;
    run.rewind(0)?;
    let read = tracked(tracker)?;
    assert_eq!(read.params()["seed"].as_str(), "17");
    assert_eq!(read.name(), "named");
    Ok(())
}

fn params_are_compared_by_their_value(tracker: &Tracker) -> Result<()> {
    let experiment = tracker.experiment("digits")?;
    let with = |id: &str| experiment.track_as(id, &model());
    with("a")?.set_param("seed", 9)?;
    with("b")?.set_param("seed", json!({"data": 10, "order": [1, "two"]}))?;
    with("c")?.set_param("seed", 10.5)?;
    with("d")?;
    for (query, expected) in [
        (param("seed").eq(9), "a"),
        (param("seed").gt(9.5), "c"),
        (param("seed.data").eq(10), "b"),
        (param("seed.order.1").contains("tw"), "b"),
        (param("seed").exists(), "abc"),
        (param("Seed").exists(), ""),
        (!param("seed").eq(9), "bcd"),
    ] {
        let query = Query::new().filter(query);
        let found = experiment.aggregates().find(&query)?;
        let ids: String = found.iter().map(Aggregate::id).collect();
        assert_eq!(ids, expected, "`{query}`");
    }
    let query: Query = "order by param.seed desc".parse()?;
    let found = experiment.aggregates().find(query)?;
    let ids: String = found.iter().map(Aggregate::id).collect();
    assert_eq!(ids, "cabd");
    Ok(())
}

fn name_is_given_and_taken_back(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    let aggregates = tracker.experiment("digits")?.aggregates();
    let twin = tracker.experiment("digits")?.track_as("twin", &model())?;
    assert_eq!(run.name(), "");
    let named = Query::new().filter(run_name().exists());
    assert!(aggregates.find(&named)?.is_empty(), "no name is none");
    for name in ["first", "baseline"] {
        run.set_name(name)?;
        twin.set_name(name)?;
        assert_eq!(tracked(tracker)?.name(), name, "two may have one name");
    }
    let by_name = Query::new().filter(run_name().eq("baseline"));
    assert_eq!(aggregates.find(&by_name)?.len(), 2);
    twin.set_name("")?;
    assert_eq!(aggregates.find(&named)?.len(), 1);
    assert_eq!(tracked(tracker)?.id(), run.id(), "the id stays");
    run.clone().remove()?;
    assert!(matches!(run.set_name("gone"), Err(Error::Missing { .. })));
    assert_eq!(tracked(tracker)?.name(), "");
    Ok(())
}

fn names_are_any_text(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    for name in [" ", "a/b", "'; --", "数字 🦀", "nul\0nul", "%"] {
        // A name that no handle takes may come from another program.
        tracker.link().apply_direct(&[Change::NameAggregate {
            aggregate: run.uuid(),
            name: name.to_owned(),
        }])?;
        assert_eq!(tracked(tracker)?.name(), name);
    }
    Ok(())
}

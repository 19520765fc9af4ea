//! Imports that fail on the way, and targets that do not keep what they are given.

use std::sync::Arc;

use tracker_core::ports::Store;
use tracker_core::{Error, Metric, Timestamp, Tracker, import};

use super::faulty::{Faulty, When};
use super::{content, copy, fill, memory, model, tracker};

#[test]
fn an_import_is_resumed_after_any_failure() {
    let source = memory();
    fill(&source);
    let expected = content(&source);
    let mut failures = 0;
    for call in 1.. {
        let mut failed = false;
        for when in [When::Before(call), When::After(call)] {
            let target = memory();
            let faulty = Tracker::new(Faulty::new(&target, when));
            let interrupted = import(&tracker(&source), &faulty, |_| {});
            failed |= interrupted.is_err();
            copy(&source, &target).unwrap();
            assert_eq!(content(&target), expected, "failed at {when:?}");
        }
        if !failed {
            break;
        }
        failures += 1;
    }
    // An import asks for many runs at once, and so is made of few calls.
    assert!(failures > 10, "{failures}");
}

#[test]
fn an_import_from_a_failing_source_is_resumed() {
    let source = memory();
    fill(&source);
    let target = memory();
    for call in 1.. {
        let faulty = Tracker::new(Faulty::new(&source, When::Before(call)));
        if import(&faulty, &tracker(&target), |_| {}).is_ok() {
            break;
        }
    }
    assert_eq!(content(&target), content(&source));
}

/// 250,000 points, most of them at the same epoch and step, some of them JSON.
fn big() -> Arc<dyn Store> {
    let store = memory();
    let experiment = tracker(&store).experiment("big").unwrap();
    let run = experiment.track(&model()).unwrap();
    let point = |at: u32| match at % 1_000 {
        0 => Metric::new("loss", serde_json::json!([at])),
        1 => Metric::new("loss", f64::NAN),
        _ => Metric::new("loss", f64::from(at % 7)),
    };
    let time = |at: u32| Timestamp::from_microsecond(i64::from(at % 3)).unwrap();
    let points = (0..250_000).map(|at| point(at).time(time(at)).epoch(u64::from(at / 90_000)));
    run.metrics().add_all(points).unwrap();
    store
}

#[test]
fn a_big_series_goes_in_steps_that_need_not_be_repeated() {
    let (source, target) = (big(), memory());
    let mut steps = Vec::new();
    // The first two steps take effect, and the answer to the second is lost.
    let faulty = Tracker::new(Faulty::new(&target, When::AfterAdd(2)));
    let interrupted = import(&tracker(&source), &faulty, |progress| {
        steps.push(progress.points.done);
    });
    assert!(interrupted.is_err());
    assert_eq!(steps, [0, 100_000]);
    assert_eq!(copy(&source, &target).unwrap().points, 50_000);
    assert_eq!(content(&source), content(&target));
}

/// What an import says of a target that changes what it is given.
fn complaint(change: When) -> String {
    let (source, target) = (memory(), memory());
    fill(&source);
    let faulty = Tracker::new(Faulty::new(&target, change));
    match import(&tracker(&source), &faulty, |_| {}) {
        Err(error @ Error::NotCopied { .. }) => {
            let text = error.to_string();
            text.lines().next().unwrap().to_owned()
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_target_that_changes_what_it_is_given_is_found_out() {
    let hash = registry_core::Entity::hash(&model());
    for (change, expected) in [
        (
            When::LosesSignOfZero,
            format!(
                "the history of `loss[train]` of the aggregate `{hash}` of `digits` was not \
                 copied: 1 of its 9 points are missing"
            ),
        ),
        (
            When::LosesModuleEpochs,
            format!(
                "the criterion `CrossEntropy` of the aggregate `{hash}` of `digits` was not copied: it is not \
                 there, or with other arguments or another epoch"
            ),
        ),
        (
            When::LosesDatasets,
            format!(
                "a `test` iteration of the aggregate `{hash}` of `digits` was not copied: it is \
                 not there, or with other data, arguments or modules"
            ),
        ),
        (
            When::LosesEpochs,
            format!("the aggregate `{hash}` of `digits` was not copied: its epoch is 0, not 2"),
        ),
        (
            When::LosesNames,
            format!("the aggregate `{hash}` of `digits` was not copied: its name is another"),
        ),
        (
            When::LosesParams,
            format!("the aggregate `{hash}` of `digits` was not copied: its parameters are others"),
        ),
        (
            When::LosesNotes,
            "the experiment `digits` was not copied: its tags or notes are others".to_owned(),
        ),
    ] {
        assert_eq!(complaint(change), expected);
    }
}

//! Every kind of change, made by a process that is killed, and what must be there of it afterwards.

use std::fs::File;
use std::io::Write;

use tracker_core::conformance::Sample;
use tracker_core::{Aggregate, Experiment, Iteration, Metric, Result};

/// One kind of change after the other, of a run of its own.
type Change = fn(&Experiment, &Aggregate) -> Result<()>;

/// Whether the run has it, once and whole.
type Check = fn(&Experiment, &Aggregate) -> bool;

/// What follows the creation of a run.
const CHANGES: &[(Change, Check)] = &[
    (
        |_, run| run.set_param("seed", 17),
        |_, run| run.params().contains_key("seed"),
    ),
    (
        |_, run| run.metrics().add(Metric::new("loss", 0.5).step(1)),
        |_, run| run.metrics().list("loss", "").unwrap().len() == 1,
    ),
    (|_, run| run.set_epoch(3), |_, run| run.epoch() == 3),
    (
        |_, run| run.set_tag("stage", "draft"),
        |_, run| run.annotations().tags.contains_key("stage"),
    ),
    (
        |_, run| run.set_notes("zwölf"),
        |_, run| run.annotations().notes == "zwölf",
    ),
    (
        |_, run| run.set_name("the first"),
        |_, run| run.name() == "the first",
    ),
    (
        |_, run| run.with("optimizer", &Sample::new("Adam", "{}")).map(drop),
        |_, run| run.modules_of("optimizer").unwrap().len() == 1,
    ),
    (
        |_, run| run.iterations().put(Iteration::new("train", 1)),
        |_, run| run.iterations().list().unwrap().len() == 1,
    ),
    (
        |_, run| run.attempt()?.finish(),
        |_, run| run.attempts().unwrap().len() == 1,
    ),
    (
        |_, run| {
            run.artifacts()
                .put_bytes("report.txt", b"accurate")
                .map(drop)
        },
        |_, run| run.artifacts().list().unwrap().len() == 1,
    ),
    (
        |experiment, run| {
            let other = format!("{}-other", run.id());
            experiment
                .aggregates()
                .create(&other, &Sample::new("GLU", "{}"))
                .map(drop)
        },
        |_, _| true,
    ),
    (
        |experiment, run| {
            let other = experiment
                .aggregates()
                .get(&format!("{}-other", run.id()))?;
            other.map_or(Ok(()), Aggregate::remove)
        },
        |experiment, run| {
            let other = format!("{}-other", run.id());
            experiment.aggregates().get(&other).unwrap().is_none()
        },
    ),
    (|_, run| run.archive(), |_, run| run.is_archived()),
];

/// Makes all of them, run after run, and notes each that has returned.
pub(super) fn make(experiment: &Experiment, prefix: &str, mut returned: File) -> ! {
    for number in 0_u64.. {
        let id = format!("{prefix}-{number}");
        let run = experiment
            .aggregates()
            .create(&id, &Sample::new("MLP", "{}"))
            .unwrap();
        returned.write_all(b".").unwrap();
        for (change, _) in CHANGES {
            change(experiment, &run).unwrap();
            returned.write_all(b".").unwrap();
        }
    }
    unreachable!("it is killed")
}

/// Checks what was made, of which so many had returned; the last may have been done without the
/// process coming to note that. Gives how many changes are there.
pub(super) fn check(experiment: &Experiment, prefix: &str, returned: usize) -> usize {
    let each = 1 + CHANGES.len();
    let runs = experiment.aggregates();
    for number in 0..=returned / each {
        let id = format!("{prefix}-{number}");
        let made = returned.saturating_sub(number * each).min(each);
        let Some(run) = runs.get(&id).unwrap() else {
            assert_eq!(made, 0, "the run `{id}` is missing");
            continue;
        };
        for (at, (_, check)) in (1..).zip(CHANGES) {
            let is_there = check(experiment, &run);
            assert!(is_there || at >= made, "change {at} of `{id}` is missing");
        }
    }
    let after = format!("{prefix}-{}", returned / each + 1);
    assert!(runs.get(&after).unwrap().is_none());
    returned
}

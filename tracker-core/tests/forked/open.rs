//! A store of the test that is open.

use std::ops::Range;

use tracker_core::conformance::Sample;
use tracker_core::{Aggregate, Metric, Tracker};

use super::process::{End, fork};
use crate::store;

/// Points that a process adds before it does something else.
pub(super) const POINTS: i64 = 500;

pub(super) const DONE: End = End::Exit(0);

#[derive(Clone)]
pub(super) struct Open {
    pub(super) address: String,
    pub(super) tracker: Tracker,
    pub(super) run: Aggregate,
}

impl Open {
    pub(super) fn at(address: &str) -> Self {
        let tracker = Tracker::open(address).unwrap();
        let experiment = tracker.experiment("digits").unwrap();
        Self {
            address: address.to_owned(),
            run: experiment.track(&Sample::new("MLP", "{}")).unwrap(),
            tracker,
        }
    }

    pub(super) fn add(&self, phase: &str, steps: Range<i64>) {
        for step in steps {
            let point = Metric::new("loss", 0.5).phase(phase).step(step);
            self.run.metrics().add(point).unwrap();
        }
    }

    pub(super) fn steps(&self, phase: &str) -> Vec<i64> {
        let history = self.run.metrics().history("loss", phase).unwrap();
        history.steps().to_vec()
    }

    /// Checks that there are so many points of each phase, each of them once, and no others.
    fn check(&self, logged: &[(String, i64)]) {
        assert_eq!(self.tracker.check().unwrap(), Vec::<String>::new());
        for (phase, points) in logged {
            let expected: Vec<i64> = (0..*points).collect();
            assert_eq!(self.steps(phase), expected, "{phase}");
        }
        let summaries = self.run.metrics().summaries().unwrap();
        let total: u64 = summaries.iter().map(|summary| summary.count).sum();
        let expected: i64 = logged.iter().map(|(_, points)| points).sum();
        assert_eq!(total, expected.unsigned_abs(), "points of another phase");
    }
}

/// Opens a store that nobody has open any more, and checks that it has all that was logged, once.
pub(super) fn check(address: &str, logged: &[(String, i64)]) {
    Open::at(address).check(logged);
    let journals = Tracker::read(address).unwrap().journals().unwrap();
    assert!(journals.is_empty(), "journals are left");
}

/// Forks a process that has logged. It logs on while the child works, and once that has ended; then
/// the store has all of that, and what the child has `logged`.
pub(super) fn beside(child: impl FnOnce(Open), end: End, logged: &[(&str, i64)]) {
    let (_folder, address) = store();
    let mut open = Some(Open::at(&address));
    let add = |open: &Option<Open>, round: i64| {
        let open = open.as_ref().unwrap();
        open.add("parent", round * POINTS..(round + 1) * POINTS);
    };
    add(&open, 0);
    let forked = fork(|| child(open.take().unwrap()));
    add(&open, 1);
    assert_eq!(forked.end(), end);
    add(&open, 2);
    open.unwrap().tracker.flush().unwrap();

    let all = [("parent", 3 * POINTS)];
    let all = all.iter().chain(logged);
    let all: Vec<_> = all
        .map(|(phase, points)| ((*phase).to_owned(), *points))
        .collect();
    check(&address, &all);
}

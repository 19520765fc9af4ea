//! What is known of the store and its refusals, and who is to be told.

use std::time::{Duration, Instant};

use super::count::Count;
use super::trouble;
use crate::error::{Error, ErrorKind};

/// How long a store may be kept by others before that is told to whoever adds points.
pub(super) const BUSY: Duration = Duration::from_secs(30);

/// How long the thread waits before it tries a store again that has failed.
const PAUSE: Duration = Duration::from_millis(250);

/// As often is that doubled for a store on another machine, which many may be waiting for: to half a
/// minute or less.
const DOUBLED: u32 = 7;

/// So many refusals are kept until somebody is told; the others are counted.
const UNTOLD: usize = 16;

#[derive(Default)]
pub(super) struct Control {
    /// How often the store has answered.
    pub(super) taken: u64,
    /// How often somebody has asked for everything to be moved at once.
    pub(super) requests: u64,
    /// The requests that the last failed attempt had seen, and why it failed.
    pub(super) answered: Option<(u64, Error)>,
    /// Why the store takes nothing at present.
    pub(super) failure: Option<Error>,
    /// How often it has failed since.
    pub(super) failures: u32,
    /// Whether it is on another machine, and may be away for long.
    pub(super) is_remote: bool,
    /// Since when it takes nothing, or does not answer.
    pub(super) away: Option<Instant>,
    /// What the next `add` says of that, unless it is over by then.
    pub(super) report: Option<Error>,
    /// Whether it was reported.
    pub(super) is_reported: bool,
    /// The positions of the changes whose callers wait for an answer.
    pub(super) waiting: Vec<u64>,
    /// The refusals that such a caller has not fetched yet.
    pub(super) answers: Vec<(u64, Error)>,
    /// What the next `add` or `flush` must say, and how much more there is.
    pub(super) untold: Vec<Error>,
    pub(super) more: u64,
    /// How much was moved.
    pub(super) moved: Count,
    pub(super) stop: bool,
}

impl Control {
    pub(super) fn fail(&mut self, served: u64, error: Error, now: Instant) {
        self.away.get_or_insert(now);
        self.failures = self.failures.saturating_add(1);
        // Another process at work is no reason to bother whoever adds points, unless it stays.
        let patience = match error {
            Error::Busy { .. } => BUSY,
            _ => Duration::ZERO,
        };
        self.failure = Some(error.clone());
        self.report_after(patience, now, error.clone());
        self.answered = Some((served, error));
    }

    /// Reports a store that has been away for so long, once.
    pub(super) fn report_after(&mut self, patience: Duration, now: Instant, error: Error) {
        let since = self.away.map(|away| now.saturating_duration_since(away));
        if self.is_reported || since.is_none_or(|since| since < patience) {
            return;
        }
        let report = self.failure.clone().unwrap_or(error);
        // What is added waits in the journal, and the program goes on.
        if self.is_remote && report.kind() == ErrorKind::Unavailable {
            return;
        }
        self.report = Some(report);
        self.is_reported = true;
    }

    /// How long to wait before the next attempt: longer and longer for a store on another machine, and
    /// each program another while, so that they do not all come at once when it is back.
    pub(super) fn pause(&self, random: u64) -> Duration {
        if !self.is_remote {
            return PAUSE;
        }
        let longest = PAUSE * 2_u32.pow(self.failures.saturating_sub(1).min(DOUBLED));
        let part = u32::try_from(random % 1_000).unwrap_or(0);
        longest / 2 + longest * part / 2_000
    }

    /// Keeps what is to be told; once, where it is the same again.
    pub(super) fn keep(&mut self, error: Error) {
        let same = |other: &Error| other.to_string() == error.to_string();
        if self.untold.iter().any(same) {
            return;
        }
        if self.untold.len() < UNTOLD {
            self.untold.push(error);
        } else {
            self.more += 1;
        }
    }

    pub(super) fn tell(&mut self) -> Option<Error> {
        if self.untold.is_empty() {
            return None;
        }
        let told = self.untold.remove(0);
        let more = if self.untold.is_empty() {
            std::mem::take(&mut self.more)
        } else {
            0
        };
        Some(trouble::with_more(told, more))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn busy() -> Error {
        Error::Busy {
            place: "runs.db".to_owned(),
        }
    }

    #[test]
    fn a_store_that_others_keep_is_reported_once_after_a_while() {
        let (mut control, start) = (Control::default(), Instant::now());
        control.fail(1, busy(), start);
        control.fail(2, busy(), start + BUSY / 2);
        assert!(control.report.is_none());
        control.fail(3, busy(), start + BUSY);
        assert!(control.report.take().is_some());
        control.fail(4, busy(), start + 2 * BUSY);
        assert!(control.report.is_none());
    }

    #[test]
    fn a_store_elsewhere_that_is_away_is_no_news() {
        let (mut control, start) = (Control::default(), Instant::now());
        control.is_remote = true;
        control.fail(1, busy(), start);
        control.fail(2, busy(), start + 2 * BUSY);
        assert!(control.report.is_none());
        let denied = Error::Unusable {
            place: "http://localhost".to_owned(),
            problem: crate::error::StoreProblem::ReadOnly,
        };
        control.fail(3, denied, start + 2 * BUSY);
        assert!(control.report.is_some());
    }

    #[test]
    fn attempts_come_at_longer_and_longer_intervals() {
        let mut control = Control::default();
        assert_eq!(control.pause(999), PAUSE);
        control.is_remote = true;
        let mut longest = Duration::ZERO;
        for failures in 1..40 {
            control.failures = failures;
            let (from, to) = (control.pause(0), control.pause(999));
            assert!(from < to && to >= longest && to <= Duration::from_secs(32));
            assert!(from >= PAUSE / 2);
            longest = to;
        }
        assert!(longest > Duration::from_secs(30));
    }

    #[test]
    fn any_other_failure_is_reported_at_once() {
        let mut control = Control::default();
        control.fail(1, trouble::panicked(), Instant::now());
        assert!(control.report.is_some());
    }

    #[test]
    fn refusals_that_nobody_is_told_are_counted() {
        let mut control = Control::default();
        for name in 0..UNTOLD + 3 {
            control.keep(Error::experiment_taken(name.to_string()));
            control.keep(Error::experiment_taken("0"));
        }
        let told: Vec<String> = std::iter::from_fn(|| control.tell())
            .map(|error| error.to_string())
            .collect();
        assert_eq!(told.len(), UNTOLD);
        assert!(told[UNTOLD - 1].contains("3 more"), "{told:?}");
        assert!(!told[0].contains("more"), "{told:?}");
    }
}

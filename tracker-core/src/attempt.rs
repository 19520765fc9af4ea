//! Attempts: which program works on a run, since when, and how it ended.

mod heartbeat;
mod panics;

use std::fmt;
use std::time::Duration;

use uuid::Uuid;

use crate::aggregate::Aggregate;
use crate::error::Result;
use crate::fork;
use crate::ports::Change;
use crate::process;
use crate::records::{AttemptRecord, AttemptState, Outcome, Provenance, new_id, now};
use heartbeat::Heartbeat;

/// One program's work on a run, from [`Aggregate::attempt`] until it is dropped.
///
/// While it lives, a thread tells the store every 15 seconds that the program is alive. What becomes
/// of it decides the [status](Aggregate::status) of the run:
///
/// | the attempt | status |
/// |---|---|
/// | is alive | [`Running`](crate::Status::Running) |
/// | is dropped, or [finished](Self::finish) | [`Finished`](crate::Status::Finished) |
/// | is dropped in a panic, or [failed](Self::fail) | [`Failed`](crate::Status::Failed), with the reason |
/// | is never dropped, since its process is dead | [`Lost`](crate::Status::Lost): at once on the same machine, else after a minute |
///
/// A function that returns early by `?` drops its attempt too, so a program that returns its errors
/// calls [`fail`](Self::fail) for them, else the run counts as finished.
///
/// After a `fork` the attempt is that of the parent: whatever a child does with it, also to end by a
/// panic, says nothing of the run. What the child logs is there all the same.
///
/// # Examples
///
/// ```
/// # use tracker_core::conformance::Sample;
/// # let model = Sample::new("MLP", "{}");
/// # let experiment = tracker_core::Tracker::open("memory:")?.experiment("digits")?;
/// use tracker_core::Status;
///
/// let run = experiment.track(&model)?;
/// assert_eq!(run.status(), Status::Unknown);
///
/// let attempt = run.attempt()?;
/// assert_eq!(run.status(), Status::Running);
/// // ... train here
/// attempt.finish()?;
/// assert_eq!(run.status(), Status::Finished);
/// # Ok::<(), tracker_core::Error>(())
/// ```
#[must_use = "the attempt ends when it is dropped"]
pub struct Attempt {
    run: Aggregate,
    record: AttemptRecord,
    heartbeat: Heartbeat,
    /// The process that it is an attempt of.
    generation: u32,
    is_over: bool,
}

impl Aggregate {
    /// Begins an attempt: records that this program works on the run from now on, where, and with
    /// what. See [`Provenance`] for what is recorded; nothing that cannot be found out is an error.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Denied`](crate::ErrorKind::Denied) for a store that was opened to be read;
    /// [`ErrorKind::Unavailable`](crate::ErrorKind::Unavailable) where the system has no thread left;
    /// [`Error::Missing`](crate::Error::Missing) when the aggregate was removed.
    ///
    /// # Examples
    ///
    /// ```
    /// # use tracker_core::conformance::Sample;
    /// # let run = tracker_core::Tracker::open("memory:")?.experiment("digits")?
    /// #     .track(&Sample::new("MLP", "{}"))?;
    /// let attempt = run.attempt()?;
    /// assert_eq!(run.attempts()?[0].id, attempt.id());
    /// attempt.fail("the loss is not a number")?;
    /// # Ok::<(), tracker_core::Error>(())
    /// ```
    pub fn attempt(&self) -> Result<Attempt> {
        self.attempt_with(Provenance::default())
    }

    /// As [`attempt`](Self::attempt), with provenance that only the program knows: its package, by
    /// [`provenance!`](crate::provenance), and [notes](Provenance::note). What is given is kept as it
    /// is, and what is empty is found out.
    ///
    /// # Errors
    ///
    /// [`Error::EmptyName`](crate::Error::EmptyName) for a note without a name,
    /// [`Error::Json`](crate::Error::Json) for one that nests too deep, and those of
    /// [`attempt`](Self::attempt).
    ///
    /// # Examples
    ///
    /// ```
    /// # use tracker_core::conformance::Sample;
    /// # let run = tracker_core::Tracker::open("memory:")?.experiment("digits")?
    /// #     .track(&Sample::new("MLP", "{}"))?;
    /// use std::time::Duration;
    ///
    /// let provenance = tracker_core::provenance!().note("slurm_job", 17);
    /// let attempt = run.attempt_with(provenance)?.system_figures(Duration::from_secs(10));
    /// assert_eq!(run.attempts()?[0].provenance.more["slurm_job"].to_string(), "17");
    /// # attempt.finish()?;
    /// # Ok::<(), tracker_core::Error>(())
    /// ```
    pub fn attempt_with(&self, provenance: Provenance) -> Result<Attempt> {
        self.link().check_access()?;
        provenance.check()?;
        panics::watch();
        let state = begun();
        let record = AttemptRecord {
            id: new_id(),
            state: state.clone(),
            provenance: provenance.completed(),
        };
        let heartbeat = Heartbeat::start(self, &record)?;
        self.link().apply(Change::PutAttempt {
            aggregate: self.uuid(),
            attempt: record.clone(),
        })?;
        self.state().attempt = Some(state);
        Ok(Attempt {
            run: self.clone(),
            record,
            heartbeat,
            generation: fork::generation(),
            is_over: false,
        })
    }

    /// All attempts in the order they began; the last one decides the [status](Self::status).
    ///
    /// # Errors
    ///
    /// [`Error::Missing`](crate::Error::Missing) when the aggregate was removed.
    pub fn attempts(&self) -> Result<Vec<AttemptRecord>> {
        let attempts = self.link().store()?.attempts(self.uuid())?;
        if attempts.is_empty() {
            self.link().check_aggregate(self.uuid())?;
        }
        Ok(attempts)
    }
}

/// How an attempt of this process stands that begins now.
fn begun() -> AttemptState {
    let now = now();
    let process = std::process::id();
    let since = process::started(process);
    AttemptState {
        started: now,
        seen: now,
        ended: None,
        outcome: Outcome::Running,
        // Where no process can be looked up, none may count as dead for it: no place is like this.
        place: since.map_or_else(String::new, |_| process::place().to_owned()),
        process,
        process_started: since.unwrap_or_default(),
    }
}

/// Shows at the handles of the run how an attempt stands, unless another has begun since.
fn show(run: &Aggregate, began: &AttemptState, seen: jiff::Timestamp, outcome: &Outcome) {
    if let Some(state) = &mut run.state().attempt
        && (state.started, state.process) == (began.started, began.process)
    {
        state.update(seen, outcome);
    }
}

impl Attempt {
    /// The id, unique everywhere.
    pub fn id(&self) -> Uuid {
        self.record.id
    }

    /// As it was recorded when it began.
    pub fn record(&self) -> &AttemptRecord {
        &self.record
    }

    /// Samples the system at this interval, until the attempt ends: what the machine and this
    /// process do becomes points of the phase `system`, at the epoch of the run, with the seconds
    /// since the run was created as their step.
    ///
    /// | series | is |
    /// |---|---|
    /// | `cpu.percent` | the share of all processors that is busy |
    /// | `memory.used`, `process.memory` | bytes that are in use, by all and by this process |
    /// | `disk.read`, `disk.write` | bytes that this process reads and writes in a second |
    /// | `network.received`, `network.sent` | bytes in a second over all interfaces of the machine but the loopback one |
    /// | `gpu.0.percent`, `gpu.0.memory` | the share of time that a GPU is busy, and its bytes in use; by its index, with the cargo feature `nvml` |
    ///
    /// Their units are defined for the experiment, where nobody has defined them. The first sample
    /// comes after one interval, which is at least 0.2 seconds, and at most a day. What the system
    /// does not tell is left out, and a store that fails misses a sample.
    pub fn system_figures(self, every: Duration) -> Self {
        self.heartbeat.sample(every);
        self
    }

    /// Ends the attempt: the program has done what it wanted. Points that were added before are in
    /// the store when the run shows as finished.
    ///
    /// # Errors
    ///
    /// When the store fails; [`Error::Missing`](crate::Error::Missing) when the aggregate was
    /// removed.
    pub fn finish(mut self) -> Result<()> {
        self.end(&Outcome::Finished)
    }

    /// Ends the attempt: the program gives up, and says why.
    ///
    /// # Errors
    ///
    /// As [`finish`](Self::finish).
    ///
    /// # Examples
    ///
    /// ```
    /// # use tracker_core::conformance::Sample;
    /// # let run = tracker_core::Tracker::open("memory:")?.experiment("digits")?
    /// #     .track(&Sample::new("MLP", "{}"))?;
    /// use tracker_core::{Outcome, Status};
    ///
    /// run.attempt()?.fail("the loss is not a number")?;
    /// assert_eq!(run.status(), Status::Failed);
    /// let reason = "the loss is not a number".to_owned();
    /// assert_eq!(run.attempts()?[0].state.outcome, Outcome::Failed { reason });
    /// # Ok::<(), tracker_core::Error>(())
    /// ```
    pub fn fail(mut self, reason: impl Into<String>) -> Result<()> {
        self.end(&Outcome::Failed {
            reason: reason.into(),
        })
    }

    fn end(&mut self, outcome: &Outcome) -> Result<()> {
        self.is_over = true;
        if self.generation != fork::generation() {
            return Ok(());
        }
        self.heartbeat.stop();
        let seen = now();
        self.run.link().apply(Change::UpdateAttempt {
            aggregate: self.run.uuid(),
            attempt: self.record.id,
            seen,
            outcome: outcome.clone(),
        })?;
        show(&self.run, &self.record.state, seen, outcome);
        Ok(())
    }
}

/// Finished; or failed, where the thread panics. Nobody is there to hear of an error.
impl Drop for Attempt {
    fn drop(&mut self) {
        if self.is_over {
            return;
        }
        let outcome = if std::thread::panicking() {
            Outcome::Failed {
                reason: panics::reason(),
            }
        } else {
            Outcome::Finished
        };
        // It counts as lost a minute later.
        let _ = self.end(&outcome);
    }
}

impl fmt::Debug for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attempt")
            .field("id", &self.record.id)
            .field("run", &self.run)
            .finish_non_exhaustive()
    }
}

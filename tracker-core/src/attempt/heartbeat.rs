//! The thread beside an attempt: signs of life, and system figures where they are wanted.

use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::show;
use crate::aggregate::{Aggregate, WeakAggregate};
use crate::error::{Error, ErrorKind, Result};
use crate::figures::Figures;
use crate::fork;
use crate::ports::Change;
use crate::records::{AttemptRecord, Outcome, now};

/// How often an attempt gives a sign of life: three may be missed before it counts as lost.
const EVERY: Duration = Duration::from_secs(15);

/// A thread that ends when it is told to, and when it is dropped.
pub(super) struct Heartbeat {
    orders: Arc<Orders>,
    thread: Option<JoinHandle<()>>,
    /// The process that the thread runs in: a `fork` copies all but the thread.
    generation: u32,
}

/// What the thread is to do.
#[derive(Default)]
struct Orders {
    order: Mutex<Order>,
    changed: Condvar,
}

#[derive(Default)]
struct Order {
    is_over: bool,
    /// The interval of system figures, until the thread has taken it.
    sample: Option<Duration>,
}

/// Why the thread woke up.
enum Wake {
    Over,
    Sample(Duration),
    Due,
}

impl Heartbeat {
    pub(super) fn start(run: &Aggregate, attempt: &AttemptRecord) -> Result<Self> {
        Self::start_every(EVERY, run, attempt)
    }

    fn start_every(every: Duration, run: &Aggregate, attempt: &AttemptRecord) -> Result<Self> {
        let orders = Arc::new(Orders::default());
        let work = Work {
            run: run.downgrade(),
            attempt: attempt.clone(),
        };
        let taken = Arc::clone(&orders);
        let thread = std::thread::Builder::new().name("entia-attempt".to_owned());
        let thread = thread.spawn(move || work.go_on(&taken, every));
        Ok(Self {
            orders,
            thread: Some(thread.map_err(no_thread)?),
            generation: fork::generation(),
        })
    }

    /// Samples the system at an interval from now on.
    pub(super) fn sample(&self, every: Duration) {
        if self.is_here() {
            self.orders.lock().sample = Some(every);
            self.orders.changed.notify_all();
        }
    }

    /// Returns when the thread has ended, and with it its hold on the store.
    pub(super) fn stop(&mut self) {
        let Some(thread) = self.thread.take() else {
            return;
        };
        if !self.is_here() {
            // The system is not to be asked for a thread that it does not know.
            std::mem::forget(thread);
            return;
        }
        self.orders.lock().is_over = true;
        self.orders.changed.notify_all();
        // What the thread could not do, it could not do.
        let _ = thread.join();
    }

    fn is_here(&self) -> bool {
        self.generation == fork::generation()
    }
}

impl Drop for Heartbeat {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Orders {
    fn lock(&self) -> MutexGuard<'_, Order> {
        self.order.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for an order, until something is due.
    fn wait(&self, due: Instant) -> Wake {
        let mut order = self.lock();
        loop {
            if order.is_over {
                return Wake::Over;
            }
            if let Some(every) = order.sample.take() {
                return Wake::Sample(every);
            }
            let left = due.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Wake::Due;
            }
            let waited = self.changed.wait_timeout(order, left);
            order = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

/// What the thread knows.
struct Work {
    /// In a child, where the thread does not run, it must not keep the tracker from being dropped.
    run: WeakAggregate,
    attempt: AttemptRecord,
}

impl Work {
    fn go_on(&self, orders: &Orders, every: Duration) {
        let mut beat = Instant::now() + every;
        let mut figures: Option<Figures> = None;
        loop {
            let sample = figures.as_ref().map(Figures::due);
            match orders.wait(sample.map_or(beat, |sample| sample.min(beat))) {
                Wake::Over => return,
                Wake::Sample(every) => figures = Some(Figures::start(every)),
                Wake::Due => {
                    let Some(run) = self.run.upgrade() else {
                        return;
                    };
                    let now = Instant::now();
                    if let Some(figures) = figures.as_mut().filter(|figures| figures.due() <= now) {
                        figures.sample(&run);
                    }
                    if beat <= now {
                        self.beat(&run);
                        beat = Instant::now() + every;
                    }
                }
            }
        }
    }

    /// Says that the program is alive. Where the store fails, the run goes on, and the next sign of
    /// life makes up for this one.
    fn beat(&self, run: &Aggregate) {
        let seen = now();
        show(run, &self.attempt.state, seen, &Outcome::Running);
        let _ = run.link().apply(Change::UpdateAttempt {
            aggregate: run.uuid(),
            attempt: self.attempt.id,
            seen,
            outcome: Outcome::Running,
        });
    }
}

fn no_thread(error: io::Error) -> Error {
    Error::Store {
        kind: ErrorKind::Unavailable,
        action: "begin an attempt".to_owned(),
        place: "the process".to_owned(),
        cause: Arc::new(error),
        hint:
            "it needs a thread for its heartbeat; let this user have more threads, or more memory"
                .to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc::{Receiver, Sender, channel};
    use std::time::Duration;

    use super::Heartbeat;
    use crate::aggregate::Aggregate;
    use crate::conformance::Sample;
    use crate::error::{Error, Result};
    use crate::memory::MemoryStore;
    use crate::ports::{
        Applied, ArtifactRecord, AttemptRecord, Change, Detail, ExperimentRecord, Mark, Row, Scope,
        Store,
    };
    use crate::records::{Iteration, Series, Status};
    use crate::tracker::Tracker;
    use uuid::Uuid;

    /// Tells of each sign of life, and refuses the first ones.
    struct Watched {
        inner: MemoryStore,
        beats: Sender<bool>,
        refused: AtomicUsize,
    }

    impl Watched {
        fn beat(&self) -> Result<()> {
            let refuse = |left: usize| left.checked_sub(1);
            let left = self
                .refused
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, refuse);
            let _ = self.beats.send(left.is_err());
            match left {
                Ok(_) => Err(Error::Busy {
                    place: "runs".to_owned(),
                }),
                Err(_) => Ok(()),
            }
        }
    }

    impl Store for Watched {
        fn apply(&self, changes: &[Change], mark: Option<Mark>) -> Result<Applied> {
            if let [Change::UpdateAttempt { .. }] = changes {
                self.beat()?;
            }
            self.inner.apply(changes, mark)
        }
        fn experiments(&self) -> Result<Vec<ExperimentRecord>> {
            self.inner.experiments()
        }
        fn rows(&self, scope: &Scope, detail: &Detail) -> Result<Vec<Row>> {
            self.inner.rows(scope, detail)
        }
        fn history(&self, aggregate: Uuid, name: &str, phase: &str) -> Result<Series> {
            self.inner.history(aggregate, name, phase)
        }
        fn iterations(&self, aggregate: Uuid) -> Result<Vec<Iteration>> {
            self.inner.iterations(aggregate)
        }
        fn attempts(&self, aggregate: Uuid) -> Result<Vec<AttemptRecord>> {
            self.inner.attempts(aggregate)
        }
        fn artifacts(&self, aggregate: Uuid) -> Result<Vec<ArtifactRecord>> {
            self.inner.artifacts(aggregate)
        }
        fn position(&self, journal: Uuid) -> Result<u64> {
            self.inner.position(journal)
        }
    }

    fn watched(refused: usize) -> (Aggregate, Receiver<bool>) {
        let (sender, beats) = channel();
        let tracker = Tracker::new(Watched {
            inner: MemoryStore::default(),
            beats: sender,
            refused: AtomicUsize::new(refused),
        });
        let experiment = tracker.experiment("digits").unwrap();
        (experiment.track(&Sample::new("MLP", "{}")).unwrap(), beats)
    }

    fn often(run: &Aggregate, attempt: &AttemptRecord) -> Heartbeat {
        Heartbeat::start_every(Duration::from_millis(1), run, attempt).unwrap()
    }

    #[test]
    fn signs_of_life_come_until_the_end() {
        let (run, beats) = watched(0);
        let attempt = run.attempt().unwrap();
        let began = attempt.record().state.seen;
        let mut heartbeat = often(&run, attempt.record());
        assert!(beats.iter().take(3).all(|stored| stored));
        heartbeat.stop();
        let seen = run.attempts().unwrap()[0].state.seen;
        assert!(seen > began);
        assert_eq!(
            run.record().attempt.unwrap().seen,
            seen,
            "the handle knows it too"
        );
        beats.try_iter().for_each(drop);
        heartbeat.stop();
        assert!(beats.try_recv().is_err(), "none comes after the end");
    }

    #[test]
    fn a_store_that_fails_is_tried_again() {
        let (run, beats) = watched(3);
        let attempt = run.attempt().unwrap();
        let heartbeat = often(&run, attempt.record());
        let stored: Vec<bool> = beats.iter().take(5).collect();
        assert_eq!(stored, [false, false, false, true, true]);
        drop(heartbeat);
        assert!(run.attempts().unwrap()[0].state.seen > attempt.record().state.seen);
        assert_eq!(run.status(), Status::Running);
    }

    #[test]
    fn an_attempt_that_is_over_lets_the_store_go() {
        let (run, beats) = watched(0);
        let attempt = run.attempt().unwrap();
        drop(run);
        attempt.finish().unwrap();
        assert_eq!(
            beats.iter().count(),
            1,
            "the end, and then that of the store"
        );
    }

    #[test]
    fn an_attempt_that_was_not_stored_lets_the_store_go() {
        let (run, beats) = watched(0);
        run.clone().remove().unwrap();
        assert!(run.attempt().is_err());
        drop(run);
        assert_eq!(beats.iter().count(), 0);
    }
}

//! The thread that moves points from the journal into the store, and how others talk to it.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use uuid::Uuid;

use super::gather::Gather;
use super::layout::{Layout, RECORDS, SLOT, place, position, slot};
use super::map::Map;
use super::record;
use crate::error::{Error, ErrorKind, Result};
use crate::ports::{Change, Mark, Store};

/// How long points gather before a transaction, when nobody waits for them.
const GATHER: Duration = Duration::from_millis(10);

/// So many words need not gather any longer: some 13,000 points.
const ENOUGH: u64 = SLOT as u64 / 4;

/// How long the thread waits before it tries a store again that has failed.
const PAUSE: Duration = Duration::from_millis(250);

/// What the threads that add points and the thread that moves them have in common.
pub(super) struct Shared {
    pub(super) map: Map,
    /// The position behind the last point that was added.
    head: AtomicU64,
    /// The position behind the last point that is in the store.
    applied: AtomicU64,
    /// Whether the thread waits for points.
    idle: AtomicBool,
    /// Whether there is something that the next `add` must report.
    trouble: AtomicBool,
    control: Mutex<Control>,
    changed: Condvar,
}

#[derive(Default)]
struct Control {
    /// How often somebody has asked for everything to be moved at once.
    requests: u64,
    /// The requests that the last failed attempt had seen, and why it failed.
    answered: Option<(u64, Error)>,
    /// Why the store does not take points at present.
    failure: Option<Error>,
    /// What the next `add` says of the failure, unless it is over by then.
    report: Option<Error>,
    /// Points whose aggregate is no more; the next `add` or `flush` says so.
    lost: Option<Error>,
    stop: bool,
}

impl Shared {
    pub(super) fn new(map: Map, start: u64) -> Self {
        Self {
            map,
            head: AtomicU64::new(start),
            applied: AtomicU64::new(start),
            idle: AtomicBool::new(false),
            trouble: AtomicBool::new(false),
            control: Mutex::default(),
            changed: Condvar::new(),
        }
    }

    /// Makes the points before `head` known to the thread.
    pub(super) fn publish(&self, head: u64) {
        // Sequentially consistent, as `idle` is: either the thread sees the new head before it
        // waits, or it is seen waiting here.
        self.head.store(head, Ordering::SeqCst);
        if self.idle.load(Ordering::SeqCst) {
            let _control = self.lock();
            self.changed.notify_all();
        }
    }

    /// What was not reported yet.
    pub(super) fn report(&self) -> Result<()> {
        if !self.trouble.load(Ordering::Relaxed) {
            return Ok(());
        }
        let mut control = self.lock();
        let report = control.lost.take().or_else(|| control.report.take());
        self.trouble
            .store(control.report.is_some(), Ordering::Relaxed);
        report.map_or(Ok(()), Err)
    }

    /// Waits until everything before `position` is in the store, or the store fails.
    pub(super) fn wait_for_room(&self, position: u64) -> Result<()> {
        let mut control = self.request();
        while self.applied.load(Ordering::Acquire) < position {
            if let Some(failure) = &control.failure {
                return Err(failure.clone());
            }
            control = self.wait(control);
        }
        Ok(())
    }

    /// Waits until everything that was added so far is in the store, or an attempt to move it has
    /// failed.
    pub(super) fn drain(&self) -> Result<()> {
        let target = self.head.load(Ordering::SeqCst);
        let mut control = self.request();
        let ticket = control.requests;
        while self.applied.load(Ordering::Acquire) < target {
            match &control.answered {
                Some((seen, failure)) if *seen >= ticket => return Err(failure.clone()),
                _ => control = self.wait(control),
            }
        }
        Ok(())
    }

    /// Points whose aggregate is no more, where they were not reported yet.
    pub(super) fn lost(&self) -> Result<()> {
        self.lock().lost.take().map_or(Ok(()), Err)
    }

    /// Ends the thread once everything is in the store, or one more attempt has failed.
    pub(super) fn stop(&self) {
        self.request().stop = true;
        self.changed.notify_all();
    }

    /// Whether everything is in the store.
    pub(super) fn is_drained(&self) -> bool {
        self.applied.load(Ordering::Acquire) >= self.head.load(Ordering::SeqCst)
    }

    fn request(&self) -> MutexGuard<'_, Control> {
        let mut control = self.lock();
        control.requests += 1;
        self.changed.notify_all();
        control
    }

    fn lock(&self) -> MutexGuard<'_, Control> {
        self.control.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, control: MutexGuard<'a, Control>) -> MutexGuard<'a, Control> {
        self.changed
            .wait(control)
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn wait_timeout<'a>(
        &self,
        control: MutexGuard<'a, Control>,
        time: Duration,
    ) -> MutexGuard<'a, Control> {
        let waited = self.changed.wait_timeout(control, time);
        waited.unwrap_or_else(PoisonError::into_inner).0
    }

    /// Waits until there are points behind `position`, and returns the requests seen; `None` when
    /// the thread is to end. Points gather for a moment where nobody has made a request since
    /// `served`.
    fn wait_for_points(&self, position: u64, served: u64) -> Option<u64> {
        let mut control = self.lock();
        let mut gathered = false;
        loop {
            let behind = self.head.load(Ordering::SeqCst).saturating_sub(position);
            if behind > 0 {
                let asked = control.stop || control.requests > served;
                if gathered || asked || behind >= ENOUGH {
                    return Some(control.requests);
                }
                control = self.wait_timeout(control, GATHER);
                gathered = true;
            } else if control.stop {
                return None;
            } else {
                self.idle.store(true, Ordering::SeqCst);
                if self.head.load(Ordering::SeqCst) <= position {
                    control = self.wait(control);
                }
                self.idle.store(false, Ordering::SeqCst);
            }
        }
    }

    fn succeeded(&self, position: u64, lost: Option<Error>) {
        let mut control = self.lock();
        self.applied.store(position, Ordering::Release);
        control.failure = None;
        control.report = None;
        control.lost = control.lost.take().or(lost);
        self.trouble
            .store(control.lost.is_some(), Ordering::Relaxed);
        self.changed.notify_all();
    }

    /// Notes why an attempt that had seen `served` requests failed, and waits for a better moment;
    /// `None` when there will be none, else the requests seen.
    fn failed(&self, served: u64, error: Error) -> Option<u64> {
        let mut control = self.lock();
        // Another process at work is no reason to bother whoever adds points.
        if !matches!(error, Error::Busy { .. }) {
            if control.failure.is_none() {
                control.report = Some(error.clone());
                self.trouble.store(true, Ordering::Relaxed);
            }
            control.failure = Some(error.clone());
        }
        control.answered = Some((served, error));
        self.changed.notify_all();
        if control.requests == served {
            if control.stop {
                return None;
            }
            control = self.wait_timeout(control, PAUSE);
        }
        Some(control.requests)
    }
}

/// Moves points until it is told to stop.
pub(super) fn run(shared: &Shared, store: &dyn Store, journal: Uuid) {
    let _alarm = Alarm(shared);
    let mut reader = Reader::new(shared.applied.load(Ordering::Acquire));
    let mut served = 0;
    while let Some(requests) = shared.wait_for_points(reader.position, served) {
        served = requests;
        let changes = reader.next(shared);
        if changes.is_empty() {
            shared.succeeded(reader.position, None);
            continue;
        }
        let position = reader.position;
        let mark = Some(Mark { journal, position });
        loop {
            match store.apply(&changes, mark) {
                Ok(applied) => {
                    shared.succeeded(position, applied.complete().err());
                    break;
                }
                Err(error) => match shared.failed(served, error) {
                    Some(requests) => served = requests,
                    None => return,
                },
            }
        }
    }
}

/// Reads what was added, a slot at most at a time.
struct Reader {
    position: u64,
    gather: Gather,
    words: Vec<u64>,
}

impl Reader {
    fn new(position: u64) -> Self {
        Self {
            position,
            gather: Gather::default(),
            words: Vec::new(),
        }
    }

    /// The points at the position; none where the slot is at its end, and the position is that of
    /// the next slot now.
    fn next(&mut self, shared: &Shared) -> Vec<Change> {
        let (last, head) = place(shared.head.load(Ordering::SeqCst));
        let (generation, from) = place(self.position);
        let start = slot(generation);
        #[expect(clippy::cast_possible_truncation, reason = "it is within the slot")]
        let end = if generation < last {
            shared.map.get(start + 1, Ordering::Acquire) as usize
        } else {
            head
        };
        if from >= end {
            self.position = position(generation + 1, RECORDS);
            self.gather.begin_slot();
            return Vec::new();
        }
        shared.map.read(start + from, end - from, &mut self.words);
        let mut at = 0;
        while let Some((record, length)) = record::read(
            Layout::Uuids,
            position(generation, from + at),
            &self.words[at..],
        ) {
            self.gather.push(record);
            at += length;
        }
        self.position = position(generation, end);
        self.gather.take()
    }
}

/// Tells those who wait when the thread ends by a panic in the store.
struct Alarm<'a>(&'a Shared);

impl Drop for Alarm<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let error = Error::Store {
                kind: ErrorKind::Failed,
                action: "add metrics".to_owned(),
                place: "the store".to_owned(),
                cause: std::sync::Arc::from(Box::from("it panicked")),
                hint: "the points are in the journal; open the store again".to_owned(),
            };
            let mut control = self.0.lock();
            control.report = Some(error.clone());
            control.answered = Some((u64::MAX, error.clone()));
            control.failure = Some(error);
            self.0.trouble.store(true, Ordering::Relaxed);
            self.0.changed.notify_all();
        }
    }
}

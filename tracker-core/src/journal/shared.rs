//! What the threads that add and the thread that moves have in common.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use super::control::{BUSY, Control};
use super::count::Count;
use super::layout::UNIT;
use super::map::WORD;
use super::space::Space;
use super::trouble::{self, Place};
use crate::error::{Error, Result};

/// How long records gather before a transaction, when nobody waits for them.
const GATHER: Duration = Duration::from_millis(10);

/// So many words need not gather any longer: some 13,000 points.
const ENOUGH: u64 = UNIT / WORD as u64;

/// How long a change waits to hear whether the store has taken it. It is safe before that.
const ANSWER: Duration = Duration::from_secs(2);

/// How long a read waits for what was added before it.
const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Default)]
pub(super) struct Shared {
    /// The journal, once there is one.
    space: OnceLock<Arc<Space>>,
    /// The position behind the last record that was added.
    head: AtomicU64,
    /// The position behind the last record that is in the store.
    applied: AtomicU64,
    /// The position behind the last change that is no point.
    changed: AtomicU64,
    /// Whether what dead processes have left is still to be moved.
    must_replay: AtomicBool,
    /// Whether the thread waits for records.
    idle: AtomicBool,
    /// Whether there is something that the next `add` must report.
    trouble: AtomicBool,
    control: Mutex<Control>,
    news: Condvar,
}

/// For whoever adds and reads.
impl Shared {
    /// Names the journal, before anything is published.
    pub(super) fn set_space(&self, space: Arc<Space>) {
        // There is one appender, which does so once.
        let _ = self.space.set(space);
    }

    /// Says whether the store may be away for long, which is no news to whoever adds.
    pub(super) fn set_remote(&self, is_remote: bool) {
        self.lock().is_remote = is_remote;
    }

    /// Makes the records before `head` known to the thread.
    pub(super) fn publish(&self, head: u64) {
        // Sequentially consistent, as `idle` is: either the thread sees the new head before it
        // waits, or it is seen waiting here.
        self.head.store(head, Ordering::SeqCst);
        if self.idle.load(Ordering::SeqCst) {
            let _control = self.lock();
            self.news.notify_all();
        }
    }

    /// What was not reported yet.
    pub(super) fn report(&self) -> Result<()> {
        if !self.trouble.load(Ordering::Relaxed) {
            return Ok(());
        }
        let mut control = self.lock();
        let report = control.tell().or_else(|| control.report.take());
        self.note_trouble(&control);
        report.map_or(Ok(()), |report| Err(trouble::beside(report)))
    }

    /// Refusals that were not reported yet.
    pub(super) fn untold(&self) -> Result<()> {
        let mut control = self.lock();
        let told = control.tell();
        self.note_trouble(&control);
        told.map_or(Ok(()), Err)
    }

    /// Says that somebody will wait for the answer to the change that ends at `position`, before
    /// that is published.
    pub(super) fn expect_answer(&self, position: u64) {
        self.lock().waiting.push(position);
        self.changed.store(position, Ordering::Release);
    }

    /// Waits for the answer of the store to the change that ends at `position`, unless the store is
    /// away: the change is safe in the journal.
    pub(super) fn wait_for_answer(&self, position: u64, place: Place<'_>) -> Result<()> {
        let mut control = self.lock();
        // One that is elsewhere, and away, is tried again in its own time.
        if !control.is_remote || control.away.is_none() {
            self.hurry(&mut control);
        }
        let start = Instant::now();
        while self.applied.load(Ordering::Acquire) < position && control.away.is_none() {
            let left = ANSWER.saturating_sub(start.elapsed());
            if left.is_zero() {
                control.away = Some(start);
                break;
            }
            control = self.wait_timeout(control, left);
        }
        if control.away.is_some() {
            let error = trouble::no_answer(place, BUSY);
            control.report_after(BUSY, Instant::now(), error);
            self.note_trouble(&control);
        }
        control.waiting.retain(|other| *other != position);
        let answer = control.answers.iter().position(|(at, _)| *at == position);
        match answer.map(|at| control.answers.swap_remove(at)) {
            Some((_, refusal)) => Err(refusal),
            None => Ok(()),
        }
    }

    /// Waits until everything that was added so far, and what dead processes have left, is in the
    /// store, or an attempt to move it has failed. Not for long, unless it is `thorough`: then as long
    /// as the store takes what it is given.
    pub(super) fn settle(&self, place: Place<'_>, thorough: bool) -> Result<()> {
        self.settle_to(self.head.load(Ordering::SeqCst), place, thorough)
    }

    /// As [`settle`](Self::settle), but for points behind the last other change.
    pub(super) fn settle_changes(&self, place: Place<'_>) -> Result<()> {
        self.settle_to(self.changed.load(Ordering::Acquire), place, false)
    }

    fn settle_to(&self, target: u64, place: Place<'_>, thorough: bool) -> Result<()> {
        let is_settled =
            || self.applied.load(Ordering::Acquire) >= target && !self.is_replay_expected();
        if is_settled() {
            return Ok(());
        }
        let mut control = self.request();
        let (ticket, mut answers, mut start) = (control.requests, control.taken, Instant::now());
        while !is_settled() {
            match &control.answered {
                Some((seen, failure)) if *seen >= ticket => return Err(failure.clone()),
                _ => {}
            }
            if thorough && answers != control.taken {
                (answers, start) = (control.taken, Instant::now());
            }
            let left = PATIENCE.saturating_sub(start.elapsed());
            if left.is_zero() {
                return Err(trouble::no_answer(place, PATIENCE));
            }
            control = self.wait_timeout(control, left);
        }
        Ok(())
    }

    /// Why the store takes nothing at present.
    pub(super) fn failure(&self) -> Option<Error> {
        self.lock().failure.clone()
    }

    /// How much was moved.
    pub(super) fn moved(&self) -> Count {
        self.lock().moved
    }

    /// Ends the thread once everything is in the store, or one more attempt has failed.
    pub(super) fn stop(&self) {
        self.request().stop = true;
        self.news.notify_all();
    }

    /// Whether everything that was added is in the store.
    pub(super) fn is_drained(&self) -> bool {
        self.applied.load(Ordering::Acquire) >= self.head.load(Ordering::SeqCst)
    }

    fn request(&self) -> MutexGuard<'_, Control> {
        let mut control = self.lock();
        self.hurry(&mut control);
        control
    }

    fn hurry(&self, control: &mut Control) {
        control.requests += 1;
        self.news.notify_all();
    }
}

/// For the thread that moves.
impl Shared {
    /// The journal, which is there where there are records.
    pub(super) fn space(&self) -> Option<&Arc<Space>> {
        self.space.get()
    }

    /// Waits until there are records behind `position`, and returns the requests seen; `None` when
    /// the thread is to end. Records gather for a moment where nobody has made a request since
    /// `served`.
    pub(super) fn wait_for_records(&self, position: u64, served: u64) -> Option<u64> {
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

    /// Dead processes may have left something, which goes before all else.
    pub(super) fn expect_replay(&self) {
        self.must_replay.store(true, Ordering::Release);
    }

    pub(super) fn is_replay_expected(&self) -> bool {
        self.must_replay.load(Ordering::Acquire)
    }

    /// What dead processes have left is in the store, but for what was told.
    pub(super) fn replayed(&self) {
        let control = self.lock();
        self.must_replay.store(false, Ordering::Release);
        drop(control);
        self.news.notify_all();
    }

    /// The store has taken something.
    pub(super) fn answered(&self) {
        let mut control = self.lock();
        control.taken += 1;
        control.failure = None;
        control.failures = 0;
        control.away = None;
        control.report = None;
        control.is_reported = false;
        self.note_trouble(&control);
    }

    /// All records before `position` are in the store, so many more than before.
    pub(super) fn succeeded(&self, position: u64, count: Count) {
        let mut control = self.lock();
        control.moved += count;
        self.applied.store(position, Ordering::Release);
        drop(control);
        self.news.notify_all();
    }

    /// The store has refused the change that ends at `position`: whoever waits for it is told, else
    /// the next who adds.
    pub(super) fn refused(&self, position: u64, refusal: Error) {
        let mut control = self.lock();
        if control.waiting.contains(&position) {
            control.answers.push((position, refusal));
        } else {
            control.keep(refusal);
            self.note_trouble(&control);
        }
    }

    /// Tells the next who adds, or flushes.
    pub(super) fn tell(&self, error: Error) {
        let mut control = self.lock();
        control.keep(error);
        self.note_trouble(&control);
    }

    /// Notes why an attempt that had seen `served` requests failed, and waits for a better moment;
    /// `None` when there will be none, else the requests seen.
    pub(super) fn failed(&self, served: u64, error: Error) -> Option<u64> {
        let mut control = self.lock();
        control.fail(served, error, Instant::now());
        self.note_trouble(&control);
        self.news.notify_all();
        if control.requests == served {
            if control.stop {
                return None;
            }
            let pause = control.pause(rand());
            control = self.wait_timeout(control, pause);
        }
        Some(control.requests)
    }

    /// The thread has panicked in the store.
    pub(super) fn panicked(&self) {
        let mut control = self.lock();
        let error = trouble::panicked();
        control.fail(u64::MAX, error.clone(), Instant::now());
        control.report = Some(error);
        self.note_trouble(&control);
        self.news.notify_all();
    }

    fn note_trouble(&self, control: &Control) {
        let trouble = control.report.is_some() || !control.untold.is_empty();
        self.trouble.store(trouble, Ordering::Relaxed);
    }

    fn lock(&self) -> MutexGuard<'_, Control> {
        self.control.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, control: MutexGuard<'a, Control>) -> MutexGuard<'a, Control> {
        self.news
            .wait(control)
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn wait_timeout<'a>(
        &self,
        control: MutexGuard<'a, Control>,
        time: Duration,
    ) -> MutexGuard<'a, Control> {
        let waited = self.news.wait_timeout(control, time);
        waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

/// Any number, another each time.
fn rand() -> u64 {
    uuid::Uuid::new_v4().as_u64_pair().1
}

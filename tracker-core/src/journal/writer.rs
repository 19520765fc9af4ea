//! The thread that moves what was added from the journal into the store.

use std::path::PathBuf;
use std::sync::Arc;

use super::disk::Disk;
use super::file::failure;
use super::mover::{Ended, Mover};
use super::reader::Reader;
use super::replay;
use super::shared::Shared;
use super::space::Space;
use super::trouble;
use crate::error;
use crate::ports::Store;

/// What the thread needs.
pub(super) struct Writer {
    pub(super) shared: Arc<Shared>,
    pub(super) store: Arc<dyn Store>,
    pub(super) disk: Arc<dyn Disk>,
    pub(super) base: PathBuf,
}

impl Writer {
    /// Moves what dead processes have left, and then what is added, until it is told to stop.
    pub(super) fn run(&self) {
        let _alarm = Alarm(&self.shared);
        refuse_signals();
        let mut mover = Mover::new(&self.shared, &*self.store);
        // It ends where it is told to while the store is away.
        let _ = self.work(&mut mover);
    }

    fn work(&self, mover: &mut Mover<'_>) -> Result<(), Ended> {
        let Self {
            shared, disk, base, ..
        } = self;
        if shared.is_replay_expected() {
            replay::replay(disk, base, mover)?;
            shared.replayed();
        }
        let mut reader = Reader::default();
        while let Some(requests) = shared.wait_for_records(reader.position, mover.served) {
            mover.served = requests;
            // It is named before anything is published.
            if let Some(space) = shared.space() {
                self.check_length(space, mover)?;
                self.move_next(space, &mut reader, mover)?;
            }
        }
        Ok(())
    }

    /// What was mapped beyond the end of the file is no memory any more.
    fn check_length(&self, space: &Space, mover: &mut Mover<'_>) -> Result<(), Ended> {
        while let Err(error) = space.check_length() {
            let error = failure("read the journal", &self.base, error);
            mover.served = self.shared.failed(mover.served, error).ok_or(Ended)?;
        }
        Ok(())
    }

    fn move_next(
        &self,
        space: &Space,
        reader: &mut Reader,
        mover: &mut Mover<'_>,
    ) -> Result<(), Ended> {
        let shared = &*self.shared;
        let mut reached = reader.position;
        let mut batch = reader.next(space, mover.most);
        let count = batch.count;
        if batch.unreadable > 0 {
            shared.tell(trouble::scribbled(&space.file.path, batch.unreadable));
        }
        let refused = |position, _: &[_], refusal| {
            shared.refused(position, refusal);
            Ok::<_, Ended>(())
        };
        let journal = space.file.header.id;
        while let Some(position) = mover.make(journal, reached, &batch, refused)? {
            reached = position;
            batch = reader.again(reached, mover.most);
        }
        shared.succeeded(reader.position, count);
        space.free(&mut reader.finished);
        if !reader.is_named {
            reader.is_named = name_store(space, &*self.store);
        }
        if shared.is_drained() {
            space.shrink();
        }
        Ok(())
    }
}

/// Waits until the store is on the disk. A thread of its own does so, in which no signal can end the
/// process.
pub(super) fn sync(store: &dyn Store) -> error::Result<()> {
    std::thread::scope(|scope| {
        let work = || {
            refuse_signals();
            store.sync()
        };
        match std::thread::Builder::new().spawn_scoped(scope, work) {
            Ok(thread) => match thread.join() {
                Ok(done) => done,
                Err(panic) => std::panic::resume_unwind(panic),
            },
            Err(_) => store.sync(),
        }
    })
}

/// Says in the journal for which store it is, as soon as that is known; whether it says so now.
pub(super) fn name_store(space: &Space, store: &dyn Store) -> bool {
    match store.identity() {
        Ok(Some(identity)) => space.set_store(identity).is_ok(),
        Ok(None) => true,
        Err(_) => false,
    }
}

/// A store that would become longer than this process may write is to answer with an error: the
/// signal for it would end the process.
#[cfg(unix)]
fn refuse_signals() {
    use nix::sys::signal::{SigSet, Signal};
    let mut signals = SigSet::empty();
    signals.add(Signal::SIGXFSZ);
    // Where it cannot be, the signal does what the program has said.
    let _ = signals.thread_block();
}

/// Elsewhere there is no such signal.
#[cfg(not(unix))]
fn refuse_signals() {}

/// Tells those who wait when the thread ends by a panic in the store.
struct Alarm<'a>(&'a Shared);

impl Drop for Alarm<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.panicked();
        }
    }
}

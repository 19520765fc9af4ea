//! The connections of this process.
//!
//! `SQLite` keeps for each process, beside the connections, which locks that has on which file. A
//! child inherits what is kept and not the locks: with a connection beside an inherited one it would
//! write without them, and another process would clear away the log under it. So a child closes all
//! connections it has inherited before it does anything else, and they must be at rest when it is
//! born.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use rusqlite::config::DbConfig;
use tracker_core::fork::{self, Guarded, Inside};
use tracker_core::{Error, ErrorKind};

use crate::failure::Failure;

/// So many connections that read are kept for later calls; more are made while more threads read.
const READERS: usize = 8;

/// How long a call waits for another process to finish its transaction.
const PATIENCE: Duration = Duration::from_secs(20);

/// Those of all stores that are open.
static ALL: Guarded<Vec<Arc<Connections>>> = Guarded::new(Vec::new());

/// The process that they were made in.
static GENERATION: AtomicU32 = AtomicU32::new(0);

/// The connections of a store. They are used within [`enter`] only.
pub(crate) struct Connections {
    /// None for a store that is only read, and in a child that has not written yet.
    pub(crate) writer: Mutex<Option<Connection>>,
    readers: Mutex<Vec<Connection>>,
}

impl Connections {
    /// Those of a store that writes, to be called where the connection is made: no child is to have
    /// one that it does not know of.
    pub(crate) fn to_write(writer: Connection) -> Arc<Self> {
        let readers = Mutex::default();
        let writer = Mutex::new(Some(writer));
        Self { writer, readers }.known()
    }

    /// Those of a store that only reads, to be called where the connection is made.
    pub(crate) fn to_read(reader: Connection) -> Arc<Self> {
        let readers = Mutex::new(vec![reader]);
        let writer = Mutex::default();
        Self { writer, readers }.known()
    }

    /// Sees to it that they are closed in a child.
    fn known(self) -> Arc<Self> {
        let connections = Arc::new(self);
        ALL.lock().push(Arc::clone(&connections));
        connections
    }

    /// A connection that reads, and that nobody else uses now.
    pub(crate) fn take_reader(&self) -> Option<Connection> {
        lock(&self.readers).pop()
    }

    /// Keeps a connection that reads for later calls.
    pub(crate) fn keep_reader(&self, reader: Connection) {
        let mut readers = lock(&self.readers);
        if readers.len() < READERS {
            readers.push(reader);
        }
    }

    /// Closes the connections that read and that nobody uses now.
    pub(crate) fn close_readers(&self) {
        lock(&self.readers).clear();
    }

    /// Closes the connections of a store that is closed.
    pub(crate) fn close(self: &Arc<Self>) {
        // Where nothing can be closed, they stay as they are.
        if let Ok(_inside) = enter() {
            ALL.lock().retain(|other| !Arc::ptr_eq(other, self));
            self.close_readers();
            lock(&self.writer).take();
        }
    }

    /// Closes connections of a process that this one was forked from.
    fn close_inherited(&self) {
        let readers = std::mem::take(&mut *lock(&self.readers));
        for connection in readers.into_iter().chain(lock(&self.writer).take()) {
            // The last one to close a file clears its log away; whether it is the last one is not
            // known here.
            let without_a_trace = DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE;
            if connection.set_db_config(without_a_trace, true).is_err() {
                std::mem::forget(connection);
            }
        }
    }
}

/// Begins a call into `SQLite`: no `fork` comes into the midst of it.
pub(crate) fn enter() -> Result<Inside, Failure> {
    let inside = fork::enter();
    if fork::is_torn() {
        return Err(torn().into());
    }
    let generation = fork::generation();
    if GENERATION.load(Ordering::Acquire) != generation {
        let all = ALL.lock();
        if GENERATION.load(Ordering::Acquire) != generation {
            for connections in &*all {
                connections.close_inherited();
            }
            GENERATION.store(generation, Ordering::Release);
        }
    }
    Ok(inside)
}

/// Makes an attempt again and again, as long as another process is in the way. Nobody is in a call
/// in the meantime, as long as that may take.
pub(crate) fn patiently<T>(mut attempt: impl FnMut() -> Result<T, Failure>) -> Result<T, Failure> {
    const FIRST: Duration = Duration::from_millis(1);
    const LONGEST: Duration = Duration::from_millis(25);
    let (start, mut pause) = (Instant::now(), FIRST);
    loop {
        match attempt() {
            Err(failure) if failure.is_busy() && start.elapsed() < PATIENCE => {
                std::thread::sleep(pause);
                pause = (pause * 2).min(LONGEST);
            }
            done => return done,
        }
    }
}

/// A thread that panicked had its transaction rolled back, so a connection is still good.
pub(crate) fn lock<T>(connection: &Mutex<T>) -> MutexGuard<'_, T> {
    connection.lock().unwrap_or_else(PoisonError::into_inner)
}

fn torn() -> Error {
    let cause = "the process was forked in the midst of a call that took longer than two seconds";
    Error::Store {
        kind: ErrorKind::Unavailable,
        action: "use SQLite".to_owned(),
        place: "a child process".to_owned(),
        cause: Arc::from(Box::<dyn std::error::Error + Send + Sync>::from(cause)),
        hint:
            "fork while no thread reads much or waits for a slow disk; points that are added here \
               are in a journal, and in the store when it is opened next"
                .to_owned(),
    }
}

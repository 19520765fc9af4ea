//! Waits for what is asynchronous.

use std::sync::{Arc, mpsc};

use tokio::runtime::{Builder, Runtime};
use tracker_core::{Error, ErrorKind, Result, fork};

/// One thread on which requests run.
pub(crate) struct Worker {
    /// Not here any more while it is dropped.
    runtime: Option<Runtime>,
    /// The process that the thread runs in.
    generation: u32,
}

impl Worker {
    pub(crate) fn start() -> Result<Self> {
        let mut builder = Builder::new_multi_thread();
        builder
            .worker_threads(1)
            .thread_name("entia-objects")
            .enable_all();
        let runtime = builder
            .build()
            .map_err(|error| Error::io("start a thread", "an object store", error))?;
        Ok(Self {
            runtime: Some(runtime),
            generation: fork::generation(),
        })
    }

    /// Runs a request to its end. The thread that waits may belong to another runtime, which
    /// `block_on` would refuse.
    pub(crate) fn wait<T: Send + 'static>(
        &self,
        request: impl Future<Output = T> + Send + 'static,
    ) -> Result<T> {
        if self.generation != fork::generation() {
            return Err(forked());
        }
        let (sender, receiver) = mpsc::sync_channel(1);
        if let Some(runtime) = &self.runtime {
            runtime.spawn(async move {
                // Nobody has gone: the one who asked waits below.
                let _ = sender.send(request.await);
            });
        }
        receiver.recv().map_err(|_| Error::Store {
            kind: ErrorKind::Failed,
            action: "end a request".to_owned(),
            place: "an object store".to_owned(),
            cause: Arc::new(std::io::Error::other("its thread has ended")),
            hint: "try again; the message before this one says more".to_owned(),
        })
    }
}

/// A runtime that waits for its threads must not be dropped within another. A child has only the
/// memory of that of its parent, which must not be touched.
impl Drop for Worker {
    fn drop(&mut self) {
        match self.runtime.take() {
            Some(runtime) if self.generation == fork::generation() => runtime.shutdown_background(),
            inherited => std::mem::forget(inherited),
        }
    }
}

/// The thread does not run here, and its connections are those of the parent.
fn forked() -> Error {
    Error::Store {
        kind: ErrorKind::Unavailable,
        action: "use an object store".to_owned(),
        place: "a child process".to_owned(),
        cause: Arc::new(std::io::Error::other("it was opened before the `fork`")),
        hint: "open the object store, and the tracker that it is given to, in the child".to_owned(),
    }
}

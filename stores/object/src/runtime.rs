//! Waits for what is asynchronous.

use std::sync::{Arc, mpsc};

use tokio::runtime::{Builder, Runtime};
use tracker_core::{Error, Result};

/// One thread on which requests run.
pub(crate) struct Worker {
    /// Not here any more while it is dropped.
    runtime: Option<Runtime>,
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
        })
    }

    /// Runs a request to its end. The thread that waits may belong to another runtime, which
    /// `block_on` would refuse.
    pub(crate) fn wait<T: Send + 'static>(
        &self,
        request: impl Future<Output = T> + Send + 'static,
    ) -> Result<T> {
        let (sender, receiver) = mpsc::sync_channel(1);
        if let Some(runtime) = &self.runtime {
            runtime.spawn(async move {
                // Nobody has gone: the one who asked waits below.
                let _ = sender.send(request.await);
            });
        }
        receiver.recv().map_err(|_| Error::Store {
            kind: tracker_core::ErrorKind::Failed,
            action: "end a request".to_owned(),
            place: "an object store".to_owned(),
            cause: Arc::new(std::io::Error::other("its thread has ended")),
            hint: "try again; the message before this one says more".to_owned(),
        })
    }
}

/// A runtime that waits for its threads must not be dropped within another.
impl Drop for Worker {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

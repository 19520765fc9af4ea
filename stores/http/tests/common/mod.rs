//! A server on a port of its own.

#![allow(dead_code, reason = "not every file needs all of it")]

use std::net::SocketAddr;
use std::path::Path;
use std::sync::mpsc;
use std::thread::JoinHandle;

use entia_server::{Options, Server, ServerError};
use tracker_core::Tracker;

/// A server, until it is dropped.
pub(crate) struct Served {
    pub(crate) address: SocketAddr,
    end: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<JoinHandle<Result<(), ServerError>>>,
}

impl Served {
    /// Over the store of a tracker, where everything may be removed.
    pub(crate) fn over(tracker: Tracker) -> Self {
        let options = Options {
            allow_delete: true,
            ..Options::default()
        };
        Self::with(Server::new(tracker, options), "127.0.0.1:0")
    }

    pub(crate) fn with(server: Server, listen: &str) -> Self {
        let (end, ended) = tokio::sync::oneshot::channel();
        let (sender, receiver) = mpsc::channel();
        let listen = listen.parse().unwrap();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(1)
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(server.serve(
                listen,
                move |address| sender.send(address).unwrap(),
                async { drop(ended.await) },
            ))
        });
        Self {
            address: receiver.recv().unwrap(),
            end: Some(end),
            thread: Some(thread),
        }
    }

    /// Over a file, and where another server was before.
    pub(crate) fn of_file(path: &Path, listen: &str) -> Self {
        let tracker = Tracker::open(&format!("sqlite:{}", path.display())).unwrap();
        Self::with(Server::new(tracker, Options::default()), listen)
    }

    /// The address of a tracker whose journals stand in a folder.
    pub(crate) fn journaled(&self, folder: &Path) -> String {
        format!("{}?journals={}", self.url(), folder.display())
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.end.take());
        let ended = self.thread.take().map(JoinHandle::join);
        if !std::thread::panicking() {
            ended.unwrap().unwrap().unwrap();
        }
    }
}

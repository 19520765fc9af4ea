//! Trackers with a journal, and what stands in it and behind it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tracker_core::conformance::Sample;
use tracker_core::ports::{Applied, Change, Mark, Store};
use tracker_core::{Aggregate, Error, ErrorKind, MemoryStore, Metric, Metrics, Result, Tracker};

use crate::common::{Apply, Hooked};

pub(crate) fn open(
    folder: &Path,
    store: &Arc<MemoryStore>,
    apply: impl Apply + 'static,
) -> Tracker {
    Tracker::journaled(Hooked::new(store, apply), folder.join("runs")).unwrap()
}

/// Does as it is told.
pub(crate) fn obey(inner: &MemoryStore, changes: &[Change], mark: Option<Mark>) -> Result<Applied> {
    inner.apply(changes, mark)
}

/// A tracker over a store that does as it is told.
pub(crate) fn open_plain(folder: &Path, store: &Arc<MemoryStore>) -> Tracker {
    open(folder, store, obey)
}

pub(crate) fn run(tracker: &Tracker) -> Aggregate {
    tracker
        .experiment("digits")
        .unwrap()
        .track(&Sample::new("MLP", "{}"))
        .unwrap()
}

pub(crate) fn point(step: i64) -> Metric {
    Metric::new("loss", 0.5).phase("train").step(step)
}

pub(crate) fn steps(metrics: &Metrics) -> Vec<i64> {
    metrics.history("loss", "train").unwrap().steps().to_vec()
}

pub(crate) fn journals(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries
        .filter(|path| path.to_string_lossy().contains(".journal"))
        .collect()
}

pub(crate) fn full() -> Error {
    Error::Store {
        kind: ErrorKind::Unavailable,
        action: "add metrics".to_owned(),
        place: "runs".to_owned(),
        cause: Arc::from(Box::from("the disk is full")),
        hint: "make room".to_owned(),
    }
}

pub(crate) fn busy() -> Error {
    Error::Busy {
        place: "runs".to_owned(),
    }
}

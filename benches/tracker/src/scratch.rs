//! Stores in folders that are gone after a run.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use entia::prelude::Tracker;
use serde::Serialize;
use tempfile::TempDir;

use crate::Result;

/// Which store is measured, and on which disk.
#[derive(Args)]
pub(crate) struct Place {
    /// The store.
    #[arg(long, global = true, value_enum, default_value_t = Store::Sqlite)]
    pub(crate) store: Store,
    /// The folder in which the stores are made, and removed again; that of this program unless
    /// given.
    #[arg(long, global = true)]
    dir: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum, Serialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Store {
    Sqlite,
    Json,
    Memory,
}

/// A folder for one store.
pub(crate) struct Scratch {
    store: Store,
    folder: TempDir,
}

impl Place {
    /// A new, empty folder.
    pub(crate) fn scratch(&self) -> Result<Scratch> {
        let program = std::env::current_exe()?;
        let dir = match (&self.dir, program.parent()) {
            (Some(dir), _) => dir,
            (None, Some(folder)) => folder,
            (None, None) => Path::new("."),
        };
        let folder = tempfile::Builder::new()
            .prefix("entia-bench-")
            .tempdir_in(dir)?;
        let store = self.store;
        Ok(Scratch { store, folder })
    }
}

impl Scratch {
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The address of the store in this folder.
    pub(crate) fn address(&self) -> String {
        let path = |name| self.path().join(name).display().to_string();
        match self.store {
            Store::Sqlite => format!("sqlite:{}", path("runs.db")),
            Store::Json => format!("json:{}", path("runs.json")),
            Store::Memory => "memory:".to_owned(),
        }
    }

    /// Opens the store, and creates it the first time.
    pub(crate) fn open(&self) -> Result<Tracker> {
        Ok(Tracker::open(&self.address())?)
    }

    /// Closes the store and opens it again, unless that would empty it.
    pub(crate) fn reopen(&self, tracker: Tracker) -> Result<Tracker> {
        if self.store == Store::Memory {
            return Ok(tracker);
        }
        drop(tracker);
        self.open()
    }

    /// The bytes of all files.
    pub(crate) fn size(&self) -> Result<u64> {
        size(self.path())
    }
}

fn size(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        bytes += match entry.metadata()? {
            metadata if metadata.is_dir() => size(&entry.path())?,
            metadata => metadata.len(),
        };
    }
    Ok(bytes)
}

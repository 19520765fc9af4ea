//! Stores in folders that are gone after a run.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use clap::{Args, ValueEnum};
use entia::prelude::Tracker;
use postgres::{Client, NoTls};
use serde::Serialize;
use tempfile::TempDir;

use crate::Result;
use crate::serve::Running;

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
    /// On a server of its own, over `SQLite`.
    Http,
    /// In the database whose address `ENTIA_TEST_POSTGRES` is.
    Postgres,
}

/// A folder for one store.
pub(crate) struct Scratch {
    store: Store,
    folder: TempDir,
    server: Option<Server>,
    /// What is over the store, where it is asked over HTTP.
    pub(crate) running: Option<Running>,
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
        let server = match self.store {
            Store::Postgres => Some(Server::new()?),
            _ => None,
        };
        let running = match self.store {
            Store::Http => Some(Running::start(&in_file(folder.path()))?),
            _ => None,
        };
        Ok(Scratch {
            store: self.store,
            folder,
            server,
            running,
        })
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
            Store::Sqlite => in_file(self.path()),
            Store::Http => self.running.as_ref().map_or_else(String::new, |running| {
                let journals = self.path().display();
                format!("http://{}?journals={journals}", running.address)
            }),
            Store::Json => format!("json:{}", path("runs.json")),
            Store::Memory => "memory:".to_owned(),
            Store::Postgres => self.server.as_ref().map_or_else(String::new, |server| {
                server.address(&self.path().display().to_string())
            }),
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

    /// The bytes of all files, or of all tables.
    pub(crate) fn size(&self) -> Result<u64> {
        match &self.server {
            Some(server) => server.size(),
            None => size(self.path()),
        }
    }
}

/// The address of a store in a file of a folder.
fn in_file(folder: &Path) -> String {
    format!("sqlite:{}", folder.join("runs.db").display())
}

/// A schema of its own in a database.
struct Server {
    database: String,
    schema: String,
}

impl Server {
    fn new() -> Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let database = std::env::var("ENTIA_TEST_POSTGRES").map_err(|_| {
            "no database is named\nhint: export ENTIA_TEST_POSTGRES=$(scripts/postgres.sh start -c \
             fsync=on)"
        })?;
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let schema = format!("bench_{}_{count}", std::process::id());
        Ok(Self { database, schema })
    }

    fn address(&self, folder: &str) -> String {
        let Self { database, schema } = self;
        let sign = if database.contains('?') { '&' } else { '?' };
        format!("{database}{sign}schema={schema}&journals={folder}")
    }

    fn size(&self) -> Result<u64> {
        let sql = "SELECT sum(pg_total_relation_size(oid))::bigint FROM pg_class
                   WHERE relnamespace = $1::text::regnamespace AND relkind = 'r'";
        let row = self.client()?.query_one(sql, &[&self.schema])?;
        Ok(u64::try_from(row.get::<_, i64>(0))?)
    }

    fn client(&self) -> Result<Client> {
        Ok(Client::connect(&self.database, NoTls)?)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Ok(mut client) = self.client() {
            // What stays behind takes room on a server that is thrown away.
            let drop = format!("DROP SCHEMA IF EXISTS {} CASCADE", self.schema);
            let _ = client.batch_execute(&drop);
        }
    }
}

/// The bytes of all files in a folder.
pub(crate) fn size(folder: &Path) -> Result<u64> {
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

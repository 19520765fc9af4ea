//! The store, and the port.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use registry_core::Value;
use tracker_core::ports::{
    Applied, ArtifactRecord, AttemptRecord, Change, Detail, ExperimentRecord, Histories, History,
    Mark, Row, Scope, Search, Store, Touch,
};
use tracker_core::query::Page;
use tracker_core::sql::{self, Database as _};
use tracker_core::{Access, Error, Iteration, Result, Series, StoreProblem, Timestamp, Uuid};

use crate::address::Target;
use crate::column::column;
use crate::contents::PostgresContents;
use crate::failure::unusable;
use crate::pool::Pool;
use crate::session::Session;
use crate::{
    artifacts, attempts, changes, experiments, histories, iterations, rows, schema, settings,
    touches,
};

/// Keeps everything in a schema of a PostgreSQL database.
///
/// What a call has stored survives the end of the program and of the server. Reads wait neither for
/// writes nor for each other, and each sees one state of the store. A connection that was lost is
/// made again by the next call; while the server is away, calls fail with
/// [`ErrorKind::Unavailable`](tracker_core::ErrorKind::Unavailable).
///
/// The calls block, as those of every store; they may be made within an asynchronous runtime too,
/// where they hold up the thread that makes them.
///
/// # Examples
///
/// ```no_run
/// use tracker_core::Tracker;
/// use tracker_postgres::PostgresStore;
///
/// let store = PostgresStore::open("postgres://me@db.example.org/runs")?;
/// let contents = store.contents();
/// let tracker = Tracker::new(store).with_artifacts(contents);
/// assert!(tracker.experiments().list()?.is_empty());
/// # Ok::<(), tracker_core::Error>(())
/// ```
pub struct PostgresStore {
    pool: Arc<Pool>,
    id: Uuid,
    is_read_only: bool,
}

impl PostgresStore {
    /// Opens the store at an address to read and write, and creates it in a database that exists;
    /// see the [crate](crate) for what an address may say.
    ///
    /// # Errors
    ///
    /// [`Error::Address`] for what is no address, and as [`Tracker::open`](tracker_core::Tracker::open).
    pub fn open(address: &str) -> Result<Self> {
        Self::at(target(address)?, Access::Create)
    }

    /// Opens the store at an address to read it, for which no right to write is needed.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open), and [`StoreProblem::Absent`] where there is no store.
    pub fn read(address: &str) -> Result<Self> {
        Self::at(target(address)?, Access::Read)
    }

    pub(crate) fn at(target: Target, access: Access) -> Result<Self> {
        let is_read_only = access == Access::Read;
        let pool = Pool::new(target, is_read_only);
        let Target { schema, place, .. } = &pool.target;
        let found = pool.asking("open the store", |session| {
            schema::find(session, schema, place)
        })?;
        let id = match (found, access) {
            (Some(id), _) => id,
            (None, Access::Create) => pool.writing("make the store", true, |session| {
                schema::migrate(session, schema, place)
            })?,
            (None, _) => return Err(unusable(place, StoreProblem::Absent)),
        };
        if !is_read_only && pool.asking("open the store", touches::is_ahead)? {
            pool.writing("open the store", true, touches::catch_up)?;
        }
        Ok(Self {
            pool: Arc::new(pool),
            id,
            is_read_only,
        })
    }

    /// The id of the store, made with it; it stays the same under whatever address.
    pub(crate) fn id(&self) -> Uuid {
        self.id
    }

    /// The place for the contents of artifacts in the same database.
    pub fn contents(&self) -> PostgresContents {
        PostgresContents::new(Arc::clone(&self.pool))
    }
}

/// What an address says that was given to no tracker.
fn target(address: &str) -> Result<Target> {
    Target::parse(address, |problem, hint| Error::Address {
        // It may hold a password wherever it is not read.
        address: "the address of PostgreSQL".to_owned(),
        problem,
        hint: hint.to_owned(),
    })
}

impl Store for PostgresStore {
    fn apply(&self, changes: &[Change], mark: Option<Mark>) -> Result<Applied> {
        if self.is_read_only {
            return Err(unusable(
                &self.pool.target.place,
                StoreProblem::OpenedToRead,
            ));
        }
        let action = match changes {
            [Change::AddPoints { .. }, ..] => "add points",
            _ => "change the store",
        };
        self.pool.writing(action, mark.is_some(), |session| {
            changes::apply(session, changes, mark)
        })
    }

    fn experiments(&self) -> Result<Vec<ExperimentRecord>> {
        self.pool.asking("list the experiments", experiments::all)
    }

    fn rows(&self, scope: &Scope, detail: &Detail) -> Result<Vec<Row>> {
        let read = |session: &mut Session| rows::read(session, &Session::scope(scope), detail);
        match &detail.series {
            // One statement sees one state.
            Some(series) if series.is_empty() && detail.means.is_empty() => {
                self.pool.asking("read runs", read)
            }
            _ => self.pool.reading("read runs", read),
        }
    }

    fn history(&self, aggregate: Uuid, name: &str, phase: &str) -> Result<Series> {
        self.pool.reading("read a history", |session| {
            histories::whole(session, aggregate, name, phase)
        })
    }

    fn iterations(&self, aggregate: Uuid) -> Result<Vec<Iteration>> {
        self.pool.asking("list the iterations", |session| {
            iterations::select(session, aggregate)
        })
    }

    fn attempts(&self, aggregate: Uuid) -> Result<Vec<AttemptRecord>> {
        self.pool.asking("list the attempts", |session| {
            attempts::select(session, aggregate)
        })
    }

    fn artifacts(&self, aggregate: Uuid) -> Result<Vec<ArtifactRecord>> {
        self.pool.asking("list the artifacts", |session| {
            artifacts::select(session, aggregate)
        })
    }

    fn identity(&self) -> Result<Option<Uuid>> {
        Ok(Some(self.id))
    }

    fn position(&self, journal: Uuid) -> Result<u64> {
        self.pool
            .asking("read the position of a journal", |session| {
                changes::position(session, journal)
            })
    }

    fn experiment(&self, name: &str) -> Result<Option<ExperimentRecord>> {
        self.pool.asking("read an experiment", |session| {
            experiments::named(session, name)
        })
    }

    fn experiment_by_id(&self, id: Uuid) -> Result<Option<ExperimentRecord>> {
        self.pool.asking("read an experiment", |session| {
            experiments::of_id(session, id)
        })
    }

    fn experiments_after(
        &self,
        last: Option<(Timestamp, Uuid)>,
        limit: usize,
    ) -> Result<Vec<ExperimentRecord>> {
        let (created, id) = last.unwrap_or((Timestamp::MIN, Uuid::nil()));
        let behind = (created.as_microsecond(), id);
        self.pool.asking("list the experiments", |session| {
            experiments::after(session, behind, column(limit as u64))
        })
    }

    fn search(&self, wanted: &Search<'_>) -> Result<Page<Row>> {
        self.pool
            .reading("search for runs", |session| sql::search(session, wanted))
    }

    fn count(&self, wanted: &Search<'_>) -> Result<u64> {
        self.pool
            .reading("count runs", |session| sql::count(session, wanted))
    }

    fn histories(&self, wanted: &Histories) -> Result<Vec<History>> {
        self.pool
            .reading("read histories", |session| histories::read(session, wanted))
    }

    fn counts(&self) -> Result<BTreeMap<Uuid, u64>> {
        self.pool.asking("count the runs", experiments::counts)
    }

    fn settings(&self, prefix: &str) -> Result<Vec<(String, Value)>> {
        self.pool.asking("read the settings", |session| {
            settings::select(session, prefix)
        })
    }

    fn newest_change(&self) -> Result<u64> {
        self.pool
            .asking("read the number of changes", touches::newest)
    }

    fn changes_after(&self, number: u64, limit: usize) -> Result<Vec<Touch>> {
        self.pool.asking("read what has changed", |session| {
            touches::after(session, number, limit)
        })
    }

    /// A server may be set up so that commits do not wait for its disk, so one is made that does: it
    /// waits for all that were made before it.
    fn sync(&self) -> Result<()> {
        if self.is_read_only {
            return Ok(());
        }
        self.pool.writing("wait for the disk", true, |session| {
            session.run(
                "START TRANSACTION; SET LOCAL synchronous_commit TO on;
                 SELECT pg_logical_emit_message(true, 'entia', '')",
            )?;
            Ok(())
        })
    }

    fn check(&self) -> Result<Vec<String>> {
        self.pool.reading("check the store", histories::problems)
    }
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore")
            .field("place", &self.pool.target.place)
            .finish_non_exhaustive()
    }
}

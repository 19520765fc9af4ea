//! The store, and the port.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use tracker_core::ports::{
    Applied, ArtifactRecord, AttemptRecord, Change, Detail, ExperimentRecord, Histories, History,
    Mark, Row, Scope, Search, Store, Touch,
};
use tracker_core::query::Page;
use tracker_core::wire::{About, Apply, Read, Rows, VERSION, Wanted};
use tracker_core::{
    Access, Error, ErrorKind, Iteration, Result, Series, StoreProblem, Timestamp, Uuid,
};

use crate::address::Target;
use crate::client::{Call, Client, Patience};
use crate::contents::HttpContents;
use crate::failure::{no_server, store};

/// Where the token of a program is.
const TOKEN: &str = "ENTIA_TOKEN";

/// Keeps everything on a server.
///
/// A call is a request to the server, over connections that are kept; one that was lost is made
/// again. While the server is away, calls fail with
/// [`ErrorKind::Unavailable`](tracker_core::ErrorKind::Unavailable). A child of a `fork` has
/// connections of its own.
///
/// # Examples
///
/// ```no_run
/// use tracker_core::Tracker;
/// use tracker_http::HttpStore;
///
/// let store = HttpStore::open("https://runs.example.org")?;
/// let contents = store.contents();
/// let tracker = Tracker::new(store).with_artifacts(contents);
/// assert!(tracker.experiments().list()?.is_empty());
/// # Ok::<(), tracker_core::Error>(())
/// ```
pub struct HttpStore {
    client: Arc<Client>,
    is_read_only: bool,
}

impl HttpStore {
    /// Opens the store of a server to read and write; the token, where one is asked for, is taken from
    /// the environment variable `ENTIA_TOKEN`.
    ///
    /// # Errors
    ///
    /// [`Error::Address`] for what is no address; [`ErrorKind::Unavailable`] where the server cannot be
    /// reached, [`ErrorKind::Denied`] without a token that lets write, and [`Error::Unusable`] for what
    /// is no server of this version.
    pub fn open(address: &str) -> Result<Self> {
        Self::checked(address, std::env::var(TOKEN).ok(), Access::Create)
    }

    /// As [`open`](Self::open), with this token.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub fn open_as(address: &str, token: &str) -> Result<Self> {
        Self::checked(address, Some(token.to_owned()), Access::Create)
    }

    /// As [`open`](Self::open), to read.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open); a token that only lets read is enough.
    pub fn read(address: &str) -> Result<Self> {
        Self::checked(address, std::env::var(TOKEN).ok(), Access::Read)
    }

    fn checked(address: &str, token: Option<String>, access: Access) -> Result<Self> {
        let store = Self::new(target(address)?, token, access);
        store.check()?;
        Ok(store)
    }

    /// The store of a server that was not asked yet.
    pub(crate) fn at(target: Target, access: Access) -> Self {
        Self::new(target, std::env::var(TOKEN).ok(), access)
    }

    fn new(target: Target, token: Option<String>, access: Access) -> Self {
        Self::patient(target, token, access, Patience::USUAL)
    }

    pub(crate) fn patient(
        target: Target,
        token: Option<String>,
        access: Access,
        patience: Patience,
    ) -> Self {
        Self {
            client: Arc::new(Client::new(target, token, patience)),
            is_read_only: access == Access::Read,
        }
    }

    /// The place for the contents of artifacts on the same server.
    pub fn contents(&self) -> HttpContents {
        HttpContents::new(Arc::clone(&self.client))
    }

    /// An error where this is no server that can do what it is opened for.
    pub(crate) fn check(&self) -> Result<()> {
        let about = self.about("open the store");
        let place = self.client.place();
        let About {
            wire,
            version,
            read_only,
            identity,
        } = about.map_err(|error| self.no_port(error))?;
        if wire != VERSION {
            let hint = if wire > VERSION {
                "update the crate `tracker-http`, or `entia`"
            } else {
                "update the server"
            };
            return Err(other_version(place, &version, hint));
        }
        match read_only {
            Some(reason) if !self.is_read_only => Err(store(
                ErrorKind::Denied,
                "open the store to write",
                place,
                reason,
                "open it with `Tracker::read`, or give a token with the role `write` in the \
                 environment variable ENTIA_TOKEN",
            )),
            _ => {
                self.set_identity(identity);
                Ok(())
            }
        }
    }

    /// What is wrong where a server of Entia knows nothing of this port.
    fn no_port(&self, error: Error) -> Error {
        let is_absent = |error: &Error| matches!(error, Error::Store { kind, .. } if *kind == ErrorKind::NotFound);
        if !is_absent(&error) {
            return error;
        }
        let place = self.client.place();
        // What is below no path is a server of Entia, as its answer has shown.
        let has_path = place.matches('/').count() > 2;
        let about = || {
            let about = self.ask_about::<serde_json::Value>("open the store", "/about");
            about.is_err_and(|error| is_absent(&error))
        };
        if has_path && about() {
            let found = "the server has none below this path".to_owned();
            return no_server(place, found, "leave the path out, or see that it is right");
        }
        other_version(place, "an earlier one", "update the server")
    }

    /// Says for which store it is, once.
    pub(crate) fn set_identity(&self, identity: Option<Uuid>) {
        let _ = self.client.store.set(identity);
    }

    fn about(&self, action: &str) -> Result<About> {
        self.ask_about(action, "/store")
    }

    fn ask_about<T: DeserializeOwned>(&self, action: &str, path: &str) -> Result<T> {
        let nothing: Option<&()> = None;
        self.client.ask(action, ("GET", path), nothing, Call::About)
    }

    fn make(&self, changes: &[Change], mark: Option<Mark>, copied: bool) -> Result<Applied> {
        if self.is_read_only {
            return Err(Error::Unusable {
                place: self.client.place().to_owned(),
                problem: StoreProblem::OpenedToRead,
            });
        }
        let setting = |change: &&Change| matches!(change, Change::PutSetting { .. });
        if changes.iter().any(|change| setting(&change)) {
            return Err(store(
                ErrorKind::Unsupported,
                "keep a setting",
                self.client.place(),
                "the settings of a server are its own",
                "change them where the server runs",
            ));
        }
        let action = match changes {
            [Change::AddPoints { .. }, ..] => "add points",
            _ => "change the store",
        };
        let asked = Apply {
            changes: changes.into(),
            mark,
            copied,
        };
        // With a mark, what was done already is not done again.
        let sort = match mark {
            Some(_) => Call::Long,
            None => Call::Once,
        };
        let path = ("POST", "/store/apply");
        self.client.ask(action, path, Some(&asked), sort)
    }

    fn ask<T: DeserializeOwned>(&self, action: &str, call: &Read) -> Result<T> {
        let path = ("POST", "/store/read");
        self.client.ask(action, path, Some(call), sort(call))
    }
}

/// Whether the answer to a call is small, however large the store is.
fn sort(call: &Read) -> Call {
    match call {
        Read::Experiment { .. }
        | Read::ExperimentById { .. }
        | Read::Attempts { .. }
        | Read::Artifacts { .. }
        | Read::Position { .. }
        | Read::NewestChange {} => Call::Small,
        Read::Rows { scope, .. } => match scope {
            Scope::Uuids(uuids) if uuids.len() == 1 => Call::Small,
            Scope::Id { .. } => Call::Small,
            _ => Call::Long,
        },
        _ => Call::Long,
    }
}

fn other_version(place: &str, version: &str, hint: &str) -> Error {
    store(
        ErrorKind::Unsupported,
        "open the store",
        place,
        format!(
            "the server is of another version, {version}; this program is of {}",
            env!("CARGO_PKG_VERSION")
        ),
        hint,
    )
}

/// What an address says that was given to no tracker.
fn target(address: &str) -> Result<Target> {
    Target::parse(address).map_err(|(problem, hint)| Error::Address {
        // It may hold a secret wherever it is not read.
        address: "the address of the server".to_owned(),
        problem,
        hint,
    })
}

impl Store for HttpStore {
    fn apply(&self, changes: &[Change], mark: Option<Mark>) -> Result<Applied> {
        self.make(changes, mark, false)
    }

    fn copy(&self, changes: &[Change], mark: Option<Mark>) -> Result<Applied> {
        self.make(changes, mark, true)
    }

    fn experiments(&self) -> Result<Vec<ExperimentRecord>> {
        self.ask("list the experiments", &Read::Experiments {})
    }

    fn experiments_after(
        &self,
        last: Option<(Timestamp, Uuid)>,
        limit: usize,
    ) -> Result<Vec<ExperimentRecord>> {
        let call = Read::ExperimentsAfter { last, limit };
        self.ask("list the experiments", &call)
    }

    fn experiment(&self, name: &str) -> Result<Option<ExperimentRecord>> {
        let name = name.to_owned();
        self.ask("find an experiment", &Read::Experiment { name })
    }

    fn experiment_by_id(&self, id: Uuid) -> Result<Option<ExperimentRecord>> {
        self.ask("find an experiment", &Read::ExperimentById { id })
    }

    fn rows(&self, scope: &Scope, detail: &Detail) -> Result<Vec<Row>> {
        let (scope, detail) = (scope.clone(), detail.clone());
        self.ask("read runs", &Read::Rows { scope, detail })
    }

    fn search(&self, search: &Search<'_>) -> Result<Page<Row>> {
        let found: Rows = self.ask("search for runs", &Read::Search(Wanted::of(search)))?;
        found.page()
    }

    fn count(&self, search: &Search<'_>) -> Result<u64> {
        self.ask("count runs", &Read::Count(Wanted::of(search)))
    }

    fn counts(&self) -> Result<BTreeMap<Uuid, u64>> {
        self.ask("count runs", &Read::Counts {})
    }

    fn history(&self, aggregate: Uuid, name: &str, phase: &str) -> Result<Series> {
        let call = Read::History {
            aggregate,
            name: name.to_owned(),
            phase: phase.to_owned(),
        };
        self.ask("read a history", &call)
    }

    fn histories(&self, wanted: &Histories) -> Result<Vec<History>> {
        self.ask("read histories", &Read::Histories(wanted.clone()))
    }

    fn iterations(&self, aggregate: Uuid) -> Result<Vec<Iteration>> {
        self.ask("list the iterations", &Read::Iterations { aggregate })
    }

    fn attempts(&self, aggregate: Uuid) -> Result<Vec<AttemptRecord>> {
        self.ask("list the attempts", &Read::Attempts { aggregate })
    }

    fn artifacts(&self, aggregate: Uuid) -> Result<Vec<ArtifactRecord>> {
        self.ask("list the artifacts", &Read::Artifacts { aggregate })
    }

    fn iterations_of(&self, aggregates: &[Uuid]) -> Result<Vec<Vec<Iteration>>> {
        let aggregates = aggregates.to_vec();
        self.ask("list the iterations", &Read::IterationsOf { aggregates })
    }

    fn attempts_of(&self, aggregates: &[Uuid]) -> Result<Vec<Vec<AttemptRecord>>> {
        let aggregates = aggregates.to_vec();
        self.ask("list the attempts", &Read::AttemptsOf { aggregates })
    }

    fn artifacts_of(&self, aggregates: &[Uuid]) -> Result<Vec<Vec<ArtifactRecord>>> {
        let aggregates = aggregates.to_vec();
        self.ask("list the artifacts", &Read::ArtifactsOf { aggregates })
    }

    fn position(&self, journal: Uuid) -> Result<u64> {
        let action = "read how far a journal was moved";
        self.ask(action, &Read::Position { journal })
    }

    /// That of the store which was opened. Another that has taken its place gets nothing.
    fn identity(&self) -> Result<Option<Uuid>> {
        match self.client.store.get() {
            Some(identity) => Ok(*identity),
            None => Ok(self.about("read which store it is")?.identity),
        }
    }

    fn newest_change(&self) -> Result<u64> {
        self.ask("read what has changed", &Read::NewestChange {})
    }

    fn changes_after(&self, number: u64, limit: usize) -> Result<Vec<Touch>> {
        let call = Read::ChangesAfter { number, limit };
        self.ask("read what has changed", &call)
    }

    fn sync(&self) -> Result<()> {
        let nothing: Option<&()> = None;
        let action = "wait for the disk of the server";
        self.client
            .ask(action, ("POST", "/flush"), nothing, Call::Long)
    }

    fn check(&self) -> Result<Vec<String>> {
        self.ask("look over the store", &Read::Check {})
    }
}

impl fmt::Debug for HttpStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpStore")
            .field("place", &self.client.place())
            .finish_non_exhaustive()
    }
}

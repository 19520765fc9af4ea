//! What the remote store and the server exchange: the calls of a [`Store`] as values, and what it
//! refuses. JSON of these types is the one form.
//!
//! # Examples
//!
//! ```
//! use tracker_core::MemoryStore;
//! use tracker_core::ports::{Change, ExperimentRecord, Store};
//! use tracker_core::wire::Read;
//!
//! let store = MemoryStore::default();
//! store.apply(&[Change::CreateExperiment(ExperimentRecord::new("digits"))], None)?;
//!
//! let call: Read = serde_json::from_str(r#"{"experiment": {"name": "digits"}}"#).unwrap();
//! let answer = String::from_utf8(call.answer(&store)?).unwrap();
//! assert!(answer.contains(r#""name":"digits""#), "{answer}");
//! # Ok::<(), tracker_core::Error>(())
//! ```

mod refusal;

use std::borrow::Cow;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::{Error, ErrorKind, Result};
use crate::ports::{Change, Detail, Histories, Mark, Row, Scope, Search, Store};
use crate::query::{Page, Query};

pub use refusal::Refusal;

/// The version of this form. Whoever meets another one does not guess.
pub const VERSION: i64 = 1;

/// The header of every call that says in which [`VERSION`] it is.
pub const VERSION_HEADER: &str = "entia-wire";

/// The header of every call that says for which store it is, by its [identity](Store::identity), where
/// that is known: another that has taken its place does not answer.
pub const STORE_HEADER: &str = "entia-store";

/// The cause of an error where a call has more bytes than something on the way takes: less may be done
/// at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("these are more bytes than the server, or something before it, takes at once")]
pub struct TooManyBytes;

/// What a server says of its store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// The [`VERSION`] of the form.
    pub wire: i64,
    /// The version of the server.
    pub version: String,
    /// What tells the store from every other; see [`Store::identity`].
    pub identity: Option<Uuid>,
    /// Why the caller may change nothing, where that is so.
    pub read_only: Option<String>,
}

/// What is given to [`Store::apply`], or to [`Store::copy`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Apply<'c> {
    /// The changes.
    pub changes: Cow<'c, [Change]>,
    /// How far a journal is moved by them.
    pub mark: Option<Mark>,
    /// Whether they are copies of what another store has.
    #[serde(default)]
    pub copied: bool,
}

/// A search, whose query is text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Wanted {
    /// Where it is searched.
    pub scope: Scope,
    /// The text of the query.
    pub query: String,
    /// Where the page begins.
    pub cursor: Option<String>,
    /// What is wanted of each aggregate that is found.
    pub detail: Detail,
}

impl Wanted {
    /// A search as it is sent.
    pub fn of(search: &Search<'_>) -> Self {
        Self {
            scope: search.scope.clone(),
            query: search.query.to_string(),
            cursor: search.query.cursor().map(ToString::to_string),
            detail: search.detail.clone(),
        }
    }

    fn query(&self) -> Result<Query> {
        let query: Query = self.query.parse()?;
        Ok(match &self.cursor {
            Some(cursor) => query.after(cursor.parse()?),
            None => query,
        })
    }
}

/// A page of aggregates.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rows {
    /// What was found.
    pub items: Vec<Row>,
    /// Where the next page begins, where there is one.
    pub next: Option<String>,
}

impl Rows {
    /// The page that was sent.
    ///
    /// # Errors
    ///
    /// [`Error::Query`] where the cursor cannot be read.
    pub fn page(self) -> Result<Page<Row>> {
        let next = self.next.map(|next| next.parse()).transpose()?;
        Ok(Page {
            items: self.items,
            next,
        })
    }
}

/// A call that reads; each is the method of [`Store`] of its name, and so is its answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "they are the arguments of the methods")]
pub enum Read {
    /// [`Store::experiments`].
    Experiments {},
    /// [`Store::experiments_after`].
    ExperimentsAfter {
        last: Option<(Timestamp, Uuid)>,
        limit: usize,
    },
    /// [`Store::experiment`].
    Experiment { name: String },
    /// [`Store::experiment_by_id`].
    ExperimentById { id: Uuid },
    /// [`Store::rows`].
    Rows { scope: Scope, detail: Detail },
    /// [`Store::search`], whose answer is [`Rows`].
    Search(Wanted),
    /// [`Store::count`].
    Count(Wanted),
    /// [`Store::counts`].
    Counts {},
    /// [`Store::history`].
    History {
        aggregate: Uuid,
        name: String,
        phase: String,
    },
    /// [`Store::histories`].
    Histories(Histories),
    /// [`Store::iterations`].
    Iterations { aggregate: Uuid },
    /// [`Store::attempts`].
    Attempts { aggregate: Uuid },
    /// [`Store::artifacts`].
    Artifacts { aggregate: Uuid },
    /// [`Store::iterations_of`].
    IterationsOf { aggregates: Vec<Uuid> },
    /// [`Store::attempts_of`].
    AttemptsOf { aggregates: Vec<Uuid> },
    /// [`Store::artifacts_of`].
    ArtifactsOf { aggregates: Vec<Uuid> },
    /// [`Store::position`].
    Position { journal: Uuid },
    /// [`Store::newest_change`].
    NewestChange {},
    /// [`Store::changes_after`].
    ChangesAfter { number: u64, limit: usize },
    /// [`Store::check`].
    Check {},
}

impl Read {
    /// What a store answers, as JSON.
    ///
    /// # Errors
    ///
    /// Those of the method.
    pub fn answer(&self, store: &dyn Store) -> Result<Vec<u8>> {
        match self {
            Self::Experiments {} => json(&store.experiments()?),
            Self::ExperimentsAfter { last, limit } => {
                json(&store.experiments_after(*last, *limit)?)
            }
            Self::Experiment { name } => json(&store.experiment(name)?),
            Self::ExperimentById { id } => json(&store.experiment_by_id(*id)?),
            Self::Rows { scope, detail } => json(&store.rows(scope, detail)?),
            Self::Search(wanted) => json(&search(wanted, store)?),
            Self::Count(wanted) => {
                let query = wanted.query()?;
                json(&store.count(&searched(wanted, &query))?)
            }
            Self::Counts {} => json(&store.counts()?),
            Self::History {
                aggregate,
                name,
                phase,
            } => json(&store.history(*aggregate, name, phase)?),
            Self::Histories(wanted) => json(&store.histories(wanted)?),
            Self::Iterations { aggregate } => json(&store.iterations(*aggregate)?),
            Self::Attempts { aggregate } => json(&store.attempts(*aggregate)?),
            Self::Artifacts { aggregate } => json(&store.artifacts(*aggregate)?),
            Self::IterationsOf { aggregates } => json(&store.iterations_of(aggregates)?),
            Self::AttemptsOf { aggregates } => json(&store.attempts_of(aggregates)?),
            Self::ArtifactsOf { aggregates } => json(&store.artifacts_of(aggregates)?),
            Self::Position { journal } => json(&store.position(*journal)?),
            Self::NewestChange {} => json(&store.newest_change()?),
            Self::ChangesAfter { number, limit } => json(&store.changes_after(*number, *limit)?),
            Self::Check {} => json(&store.check()?),
        }
    }
}

fn search(wanted: &Wanted, store: &dyn Store) -> Result<Rows> {
    let query = wanted.query()?;
    let page = store.search(&searched(wanted, &query))?;
    Ok(Rows {
        items: page.items,
        next: page.next.map(|next| next.to_string()),
    })
}

fn searched<'q>(wanted: &Wanted, query: &'q Query) -> Search<'q> {
    Search {
        scope: wanted.scope.clone(),
        query,
        detail: wanted.detail.clone(),
    }
}

fn json<T: Serialize>(answer: &T) -> Result<Vec<u8>> {
    serde_json::to_vec(answer).map_err(|cause| Error::Store {
        kind: ErrorKind::Failed,
        action: "write an answer".to_owned(),
        place: "the store".to_owned(),
        cause: Arc::new(cause),
        hint: "report this: every record can be written".to_owned(),
    })
}

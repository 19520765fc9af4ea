//! How a search is answered by a database that speaks SQL: for the stores that are kept in one.
//!
//! What a query means is decided in one place, by [`Query::holds`](crate::Query::holds) and
//! [`Query::keys`](crate::Query::keys); SQL only finds the rows that come into question. Conditions are put
//! into SQL as far as it answers them, where they may let through too much, never too little. Then
//! there are two ways:
//!
//! - **Walk**: where there is a limit, and an index has the order, rows are taken in that order until
//!   there are enough.
//! - **Gather**: else, or where a condition leaves few rows, these are read with what the query
//!   compares, and sorted here.
//!
//! A database brings its tables under these names: `aggregates`, with the columns `id`, `name`, `notes`,
//! `epoch`, `created`, `archived` and `definitions`; `attempts`, with `started`, `seen`, `ended` and
//! `outcome`; `series`, with the integers of [`ordered`](crate::chunk::ordered) in `min`, `max` and
//! `last_number`; and `facts`, with `value`. In `attempts`, `series` and `facts` the column `aggregate`
//! names the owner. Times are microseconds since 1970.

mod columns;
mod condition;
mod maker;
mod needle;
mod order;
mod search;

use uuid::Uuid;

use crate::error::Error;
use crate::query::{Scalar, Target};
use crate::records::{ExperimentRecord, Row};
use crate::scope::{Detail, Scope};

pub use condition::Condition;
pub use needle::Related;
pub use order::Stage;
pub use search::{count, search};

/// A database, as a search sees it. In its SQL, `a` is an aggregate and `t` a row of another table.
pub trait Database {
    /// What a question mark stands for.
    type Value: Clone;
    /// Why it cannot answer.
    type Failure: From<Error>;

    /// What tells an aggregate from others in `aggregate` of other tables, as `a.row`.
    const KEY: &'static str;
    /// The uuid of an aggregate, as `a.uuid`.
    const UUID: &'static str;
    /// The notes of an aggregate, which compare by their bytes.
    const NOTES: &'static str;
    /// Whether `t` belongs to `a`.
    const OWNED: &'static str;
    /// What joins aggregates to the rows of another table, in the order of these.
    const JOIN: &'static str;
    /// What is larger in an attempt that was appended later.
    const APPENDED: &'static str;

    /// An integer.
    fn integer(integer: i64) -> Self::Value;

    /// A text.
    fn text(text: &str) -> Self::Value;

    /// A uuid.
    fn uuid(uuid: Uuid) -> Self::Value;

    /// Whether the text in a column has another in it.
    fn contains(column: &str) -> String;

    /// Which aggregates a scope means.
    fn scope(scope: &Scope) -> Condition<Self::Value>;

    /// The same condition of aggregates, for which no index of experiments is used: where another
    /// condition leaves few rows, all of an experiment are not gone through.
    fn tested(scope: Condition<Self::Value>) -> Condition<Self::Value> {
        scope
    }

    /// A value as `facts.value` has it; nothing where it does not have it.
    fn fact(value: &Scalar<'_>) -> Option<Self::Value>;

    /// Whether `t.value` may be a text that has another in it.
    fn fact_contains(text: &str) -> Condition<Self::Value>;

    /// The number that a statement gives.
    ///
    /// # Errors
    ///
    /// When the database fails.
    fn number(&mut self, asked: &Condition<Self::Value>) -> Result<i64, Self::Failure>;

    /// All experiments.
    ///
    /// # Errors
    ///
    /// When the database fails.
    fn experiments(&mut self) -> Result<Vec<ExperimentRecord>, Self::Failure>;

    /// The experiments that have a metric in a phase: all of them, or two.
    ///
    /// # Errors
    ///
    /// When the database fails.
    fn experiments_with(&mut self, name: &str, phase: &str) -> Result<Vec<Uuid>, Self::Failure>;

    /// The rows of `series` of a metric in a phase, which an index finds by `min`, `max` or
    /// `last_number`.
    ///
    /// # Errors
    ///
    /// When the database fails.
    fn series(
        &mut self,
        scope: &Scope,
        name: &str,
        phase: &str,
    ) -> Result<Related<Self::Value>, Self::Failure>;

    /// The rows of `facts` that a target looks at, which an index finds by `value`; nothing where not
    /// all that it looks at are facts.
    ///
    /// # Errors
    ///
    /// When the database fails.
    fn facts(
        &mut self,
        scope: &Scope,
        target: &Target,
    ) -> Result<Option<Related<Self::Value>>, Self::Failure>;

    /// The same, where the index has all values in the order of a query.
    ///
    /// # Errors
    ///
    /// When the database fails.
    fn ordered_facts(
        &mut self,
        scope: &Scope,
        target: &Target,
    ) -> Result<Option<Related<Self::Value>>, Self::Failure> {
        let _ = (scope, target);
        Ok(None)
    }

    /// The aggregates for which a condition holds, by their place.
    ///
    /// # Errors
    ///
    /// When the database fails.
    fn rows(
        &mut self,
        condition: &Condition<Self::Value>,
        detail: &Detail,
    ) -> Result<Vec<Row>, Self::Failure>;

    /// Reads modules, summaries and means of rows, in the place of those that they have.
    ///
    /// # Errors
    ///
    /// When the database fails.
    fn fill(&mut self, rows: &mut [Row], detail: &Detail) -> Result<(), Self::Failure>;

    /// Shows the rows of a stage one by one, until that says `false`. It need not show more than
    /// `enough`; gives whether it has shown all that were wanted.
    ///
    /// # Errors
    ///
    /// When the database fails.
    fn walk(
        &mut self,
        stage: &Stage<Self::Value>,
        detail: &Detail,
        enough: usize,
        show: &mut dyn FnMut(Row) -> bool,
    ) -> Result<bool, Self::Failure>;
}

/// A column of the newest attempt on an aggregate; NULL without one.
fn of_attempt<D: Database>(column: &str) -> String {
    let (owned, appended) = (D::OWNED, D::APPENDED);
    format!("(SELECT {column} FROM attempts AS t WHERE {owned} ORDER BY {appended} DESC LIMIT 1)")
}

//! How a transaction begins that changes the store: with its mark, and with the locks of all rows
//! that it is about, in one order.
//!
//! The order is that of the journal, then the settings, then the uuids that are given away, then the experiments, then
//! the aggregates, by experiment and uuid. Whatever else is changed belongs to one of these, so no
//! two transactions wait for each other.
//!
//! An experiment that aggregates are created in is locked with each of them, see `aggregates.rs`; here
//! only where other locks follow, which would be out of order.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;

use postgres::SimpleQueryMessage;
use tracker_core::Uuid;
use tracker_core::ports::{Change, Mark};

use crate::column::{column, get};
use crate::failure::Failure;
use crate::schema::LOCK;
use crate::session::Session;

/// The experiment of each aggregate that is there.
pub(crate) type Places = HashMap<Uuid, Uuid>;

/// Begins a transaction for these changes; nothing where its mark says that they were made before.
pub(crate) fn begin(
    session: &mut Session,
    changes: &[Change],
    mark: Option<Mark>,
) -> Result<Option<Places>, Failure> {
    let about = About::of(changes);
    let places = places(session, &about.aggregates)?;
    // Before anything is written, see `touches.rs`.
    let mut sql = format!(
        "START TRANSACTION ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock_shared({LOCK})"
    );
    if let Some(mark) = mark {
        advance(mark, &mut sql);
    }
    about.lock(&places, &mut sql);
    let (mut is_new, mut locked) = (mark.is_none(), Places::new());
    for message in session.run(&sql)? {
        let SimpleQueryMessage::Row(row) = message else {
            continue;
        };
        let id = |name| row.try_get(name).ok().flatten()?.parse().ok();
        if let (Some(aggregate), Some(experiment)) = (id("aggregate"), id("experiment")) {
            locked.insert(aggregate, experiment);
        }
        is_new |= id("journal").is_some_and(|_: Uuid| true);
    }
    Ok(is_new.then_some(locked))
}

/// Writes the statement that sets the position of a journal, and gives a row where it is beyond the
/// one that is set.
fn advance(Mark { journal, position }: Mark, sql: &mut String) {
    // Writing to a `String` does not fail.
    let _ = write!(
        sql,
        "; INSERT INTO journals AS j SELECT '{journal}', {position} WHERE {position} > 0
         ON CONFLICT (journal) DO UPDATE SET position = excluded.position
             WHERE j.position < excluded.position
         RETURNING journal",
        position = column(position)
    );
}

/// The experiments of these aggregates; those that are not there are left out.
fn places(session: &mut Session, aggregates: &BTreeSet<Uuid>) -> Result<Places, Failure> {
    if aggregates.is_empty() {
        return Ok(Places::new());
    }
    let aggregates: Vec<Uuid> = aggregates.iter().copied().collect();
    let rows = session.query(
        "SELECT aggregate, experiment FROM aggregates WHERE aggregate = ANY($1)",
        &[&aggregates],
    )?;
    rows.iter()
        .map(|row| Ok((get(row, 0)?, get(row, 1)?)))
        .collect()
}

/// What changes are about.
#[derive(Default)]
struct About {
    /// Whether there are settings.
    settings: bool,
    /// The uuids of new aggregates.
    new: BTreeSet<Uuid>,
    /// The experiments, and whether they are changed themselves.
    experiments: BTreeMap<Uuid, bool>,
    /// The experiments that are removed.
    removed: BTreeSet<Uuid>,
    aggregates: BTreeSet<Uuid>,
}

impl About {
    fn of(changes: &[Change]) -> Self {
        let mut about = Self::default();
        for change in changes {
            about.add(change);
        }
        about
    }

    fn add(&mut self, change: &Change) {
        match change {
            Change::CreateExperiment(_) | Change::ForgetJournal { .. } => {}
            Change::PutSetting { .. } => self.settings = true,
            Change::RenameExperiment { experiment, .. }
            | Change::AnnotateExperiment { experiment, .. }
            | Change::DefineExperimentMetric { experiment, .. } => {
                self.experiments.insert(*experiment, true);
            }
            Change::RemoveExperiment { experiment } => {
                self.experiments.insert(*experiment, true);
                self.removed.insert(*experiment);
            }
            Change::CreateAggregate { record, .. } => {
                self.new.insert(record.uuid);
                self.experiments.entry(record.experiment).or_insert(false);
            }
            Change::NameAggregate { aggregate, .. }
            | Change::Archive { aggregate, .. }
            | Change::SetEpoch { aggregate, .. }
            | Change::Annotate { aggregate, .. }
            | Change::SetParam { aggregate, .. }
            | Change::DefineMetric { aggregate, .. }
            | Change::RemoveAggregate { aggregate }
            | Change::PutModule { aggregate, .. }
            | Change::AddPoints { aggregate, .. }
            | Change::ClearMetrics { aggregate }
            | Change::PutIteration { aggregate, .. }
            | Change::ClearIterations { aggregate }
            | Change::PutAttempt { aggregate, .. }
            | Change::UpdateAttempt { aggregate, .. }
            | Change::PutArtifact { aggregate, .. }
            | Change::RemoveArtifact { aggregate, .. }
            | Change::Rewind { aggregate, .. } => {
                self.aggregates.insert(*aggregate);
            }
        }
    }

    /// Writes the statements that lock it all. Each is about one experiment, so that a table that is
    /// distributed by experiments can do it.
    fn lock(&self, places: &Places, sql: &mut String) {
        if self.settings {
            sql.push_str("; LOCK TABLE settings IN SHARE ROW EXCLUSIVE MODE");
        }
        for uuid in &self.new {
            // No index sees to it that two experiments have no aggregate of one uuid.
            let (high, low) = uuid.as_u64_pair();
            let key = (high ^ low).cast_signed();
            let _ = write!(sql, "; SELECT pg_advisory_xact_lock({key})");
        }
        let follows = !self.aggregates.is_empty() || self.experiments.len() > 1;
        for (experiment, is_changed) in &self.experiments {
            if !is_changed && !follows {
                continue;
            }
            let strength = if *is_changed { "UPDATE" } else { "KEY SHARE" };
            let _ = write!(
                sql,
                "; SELECT 1 FROM experiments WHERE experiment = '{experiment}' FOR {strength}"
            );
        }
        let mut of: BTreeMap<Uuid, Vec<String>> = BTreeMap::new();
        for aggregate in &self.aggregates {
            if let Some(experiment) = places.get(aggregate) {
                of.entry(*experiment)
                    .or_default()
                    .push(format!("'{aggregate}'"));
            }
        }
        for experiment in &self.removed {
            of.insert(*experiment, Vec::new());
        }
        for (experiment, aggregates) in of {
            let _ = write!(
                sql,
                "; SELECT experiment, aggregate FROM aggregates WHERE experiment = '{experiment}'"
            );
            // All of an experiment that is removed.
            if !aggregates.is_empty() {
                let _ = write!(sql, " AND aggregate IN ({})", aggregates.join(", "));
            }
            sql.push_str(" ORDER BY aggregate FOR UPDATE");
        }
    }
}

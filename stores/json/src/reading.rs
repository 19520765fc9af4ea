//! The bytes of a file become its content.

use std::collections::HashMap;
use std::sync::Arc;

use tracker_core::ports::{AggregateRecord, Change, Store as _};
use tracker_core::{Error, MemoryStore, ModuleRecord, Series, Timestamp, Uuid};

use crate::content::{Content, Dangling};
use crate::documents::{
    read_aggregate, read_artifacts, read_attempts, read_experiment, read_iteration, read_mark,
    read_metric, read_module,
};
use crate::fields::{DocumentError, Fields};
use crate::tables::{FileError, Table, Tables};

impl Content {
    /// Parses the bytes of a file; there is nothing in an empty one.
    pub(crate) fn parse(bytes: Vec<u8>) -> Result<Self, FileError> {
        let text = std::str::from_utf8(&bytes)
            .map_err(|_| FileError::Foreign("it is no text in UTF-8".to_owned()))?;
        let tables = if text.is_empty() {
            Tables::default()
        } else {
            Tables::parse(text)?
        };
        let mut reader = Reader::default();
        reader.experiments(&tables)?;
        reader.aggregates(&tables)?;
        reader.metrics(&tables)?;
        reader.iterations(&tables)?;
        reader.journals(&tables)?;
        let ids = tables.list(Table::Models).iter().filter_map(|document| {
            let id = document.object().get("id")?;
            Some((*reader.aggregates.get(&id.to::<String>().ok()?)?, id))
        });
        let ids = ids.collect();
        Ok(Self {
            bytes,
            tables,
            records: Arc::new(reader.records),
            ids,
            dangling: reader.dangling,
        })
    }
}

/// What was read so far.
#[derive(Default)]
struct Reader {
    records: MemoryStore,
    /// The uuid of each aggregate by the `id` of its document.
    aggregates: HashMap<String, Uuid>,
    dangling: Dangling,
}

impl Reader {
    fn experiments(&mut self, tables: &Tables) -> Result<(), FileError> {
        let mut times = Times::default();
        each(tables, Table::Experiments, |fields, number| {
            let record = read_experiment(fields, times.of(number))?;
            self.apply(Change::CreateExperiment(record))
        })
    }

    fn aggregates(&mut self, tables: &Tables) -> Result<(), FileError> {
        let experiments = self.records.experiments().unwrap_or_default();
        let experiments: HashMap<String, Uuid> = experiments
            .iter()
            .map(|experiment| (experiment.id.to_string(), experiment.id))
            .collect();
        let mut times = Times::default();
        let mut found: Vec<(String, AggregateRecord, Vec<Change>)> = Vec::new();
        each(tables, Table::Models, |fields, number| {
            let created = times.of(number);
            let owner = fields.text("experiment")?;
            let Some(experiment) = experiments.get(&owner) else {
                self.dangle(Table::Models, owner);
                return Ok(());
            };
            let (record, id) = (
                read_aggregate(fields, *experiment, created)?,
                fields.text("id")?,
            );
            if self.aggregates.insert(id.clone(), record.uuid).is_some() {
                return Err(format!("another document has its `id`, `{id}`"));
            }
            let changes = read_lists(fields, record.uuid)?;
            found.push((id, record, changes));
            Ok(())
        })?;
        let mut modules = self.modules(tables)?;
        for (id, record, changes) in found {
            let modules = modules.remove(&id).unwrap_or_default();
            let created = self.apply(Change::CreateAggregate { record, modules });
            created.map_err(FileError::Damaged)?;
            for change in changes {
                self.apply(change).map_err(FileError::Damaged)?;
            }
        }
        Ok(())
    }

    /// The modules of each model.
    fn modules(
        &mut self,
        tables: &Tables,
    ) -> Result<HashMap<String, Vec<ModuleRecord>>, FileError> {
        let mut modules: HashMap<String, Vec<ModuleRecord>> = HashMap::new();
        each(tables, Table::Modules, |fields, _| {
            let owner = fields.text("model")?;
            if self.aggregates.contains_key(&owner) {
                modules.entry(owner).or_default().push(read_module(fields)?);
            } else {
                self.dangle(Table::Modules, owner);
            }
            Ok(())
        })?;
        Ok(modules)
    }

    fn metrics(&mut self, tables: &Tables) -> Result<(), FileError> {
        let mut all: HashMap<Uuid, HashMap<(String, String), Series>> = HashMap::new();
        each(tables, Table::Metrics, |fields, _| {
            let owner = fields.text("model")?;
            let Some(aggregate) = self.aggregates.get(&owner) else {
                self.dangle(Table::Metrics, owner);
                return Ok(());
            };
            let metric = read_metric(fields)?;
            let series = all.entry(*aggregate).or_default();
            let key = (metric.name.clone(), metric.phase.clone());
            let series = series
                .entry(key)
                .or_insert_with_key(|(name, phase)| Series::new(name, phase));
            series.push(&metric);
            Ok(())
        })?;
        all.into_iter().try_for_each(|(aggregate, series)| {
            let series = series.into_values().collect();
            let added = self.apply(Change::AddPoints { aggregate, series });
            added.map_err(FileError::Damaged)
        })
    }

    fn iterations(&mut self, tables: &Tables) -> Result<(), FileError> {
        each(tables, Table::Iterations, |fields, _| {
            let owner = fields.text("owner")?;
            let Some(aggregate) = self.aggregates.get(&owner).copied() else {
                self.dangle(Table::Iterations, owner);
                return Ok(());
            };
            let iteration = read_iteration(fields)?;
            self.apply(Change::PutIteration {
                aggregate,
                iteration,
            })
        })
    }

    fn journals(&mut self, tables: &Tables) -> Result<(), FileError> {
        each(tables, Table::Journals, |fields, _| {
            let moved = self.records.apply(&[], Some(read_mark(fields)?));
            moved.map(drop).map_err(|error| first_line(&error))
        })
    }

    fn apply(&self, change: Change) -> Result<(), DocumentError> {
        let applied = self.records.apply(&[change], None);
        applied.map(drop).map_err(|error| first_line(&error))
    }

    fn dangle(&mut self, table: Table, owner: String) {
        *self.dangling.entry((table, owner)).or_default() += 1;
    }
}

/// The attempts and artifacts in the document of an aggregate.
fn read_lists(fields: &Fields, aggregate: Uuid) -> Result<Vec<Change>, DocumentError> {
    let attempts = read_attempts(fields)?.into_iter();
    let attempts = attempts.map(|attempt| Change::PutAttempt { aggregate, attempt });
    let artifacts = read_artifacts(fields)?.into_iter();
    let artifacts = artifacts.map(|artifact| Change::PutArtifact {
        aggregate,
        artifact,
    });
    Ok(attempts.chain(artifacts).collect())
}

/// Times of creation for the documents of a table that say none, as those of the Python package: in
/// microseconds since 1970 the number of the document, so that no other moves when one is removed;
/// but always later than the one before, so that they are ordered as they stand.
#[derive(Default)]
struct Times {
    next: u64,
}

impl Times {
    fn of(&mut self, number: u64) -> Timestamp {
        let time = self.next.max(number.saturating_sub(1));
        self.next = time + 1;
        // The numbers of documents have 32 bits.
        let time = i64::try_from(time).unwrap_or(i64::MAX);
        Timestamp::from_microsecond(time).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

/// Reads each document of a table with its number; what does not fit is named with its place.
fn each(
    tables: &Tables,
    table: Table,
    mut read: impl FnMut(&Fields, u64) -> Result<(), DocumentError>,
) -> Result<(), FileError> {
    tables.list(table).iter().try_for_each(|document| {
        let number = document.number();
        read(&Fields::of(document.object()), number).map_err(|problem| {
            let table = table.name();
            FileError::Damaged(format!("the document {number} of `{table}`: {problem}"))
        })
    })
}

/// The error without its hint, which concerns another situation.
fn first_line(error: &Error) -> DocumentError {
    let text = error.to_string();
    text.lines().next().unwrap_or_default().to_owned()
}

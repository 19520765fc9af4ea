//! The file in memory: as documents, which are written, and as records, which are read.

use std::collections::{BTreeMap, HashMap, HashSet};

use registry_core::Value;
use uuid::Uuid;

use super::fields::{Fields, Misfit};
use super::records::{
    read_aggregate, read_experiment, read_iteration, read_mark, read_metric, read_module,
};
use super::tables::{Table, Tables, Unfit};
use crate::error::{Error, Result};
use crate::memory::MemoryStore;
use crate::module::Module;
use crate::ports::{
    AggregateKey, AggregateRecord, AggregateStore as _, Batch, ExperimentStore as _,
    IterationStore as _, MetricStore as _,
};
use crate::series::Series;

/// What one state of the file holds.
pub(super) struct Content {
    /// The bytes of the file; empty where there is none.
    bytes: Vec<u8>,
    pub(super) tables: Tables,
    /// The same as records. A change must be made in both.
    pub(super) records: MemoryStore,
    /// The id of the document of each aggregate, as JSON.
    documents: HashMap<AggregateKey, Value>,
    dangling: Dangling,
}

/// How many documents of a table belong to an id that is not there.
type Dangling = BTreeMap<(Table, String), u64>;

impl Content {
    /// Parses the bytes of a file; there is nothing in an empty one.
    pub(super) fn parse(bytes: Vec<u8>) -> Result<Self, Unfit> {
        let text = std::str::from_utf8(&bytes)
            .map_err(|_| Unfit::Foreign("it is no text in UTF-8".to_owned()))?;
        let tables = if text.is_empty() {
            Tables::default()
        } else {
            Tables::parse(text)?
        };
        let mut reading = Reading::default();
        reading.experiments(&tables)?;
        reading.aggregates(&tables)?;
        reading.metrics(&tables)?;
        reading.iterations(&tables)?;
        reading.journals(&tables)?;
        Ok(Self {
            bytes,
            tables,
            records: reading.records,
            documents: reading.documents,
            dangling: reading.dangling,
        })
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Takes note that the file now holds these bytes, which are those of the tables.
    pub(super) fn written(&mut self, bytes: Vec<u8>) {
        self.bytes = bytes;
        self.tables.set_unchanged();
    }

    /// The id of the document of an aggregate.
    pub(super) fn document(&self, key: &AggregateKey) -> Option<&Value> {
        self.documents.get(key)
    }

    /// As [`document`](Self::document), where the aggregate must be there.
    pub(super) fn owner(&self, key: &AggregateKey) -> Result<Value> {
        let document = self.document(key).cloned();
        document.ok_or_else(|| Error::no_aggregate(key))
    }

    pub(super) fn insert_document(&mut self, key: AggregateKey, id: Value) {
        self.documents.insert(key, id);
    }

    /// Removes the documents of aggregates from every table.
    pub(super) fn remove_documents(&mut self, keys: &[AggregateKey]) {
        let ids = keys.iter().filter_map(|key| self.documents.remove(key));
        let ids: HashSet<Value> = ids.collect();
        for (table, member) in [
            (Table::Models, "id"),
            (Table::Modules, "model"),
            (Table::Metrics, "model"),
            (Table::Iterations, "owner"),
        ] {
            self.tables.remove(table, |document| {
                let id = document.object().get(member);
                id.is_some_and(|id| ids.contains(&id))
            });
        }
    }

    /// Each reference that leads nowhere, in words.
    pub(super) fn dangling(&self) -> Vec<String> {
        let lines = self.dangling.iter().map(|((table, owner), count)| {
            let table = table.name();
            format!("{count} of the documents in `{table}` belong to `{owner}`, which is not there")
        });
        lines.collect()
    }
}

/// What was read so far.
#[derive(Default)]
struct Reading {
    records: MemoryStore,
    documents: HashMap<AggregateKey, Value>,
    keys: HashMap<String, AggregateKey>,
    dangling: Dangling,
}

impl Reading {
    fn experiments(&mut self, tables: &Tables) -> Result<(), Unfit> {
        each(tables, Table::Experiments, |fields| {
            let record = read_experiment(fields)?;
            self.records
                .create_experiment(&record)
                .map_err(|error| first_line(&error))
        })
    }

    fn aggregates(&mut self, tables: &Tables) -> Result<(), Unfit> {
        let experiments = self.records.experiments().unwrap_or_default();
        let experiments: HashMap<String, Uuid> = experiments
            .iter()
            .map(|experiment| (experiment.id.to_string(), experiment.id))
            .collect();
        let mut records: Vec<(AggregateRecord, String)> = Vec::new();
        each(tables, Table::Models, |fields| {
            let owner = fields.text("experiment")?;
            let Some(experiment) = experiments.get(&owner) else {
                self.dangle(Table::Models, owner);
                return Ok(());
            };
            let (record, id) = (read_aggregate(fields)?, fields.text("id")?);
            let key = AggregateKey {
                experiment: *experiment,
                id: record.id.clone(),
            };
            let document = fields.need("id")?.clone();
            if self.documents.insert(key.clone(), document).is_some() {
                return Err(first_line(&Error::aggregate_taken(&record.id)));
            }
            if self.keys.insert(id.clone(), key).is_some() {
                return Err(format!("another document has its `id`, `{id}`"));
            }
            records.push((record, id));
            Ok(())
        })?;
        let mut modules = self.modules(tables)?;
        for (record, id) in &records {
            let (key, modules) = (&self.keys[id], modules.remove(id).unwrap_or_default());
            let created = self
                .records
                .create_aggregate(key.experiment, record, &modules);
            created.map_err(|error| Unfit::Damaged(first_line(&error)))?;
        }
        Ok(())
    }

    /// The modules of each model.
    fn modules(&mut self, tables: &Tables) -> Result<HashMap<String, Vec<Module>>, Unfit> {
        let mut modules: HashMap<String, Vec<Module>> = HashMap::new();
        each(tables, Table::Modules, |fields| {
            let owner = fields.text("model")?;
            if self.keys.contains_key(&owner) {
                modules.entry(owner).or_default().push(read_module(fields)?);
            } else {
                self.dangle(Table::Modules, owner);
            }
            Ok(())
        })?;
        Ok(modules)
    }

    fn metrics(&mut self, tables: &Tables) -> Result<(), Unfit> {
        let mut batches: HashMap<String, Batch> = HashMap::new();
        each(tables, Table::Metrics, |fields| {
            let owner = fields.text("model")?;
            let Some(key) = self.keys.get(&owner) else {
                self.dangle(Table::Metrics, owner);
                return Ok(());
            };
            let batch = batches.entry(owner).or_insert_with(|| Batch {
                aggregate: key.clone(),
                series: Vec::new(),
            });
            let metric = read_metric(fields)?;
            let same = |series: &&mut Series| {
                series.name() == metric.name && series.phase() == metric.phase
            };
            match batch.series.iter_mut().find(same) {
                Some(series) => series.push(&metric),
                None => {
                    let mut series = Series::new(&metric.name, &metric.phase);
                    series.push(&metric);
                    batch.series.push(series);
                }
            }
            Ok(())
        })?;
        let batches: Vec<Batch> = batches.into_values().collect();
        let added = self.records.add_metrics(&batches, None);
        added.map_err(|error| Unfit::Damaged(first_line(&error)))?;
        Ok(())
    }

    fn iterations(&mut self, tables: &Tables) -> Result<(), Unfit> {
        each(tables, Table::Iterations, |fields| {
            let owner = fields.text("owner")?;
            match self.keys.get(&owner) {
                Some(key) => {
                    let put = self.records.put_iteration(key, &read_iteration(fields)?);
                    put.map_err(|error| first_line(&error))
                }
                None => {
                    self.dangle(Table::Iterations, owner);
                    Ok(())
                }
            }
        })
    }

    fn journals(&mut self, tables: &Tables) -> Result<(), Unfit> {
        each(tables, Table::Journals, |fields| {
            let mark = read_mark(fields)?;
            let added = self.records.add_metrics(&[], Some(mark));
            added.map(drop).map_err(|error| first_line(&error))
        })
    }

    fn dangle(&mut self, table: Table, owner: String) {
        *self.dangling.entry((table, owner)).or_default() += 1;
    }
}

/// Reads each document of a table; what does not fit is named with its place.
fn each(
    tables: &Tables,
    table: Table,
    mut read: impl FnMut(&Fields) -> Result<(), Misfit>,
) -> Result<(), Unfit> {
    tables.list(table).iter().try_for_each(|document| {
        read(&Fields::of(document.object())).map_err(|misfit| {
            let (table, number) = (table.name(), document.number());
            Unfit::Damaged(format!("the document {number} of `{table}`: {misfit}"))
        })
    })
}

/// The error without its hint, which concerns another situation.
fn first_line(error: &Error) -> Misfit {
    let text = error.to_string();
    text.lines().next().unwrap_or_default().to_owned()
}

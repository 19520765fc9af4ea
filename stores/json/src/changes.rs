//! The one place where a change is made: in the records, and in the documents.

use std::collections::HashSet;
use std::sync::Arc;

use registry_core::{ArgumentError, Value};
use tracker_core::ports::{AggregateRecord, Applied, Change, Detail, Mark, Scope, Store as _};
use tracker_core::{Error, Iteration, MemoryStore, ModuleRecord, Result, Series, Uuid};

use crate::content::Content;
use crate::documents::{
    Written, describe_aggregate, describe_experiment, write_aggregate, write_artifacts,
    write_attempts, write_experiment, write_hash, write_iteration, write_mark, write_metric,
    write_module, write_pass,
};
use crate::errors::{no_settings, unwritable};
use crate::tables::{Document, Members, Table};

impl Content {
    /// Makes a list of changes. After an error the content is of no more use: a part of the
    /// documents may be changed.
    pub(crate) fn apply(&mut self, changes: &[Change], mark: Option<Mark>) -> Result<Applied> {
        if let Some(mark) = mark
            && mark.position <= self.records.position(mark.journal)?
        {
            return Ok(Applied::default());
        }
        // Whoever reads meanwhile sees the state before.
        let records = MemoryStore::clone(&self.records);
        let applied = records.apply(changes, mark)?;
        self.records = Arc::new(records);
        changes.iter().try_for_each(|change| self.write(change))?;
        if let Some(mark) = mark {
            self.advance(mark).map_err(unwritable("a journal"))?;
        }
        self.identify().map_err(unwritable("the identity"))?;
        Ok(applied)
    }

    /// Makes a change in the documents. The records have taken the whole list already, so members
    /// that are written from them are as they are to be in the end.
    fn write(&mut self, change: &Change) -> Result<()> {
        match change {
            Change::CreateExperiment(record) => write_experiment(record)
                .and_then(|members| self.tables.append(Table::Experiments, members))
                .map_err(unwritable(format!("the experiment `{}`", record.name))),
            Change::RenameExperiment { experiment, .. }
            | Change::AnnotateExperiment { experiment, .. }
            | Change::DefineExperimentMetric { experiment, .. } => {
                self.describe_experiment(*experiment)
            }
            Change::RemoveExperiment { experiment } => self.remove_experiment(*experiment),
            Change::CreateAggregate { record, modules } => self.create_aggregate(record, modules),
            Change::NameAggregate { aggregate, .. }
            | Change::Archive { aggregate, .. }
            | Change::SetEpoch { aggregate, .. }
            | Change::Annotate { aggregate, .. }
            | Change::SetParam { aggregate, .. }
            | Change::DefineMetric { aggregate, .. } => self.describe(*aggregate),
            Change::RemoveAggregate { aggregate } => {
                let id = self.ids.remove(aggregate);
                self.remove_aggregates(&id.into_iter().collect());
                Ok(())
            }
            Change::PutModule { aggregate, module } => self.put_module(*aggregate, module),
            Change::AddPoints { aggregate, series } => self.add_points(*aggregate, series),
            Change::ClearMetrics { aggregate } => self.clear(Table::Metrics, *aggregate, |_| true),
            Change::PutIteration {
                aggregate,
                iteration,
            } => self.put_iteration(*aggregate, iteration),
            Change::ClearIterations { aggregate } => {
                self.clear(Table::Iterations, *aggregate, |_| true)
            }
            Change::PutAttempt { aggregate, .. } | Change::UpdateAttempt { aggregate, .. } => {
                self.list_attempts(*aggregate)
            }
            Change::PutArtifact { aggregate, .. } | Change::RemoveArtifact { aggregate, .. } => {
                self.list_artifacts(*aggregate)
            }
            Change::Rewind { aggregate, epoch } => self.rewind(*aggregate, *epoch),
            Change::ForgetJournal { journal } => self.forget(*journal),
            Change::PutSetting { key, .. } => Err(no_settings(key)),
        }
    }

    fn describe_experiment(&mut self, id: Uuid) -> Result<()> {
        // One that is removed later in the list needs no description.
        let Some(record) = self.records.experiment_by_id(id)? else {
            return Ok(());
        };
        let id_text = text(id)?;
        let is_meant = |document: &Document| document.has("id", &id_text);
        let found = self.tables.find(Table::Experiments, is_meant);
        let index = found.ok_or_else(|| Error::no_experiment(id))?;
        describe_experiment(&record)
            .and_then(|members| self.tables.update(Table::Experiments, index, members))
            .map_err(unwritable(format!("the experiment `{}`", record.name)))
    }

    fn remove_experiment(&mut self, id: Uuid) -> Result<()> {
        let id = text(id)?;
        let models = self.tables.list(Table::Models).iter();
        let models = models.filter(|document| document.has("experiment", &id));
        let ids: HashSet<Value> = models
            .filter_map(|document| document.object().get("id"))
            .collect();
        self.remove_aggregates(&ids);
        self.ids.retain(|_, id| !ids.contains(id));
        let is_meant = |document: &Document| document.has("id", &id);
        self.tables.remove(Table::Experiments, is_meant);
        Ok(())
    }

    fn create_aggregate(
        &mut self,
        record: &AggregateRecord,
        modules: &[ModuleRecord],
    ) -> Result<()> {
        write_aggregate(record, modules)
            .and_then(|members| self.tables.append(Table::Models, members))
            .map_err(unwritable(format!("the aggregate `{}`", record.id)))?;
        let id = text(record.uuid)?;
        for module in modules {
            self.append_owned(Table::Modules, &id, write_module(module))
                .map_err(refuse(module))?;
        }
        self.ids.insert(record.uuid, id);
        Ok(())
    }

    /// Writes all of an aggregate that stands in its own document, but for its lists.
    fn describe(&mut self, aggregate: Uuid) -> Result<()> {
        let scope = Scope::Uuids(vec![aggregate]);
        match self.records.rows(&scope, &Detail::NONE)?.first() {
            Some(row) => self.update(aggregate, describe_aggregate(&row.aggregate)),
            // One that is removed later in the list needs no description.
            None => Ok(()),
        }
    }

    fn list_attempts(&mut self, aggregate: Uuid) -> Result<()> {
        let attempts = self.records.attempts(aggregate)?;
        self.update(aggregate, write_attempts(&attempts))
    }

    fn list_artifacts(&mut self, aggregate: Uuid) -> Result<()> {
        let artifacts = self.records.artifacts(aggregate)?;
        self.update(aggregate, write_artifacts(&artifacts))
    }

    /// Changes members of the document of an aggregate.
    fn update(&mut self, aggregate: Uuid, members: Written) -> Result<()> {
        let id = self.owner(aggregate)?;
        let found = self
            .tables
            .find(Table::Models, |document| document.has("id", &id));
        let index = found.ok_or_else(|| Error::no_aggregate(aggregate))?;
        members
            .and_then(|members| self.tables.update(Table::Models, index, members))
            .map_err(unwritable(format!("the aggregate `{aggregate}`")))
    }

    fn put_module(&mut self, aggregate: Uuid, module: &ModuleRecord) -> Result<()> {
        let owner = self.owner(aggregate)?;
        let kind = Value::of(&module.kind).map_err(refuse(module))?;
        let hash = write_hash(module.hash()).map_err(refuse(module))?;
        let newest = self.tables.find(Table::Modules, |document| {
            document.has("model", &owner) && document.has("type", &kind)
        });
        let members = write_module(module);
        match newest {
            Some(index) if self.tables.list(Table::Modules)[index].has_all(&hash) => {
                members.and_then(|members| self.tables.update(Table::Modules, index, members))
            }
            _ => self.append_owned(Table::Modules, &owner, members),
        }
        .map_err(refuse(module))
    }

    /// Points of an aggregate that is not there are left out.
    fn add_points(&mut self, aggregate: Uuid, series: &[Series]) -> Result<()> {
        let Some(owner) = self.ids.get(&aggregate).cloned() else {
            return Ok(());
        };
        series.iter().try_for_each(|series| {
            series
                .iter()
                .try_for_each(|metric| {
                    self.append_owned(Table::Metrics, &owner, write_metric(&metric))
                })
                .map_err(unwritable(format!("the metric `{}`", series.name())))
        })
    }

    fn put_iteration(&mut self, aggregate: Uuid, iteration: &Iteration) -> Result<()> {
        let owner = self.owner(aggregate)?;
        let refuse = || unwritable(format!("the `{}` iteration", iteration.phase));
        let pass = write_pass(iteration).map_err(refuse())?;
        let same = self.tables.find(Table::Iterations, |document| {
            document.has("owner", &owner) && document.has_all(&pass)
        });
        let members = write_iteration(iteration);
        match same {
            Some(index) => {
                members.and_then(|members| self.tables.update(Table::Iterations, index, members))
            }
            None => self.append_owned(Table::Iterations, &owner, members),
        }
        .map_err(refuse())
    }

    fn rewind(&mut self, aggregate: Uuid, epoch: u64) -> Result<()> {
        let is_later = |document: &Document| {
            let of = document.object().get("epoch");
            of.and_then(|of| of.to::<u64>().ok())
                .is_some_and(|of| of > epoch)
        };
        self.clear(Table::Metrics, aggregate, is_later)?;
        self.clear(Table::Iterations, aggregate, is_later)?;
        self.list_artifacts(aggregate)?;
        self.describe(aggregate)
    }

    /// Removes those of the documents of an aggregate that are meant.
    fn clear(
        &mut self,
        table: Table,
        aggregate: Uuid,
        is_meant: impl Fn(&Document) -> bool,
    ) -> Result<()> {
        let owner = self.owner(aggregate)?;
        self.tables.remove(table, |document| {
            document.has(table.owner(), &owner) && is_meant(document)
        });
        Ok(())
    }

    /// Removes the documents of aggregates, known by their `id`, from every table.
    fn remove_aggregates(&mut self, ids: &HashSet<Value>) {
        if ids.is_empty() {
            return;
        }
        let has = |document: &Document, member: &str| {
            let id = document.object().get(member);
            id.is_some_and(|id| ids.contains(&id))
        };
        self.tables
            .remove(Table::Models, |document| has(document, "id"));
        for table in [Table::Modules, Table::Metrics, Table::Iterations] {
            self.tables
                .remove(table, |document| has(document, table.owner()));
        }
    }

    /// Sets the position of a journal.
    fn advance(&mut self, mark: Mark) -> Result<(), ArgumentError> {
        let journal = Value::of(&mark.journal.to_string())?;
        let members = write_mark(mark)?;
        let is_meant = |document: &Document| document.has("journal", &journal);
        match self.tables.find(Table::Journals, is_meant) {
            Some(index) => self.tables.update(Table::Journals, index, members),
            None => self.tables.append(Table::Journals, members),
        }
    }

    fn forget(&mut self, journal: Uuid) -> Result<()> {
        let journal = text(journal)?;
        let is_meant = |document: &Document| document.has("journal", &journal);
        self.tables.remove(Table::Journals, is_meant);
        Ok(())
    }

    /// Appends a document that belongs to an aggregate, to the `id` of its document.
    fn append_owned(
        &mut self,
        table: Table,
        owner: &Value,
        members: Written,
    ) -> Result<(), ArgumentError> {
        let mut members: Members = members?;
        members.push((table.owner(), Some(owner.clone())));
        self.tables.append(table, members)
    }

    /// The `id` of the document of an aggregate.
    fn owner(&self, aggregate: Uuid) -> Result<Value> {
        let id = self.ids.get(&aggregate).cloned();
        id.ok_or_else(|| Error::no_aggregate(aggregate))
    }
}

/// A reference, as JSON.
fn text(id: Uuid) -> Result<Value> {
    Value::of(&id.to_string()).map_err(unwritable("an id"))
}

fn refuse(module: &ModuleRecord) -> impl FnOnce(ArgumentError) -> Error {
    unwritable(format!("the {} `{}`", module.kind, module.name()))
}

/// What the changes do, for the text of an error: "cannot add metrics".
pub(crate) fn action(changes: &[Change]) -> &'static str {
    let mut actions = changes.iter().map(action_of);
    match actions.next() {
        None => "move a journal",
        Some(first) if actions.all(|other| other == first) => first,
        Some(_) => "make several changes",
    }
}

fn action_of(change: &Change) -> &'static str {
    match change {
        Change::CreateExperiment(_) => "create an experiment",
        Change::RenameExperiment { .. } => "rename an experiment",
        Change::AnnotateExperiment { .. } => "annotate an experiment",
        Change::DefineExperimentMetric { .. } | Change::DefineMetric { .. } => "define a metric",
        Change::RemoveExperiment { .. } => "remove an experiment",
        Change::CreateAggregate { .. } => "create an aggregate",
        Change::NameAggregate { .. } => "name an aggregate",
        Change::Archive { .. } => "archive an aggregate",
        Change::SetEpoch { .. } => "set an epoch",
        Change::Annotate { .. } => "annotate an aggregate",
        Change::SetParam { .. } => "set a parameter",
        Change::RemoveAggregate { .. } => "remove an aggregate",
        Change::PutModule { .. } => "put a module",
        Change::AddPoints { .. } => "add metrics",
        Change::ClearMetrics { .. } => "clear metrics",
        Change::PutIteration { .. } => "put an iteration",
        Change::ClearIterations { .. } => "clear the iterations",
        Change::PutAttempt { .. } | Change::UpdateAttempt { .. } => "record an attempt",
        Change::PutArtifact { .. } => "put an artifact",
        Change::RemoveArtifact { .. } => "remove an artifact",
        Change::Rewind { .. } => "rewind an aggregate",
        Change::ForgetJournal { .. } => "forget a journal",
        Change::PutSetting { .. } => "keep a setting",
    }
}

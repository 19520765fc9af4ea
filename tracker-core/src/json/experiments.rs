//! The table of experiments.

use registry_core::Value;
use uuid::Uuid;

use super::content::Content;
use super::records::{write_annotations, write_experiment};
use super::tables::{Members, Table};
use super::{JsonStore, unwritable};
use crate::annotations::Annotation;
use crate::error::{Error, Result};
use crate::ports::{AggregateKey, AggregateStore as _, ExperimentRecord, ExperimentStore};

impl ExperimentStore for JsonStore {
    fn create_experiment(&self, record: &ExperimentRecord) -> Result<()> {
        self.write("create an experiment", |content| {
            content.records.create_experiment(record)?;
            write_experiment(record)
                .and_then(|members| content.tables.append(Table::Experiments, members))
                .map_err(unwritable(named(&record.name)))
        })
    }

    fn experiment(&self, name: &str) -> Result<Option<ExperimentRecord>> {
        self.read("read an experiment", |content| {
            content.records.experiment(name)
        })
    }

    fn experiments(&self) -> Result<Vec<ExperimentRecord>> {
        self.read("list the experiments", |content| {
            content.records.experiments()
        })
    }

    fn rename_experiment(&self, id: Uuid, name: &str) -> Result<()> {
        self.write("rename an experiment", |content| {
            content.records.rename_experiment(id, name)?;
            let name = Value::of(name).map_err(unwritable(named(name)))?;
            update(content, id, vec![("name", Some(name))])
        })
    }

    fn annotate_experiment(&self, id: Uuid, change: &Annotation) -> Result<()> {
        self.write("annotate an experiment", |content| {
            content.records.annotate_experiment(id, change)?;
            let records = content.records.experiments()?;
            let record = records.into_iter().find(|record| record.id == id);
            let record = record.ok_or_else(|| Error::no_experiment(id))?;
            let members = write_annotations(&record.annotations);
            update(
                content,
                id,
                members.map_err(unwritable(named(&record.name)))?,
            )
        })
    }

    fn remove_experiment(&self, id: Uuid) -> Result<()> {
        self.write("remove an experiment", |content| {
            let aggregates = content.records.aggregates(id)?.into_iter();
            let keys = aggregates.map(|aggregate| AggregateKey {
                experiment: id,
                id: aggregate.id,
            });
            content.remove_documents(&keys.collect::<Vec<_>>());
            content.records.remove_experiment(id)?;
            let id = json(id)?;
            content
                .tables
                .remove(Table::Experiments, |document| document.has("id", &id));
            Ok(())
        })
    }
}

fn update(content: &mut Content, id: Uuid, members: Members) -> Result<()> {
    let id_json = json(id)?;
    let found = content
        .tables
        .find(Table::Experiments, |document| document.has("id", &id_json));
    let index = found.ok_or_else(|| Error::no_experiment(id))?;
    content
        .tables
        .update(Table::Experiments, index, members)
        .map_err(unwritable("the experiment"))
}

fn json(id: Uuid) -> Result<Value> {
    Value::of(&id.to_string()).map_err(unwritable("the experiment"))
}

fn named(name: &str) -> String {
    format!("the experiment `{name}`")
}

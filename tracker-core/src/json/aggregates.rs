//! The tables of models, which are aggregates here, and of modules.

use registry_core::Value;
use uuid::Uuid;

use super::content::Content;
use super::records::{write_aggregate, write_annotations, write_hash, write_module};
use super::tables::{Document, Members, Table};
use super::{JsonStore, unwritable};
use crate::annotations::Annotation;
use crate::error::{Error, Result};
use crate::module::Module;
use crate::ports::{AggregateKey, AggregateRecord, AggregateStore, Columns, Row};

impl AggregateStore for JsonStore {
    fn create_aggregate(
        &self,
        experiment: Uuid,
        record: &AggregateRecord,
        modules: &[Module],
    ) -> Result<()> {
        self.write("create an aggregate", |content| {
            let records = &content.records;
            records.create_aggregate(experiment, record, modules)?;
            let id = Uuid::new_v4().to_string();
            write_aggregate(&id, experiment, record, modules)
                .and_then(|members| content.tables.append(Table::Models, members))
                .map_err(unwritable(named(&record.id)))?;
            let id = Value::of(&id).map_err(unwritable(named(&record.id)))?;
            for module in modules {
                append(content, &id, module)?;
            }
            let key = AggregateKey {
                experiment,
                id: record.id.clone(),
            };
            content.insert_document(key, id);
            Ok(())
        })
    }

    fn aggregate(&self, key: &AggregateKey) -> Result<Option<AggregateRecord>> {
        self.read("read an aggregate", |content| {
            content.records.aggregate(key)
        })
    }

    fn aggregates(&self, experiment: Uuid) -> Result<Vec<AggregateRecord>> {
        self.read("list the aggregates", |content| {
            content.records.aggregates(experiment)
        })
    }

    fn table(&self, experiment: Uuid, columns: &Columns) -> Result<Vec<Row>> {
        self.read("read a table of runs", |content| {
            content.records.table(experiment, columns)
        })
    }

    fn set_epoch(&self, key: &AggregateKey, epoch: u64) -> Result<()> {
        self.write("set an epoch", |content| {
            content.records.set_epoch(key, epoch)?;
            let epoch = Value::of(&epoch).map_err(unwritable(named(&key.id)))?;
            update(content, key, vec![("epoch", Some(epoch))])
        })
    }

    fn annotate_aggregate(&self, key: &AggregateKey, change: &Annotation) -> Result<()> {
        self.write("annotate an aggregate", |content| {
            content.records.annotate_aggregate(key, change)?;
            let record = content.records.aggregate(key)?;
            let record = record.ok_or_else(|| Error::no_aggregate(key))?;
            let members = write_annotations(&record.annotations);
            update(content, key, members.map_err(unwritable(named(&key.id)))?)
        })
    }

    fn remove_aggregate(&self, key: &AggregateKey) -> Result<()> {
        self.write("remove an aggregate", |content| {
            content.remove_documents(std::slice::from_ref(key));
            content.records.remove_aggregate(key)
        })
    }

    fn put_module(&self, key: &AggregateKey, module: &Module) -> Result<()> {
        self.write("put a module", |content| {
            content.records.put_module(key, module)?;
            let owner = content.owner(key)?;
            let kind = Value::of(&module.kind).map_err(refuse(module))?;
            let hash = write_hash(module.hash()).map_err(refuse(module))?;
            let tables = &mut content.tables;
            let newest = tables.find(Table::Modules, |document| {
                document.has("model", &owner) && document.has("type", &kind)
            });
            match newest {
                Some(index) if tables.list(Table::Modules)[index].has_all(&hash) => {
                    write_module(module)
                        .and_then(|members| tables.update(Table::Modules, index, members))
                        .map_err(refuse(module))
                }
                _ => append(content, &owner, module),
            }
        })
    }

    fn modules(&self, key: &AggregateKey) -> Result<Vec<Module>> {
        self.read("list the modules", |content| content.records.modules(key))
    }
}

fn append(content: &mut Content, owner: &Value, module: &Module) -> Result<()> {
    write_module(module)
        .and_then(|mut members| {
            members.push(("model", Some(owner.clone())));
            content.tables.append(Table::Modules, members)
        })
        .map_err(refuse(module))
}

fn update(content: &mut Content, key: &AggregateKey, members: Members) -> Result<()> {
    let id = content.owner(key)?;
    let is_meant = |document: &Document| document.has("id", &id);
    let found = content.tables.find(Table::Models, is_meant);
    let index = found.ok_or_else(|| Error::no_aggregate(key))?;
    content
        .tables
        .update(Table::Models, index, members)
        .map_err(unwritable(named(&key.id)))
}

fn named(id: &str) -> String {
    format!("the aggregate `{id}`")
}

fn refuse(module: &Module) -> impl FnOnce(registry_core::ArgumentError) -> Error {
    unwritable(format!("the {} `{}`", module.kind, module.name()))
}

//! The table of metrics.

use registry_core::{ArgumentError, Value};

use super::records::{write_mark, write_metric};
use super::tables::{Table, Tables};
use super::{JsonStore, unwritable};
use crate::error::Result;
use crate::ports::{AggregateKey, Batch, Mark, MetricStore, Upkeep as _};
use crate::series::Series;
use crate::summary::Summary;

impl MetricStore for JsonStore {
    fn add_metrics(&self, batches: &[Batch], mark: Option<Mark>) -> Result<Vec<AggregateKey>> {
        self.write("add metrics", |content| {
            if let Some(mark) = mark {
                if mark.position <= content.records.position(mark.journal)? {
                    return Ok(Vec::new());
                }
                advance(&mut content.tables, mark).map_err(unwritable("a journal"))?;
            }
            for batch in batches {
                if let Some(owner) = content.document(&batch.aggregate).cloned() {
                    for series in &batch.series {
                        append(&mut content.tables, &owner, series)
                            .map_err(unwritable(format!("the metric `{}`", series.name())))?;
                    }
                }
            }
            content.records.add_metrics(batches, mark)
        })
    }

    fn history(&self, key: &AggregateKey, name: &str, phase: &str) -> Result<Series> {
        self.read("read a history", |content| {
            content.records.history(key, name, phase)
        })
    }

    fn summaries(&self, key: &AggregateKey) -> Result<Vec<Summary>> {
        self.read("list summaries", |content| content.records.summaries(key))
    }

    fn summary(&self, key: &AggregateKey, name: &str, phase: &str) -> Result<Option<Summary>> {
        self.read("read a summary", |content| {
            content.records.summary(key, name, phase)
        })
    }

    fn clear_metrics(&self, key: &AggregateKey) -> Result<()> {
        self.write("clear metrics", |content| {
            content.records.clear_metrics(key)?;
            let owner = content.owner(key)?;
            content
                .tables
                .remove(Table::Metrics, |document| document.has("model", &owner));
            Ok(())
        })
    }
}

fn append(tables: &mut Tables, owner: &Value, series: &Series) -> Result<(), ArgumentError> {
    series.iter().try_for_each(|metric| {
        let mut members = write_metric(&metric)?;
        members.push(("model", Some(owner.clone())));
        tables.append(Table::Metrics, members)
    })
}

/// Sets the position of a journal.
fn advance(tables: &mut Tables, mark: Mark) -> Result<(), ArgumentError> {
    let journal = Value::of(&mark.journal.to_string())?;
    let members = write_mark(mark)?;
    match tables.find(Table::Journals, |document| {
        document.has("journal", &journal)
    }) {
        Some(index) => tables.update(Table::Journals, index, members),
        None => tables.append(Table::Journals, members),
    }
}

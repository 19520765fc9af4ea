//! The table of iterations.

use super::records::{write_iteration, write_pass};
use super::tables::Table;
use super::{JsonStore, unwritable};
use crate::error::Result;
use crate::iteration::Iteration;
use crate::ports::{AggregateKey, IterationStore};

impl IterationStore for JsonStore {
    fn put_iteration(&self, key: &AggregateKey, iteration: &Iteration) -> Result<()> {
        self.write("put an iteration", |content| {
            content.records.put_iteration(key, iteration)?;
            let owner = content.owner(key)?;
            let refuse = || unwritable(format!("the `{}` iteration", iteration.phase));
            let pass = write_pass(iteration).map_err(refuse())?;
            let mut members = write_iteration(iteration).map_err(refuse())?;
            let tables = &mut content.tables;
            let same = tables.find(Table::Iterations, |document| {
                document.has("owner", &owner) && document.has_all(&pass)
            });
            match same {
                Some(index) => tables.update(Table::Iterations, index, members),
                None => {
                    members.push(("owner", Some(owner)));
                    tables.append(Table::Iterations, members)
                }
            }
            .map_err(refuse())
        })
    }

    fn iterations(&self, key: &AggregateKey) -> Result<Vec<Iteration>> {
        self.read("list the iterations", |content| {
            content.records.iterations(key)
        })
    }

    fn clear_iterations(&self, key: &AggregateKey) -> Result<()> {
        self.write("clear the iterations", |content| {
            content.records.clear_iterations(key)?;
            let owner = content.owner(key)?;
            content
                .tables
                .remove(Table::Iterations, |document| document.has("owner", &owner));
            Ok(())
        })
    }
}

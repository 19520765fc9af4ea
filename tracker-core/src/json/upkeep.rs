//! Journals, durability, and a look at the whole file.

use registry_core::Value;
use uuid::Uuid;

use super::tables::Table;
use super::{JsonStore, fault, unwritable};
use crate::error::{Error, Result};
use crate::ports::Upkeep;

impl Upkeep for JsonStore {
    fn position(&self, journal: Uuid) -> Result<u64> {
        self.read("read the position of a journal", |content| {
            content.records.position(journal)
        })
    }

    fn forget(&self, journal: Uuid) -> Result<()> {
        self.write("forget a journal", |content| {
            content.records.forget(journal)?;
            let id = Value::of(&journal.to_string()).map_err(unwritable("a journal"))?;
            content
                .tables
                .remove(Table::Journals, |document| document.has("journal", &id));
            Ok(())
        })
    }

    /// Every call has synced what it wrote; only a writer that came to an end before its last step
    /// has left a file whose name may still be lost.
    fn sync(&self) -> Result<()> {
        let synced = self.place.sync();
        synced.map_err(|error| fault::failed(error, &self.path, "sync the store"))
    }

    fn check(&self) -> Result<Vec<String>> {
        match self.read("check the store", |content| Ok(content.dangling())) {
            Err(Error::Damaged { problem, .. }) => Ok(vec![problem]),
            checked => checked,
        }
    }
}

//! The file in memory: as documents, which are written, and as records, which are read.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use registry_core::{ArgumentError, Value};
use tracker_core::{MemoryStore, Uuid};

use crate::tables::{Table, Tables};

/// What one state of the file holds.
pub(crate) struct Content {
    /// The bytes of the file; empty where there is none.
    pub(crate) bytes: Vec<u8>,
    pub(crate) tables: Tables,
    /// The same as records, which whoever reads may hold on to.
    pub(crate) records: Arc<MemoryStore>,
    /// The `id` of the document of each aggregate, which other documents refer to.
    pub(crate) ids: HashMap<Uuid, Value>,
    pub(crate) dangling: Dangling,
}

/// How many documents of a table belong to an id that is not there.
pub(crate) type Dangling = BTreeMap<(Table, String), u64>;

impl Content {
    /// Takes note that the file now holds these bytes, which are those of the tables.
    pub(crate) fn set_written(&mut self, bytes: Vec<u8>) {
        self.bytes = bytes;
        self.tables.set_unchanged();
    }

    /// What tells the store from every other; none before it was changed here.
    pub(crate) fn identity(&self) -> Option<Uuid> {
        let document = self.tables.list(Table::Identity).first()?;
        document.object().get("uuid")?.to().ok()
    }

    /// Gives a store that is changed an identity where it has none.
    pub(crate) fn identify(&mut self) -> Result<(), ArgumentError> {
        if self.identity().is_some() || !self.tables.is_changed() {
            return Ok(());
        }
        let uuid = Value::of(&Uuid::new_v4())?;
        self.tables
            .append(Table::Identity, vec![("uuid", Some(uuid))])
    }

    /// Each reference that leads nowhere, in words.
    pub(crate) fn dangling(&self) -> Vec<String> {
        let lines = self.dangling.iter().map(|((table, owner), count)| {
            let table = table.name();
            format!("{count} of the documents in `{table}` belong to `{owner}`, which is not there")
        });
        lines.collect()
    }
}

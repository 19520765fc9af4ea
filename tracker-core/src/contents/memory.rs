//! Contents in memory.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::sync::Arc;

use jiff::Timestamp;

use crate::error::{Error, Result};
use crate::fork::{Guard, Guarded};
use crate::ports::{Content, ContentStore};
use crate::records::now;

/// Keeps the contents of artifacts in memory, until it is dropped; a store at `memory:` has one. After
/// a `fork` each of the two processes has a copy that the other does not see.
///
/// # Examples
///
/// ```
/// use tracker_core::{MemoryContents, MemoryStore, Tracker};
///
/// let tracker = Tracker::new(MemoryStore::default()).with_artifacts(MemoryContents::default());
/// assert!(tracker.unreferenced_artifacts()?.is_empty());
/// # Ok::<(), tracker_core::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct MemoryContents {
    /// By their hashes.
    contents: Guarded<BTreeMap<String, Kept>>,
}

#[derive(Debug)]
struct Kept {
    bytes: Arc<[u8]>,
    stored: Timestamp,
}

impl MemoryContents {
    fn lock(&self) -> Guard<'_, BTreeMap<String, Kept>> {
        self.contents.lock()
    }
}

impl ContentStore for MemoryContents {
    fn put(&self, content: &mut dyn Read) -> Result<Content> {
        let mut bytes = Vec::new();
        let copied = Content::copy(content, &mut bytes);
        let content = copied.map_err(|error| Error::io("keep an artifact", "memory", error))?;
        let stored = content.stored;
        let mut contents = self.lock();
        let kept = contents.entry(content.hash.clone());
        let kept = kept.or_insert_with(|| Kept {
            bytes: bytes.into(),
            stored,
        });
        kept.stored = stored;
        Ok(content)
    }

    fn open(&self, hash: &str) -> Result<Box<dyn Read + Send>> {
        match self.lock().get(hash) {
            Some(kept) => Ok(Box::new(Cursor::new(Arc::clone(&kept.bytes)))),
            None => Err(Error::no_content(self.place(hash))),
        }
    }

    fn size(&self, hash: &str) -> Result<Option<u64>> {
        let contents = self.lock();
        Ok(contents.get(hash).map(|kept| kept.bytes.len() as u64))
    }

    fn renew(&self, hash: &str) -> Result<Option<u64>> {
        let mut contents = self.lock();
        Ok(contents.get_mut(hash).map(|kept| {
            kept.stored = now();
            kept.bytes.len() as u64
        }))
    }

    fn list(&self) -> Result<Vec<Content>> {
        let contents = self.lock();
        let contents = contents.iter().map(|(hash, kept)| Content {
            hash: hash.clone(),
            size: kept.bytes.len() as u64,
            stored: kept.stored,
        });
        Ok(contents.collect())
    }

    fn remove(&self, hash: &str, before: Timestamp) -> Result<bool> {
        let mut contents = self.lock();
        let is_old = contents.get(hash).is_some_and(|kept| kept.stored <= before);
        if is_old {
            contents.remove(hash);
        }
        Ok(is_old)
    }

    fn place(&self, hash: &str) -> String {
        format!("memory:{hash}")
    }
}

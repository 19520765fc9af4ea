//! What every handle holds: a store, and the journal in front of it.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::journal::Journal;
use crate::metric::Metric;
use crate::ports::{AggregateKey, Batch, Store};
use crate::series::Series;

/// A store and the way points take into it.
pub(crate) struct Link {
    /// Before the store: dropping it moves its points there.
    journal: Option<Journal>,
    store: Arc<dyn Store>,
}

impl Link {
    /// A link that hands each point to the store at once.
    pub(crate) fn direct(store: impl Store + 'static) -> Self {
        Self {
            journal: None,
            store: Arc::new(store),
        }
    }

    /// A link that hands points to a journal beside the store at `base`.
    pub(crate) fn journaled(store: impl Store + 'static, base: &Path) -> Result<Self> {
        let store: Arc<dyn Store> = Arc::new(store);
        let journal = Journal::open(base, Arc::clone(&store))?;
        Ok(Self {
            journal: Some(journal),
            store,
        })
    }

    /// The store, for what does not concern points.
    pub(crate) fn store(&self) -> &dyn Store {
        &*self.store
    }

    /// The store, once it holds every point that was added through this link.
    pub(crate) fn settled(&self) -> Result<&dyn Store> {
        if let Some(journal) = &self.journal {
            journal.drain()?;
        }
        Ok(&*self.store)
    }

    /// Adds points of one aggregate: all of them, or none.
    pub(crate) fn add(&self, key: &Arc<AggregateKey>, metrics: &[Metric]) -> Result<()> {
        if let Some(journal) = &self.journal {
            if journal.add(key, metrics)? {
                return Ok(());
            }
            // What was added before must stay before.
            journal.drain()?;
        }
        let batch = Batch {
            aggregate: AggregateKey::clone(key),
            series: by_series(metrics),
        };
        match self.store.add_metrics(&[batch], None)?.first() {
            Some(missing) => Err(Error::no_aggregate(missing)),
            None => Ok(()),
        }
    }

    /// Returns when everything that was added survives a power loss.
    pub(crate) fn flush(&self) -> Result<()> {
        self.settled()?.sync()?;
        self.journal.as_ref().map_or(Ok(()), Journal::lost)
    }
}

fn by_series(metrics: &[Metric]) -> Vec<Series> {
    let mut all: Vec<Series> = Vec::new();
    let mut places: HashMap<(&str, &str), usize> = HashMap::new();
    for metric in metrics {
        let place = *places
            .entry((&metric.name, &metric.phase))
            .or_insert_with(|| {
                all.push(Series::new(&metric.name, &metric.phase));
                all.len() - 1
            });
        all[place].push(metric);
    }
    all
}

//! Which aggregates are meant, and how much of each.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::records::{AggregateRecord, Mean, MeanOf, Row, Series};

/// Which aggregates are meant.
///
/// # Examples
///
/// ```
/// use tracker_core::ports::{AggregateRecord, Scope};
/// use tracker_core::Uuid;
///
/// let run = AggregateRecord::new(Uuid::nil(), "af51a51a");
/// let scope = Scope::Prefix { experiment: None, prefix: "af5".to_owned() };
/// assert!(scope.holds(&run));
/// assert!(!Scope::Experiment(Uuid::max()).holds(&run));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// All of the store.
    All,
    /// All of an experiment, by its id.
    Experiment(Uuid),
    /// Those with these uuids.
    Uuids(Vec<Uuid>),
    /// Those with this id: one at most where an experiment is named.
    Id {
        /// The id of the experiment; any where it is `None`.
        experiment: Option<Uuid>,
        /// The id of the aggregate.
        id: String,
    },
    /// Those whose id begins so.
    Prefix {
        /// The id of the experiment; any where it is `None`.
        experiment: Option<Uuid>,
        /// The beginning of the id.
        prefix: String,
    },
}

impl Scope {
    /// Whether an aggregate is meant.
    pub fn holds(&self, record: &AggregateRecord) -> bool {
        let is_in = |experiment: &Option<Uuid>| experiment.is_none_or(|id| id == record.experiment);
        match self {
            Self::All => true,
            Self::Experiment(experiment) => *experiment == record.experiment,
            Self::Uuids(uuids) => uuids.contains(&record.uuid),
            Self::Id { experiment, id } => is_in(experiment) && *id == record.id,
            Self::Prefix { experiment, prefix } => {
                is_in(experiment) && record.id.starts_with(prefix)
            }
        }
    }
}

/// Which modules, summaries and means of an aggregate are wanted; no others are read.
///
/// # Examples
///
/// ```
/// use tracker_core::ports::Detail;
///
/// let detail = Detail { modules: Some(vec!["optimizer".to_owned()]), ..Detail::NONE };
/// assert!(detail.has_module("optimizer") && !detail.has_module("model"));
/// assert!(!detail.has_series("loss", "train"));
/// assert!(Detail::ALL.has_series("loss", "train"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detail {
    /// The kinds of the modules; all with `None`.
    pub modules: Option<Vec<String>>,
    /// The name and phase of each series; all with `None`.
    pub series: Option<Vec<(String, String)>>,
    /// Means of the last values of series. A search has them; [`Store::rows`](crate::ports::Store::rows)
    /// may leave them out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub means: Vec<MeanOf>,
}

impl Detail {
    /// All modules and summaries.
    pub const ALL: Self = Self {
        modules: None,
        series: None,
        means: Vec::new(),
    };
    /// The aggregate alone.
    pub const NONE: Self = Self {
        modules: Some(Vec::new()),
        series: Some(Vec::new()),
        means: Vec::new(),
    };

    /// Whether modules of this kind are wanted.
    pub fn has_module(&self, kind: &str) -> bool {
        let wanted = |kinds: &Vec<String>| kinds.iter().any(|wanted| wanted == kind);
        self.modules.as_ref().is_none_or(wanted)
    }

    /// Whether the summary of this series is wanted.
    pub fn has_series(&self, name: &str, phase: &str) -> bool {
        let wanted = |series: &Vec<(String, String)>| {
            let mut series = series.iter();
            series.any(|wanted| wanted.0 == name && wanted.1 == phase)
        };
        self.series.as_ref().is_none_or(wanted)
    }

    /// What either of both wants.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self {
            modules: union(self.modules.as_ref(), other.modules.as_ref()),
            series: union(self.series.as_ref(), other.series.as_ref()),
            means: union(Some(&self.means), Some(&other.means)).unwrap_or_default(),
        }
    }

    /// Takes out of a row what is not wanted.
    pub fn trim(&self, row: &mut Row) {
        row.modules.retain(|module| self.has_module(&module.kind));
        row.summaries
            .retain(|summary| self.has_series(summary.name(), summary.phase()));
        row.means.retain(|mean| self.means.contains(&mean.of));
    }

    /// Takes the means that are wanted, and not there yet, from the histories that a store reads.
    ///
    /// # Errors
    ///
    /// When a history cannot be read.
    pub fn add_means<E>(
        &self,
        rows: &mut [Row],
        mut history: impl FnMut(Uuid, &str, &str) -> Result<Series, E>,
    ) -> Result<(), E> {
        for row in rows {
            for of in &self.means {
                if row.means.iter().any(|mean| mean.of == *of) {
                    continue;
                }
                let series = history(row.aggregate.uuid, &of.name, &of.phase)?;
                row.means.push(Mean {
                    of: of.clone(),
                    value: of.take(&series),
                });
            }
        }
        Ok(())
    }
}

/// All where one of them is all.
fn union<T: Clone + Ord>(a: Option<&Vec<T>>, b: Option<&Vec<T>>) -> Option<Vec<T>> {
    let mut both = a?.clone();
    both.extend_from_slice(b?);
    both.sort_unstable();
    both.dedup();
    Some(both)
}

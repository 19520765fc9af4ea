//! One pass over a dataset.

use registry_core::{Entity, Hash, Metadata, Value};
use serde::{Deserialize, Serialize};

use super::identity;
use super::metric::check_count;
use super::module::ModuleRecord;
use crate::error::{Error, Result};
use crate::names::check_form;

/// A pass over a dataset in one phase: the data, the arguments it was fed with, and the modules at
/// work.
///
/// An aggregate keeps one iteration for each [hash](Self::hash) and phase; a later one, of a later
/// epoch, takes its place.
///
/// # Examples
///
/// ```
/// # use tracker_core::conformance::Sample;
/// # let dataset = Sample::new("Digits", r#"{"train": true}"#);
/// use serde_json::json;
/// use tracker_core::Iteration;
///
/// let first = Iteration::new("train", 0).dataset(&dataset).arguments(json!({"batch_size": 64}));
/// let later = Iteration::new("train", 9).dataset(&dataset).arguments(json!({"batch_size": 64}));
/// let other = Iteration::new("train", 9).dataset(&dataset).arguments(json!({"batch_size": 32}));
/// assert_eq!(first.hash(), later.hash());
/// assert_ne!(first.hash(), other.hash());
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Iteration {
    /// The phase, as `train` or `test`.
    pub phase: String,
    /// The epoch, counted as the aggregate counts.
    pub epoch: u64,
    /// The record of the dataset.
    pub dataset: Option<Metadata>,
    /// How the data was fed, as `{"batch_size": 64}`.
    pub arguments: Value,
    /// The modules at work, each with the kind it was given as.
    pub modules: Vec<ModuleRecord>,
    hash: Option<Hash>,
    /// The first entity that could not be written; kept for `put`, so that calls can be chained.
    #[serde(skip)]
    problem: Option<Error>,
}

impl Iteration {
    /// An iteration without data, arguments and modules.
    pub fn new(phase: impl Into<String>, epoch: u64) -> Self {
        Self {
            phase: phase.into(),
            epoch,
            dataset: None,
            arguments: serde_json::json!({}).into(),
            modules: Vec::new(),
            hash: None,
            problem: None,
        }
    }

    /// Sets the dataset. One that cannot be written is reported by
    /// [`Iterations::put`](crate::Iterations::put).
    #[must_use]
    pub fn dataset<E: Entity + ?Sized>(mut self, dataset: &E) -> Self {
        match identity::record("dataset", dataset) {
            Ok(record) => self.dataset = Some(record),
            Err(problem) => self.problem = self.problem.or(Some(problem)),
        }
        self
    }

    /// Sets the arguments, as `json!({"batch_size": 64})`.
    #[must_use]
    pub fn arguments(mut self, arguments: impl Into<Value>) -> Self {
        self.arguments = arguments.into();
        self
    }

    /// Adds a module that is at work. One that cannot be written is reported by
    /// [`Iterations::put`](crate::Iterations::put).
    #[must_use]
    pub fn with<E: Entity + ?Sized>(mut self, kind: &str, entity: &E) -> Self {
        match ModuleRecord::new(kind, entity) {
            Ok(module) => self.modules.push(ModuleRecord {
                epoch: self.epoch,
                ..module
            }),
            Err(problem) => self.problem = self.problem.or(Some(problem)),
        }
        self
    }

    /// Sets the hash, where the one of dataset and arguments is not wanted.
    #[must_use]
    pub fn set_hash(mut self, hash: Hash) -> Self {
        self.hash = Some(hash);
        self
    }

    /// What tells iterations of one phase apart: the hash that was set, else that of the dataset
    /// and the arguments. Epoch and modules are excluded from it.
    pub fn hash(&self) -> Hash {
        match &self.hash {
            Some(hash) => hash.clone(),
            None => identity::iteration_hash(self.dataset.as_ref(), &self.arguments),
        }
    }

    /// The iteration as every store keeps it, or why none can.
    pub(crate) fn checked(mut self) -> Result<Self> {
        if let Some(problem) = self.problem {
            return Err(problem);
        }
        if self.phase.is_empty() {
            return Err(Error::EmptyName {
                what: "phase",
                place: "an iteration".to_owned(),
            });
        }
        check_form(&self.phase, "a phase")?;
        let place = || format!("the `{}` iteration", self.phase);
        check_count("epoch", self.epoch, place)?;
        identity::check_json(&self.arguments, place)?;
        self.hash = Some(self.hash());
        Ok(self)
    }
}

/// Equal when nothing can tell them apart in a store.
impl PartialEq for Iteration {
    fn eq(&self, other: &Self) -> bool {
        (&self.phase, self.epoch, self.hash()) == (&other.phase, other.epoch, other.hash())
            && (&self.dataset, &self.arguments) == (&other.dataset, &other.arguments)
            && self.modules == other.modules
    }
}

//! An entity as an aggregate keeps it.

use registry_core::{
    Arguments, BuildError, Entity, Hash, Interface, Metadata, Registered, Registry,
};
use serde::{Deserialize, Serialize};

use super::identity;
use crate::error::Result;

/// An entity that belongs to an aggregate or to an iteration: the model, a criterion, an
/// optimizer.
///
/// # Examples
///
/// ```
/// # use tracker_core::{Tracker, conformance::Sample};
/// # let model = Sample::new("MLP", r#"{"layers": 2}"#);
/// let run = Tracker::open("memory:")?.experiment("digits")?.track(&model)?;
/// let module = run.module("model")?;
/// assert_eq!(module.name(), "MLP");
/// assert_eq!(module.arguments().to_string(), r#"{"layers": 2}"#);
/// # Ok::<(), tracker_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ModuleRecord {
    /// The part it plays: `model`, `criterion`, `optimizer` or any other word.
    pub kind: String,
    /// Its name, arguments, hash and signature.
    pub record: Metadata,
    /// The epoch in which it was last in use.
    pub epoch: u64,
}

impl ModuleRecord {
    /// The record of an entity, in use at epoch 0.
    ///
    /// # Errors
    ///
    /// [`Error::Unwritable`](crate::Error::Unwritable),
    /// [`Error::NoIdentity`](crate::Error::NoIdentity) or
    /// [`Error::EmptyName`](crate::Error::EmptyName) where it cannot be stored.
    pub fn new<E: Entity + ?Sized>(kind: &str, entity: &E) -> Result<Self> {
        Ok(Self {
            kind: kind.to_owned(),
            record: identity::record(kind, entity)?,
            epoch: 0,
        })
    }

    /// The record of something that is no object of this program: what another program or language
    /// has made, by its name, hash and arguments.
    ///
    /// # Errors
    ///
    /// [`Error::EmptyName`](crate::Error::EmptyName) without a kind or a name,
    /// [`Error::NoIdentity`](crate::Error::NoIdentity) with a hash that is empty or not valid.
    ///
    /// # Examples
    ///
    /// ```
    /// use tracker_core::{Hash, ModuleRecord};
    ///
    /// let hash: Hash = "af51a51a38f7ad81f9523360fafe7068".parse()?;
    /// let model = ModuleRecord::described("model", "MLP", hash, r#"{"layers": 2}"#.parse()?)?;
    /// assert_eq!(model.arguments().to_string(), r#"{"layers": 2}"#);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn described(kind: &str, name: &str, hash: Hash, arguments: Arguments) -> Result<Self> {
        let record = Metadata {
            name: name.to_owned(),
            hash,
            arguments,
            exact: None,
            signature: String::new(),
        };
        identity::check(kind, &record)?;
        Ok(Self {
            kind: kind.to_owned(),
            record,
            epoch: 0,
        })
    }

    /// The name under which a registry builds it.
    pub fn name(&self) -> &str {
        &self.record.name
    }

    /// The hash, which also knows its scheme.
    pub fn hash(&self) -> &Hash {
        &self.record.hash
    }

    /// The arguments that the hash covers.
    pub fn arguments(&self) -> &Arguments {
        &self.record.arguments
    }

    /// Builds the object from its record, with the identity that it had; what is excluded from the
    /// identity hash is filled from the context.
    ///
    /// # Errors
    ///
    /// Where the registry has no such name, or its constructor takes other arguments by now, or the
    /// program of today would give it another hash; every problem and every difference is named at
    /// once. [`build_changed`](Self::build_changed) accepts another hash.
    ///
    /// # Examples
    ///
    /// ```
    /// # use tracker_core::{Tracker, conformance::Sample};
    /// # let model = Sample::new("MLP", r#"{"layers": 2}"#);
    /// # let run = Tracker::open("memory:")?.experiment("digits")?.track(&model)?;
    /// use registry_core::Registry;
    ///
    /// let models = Registry::<dyn std::any::Any>::new(); // holds nothing yet
    /// let error = run.module("model")?.build(&models, &()).unwrap_err();
    /// assert!(error.to_string().contains("`MLP`"));
    /// # Ok::<(), tracker_core::Error>(())
    /// ```
    pub fn build<I: Interface + ?Sized>(
        &self,
        registry: &Registry<I>,
        context: &I::Context<'_>,
    ) -> Result<Registered<Box<I>>, BuildError> {
        self.record.build(registry, context)
    }

    /// Builds the object from its record, whatever hash the program of today gives it.
    ///
    /// # Errors
    ///
    /// Where the registry has no such name, or its constructor takes other arguments by now.
    pub fn build_changed<I: Interface + ?Sized>(
        &self,
        registry: &Registry<I>,
        context: &I::Context<'_>,
    ) -> Result<Registered<Box<I>>, BuildError> {
        self.record.build_changed(registry, context)
    }
}

//! An entity for tests of stores.

use registry_core::{ArgumentError, ArgumentWriter, Arguments, Entity, Hash, Signature};

/// An entity of any name and arguments, for tests of stores.
///
/// # Examples
///
/// ```
/// use registry_core::Entity;
/// use tracker_core::conformance::Sample;
///
/// let sample = Sample::new("Adam", r#"{"lr": 0.001}"#);
/// assert_eq!(sample.arguments().to_string(), r#"{"lr": 0.001}"#);
/// assert!(Sample::new("Adam", "no object").metadata().is_err());
/// ```
#[derive(Clone, Debug)]
pub struct Sample {
    name: String,
    arguments: String,
    hash: Option<Hash>,
}

impl Sample {
    /// An entity whose arguments are the JSON object in `arguments`; with any other text they
    /// cannot be written.
    pub fn new(name: &str, arguments: &str) -> Self {
        Self {
            name: name.to_owned(),
            arguments: arguments.to_owned(),
            hash: None,
        }
    }

    /// The entity with a hash of its own.
    #[must_use]
    pub fn with_hash(mut self, hash: Hash) -> Self {
        self.hash = Some(hash);
        self
    }
}

impl Entity for Sample {
    fn name(&self) -> &str {
        &self.name
    }

    fn signature(&self) -> Signature {
        Signature::EMPTY
    }

    fn write_arguments(&self, writer: &mut ArgumentWriter<'_>) -> Result<(), ArgumentError> {
        let arguments: Arguments = self.arguments.parse()?;
        arguments
            .iter()
            .try_for_each(|(name, value)| writer.argument(name, value))
    }

    fn hash(&self) -> Hash {
        self.hash.clone().unwrap_or_else(|| Hash::of(self))
    }
}

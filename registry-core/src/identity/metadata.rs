//! The record of an entity.

use super::arguments::Arguments;
use super::hash::Hash;
use serde::{Deserialize, Serialize};

/// The record of an entity: all that is needed to find it and to build it again.
///
/// Text of every format keeps the order
/// of the arguments; a tree that sorts its keys, as `serde_json::Value` does, loses it, and the
/// record that is read back from there is no longer equal, though it builds the same.
///
/// # Examples
///
/// ```
/// use registry_core::{Entity, Metadata};
/// # use registry_core::{ArgumentError, ArgumentWriter, Signature};
/// # struct Dropout;
/// # impl Entity for Dropout {
/// #     fn name(&self) -> &str { "Dropout" }
/// #     fn signature(&self) -> Signature { Signature::EMPTY }
/// #     fn write_arguments(&self, w: &mut ArgumentWriter<'_>) -> Result<(), ArgumentError> { w.argument("p", &0.5) }
/// # }
///
/// let metadata = Dropout.metadata()?;
/// let text = serde_json::to_string(&metadata)?;
/// assert_eq!(serde_json::from_str::<Metadata>(&text)?, metadata);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    /// The name it is registered under.
    pub name: String,
    /// Its hash, with the scheme of the hash.
    pub hash: Hash,
    /// The arguments that the hash covers.
    pub arguments: Arguments,
    /// Every argument, those included that are left out of identity while they equal their default;
    /// only where there are such. What is built from it is exact even after a default has changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exact: Option<Arguments>,
    /// Its signature, as text.
    pub signature: String,
}

impl Metadata {
    /// The arguments to build it from.
    pub fn exact_arguments(&self) -> &Arguments {
        self.exact.as_ref().unwrap_or(&self.arguments)
    }
}

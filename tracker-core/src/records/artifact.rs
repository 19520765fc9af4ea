//! A file that belongs to an aggregate.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A file that belongs to an aggregate, as the weights of a checkpoint, a plot or a log: what it is called and how to
/// find its content, which stands elsewhere under its hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ArtifactRecord {
    /// Its name, which may have `/` in it, as `plots/loss.svg`. One aggregate has one artifact of a
    /// name and epoch.
    pub name: String,
    /// The epoch that it belongs to, as that of a checkpoint; none for one of the whole run.
    #[serde(default)]
    pub epoch: Option<u64>,
    /// The SHA-256 of its content, 64 hexadecimal digits in lower case.
    pub hash: String,
    /// The length of its content in bytes.
    pub size: u64,
    /// What the content is, as `application/json`.
    pub media_type: String,
    /// When it was put there, in whole microseconds.
    pub created: Timestamp,
}

impl ArtifactRecord {
    /// Whether it has this name and epoch, which tell artifacts of one aggregate apart.
    pub fn is(&self, name: &str, epoch: Option<u64>) -> bool {
        self.name == name && self.epoch == epoch
    }
}

//! A record that no longer agrees with the program.

use std::fmt;

use registry_core::Difference;
use serde::Serialize;

/// A record that no longer agrees with the program; see [`Aggregate::verify`](crate::Aggregate::verify).
///
/// It displays as one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Disagreement {
    /// What the entity was given as: the kind of a module, or `dataset`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// The name that it has in the program, where that is another one by now.
    pub renamed: Option<String>,
    /// The phase of the iteration that holds it; none where the aggregate does.
    pub phase: Option<String>,
    /// What differs, from the record to the program. The path `hash` stands for a record whose own
    /// name and arguments do not give its hash, and `arguments` for another order.
    pub differences: Vec<Difference>,
    /// The parameters, as `depth: usize`, for which the record has no value and the program no
    /// default.
    pub missing: Vec<String>,
}

impl fmt::Display for Disagreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} `{}`", self.kind, self.name)?;
        if let Some(renamed) = &self.renamed {
            write!(f, " (now `{renamed}`)")?;
        }
        if let Some(phase) = &self.phase {
            write!(f, " of the `{phase}` iteration")?;
        }
        let mut separator = ": ";
        for difference in &self.differences {
            write!(f, "{separator}{difference}")?;
            separator = ", ";
        }
        for parameter in &self.missing {
            write!(f, "{separator}nothing is recorded for `{parameter}`")?;
            separator = ", ";
        }
        Ok(())
    }
}

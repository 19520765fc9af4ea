//! What differs between two entities.

use super::entity::Entity;
use crate::json::Value;
use serde::Serialize;
use std::collections::HashMap;
use std::fmt;

/// One place where two entities differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The place: `name`, or a parameter and what is inside it, as `activation.arguments.slope`.
    pub path: String,
    /// What the left one has there.
    pub left: Option<Value>,
    /// What the right one has there.
    pub right: Option<Value>,
}

/// The arguments in which two entities differ, in signature order; none where they are the same.
///
/// A difference in the names of the two comes first, under the path `name`; then an argument that
/// has no JSON form, with the reason.
///
/// # Examples
///
/// ```
/// use registry_core::{diff, Entity};
/// # use registry_core::{ArgumentError, ArgumentWriter, Signature};
/// # struct Sgd { lr: f64 }
/// # impl Entity for Sgd {
/// #     fn name(&self) -> &str { "SGD" }
/// #     fn signature(&self) -> Signature { Signature::EMPTY }
/// #     fn write_arguments(&self, w: &mut ArgumentWriter<'_>) -> Result<(), ArgumentError> { w.argument("lr", &self.lr) }
/// # }
///
/// let differences = diff(&Sgd { lr: 0.1 }, &Sgd { lr: 0.01 });
/// assert_eq!(differences[0].to_string(), "lr: 0.1 -> 0.01");
/// ```
pub fn diff(left: &dyn Entity, right: &dyn Entity) -> Vec<Difference> {
    let mut differences = Vec::new();
    if left.name() != right.name() {
        let name = |entity: &dyn Entity| Value::of(entity.name()).ok();
        differences.push(Difference {
            path: "name".to_owned(),
            left: name(left),
            right: name(right),
        });
    }
    for (entity, is_left) in [(left, true), (right, false)] {
        // What cannot be written is like nothing else.
        if let Some(error) = entity.arguments().error() {
            let reason = Value::of(&error.to_string()).ok();
            let (left, right) = if is_left {
                (reason, None)
            } else {
                (None, reason)
            };
            let path = error.path().to_owned();
            differences.push(Difference { path, left, right });
        }
    }
    let entries = |entity: &dyn Entity| -> Vec<(String, Value)> {
        entity
            .arguments()
            .iter()
            .map(|(name, value)| (name.to_owned(), value.clone()))
            .collect()
    };
    compare("", &entries(left), &entries(right), &mut differences);
    differences
}

fn compare(
    path: &str,
    left: &[(String, Value)],
    right: &[(String, Value)],
    differences: &mut Vec<Difference>,
) {
    let by_name =
        |side: &'_ [(String, Value)]| -> HashMap<String, Value> { side.iter().cloned().collect() };
    let (lefts, rights) = (by_name(left), by_name(right));
    let only_right = right.iter().filter(|(name, _)| !lefts.contains_key(name));
    for (name, _) in left.iter().chain(only_right) {
        let path = if path.is_empty() {
            name.clone()
        } else {
            format!("{path}.{name}")
        };
        let (left, right) = (lefts.get(name).cloned(), rights.get(name).cloned());
        if left == right {
            continue;
        }
        let members = |value: &Option<Value>| value.as_ref().and_then(Value::members);
        match (members(&left), members(&right)) {
            (Some(left), Some(right)) => compare(&path, &left, &right, differences),
            _ => differences.push(Difference { path, left, right }),
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = |value: &Option<Value>| {
            value
                .as_ref()
                .map_or_else(|| "(absent)".to_owned(), Value::to_string)
        };
        write!(
            f,
            "{}: {} -> {}",
            self.path,
            side(&self.left),
            side(&self.right)
        )
    }
}

//! What differs between two entities.

use crate::entity::Entity;
use crate::value::Value;
use std::fmt;

/// One place where two entities differ.
#[derive(Clone, Debug, PartialEq, Eq)]
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
/// A difference in the names of the two comes first, under the path `name`.
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
    let find = |side: &[(String, Value)], name: &str| {
        side.iter()
            .find_map(|(known, value)| (known == name).then(|| value.clone()))
    };
    let only_right = right.iter().filter(|(name, _)| find(left, name).is_none());
    for (name, _) in left.iter().chain(only_right) {
        let path = if path.is_empty() {
            name.clone()
        } else {
            format!("{path}.{name}")
        };
        let (left, right) = (find(left, name), find(right, name));
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

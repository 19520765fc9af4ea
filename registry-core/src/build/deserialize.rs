//! Components that serde reads.

use super::argument::Argument;
use super::component::Component;
use super::interface::ContextFree;
use super::reference::reference;
use super::report::Report;
use crate::identity::Registered;
use crate::json::{Node, node_from, parse};
use serde::de::{Deserialize, Deserializer, Error as _};

/// Deserializes an entity that needs no context from its reference form.
///
/// # Errors
///
/// Where the reference cannot be built; the text lists every problem.
pub fn deserialize<'de, T, D>(deserializer: D) -> Result<Registered<T>, D::Error>
where
    T: Component<Output = T>,
    T::Interface: ContextFree<'de, T>,
    D: Deserializer<'de>,
{
    let mut node = node_from(deserializer)?;
    // A format that is not human readable carries text, and no longer says that it is one where
    // serde has buffered what it read.
    if let Node::String(text) = &node
        && text.starts_with(['{', '"'])
        && let Ok(carried) = parse(text)
    {
        node = carried.into_owned();
    }
    let mut report = Report::new(None);
    T::Interface::build(Argument::new(&node, &mut report)).ok_or_else(|| {
        let name = reference(&node).ok();
        D::Error::custom(report.into_error(name.map(|(name, _)| name)))
    })
}

impl<'de, T> Deserialize<'de> for Registered<T>
where
    T: Component<Output = T>,
    T::Interface: ContextFree<'de, T>,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize(deserializer)
    }
}

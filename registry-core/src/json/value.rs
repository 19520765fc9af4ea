//! One JSON value.

use super::format::node_from;
use super::handoff::{Fragment, serialize_with_handoff};
use super::node::Node;
use super::parse::parse;
use super::split;
use crate::canonical::{DEPTH_LIMIT, Writer};
use crate::error::ArgumentError;
use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error as _};
use serde::ser::{Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// One JSON value, kept as its canonical text.
///
/// Unlike `serde_json::Value` it keeps the order of an object, reads every float and every integer
/// up to 128 bits exactly, and knows `NaN` and `Infinity`, as Python's `json` module does. So a
/// value that is stored and read again gives the same hash.
///
/// # Examples
///
/// ```
/// use registry_core::Value;
///
/// let value: Value = r#"{"lr": 1E-3, "bound": Infinity}"#.parse()?;
/// assert_eq!(value.to_string(), r#"{"lr": 0.001, "bound": Infinity}"#);
/// assert_eq!(value.get("lr").and_then(|lr| lr.to::<f64>().ok()), Some(0.001));
/// assert_eq!(Value::from(serde_json::json!([1, 2])), Value::of(&[1, 2])?);
/// # Ok::<(), registry_core::ArgumentError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Value {
    text: Box<str>,
}

impl Value {
    /// The value of anything that serde can serialize. Maps are written in the order of their keys.
    ///
    /// # Errors
    ///
    /// Where it has no JSON form; see [`ArgumentError`].
    pub fn of<T: Serialize + ?Sized>(value: &T) -> Result<Self, ArgumentError> {
        Writer::text_of(value).map(Self::from_canonical)
    }

    /// The value of a text that this crate has written.
    pub(crate) fn from_canonical(text: impl Into<Box<str>>) -> Self {
        Self { text: text.into() }
    }

    /// Reads it as a `T`.
    ///
    /// # Errors
    ///
    /// Where it has another form than `T` expects, with the path to the place.
    pub fn to<T: DeserializeOwned>(&self) -> Result<T, ArgumentError> {
        self.parse()?.to()
    }

    /// Its tree.
    pub(crate) fn parse(&self) -> Result<Node<'_>, ArgumentError> {
        parse(&self.text)
    }

    /// Its canonical text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The member of this name, where it is an object that has one.
    pub fn get(&self, name: &str) -> Option<Self> {
        split::members(&self.text)?
            .find_map(|(key, value)| (key == name).then(|| Self::from_canonical(value)))
    }

    /// The members in order, where it is an object.
    pub fn members(&self) -> Option<Vec<(String, Self)>> {
        let members = split::members(&self.text)?;
        let owned = members.map(|(key, value)| (key.into_owned(), Self::from_canonical(value)));
        Some(owned.collect())
    }

    /// The elements, where it is an array.
    pub fn elements(&self) -> Option<Vec<Self>> {
        Some(
            split::elements(&self.text)?
                .map(Self::from_canonical)
                .collect(),
        )
    }
}

/// Reads any JSON, `NaN`, `Infinity` and `-Infinity` included.
impl FromStr for Value {
    type Err = ArgumentError;

    fn from_str(text: &str) -> Result<Self, ArgumentError> {
        parse(text)?.to_text().map(Self::from_canonical)
    }
}

/// An integer above 64 bits that `serde_json` has read is a float already. The keys of objects are
/// sorted.
impl From<serde_json::Value> for Value {
    fn from(value: serde_json::Value) -> Self {
        Node::of_json(value)
            .and_then(|node| node.to_text())
            .map_or_else(|_| too_deep(), Self::from_canonical)
    }
}

/// As a part of a larger tree, such as a configuration that was read from a file.
impl From<&serde_json::Value> for Value {
    fn from(value: &serde_json::Value) -> Self {
        value.clone().into()
    }
}

/// A stand-in for what nests too deep, which is all that can be wrong with a JSON tree: reading it
/// reports just that, at its place.
fn too_deep() -> Value {
    let levels = DEPTH_LIMIT + 1;
    Value::from_canonical("[".repeat(levels) + &"]".repeat(levels))
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Value({})", self.text)
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize_with_handoff(&CanonicalText(&self.text), serializer)
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = node_from(deserializer)?.to_text();
        text.map(Self::from_canonical).map_err(D::Error::custom)
    }
}

/// A text that this crate has written.
struct CanonicalText<'t>(&'t str);

impl Fragment for CanonicalText<'_> {
    fn write(&self, writer: &mut Writer) -> Result<(), ArgumentError> {
        writer.put_canonical(self.0)
    }
}

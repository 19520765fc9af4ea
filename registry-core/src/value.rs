//! One JSON value.

use crate::error::ArgumentError;
use crate::reader;
use crate::transcode;
use crate::writer::{self, Fragment, Writer};
use serde::de::{Deserialize, DeserializeOwned, Deserializer};
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
        reader::from_text(&self.text)
    }

    /// A stand-in for what nests too deep, which is all that can be wrong with a JSON tree: reading
    /// it reports just that, at its place.
    fn too_deep() -> Self {
        let levels = writer::DEPTH_LIMIT + 1;
        Self::from_canonical("[".repeat(levels) + &"]".repeat(levels))
    }

    /// Its canonical text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The member of this name, where it is an object that has one.
    pub fn get(&self, name: &str) -> Option<Self> {
        self.members()?
            .into_iter()
            .find_map(|(key, value)| (key == name).then_some(value))
    }

    /// The members in order, where it is an object.
    pub fn members(&self) -> Option<Vec<(String, Self)>> {
        if !self.text.starts_with('{') {
            return None;
        }
        let mut members = Vec::new();
        reader::members(&self.text, |key, value| {
            members.push((key.into_owned(), Self::from_canonical(value)));
            Ok(())
        })
        .ok()?;
        Some(members)
    }

    /// The elements, where it is an array.
    pub fn elements(&self) -> Option<Vec<Self>> {
        if !self.text.starts_with('[') {
            return None;
        }
        let mut elements = Vec::new();
        reader::elements(&self.text, |value| {
            elements.push(Self::from_canonical(value));
            Ok(())
        })
        .ok()?;
        Some(elements)
    }
}

/// Reads any JSON, `NaN`, `Infinity` and `-Infinity` included.
impl FromStr for Value {
    type Err = ArgumentError;

    fn from_str(text: &str) -> Result<Self, ArgumentError> {
        transcode::canonical(text).map(Self::from_canonical)
    }
}

/// An integer above 64 bits that `serde_json` has read is a float already.
impl From<serde_json::Value> for Value {
    fn from(value: serde_json::Value) -> Self {
        transcode::text_from(value).map_or_else(|_| Self::too_deep(), Self::from_canonical)
    }
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
        writer::serialize_with_handoff(&CanonicalText(&self.text), serializer)
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        transcode::text_from(deserializer).map(Self::from_canonical)
    }
}

/// A text that this crate has written.
struct CanonicalText<'t>(&'t str);

impl Fragment for CanonicalText<'_> {
    fn write(&self, writer: &mut Writer) -> Result<(), ArgumentError> {
        writer.put_canonical(self.0)
    }
}

//! The arguments of an entity.

use super::argument_writer::ArgumentWriter;
use super::signature::Signature;
use crate::canonical::{Mode, Writer};
use crate::error::{ArgumentError, ProblemKind};
use crate::json::{Fragment, Node, Value, node_from, parse, serialize_with_handoff};
use serde::de::{Deserialize, Deserializer, Error as _};
use serde::ser::{Serialize, Serializer};
use std::collections::HashSet;
use std::fmt;
use std::ops::Range;
use std::str::FromStr;

/// The arguments of an entity by name, in the order of its signature.
///
/// `Display` is the canonical text, which is what the hash covers.
///
/// # Examples
///
/// ```
/// use registry_core::Arguments;
///
/// let arguments: Arguments = r#"{"lr":1e-5,"betas":[0.9,0.999]}"#.parse()?;
/// assert_eq!(arguments.to_string(), r#"{"lr": 1e-05, "betas": [0.9, 0.999]}"#);
/// assert_eq!(arguments.get("lr").unwrap().to::<f64>()?, 1e-5);
/// assert_eq!(arguments.names().collect::<Vec<_>>(), ["lr", "betas"]);
/// # Ok::<(), registry_core::ArgumentError>(())
/// ```
#[derive(Clone, Default)]
pub struct Arguments {
    entries: Vec<(String, Value)>,
    /// Which of them can be given by position.
    positional: Range<usize>,
    /// Why the rest is missing.
    error: Option<ArgumentError>,
}

impl Arguments {
    /// None, for this reason.
    pub(super) fn unwritable(error: ArgumentError) -> Self {
        Self {
            error: Some(error),
            ..Self::default()
        }
    }

    /// Reads an object.
    pub(super) fn from_node(node: &Node<'_>) -> Result<Self, ArgumentError> {
        let Node::Object(members) = node else {
            let message = format!("expected an object of arguments, found {}", node.kind());
            return Err(ArgumentError::new(ProblemKind::WrongType, message)
                .with_hint("write the arguments as {\"parameter\": value}"));
        };
        let mut entries: Vec<(String, Value)> = Vec::with_capacity(members.len());
        let mut names = HashSet::new();
        for (name, value) in members {
            if !names.insert(name) {
                return Err(ArgumentError::twice().inside(name));
            }
            let text = value.to_text().map_err(|error| error.inside(name))?;
            entries.push((name.clone().into_owned(), Value::from_canonical(text)));
        }
        Ok(Self {
            positional: 0..entries.len(),
            entries,
            error: None,
        })
    }

    /// Finds the arguments that a caller could give by position: those of the first parameters
    /// without a gap, up to the first keyword parameter. Generic parameters stand before them.
    pub(super) fn split_by(mut self, signature: &Signature) -> Self {
        if !signature.parameters().is_empty() {
            let pairs = signature.identifying().zip(&self.entries);
            let generic = pairs
                .clone()
                .take_while(|(parameter, (name, _))| parameter.generic && parameter.name == name);
            let start = generic.count();
            let given = pairs
                .skip(start)
                .take_while(|(parameter, (name, _))| !parameter.keyword && parameter.name == name);
            self.positional = start..start + given.count();
        }
        self
    }

    /// The arguments that can be given by position.
    pub fn args(&self) -> impl Iterator<Item = &Value> {
        self.entries[self.positional.clone()]
            .iter()
            .map(|(_, value)| value)
    }

    /// The arguments that are given by name: generic and keyword parameters, and what follows a
    /// parameter that was left out.
    pub fn kwargs(&self) -> impl Iterator<Item = (&str, &Value)> {
        let positional = &self.positional;
        let entries = self.iter().enumerate();
        entries.filter_map(|(index, entry)| (!positional.contains(&index)).then_some(entry))
    }

    /// Every argument with its name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.entries
            .iter()
            .map(|(name, value)| (name.as_str(), value))
    }

    /// The names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.iter().map(|(name, _)| name)
    }

    /// The argument of this name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.iter()
            .find_map(|(known, value)| (known == name).then_some(value))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Why an entity's arguments could not be written, where that is so.
    pub fn error(&self) -> Option<&ArgumentError> {
        self.error.as_ref()
    }
}

/// Equal are the same names with the same values in the same order; whether they were given by
/// position is lost on the way through a record.
impl PartialEq for Arguments {
    fn eq(&self, other: &Self) -> bool {
        self.entries == other.entries && self.error == other.error
    }
}

impl Eq for Arguments {}

/// Arguments in the order given, all by position.
impl<N: Into<String>> FromIterator<(N, Value)> for Arguments {
    fn from_iter<I: IntoIterator<Item = (N, Value)>>(entries: I) -> Self {
        let entries: Vec<_> = entries
            .into_iter()
            .map(|(name, value)| (name.into(), value))
            .collect();
        Self {
            positional: 0..entries.len(),
            entries,
            error: None,
        }
    }
}

/// Reads a JSON object.
impl FromStr for Arguments {
    type Err = ArgumentError;

    fn from_str(text: &str) -> Result<Self, ArgumentError> {
        Self::from_node(&parse(text)?)
    }
}

impl fmt::Display for Arguments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut writer = Writer::text(64, Mode::Identity);
        match self.write(&mut writer) {
            Ok(()) => f.pad(&writer.into_text()),
            Err(error) => write!(f, "<{error}>"),
        }
    }
}

impl fmt::Debug for Arguments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Arguments({self})")
    }
}

impl Fragment for Arguments {
    fn write(&self, writer: &mut Writer) -> Result<(), ArgumentError> {
        if let Some(error) = &self.error {
            return Err(error.clone());
        }
        ArgumentWriter::arguments(writer, |arguments| {
            self.iter()
                .try_for_each(|(name, value)| arguments.argument(name, value))
        })
    }
}

impl Serialize for Arguments {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize_with_handoff(self, serializer)
    }
}

impl<'de> Deserialize<'de> for Arguments {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let node = node_from(deserializer)?;
        Self::from_node(&node).map_err(D::Error::custom)
    }
}

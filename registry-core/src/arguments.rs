//! The arguments of an entity.

use crate::entity::Entity;
use crate::error::ArgumentError;
use crate::reader;
use crate::transcode;
use crate::value::Value;
use crate::writer::{ArgumentWriter, Fragment, Mode, Writer, serialize_with_handoff};
use serde::de::{Deserialize, Deserializer, Error as _};
use serde::ser::{Serialize, Serializer};
use std::collections::HashSet;
use std::fmt;
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
    /// How many of them, from the first on, can be given by position.
    positional: usize,
    /// Why the rest is missing.
    error: Option<ArgumentError>,
}

impl Arguments {
    pub(crate) fn of<E: Entity + ?Sized>(entity: &E) -> Self {
        Self::in_mode(entity, Mode::Identity)
            .0
            .unwrap_or_else(|error| Self {
                error: Some(error),
                ..Self::default()
            })
    }

    /// The arguments as `mode` writes them, and whether any was left out.
    pub(crate) fn in_mode<E: Entity + ?Sized>(
        entity: &E,
        mode: Mode,
    ) -> (Result<Self, ArgumentError>, bool) {
        let mut writer = Writer::text(64, mode);
        let written =
            ArgumentWriter::arguments(&mut writer, |arguments| entity.write_arguments(arguments));
        let skipped = writer.skipped();
        let arguments = written
            .and_then(|()| Self::from_text(&writer.into_text()))
            .map(|arguments| arguments.split_by(&entity.signature()));
        (arguments, skipped)
    }

    fn from_text(text: &str) -> Result<Self, ArgumentError> {
        let mut entries: Vec<(String, Value)> = Vec::new();
        let mut names = HashSet::new();
        reader::members(text, |name, value| {
            if !names.insert(name.clone()) {
                return Err(ArgumentError::new("given twice").inside(&name));
            }
            entries.push((name.into_owned(), Value::from_canonical(value)));
            Ok(())
        })?;
        let positional = entries.len();
        Ok(Self {
            entries,
            positional,
            error: None,
        })
    }

    /// Counts the arguments that a caller could give by position: those of the first parameters
    /// without a gap, up to the first keyword parameter.
    fn split_by(mut self, signature: &crate::Signature) -> Self {
        if !signature.parameters().is_empty() {
            self.positional = signature
                .identifying()
                .zip(&self.entries)
                .take_while(|(parameter, (name, _))| !parameter.keyword && parameter.name == name)
                .count();
        }
        self
    }

    /// The arguments that can be given by position.
    pub fn args(&self) -> impl Iterator<Item = &Value> {
        self.entries[..self.positional]
            .iter()
            .map(|(_, value)| value)
    }

    /// The arguments that are given by name: keyword parameters, and what follows a parameter that
    /// was left out.
    pub fn kwargs(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.iter().skip(self.positional)
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
            positional: entries.len(),
            entries,
            error: None,
        }
    }
}

/// Reads a JSON object.
impl FromStr for Arguments {
    type Err = ArgumentError;

    fn from_str(text: &str) -> Result<Self, ArgumentError> {
        Self::from_text(&transcode::canonical(text)?)
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
        let text = transcode::text_from(deserializer)?;
        Self::from_text(&text).map_err(D::Error::custom)
    }
}

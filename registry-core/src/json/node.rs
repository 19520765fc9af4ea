//! A JSON tree that borrows from its text.

use super::number::Number;
use crate::canonical::{Mode, Writer};
use crate::error::ArgumentError;
use std::borrow::Cow;
use std::collections::HashSet;

/// One JSON value. Objects keep their order, and every member that was given.
#[derive(Clone, Debug)]
pub(crate) enum Node<'t> {
    Null,
    Bool(bool),
    Number(Number<'t>),
    String(Cow<'t, str>),
    Array(Vec<Node<'t>>),
    Object(Vec<Member<'t>>),
}

/// A key and its value.
pub(crate) type Member<'t> = (Cow<'t, str>, Node<'t>);

impl<'t> Node<'t> {
    pub(crate) fn string(text: impl Into<Cow<'t, str>>) -> Self {
        Self::String(text.into())
    }

    /// What it is, in words.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::Array(_) => "an array",
            Self::Object(_) => "an object",
        }
    }

    /// The same, with texts of its own.
    pub(crate) fn into_owned(self) -> Node<'static> {
        match self {
            Self::Null => Node::Null,
            Self::Bool(value) => Node::Bool(value),
            Self::Number(number) => Node::Number(number.into_owned()),
            Self::String(text) => Node::String(text.into_owned().into()),
            Self::Array(elements) => {
                Node::Array(elements.into_iter().map(Node::into_owned).collect())
            }
            Self::Object(members) => {
                let owned = members
                    .into_iter()
                    .map(|(key, value)| (key.into_owned().into(), value.into_owned()));
                Node::Object(owned.collect())
            }
        }
    }

    /// The canonical text.
    pub(crate) fn to_text(&self) -> Result<String, ArgumentError> {
        let mut writer = Writer::text(64, Mode::Identity);
        self.write(&mut writer)?;
        Ok(writer.into_text())
    }

    /// Writes it as canonical text.
    pub(crate) fn write(&self, writer: &mut Writer) -> Result<(), ArgumentError> {
        match self {
            Self::Null => writer.put("null"),
            Self::Bool(value) => writer.put(if *value { "true" } else { "false" }),
            Self::Number(number) => number.write(writer)?,
            Self::String(text) => writer.put_string(text),
            Self::Array(elements) => {
                writer.enter()?;
                writer.put("[");
                for (index, element) in elements.iter().enumerate() {
                    if index > 0 {
                        writer.put(", ");
                    }
                    element
                        .write(writer)
                        .map_err(|error| error.inside_index(index))?;
                }
                writer.put("]");
                writer.leave();
            }
            Self::Object(members) => {
                each_once(members)?;
                writer.enter()?;
                writer.put("{");
                for (index, (key, value)) in members.iter().enumerate() {
                    if index > 0 {
                        writer.put(", ");
                    }
                    writer.put_string(key);
                    writer.put(": ");
                    value.write(writer).map_err(|error| error.inside(key))?;
                }
                writer.put("}");
                writer.leave();
            }
        }
        Ok(())
    }
}

/// Checks that no key is given twice: of two that are the same, one reader would take the first and
/// another the last.
pub(super) fn each_once(members: &[Member<'_>]) -> Result<(), ArgumentError> {
    // For a few keys comparing is faster than hashing.
    const FEW: usize = 12;
    let twice = if members.len() <= FEW {
        let mut pairs = members.iter().enumerate();
        pairs.find(|(index, (key, _))| members[..*index].iter().any(|(earlier, _)| earlier == key))
    } else {
        let mut seen = HashSet::with_capacity(members.len());
        let mut pairs = members.iter().enumerate();
        pairs.find(|(_, (key, _))| !seen.insert(key))
    };
    match twice {
        Some((_, (key, _))) => Err(ArgumentError::twice().inside(key)),
        None => Ok(()),
    }
}

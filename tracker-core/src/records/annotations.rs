//! What people write beside a run: tags and notes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::names::check;

/// The tags and notes of an experiment or an aggregate.
///
/// # Examples
///
/// ```
/// # use tracker_core::{Tracker, conformance::Sample};
/// # let model = Sample::new("MLP", "{}");
/// let run = Tracker::open("memory:")?.experiment("digits")?.track(&model)?;
/// run.set_tag("stage", "candidate")?;
/// run.set_notes("The first that learns.")?;
/// let annotations = run.annotations();
/// assert_eq!(annotations.tags["stage"], "candidate");
/// assert_eq!(annotations.notes, "The first that learns.");
/// # Ok::<(), tracker_core::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Annotations {
    /// A value for each tag; empty for a tag that says all by its name.
    pub tags: BTreeMap<String, String>,
    /// Any text; empty for none.
    pub notes: String,
}

/// A change to [`Annotations`], small enough that two writers do not undo each other.
///
/// # Examples
///
/// ```
/// use tracker_core::{Annotation, Annotations};
///
/// let mut annotations = Annotations::default();
/// annotations.apply(&Annotation::SetNotes("The first that learns.".to_owned()));
/// assert_eq!(annotations.notes, "The first that learns.");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Annotation {
    /// Sets a tag, in the place of the one of this name.
    SetTag {
        /// Its name.
        tag: String,
        /// Its value.
        value: String,
    },
    /// Removes a tag; one that is not there is no error.
    RemoveTag {
        /// Its name.
        tag: String,
    },
    /// Sets the notes.
    SetNotes(String),
}

impl Annotation {
    /// Refuses a tag that no store takes.
    ///
    /// # Errors
    ///
    /// [`Error::EmptyName`](crate::Error::EmptyName), [`Error::Name`](crate::Error::Name).
    pub fn check(&self) -> Result<()> {
        match self {
            Self::SetTag { tag, .. } => check("name", tag, "a tag"),
            Self::RemoveTag { .. } | Self::SetNotes(_) => Ok(()),
        }
    }
}

impl Annotations {
    /// Makes a change.
    pub fn apply(&mut self, change: &Annotation) {
        match change {
            Annotation::SetTag { tag, value } => {
                self.tags.insert(tag.clone(), value.clone());
            }
            Annotation::RemoveTag { tag } => {
                self.tags.remove(tag);
            }
            Annotation::SetNotes(notes) => self.notes.clone_from(notes),
        }
    }
}

//! Tags and notes of an aggregate.

use super::Aggregate;
use crate::error::Result;
use crate::names::check_tag;
use crate::ports::Change;
use crate::records::{Annotation, Annotations};

impl Aggregate {
    /// The tags and notes, as they were when the aggregate was read, or set since by this handle
    /// or a clone.
    pub fn annotations(&self) -> Annotations {
        self.state().annotations.clone()
    }

    /// Sets a tag; its value may be empty.
    ///
    /// # Errors
    ///
    /// [`Error::EmptyName`](crate::Error::EmptyName), [`Error::Name`](crate::Error::Name);
    /// [`Error::Missing`](crate::Error::Missing) when the aggregate was removed.
    pub fn set_tag(&self, tag: &str, value: &str) -> Result<()> {
        check_tag(tag)?;
        self.annotate(&Annotation::SetTag {
            tag: tag.to_owned(),
            value: value.to_owned(),
        })
    }

    /// Removes a tag; one that is not there is no error.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`](crate::Error::Missing) when the aggregate was removed.
    pub fn remove_tag(&self, tag: &str) -> Result<()> {
        self.annotate(&Annotation::RemoveTag {
            tag: tag.to_owned(),
        })
    }

    /// Sets the notes; empty for none.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`](crate::Error::Missing) when the aggregate was removed.
    pub fn set_notes(&self, notes: &str) -> Result<()> {
        self.annotate(&Annotation::SetNotes(notes.to_owned()))
    }

    fn annotate(&self, annotation: &Annotation) -> Result<()> {
        self.0.link.apply(Change::Annotate {
            aggregate: self.0.uuid,
            annotation: annotation.clone(),
        })?;
        self.state().annotations.apply(annotation);
        Ok(())
    }
}

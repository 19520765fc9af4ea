//! How an argument is written, by its type.

use super::argument_writer::{ArgumentWriter, WriteArgument};
use super::entity::Entity;
use crate::error::ArgumentError;
use std::rc::Rc;
use std::sync::Arc;

/// An entity that serde writes in its reference form too.
pub trait ReferenceForm: Entity {}

impl<E: ReferenceForm + ?Sized> ReferenceForm for Box<E> {}
impl<E: ReferenceForm + ?Sized> ReferenceForm for Rc<E> {}
impl<E: ReferenceForm + ?Sized> ReferenceForm for Arc<E> {}

/// One argument on its way to a writer. What is written in its reference form goes there directly,
/// without the detour through serde that what holds it takes.
///
/// The inherent method is found first, the one of [`WrittenFallback`] else.
pub struct Written<'v, T: ?Sized>(pub &'v T);

impl<T: ReferenceForm + ?Sized> Written<'_, T> {
    /// Writes it under a key, `, "name": `, that was laid out while compiling.
    ///
    /// # Errors
    ///
    /// Where it has no JSON form.
    #[inline]
    pub fn write(
        self,
        writer: &mut ArgumentWriter<'_>,
        name: &'static str,
        key: &'static str,
    ) -> Result<(), ArgumentError> {
        let written = writer.keyed_reference(key, self.0.name(), |arguments| {
            self.0
                .write_arguments(arguments)
                .map_err(|error| error.inside("arguments"))
        });
        written.map_err(|error| error.inside(name))
    }
}

/// See [`Written`].
pub trait WrittenFallback {
    /// The argument's type.
    type Value: ?Sized;

    /// Writes it under a key, `, "name": `, that was laid out while compiling.
    ///
    /// # Errors
    ///
    /// Where it has no JSON form.
    fn write(
        self,
        writer: &mut ArgumentWriter<'_>,
        name: &'static str,
        key: &'static str,
    ) -> Result<(), ArgumentError>
    where
        Self::Value: WriteArgument;
}

impl<T: ?Sized> WrittenFallback for Written<'_, T> {
    type Value = T;

    #[inline]
    fn write(
        self,
        writer: &mut ArgumentWriter<'_>,
        name: &'static str,
        key: &'static str,
    ) -> Result<(), ArgumentError>
    where
        T: WriteArgument,
    {
        writer.keyed_argument(name, key, self.0)
    }
}

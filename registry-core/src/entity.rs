//! The trait that everything with an identity implements.

use crate::arguments::Arguments;
use crate::error::ArgumentError;
use crate::hash::Hash;
use crate::metadata::Metadata;
use crate::signature::Signature;
use crate::writer::ArgumentWriter;

/// A component with an identity: a name, arguments, a signature, and the hash that follows from
/// name and arguments.
///
/// `#[derive(Entity)]` implements it for a type; what a `#[register]`ed constructor returns,
/// [`Registered`](crate::Registered), implements it too.
///
/// # Examples
///
/// ```
/// use registry_core::Entity;
///
/// fn describe(component: &dyn Entity) -> String {
///     format!("{} {} {}", component.name(), component.arguments(), component.hash())
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no identity",
    note = "add `#[derive(Entity)]` to the type, or build it with a `#[register]`ed constructor"
)]
pub trait Entity {
    /// The name it is registered under.
    fn name(&self) -> &str;

    /// The parameters it was built from.
    fn signature(&self) -> Signature;

    /// Writes its arguments; called by this crate, and rarely written by hand. One call of [`ArgumentWriter::argument`] each, in signature order.
    ///
    /// # Errors
    ///
    /// Where an argument has no JSON form.
    fn write_arguments(&self, writer: &mut ArgumentWriter<'_>) -> Result<(), ArgumentError>;

    /// Its arguments.
    fn arguments(&self) -> Arguments {
        Arguments::of(self)
    }

    /// Its hash: by default the MD5 of its name and the canonical text of its arguments, as
    /// `gethash` of the Python package `mlregistry` gives it.
    ///
    /// Where an argument has no JSON form the hash [is not valid](Hash::is_valid), and its text is
    /// the reason.
    fn hash(&self) -> Hash {
        Hash::of(self)
    }

    /// Its record: all that is needed to find it and to build it again.
    ///
    /// # Errors
    ///
    /// Where an argument has no JSON form.
    fn metadata(&self) -> Result<Metadata, ArgumentError> {
        Metadata::of(self)
    }
}

macro_rules! entity_through_pointer {
    ($($pointer:ty),*) => {$(
        impl<E: Entity + ?Sized> Entity for $pointer {
            fn name(&self) -> &str {
                (**self).name()
            }

            fn signature(&self) -> Signature {
                (**self).signature()
            }

            fn write_arguments(&self, writer: &mut ArgumentWriter<'_>) -> Result<(), ArgumentError> {
                (**self).write_arguments(writer)
            }

            // What is overridden lies behind the pointer.
            fn arguments(&self) -> Arguments {
                (**self).arguments()
            }

            fn hash(&self) -> Hash {
                (**self).hash()
            }

            fn metadata(&self) -> Result<Metadata, ArgumentError> {
                (**self).metadata()
            }
        }
    )*};
}

entity_through_pointer! { &E, &mut E, Box<E>, std::rc::Rc<E>, std::sync::Arc<E> }

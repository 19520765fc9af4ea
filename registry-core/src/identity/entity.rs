//! The trait that everything with an identity implements.

use super::argument_writer::ArgumentWriter;
use super::arguments::Arguments;
use super::hash::Hash;
use super::metadata::Metadata;
use super::signature::Signature;
use crate::canonical::{Mode, Writer};
use crate::error::ArgumentError;
use crate::json::{Fragment, is_flattened, parse, serialize_with_handoff};
use serde::ser::{Error as _, SerializeMap, Serializer};
use std::borrow::Cow;

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
    note = "add `#[derive(Entity)]` to the type, or build it with a `#[register]`ed constructor",
    note = "a component behind a trait is held as `Registered<Box<dyn Trait>>`; or let the trait extend `Entity`"
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
        arguments(self.signature(), &|writer| self.write_arguments(writer))
    }

    /// Its hash: by default the MD5 of its name and the canonical text of its arguments, as
    /// `gethash` of the Python package `mlregistry` gives it.
    ///
    /// Where an argument has no JSON form the hash [is not valid](Hash::is_valid), and its text is
    /// the reason.
    fn hash(&self) -> Hash {
        Hash::of_written(self.name(), &|writer| self.write_arguments(writer))
    }

    /// Its record: all that is needed to find it and to build it again.
    ///
    /// # Errors
    ///
    /// Where an argument has no JSON form.
    fn metadata(&self) -> Result<Metadata, ArgumentError> {
        let write: WriteArguments<'_> = &|writer| self.write_arguments(writer);
        record(self.name(), self.hash(), self.signature(), write)
    }
}

/// Writes the arguments of an entity. A trait object, so that what is done with them is compiled once
/// and not for each type.
pub(super) type WriteArguments<'w> =
    &'w dyn Fn(&mut ArgumentWriter<'_>) -> Result<(), ArgumentError>;

/// The arguments that the hash covers.
pub(super) fn arguments(signature: Signature, write: WriteArguments<'_>) -> Arguments {
    in_mode(signature, write, Mode::Identity)
        .0
        .unwrap_or_else(Arguments::unwritable)
}

/// The arguments as `mode` writes them, and whether any was left out.
fn in_mode(
    signature: Signature,
    write: WriteArguments<'_>,
    mode: Mode,
) -> (Result<Arguments, ArgumentError>, bool) {
    let mut writer = Writer::text(64, mode);
    let written = ArgumentWriter::arguments(&mut writer, write);
    let skipped = writer.skipped();
    let arguments = written.and_then(|()| Arguments::from_node(&parse(&writer.into_text())?));
    (
        arguments.map(|arguments| arguments.split_by(&signature)),
        skipped,
    )
}

fn record(
    name: &str,
    hash: Hash,
    signature: Signature,
    write: WriteArguments<'_>,
) -> Result<Metadata, ArgumentError> {
    let (arguments, skipped) = in_mode(signature, write, Mode::Identity);
    Ok(Metadata {
        name: name.to_owned(),
        hash,
        arguments: arguments?,
        exact: if skipped {
            Some(in_mode(signature, write, Mode::Exact).0?)
        } else {
            None
        },
        signature: signature.to_string(),
    })
}

/// What is hashed: the name, then the canonical text of the arguments.
fn write_entity(
    writer: &mut Writer,
    name: &str,
    write: WriteArguments<'_>,
) -> Result<(), ArgumentError> {
    writer.put(name);
    ArgumentWriter::arguments(writer, write)
}

impl Hash {
    /// The hash of `entity` by the default scheme, whatever its own [`hash`](Entity::hash) says.
    pub fn of(entity: &(impl Entity + ?Sized)) -> Self {
        Self::of_written(entity.name(), &|writer| entity.write_arguments(writer))
    }

    /// The hash of what has this name and writes these arguments.
    pub(super) fn of_written(name: &str, write: WriteArguments<'_>) -> Self {
        Self::md5(|writer| write_entity(writer, name, write))
    }

    /// The hash of `entity` by another digest, under the name of its scheme.
    ///
    /// # Examples
    ///
    /// ```
    /// # use registry_core::{ArgumentError, ArgumentWriter, Entity, Hash, Signature};
    /// # struct ReLU;
    /// # impl Entity for ReLU {
    /// #     fn name(&self) -> &str { "ReLU" }
    /// #     fn signature(&self) -> Signature { Signature::EMPTY }
    /// #     fn write_arguments(&self, _: &mut ArgumentWriter<'_>) -> Result<(), ArgumentError> { Ok(()) }
    /// # }
    /// let hash = Hash::with_digest::<sha2::Sha256>("sha256-v1", &ReLU); // sha256 of `ReLU{}`
    /// assert!(hash.as_str().starts_with("ddec7ef09d8c16a3"));
    /// assert_eq!(hash.scheme(), "sha256-v1");
    /// ```
    pub fn with_digest<D: md5::Digest + 'static>(
        scheme: impl Into<Cow<'static, str>>,
        entity: &(impl Entity + ?Sized),
    ) -> Self {
        Self::digest::<D>(scheme.into(), |writer| {
            write_entity(writer, entity.name(), &|writer| {
                entity.write_arguments(writer)
            })
        })
    }
}

/// A record is the entity that it was made of, with the hash that it was given then.
impl Entity for Metadata {
    fn name(&self) -> &str {
        &self.name
    }

    /// Records keep signatures as text alone.
    fn signature(&self) -> Signature {
        Signature::EMPTY
    }

    fn write_arguments(&self, writer: &mut ArgumentWriter<'_>) -> Result<(), ArgumentError> {
        self.arguments
            .iter()
            .try_for_each(|(name, value)| writer.argument(name, value))
    }

    fn hash(&self) -> Hash {
        self.hash.clone()
    }

    fn metadata(&self) -> Result<Metadata, ArgumentError> {
        Ok(self.clone())
    }
}

/// The reference form of an entity.
pub(super) struct Reference<'e, E: ?Sized>(pub(super) &'e E);

impl<E: Entity + ?Sized> Fragment for Reference<'_, E> {
    fn write(&self, writer: &mut Writer) -> Result<(), ArgumentError> {
        ArgumentWriter::reference(writer, self.0.name(), |arguments| {
            self.0
                .write_arguments(arguments)
                .map_err(|error| error.inside("arguments"))
        })
    }
}

/// Serializes an entity in its reference form.
///
/// # Errors
///
/// Where an argument has no JSON form, or the serializer fails.
pub fn serialize<E: Entity + ?Sized, S: Serializer>(
    entity: &E,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    if is_flattened::<S>() {
        // A bare name cannot be flattened, so it stands under its key.
        let arguments = entity.arguments();
        if let Some(error) = arguments.error() {
            return Err(S::Error::custom(error));
        }
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("name", entity.name())?;
        if !arguments.is_empty() {
            map.serialize_entry("arguments", &arguments)?;
        }
        return map.end();
    }
    serialize_with_handoff(&Reference(entity), serializer)
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

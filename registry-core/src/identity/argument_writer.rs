//! What receives the arguments of an entity.

use crate::canonical::{Mode, Writer};
use crate::error::ArgumentError;
use serde::ser::Serialize;

/// A parameter's type that can be written: whatever serde can serialize.
#[diagnostic::on_unimplemented(
    message = "an argument of type `{Self}` cannot be written",
    label = "neither an entity nor a type that serde can write",
    note = "derive `serde::Serialize` and `serde::Deserialize` for it, or `Entity`, or exclude the parameter with `#[register(exclude)]`",
    note = "a boxed component is `Registered<Box<dyn Trait>>`; or its trait extends `Entity`"
)]
pub trait WriteArgument: Serialize {}

impl<T: Serialize + ?Sized> WriteArgument for T {}

/// Receives the arguments of an entity, one call for each parameter of its signature, in order.
///
/// The macros write these calls; a type that implements [`Entity`](crate::Entity) by hand makes
/// them itself.
///
/// # Examples
///
/// ```
/// use registry_core::{ArgumentError, ArgumentWriter, Entity, Signature};
///
/// struct Dropout(f64);
///
/// impl Entity for Dropout {
///     fn name(&self) -> &str {
///         "Dropout"
///     }
///     fn signature(&self) -> Signature {
///         Signature::EMPTY
///     }
///     fn write_arguments(&self, writer: &mut ArgumentWriter<'_>) -> Result<(), ArgumentError> {
///         writer.argument("p", &self.0)
///     }
/// }
///
/// assert_eq!(Dropout(0.5).arguments().to_string(), r#"{"p": 0.5}"#);
/// ```
pub struct ArgumentWriter<'w> {
    writer: &'w mut Writer,
    /// What stands before the first argument.
    opening: Opening<'w>,
    written: bool,
}

enum Opening<'w> {
    Arguments,
    Reference { name: &'w str },
}

impl<'w> ArgumentWriter<'w> {
    /// Writes the arguments that `write` gives as one object.
    pub(crate) fn arguments(
        writer: &'w mut Writer,
        write: impl FnOnce(&mut ArgumentWriter<'_>) -> Result<(), ArgumentError>,
    ) -> Result<(), ArgumentError> {
        let mut arguments = ArgumentWriter {
            writer,
            opening: Opening::Arguments,
            written: false,
        };
        write(&mut arguments)?;
        if arguments.written {
            arguments.writer.put("}");
            arguments.writer.leave();
        } else {
            arguments.writer.put("{}");
        }
        Ok(())
    }

    /// Writes the reference form: the bare name where no argument follows, else an object.
    pub(crate) fn reference(
        writer: &'w mut Writer,
        name: &'w str,
        write: impl FnOnce(&mut ArgumentWriter<'_>) -> Result<(), ArgumentError>,
    ) -> Result<(), ArgumentError> {
        let opening = Opening::Reference { name };
        let mut arguments = ArgumentWriter {
            writer,
            opening,
            written: false,
        };
        write(&mut arguments)?;
        if arguments.written {
            arguments.writer.put("}}");
            arguments.writer.leave();
            arguments.writer.leave();
        } else {
            arguments.writer.put_string(name);
        }
        Ok(())
    }

    #[inline]
    fn separate(&mut self) -> Result<(), ArgumentError> {
        if self.written {
            self.writer.put(", ");
            return Ok(());
        }
        self.begin()
    }

    fn begin(&mut self) -> Result<(), ArgumentError> {
        if let Opening::Reference { name } = self.opening {
            self.writer.enter()?;
            self.writer.put("{\"name\": ");
            self.writer.put_string(name);
            self.writer.put(", \"arguments\": ");
        }
        self.writer.enter()?;
        self.writer.put("{");
        self.written = true;
        Ok(())
    }

    fn named(&mut self, name: &str) -> Result<(), ArgumentError> {
        self.separate()?;
        self.writer.put_string(name);
        self.writer.put(": ");
        Ok(())
    }

    /// Writes one argument.
    ///
    /// # Errors
    ///
    /// Where `value` has no JSON form: a map key that is no string, number, boolean or char, or
    /// more than 128 levels of nesting.
    pub fn argument<T: WriteArgument + ?Sized>(
        &mut self,
        name: &str,
        value: &T,
    ) -> Result<(), ArgumentError> {
        self.named(name)?;
        value
            .serialize(&mut *self.writer)
            .map_err(|error| error.inside(name))
    }

    /// Writes one argument whose key, `, "name": `, was laid out while compiling.
    #[doc(hidden)]
    #[inline]
    pub fn keyed_argument<T: WriteArgument + ?Sized>(
        &mut self,
        name: &'static str,
        key: &'static str,
        value: &T,
    ) -> Result<(), ArgumentError> {
        self.key(key)?;
        match value.serialize(&mut *self.writer) {
            Ok(()) => Ok(()),
            Err(error) => Err(error.inside(name)),
        }
    }

    /// Writes one argument in the reference form, under a key that was laid out while compiling.
    #[inline]
    pub(super) fn keyed_reference(
        &mut self,
        key: &'static str,
        name: &str,
        write: impl FnOnce(&mut ArgumentWriter<'_>) -> Result<(), ArgumentError>,
    ) -> Result<(), ArgumentError> {
        self.key(key)?;
        ArgumentWriter::reference(self.writer, name, write)
    }

    #[inline]
    fn key(&mut self, key: &'static str) -> Result<(), ArgumentError> {
        if self.written {
            self.writer.put(key);
        } else {
            self.begin()?;
            self.writer.put(&key[2..]);
        }
        Ok(())
    }

    /// Writes one argument of a `skip_default` parameter: nothing, while it equals its default.
    ///
    /// Equal means that both have the same canonical text.
    ///
    /// # Errors
    ///
    /// As for [`argument`](Self::argument).
    pub fn argument_unless_default<T: WriteArgument + ?Sized>(
        &mut self,
        name: &str,
        value: &T,
        default: &T,
    ) -> Result<(), ArgumentError> {
        if self.writer.mode() == Mode::Exact {
            return self.argument(name, value);
        }
        let mut both = Writer::text(48, Mode::Identity);
        value
            .serialize(&mut both)
            .map_err(|error| error.inside(name))?;
        let middle = both.length();
        default
            .serialize(&mut both)
            .map_err(|error| error.inside(name))?;
        let levels = both.deepest();
        if both.skipped() {
            self.writer.set_skipped();
        }
        let text = both.into_text();
        let (value, default) = text.split_at(middle);
        if value == default {
            self.writer.set_skipped();
            return Ok(());
        }
        self.named(name)?;
        self.writer
            .enter_by(levels)
            .map_err(|error| error.inside(name))?;
        self.writer.put(value);
        Ok(())
    }

    /// Writes the arguments of an object that is already in canonical form.
    pub(crate) fn raw(&mut self, object: &str, levels: usize) -> Result<(), ArgumentError> {
        let members = object
            .strip_prefix('{')
            .and_then(|rest| rest.strip_suffix('}'));
        let members = members.unwrap_or_default();
        if members.is_empty() {
            return Ok(());
        }
        self.separate()?;
        self.writer.enter_by(levels.saturating_sub(1))?;
        self.writer.put(members);
        Ok(())
    }

    /// Writes what an entity captured, in the form that this writer asks for.
    pub(crate) fn captured(
        &mut self,
        identity: &str,
        exact: Option<&str>,
        levels: usize,
    ) -> Result<(), ArgumentError> {
        match (self.writer.mode(), exact) {
            (Mode::Exact, Some(exact)) => self.raw(exact, levels),
            (_, exact) => {
                if exact.is_some() {
                    self.writer.set_skipped();
                }
                self.raw(identity, levels)
            }
        }
    }
}

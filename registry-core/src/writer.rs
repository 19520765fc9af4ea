//! The canonical writer: one serde `Serializer` that writes what Python's `json.dumps` would.

use crate::error::ArgumentError;
use crate::float::FloatText;
use crate::sink::{DigestBytes, Sink};
use serde::ser::{self, Serialize};
use std::cell::Cell;

mod compound;
mod key;
mod reference;

pub(crate) use reference::{EntityReference, Fragment, serialize_with_handoff};

/// How deep objects and arrays may nest, in what is written as in what is read. A limit is what
/// keeps a hostile document from overflowing the stack.
pub(crate) const DEPTH_LIMIT: usize = 128;

/// The name under which a value asks this writer for the writer itself; see [`reference`].
pub(crate) const HANDOFF: &str = "$entia::handoff";

/// Whether arguments that equal their default may be left out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Mode {
    /// As the hash sees them: `skip_default` parameters are left out while they equal the default.
    Identity,
    /// As a record keeps them: nothing is left out.
    Exact,
}

/// Writes canonical text into a string or straight into a digest.
///
/// Users meet it through [`ArgumentWriter`].
pub(crate) struct Writer {
    sink: Sink,
    mode: Mode,
    depth: usize,
    deepest: usize,
    skipped: bool,
    error: Option<ArgumentError>,
}

thread_local! {
    /// Whether it was a writer that was asked whether it is human readable.
    static ASKED: Cell<bool> = const { Cell::new(false) };

    /// Where a writer waits while the value that asked for it is being entered.
    static SLOT: Cell<Option<Writer>> = const { Cell::new(None) };
}

impl Writer {
    pub(crate) fn new(sink: Sink, mode: Mode) -> Self {
        Self {
            sink,
            mode,
            depth: 0,
            deepest: 0,
            skipped: false,
            error: None,
        }
    }

    /// A writer into a string with room for `capacity` bytes.
    pub(crate) fn text(capacity: usize, mode: Mode) -> Self {
        Self::new(Sink::text(capacity), mode)
    }

    /// The canonical text of one value.
    pub(crate) fn text_of<T: Serialize + ?Sized>(value: &T) -> Result<String, ArgumentError> {
        let mut writer = Self::text(64, Mode::Identity);
        value.serialize(&mut writer)?;
        Ok(writer.into_text())
    }

    pub(crate) fn put(&mut self, text: &str) {
        self.sink.put(text);
    }

    /// Whether an argument was left out because it equals its default.
    pub(crate) fn skipped(&self) -> bool {
        self.skipped
    }

    /// How deep the written objects and arrays nest.
    pub(crate) fn deepest(&self) -> usize {
        self.deepest
    }

    /// How many bytes of text stand here; 0 where they go to a digest.
    pub(crate) fn length(&self) -> usize {
        self.written().len()
    }

    /// The text so far; empty where it goes to a digest.
    pub(crate) fn written(&self) -> &str {
        self.sink.written()
    }

    /// Takes back what was written after `length`.
    pub(crate) fn truncate(&mut self, length: usize) {
        self.sink.truncate(length);
    }

    pub(crate) fn into_text(self) -> String {
        self.sink.into_text()
    }

    pub(crate) fn into_digest(self) -> DigestBytes {
        self.sink.into_digest()
    }

    pub(crate) fn enter(&mut self) -> Result<(), ArgumentError> {
        self.enter_by(1)?;
        self.depth += 1;
        Ok(())
    }

    pub(crate) fn leave(&mut self) {
        self.depth -= 1;
    }

    /// Notes that something `levels` deep is written here.
    fn enter_by(&mut self, levels: usize) -> Result<(), ArgumentError> {
        let reached = self.depth + levels;
        if reached > DEPTH_LIMIT {
            return Err(too_deep());
        }
        self.deepest = self.deepest.max(reached);
        Ok(())
    }

    /// Writes a text that is canonical already.
    pub(crate) fn put_canonical(&mut self, text: &str) -> Result<(), ArgumentError> {
        self.enter_by(levels(text))?;
        self.put(text);
        Ok(())
    }

    fn put_int(&mut self, value: impl itoa::Integer) {
        self.sink.put(itoa::Buffer::new().format(value));
    }

    /// Writes `text` with quotes and ASCII escapes, as `json.dumps` with `ensure_ascii`.
    pub(crate) fn put_string(&mut self, text: &str) {
        self.put("\"");
        let mut written = 0;
        for (at, character) in special_characters(text) {
            self.put(&text[written..at]);
            self.put_escape(character);
            written = at + character.len_utf8();
        }
        self.put(&text[written..]);
        self.put("\"");
    }

    fn put_escape(&mut self, character: char) {
        self.put(match character {
            '"' => "\\\"",
            '\\' => "\\\\",
            '\n' => "\\n",
            '\r' => "\\r",
            '\t' => "\\t",
            '\u{8}' => "\\b",
            '\u{c}' => "\\f",
            _ => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    self.put(&format!("\\u{unit:04x}"));
                }
                return;
            }
        });
    }
}

pub(crate) fn too_deep() -> ArgumentError {
    ArgumentError::new(format!("nested deeper than {DEPTH_LIMIT} levels"))
        .with_hint("flatten the value, or exclude the parameter from identity")
}

/// `text` as a JSON string.
pub(crate) fn quoted(text: &str) -> String {
    let mut writer = Writer::text(text.len() + 2, Mode::Identity);
    writer.put_string(text);
    writer.into_text()
}

/// How deep the brackets of a JSON text nest.
fn levels(text: &str) -> usize {
    let (mut depth, mut deepest, mut in_string, mut escaped) = (0_usize, 0, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = in_string,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'{' | b'[' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// The characters that are not written as they stand, with their positions.
fn special_characters(text: &str) -> impl Iterator<Item = (usize, char)> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let plain = text.as_bytes()[from..]
            .iter()
            .position(|&byte| !(b' '..=b'~').contains(&byte) || byte == b'"' || byte == b'\\')?;
        let at = from + plain;
        let character = text[at..].chars().next()?;
        from = at + character.len_utf8();
        Some((at, character))
    })
}

impl<'w> ser::Serializer for &'w mut Writer {
    type Ok = ();
    type Error = ArgumentError;
    type SerializeSeq = compound::Elements<'w>;
    type SerializeTuple = compound::Elements<'w>;
    type SerializeTupleStruct = compound::Elements<'w>;
    type SerializeTupleVariant = compound::Elements<'w>;
    type SerializeMap = compound::SortedEntries<'w>;
    type SerializeStruct = compound::Fields<'w>;
    type SerializeStructVariant = compound::Fields<'w>;

    fn is_human_readable(&self) -> bool {
        ASKED.set(true);
        true
    }

    fn serialize_bool(self, value: bool) -> Result<(), ArgumentError> {
        self.put(if value { "true" } else { "false" });
        Ok(())
    }

    fn serialize_i8(self, value: i8) -> Result<(), ArgumentError> {
        self.put_int(value);
        Ok(())
    }

    fn serialize_i16(self, value: i16) -> Result<(), ArgumentError> {
        self.put_int(value);
        Ok(())
    }

    fn serialize_i32(self, value: i32) -> Result<(), ArgumentError> {
        self.put_int(value);
        Ok(())
    }

    fn serialize_i64(self, value: i64) -> Result<(), ArgumentError> {
        self.put_int(value);
        Ok(())
    }

    fn serialize_i128(self, value: i128) -> Result<(), ArgumentError> {
        self.put_int(value);
        Ok(())
    }

    fn serialize_u8(self, value: u8) -> Result<(), ArgumentError> {
        self.put_int(value);
        Ok(())
    }

    fn serialize_u16(self, value: u16) -> Result<(), ArgumentError> {
        self.put_int(value);
        Ok(())
    }

    fn serialize_u32(self, value: u32) -> Result<(), ArgumentError> {
        self.put_int(value);
        Ok(())
    }

    fn serialize_u64(self, value: u64) -> Result<(), ArgumentError> {
        self.put_int(value);
        Ok(())
    }

    fn serialize_u128(self, value: u128) -> Result<(), ArgumentError> {
        self.put_int(value);
        Ok(())
    }

    fn serialize_f32(self, value: f32) -> Result<(), ArgumentError> {
        self.put(FloatText::of_f32(value).as_str());
        Ok(())
    }

    fn serialize_f64(self, value: f64) -> Result<(), ArgumentError> {
        self.put(FloatText::of(value).as_str());
        Ok(())
    }

    fn serialize_char(self, value: char) -> Result<(), ArgumentError> {
        self.put_string(value.encode_utf8(&mut [0; 4]));
        Ok(())
    }

    fn serialize_str(self, value: &str) -> Result<(), ArgumentError> {
        self.put_string(value);
        Ok(())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), ArgumentError> {
        self.collect_seq(value)
    }

    fn serialize_none(self) -> Result<(), ArgumentError> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), ArgumentError> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), ArgumentError> {
        self.put("null");
        Ok(())
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result<(), ArgumentError> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
    ) -> Result<(), ArgumentError> {
        self.put_string(variant);
        Ok(())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<(), ArgumentError> {
        if name == HANDOFF {
            self.hand_over(value)
        } else {
            value.serialize(self)
        }
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), ArgumentError> {
        self.begin_variant(variant)?;
        value
            .serialize(&mut *self)
            .map_err(|error| error.inside(variant))?;
        self.end_variant();
        Ok(())
    }

    fn serialize_seq(
        self,
        _length: Option<usize>,
    ) -> Result<compound::Elements<'w>, ArgumentError> {
        compound::Elements::begin(self, None)
    }

    fn serialize_tuple(self, length: usize) -> Result<compound::Elements<'w>, ArgumentError> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_struct(
        self,
        _name: &'static str,
        length: usize,
    ) -> Result<compound::Elements<'w>, ArgumentError> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _length: usize,
    ) -> Result<compound::Elements<'w>, ArgumentError> {
        compound::Elements::begin(self, Some(variant))
    }

    fn serialize_map(
        self,
        length: Option<usize>,
    ) -> Result<compound::SortedEntries<'w>, ArgumentError> {
        compound::SortedEntries::begin(self, length)
    }

    fn serialize_struct(
        self,
        _name: &'static str,
        _length: usize,
    ) -> Result<compound::Fields<'w>, ArgumentError> {
        compound::Fields::begin(self, None)
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _length: usize,
    ) -> Result<compound::Fields<'w>, ArgumentError> {
        compound::Fields::begin(self, Some(variant))
    }
}

impl Writer {
    /// `{"Variant": ` of serde's external tagging.
    fn begin_variant(&mut self, variant: &str) -> Result<(), ArgumentError> {
        self.enter()?;
        self.put("{");
        self.put_string(variant);
        self.put(": ");
        Ok(())
    }

    fn end_variant(&mut self) {
        self.put("}");
        self.leave();
    }
}

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
    pub fn argument<T: Serialize + ?Sized>(
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
    pub fn keyed_argument<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        key: &'static str,
        value: &T,
    ) -> Result<(), ArgumentError> {
        if self.written {
            self.writer.put(key);
        } else {
            self.begin()?;
            self.writer.put(&key[2..]);
        }
        match value.serialize(&mut *self.writer) {
            Ok(()) => Ok(()),
            Err(error) => Err(error.inside(name)),
        }
    }

    /// Writes one argument of a `skip_default` parameter: nothing, while it equals its default.
    ///
    /// Equal means that both have the same canonical text.
    ///
    /// # Errors
    ///
    /// As for [`argument`](Self::argument).
    pub fn argument_unless_default<T: Serialize + ?Sized>(
        &mut self,
        name: &str,
        value: &T,
        default: &T,
    ) -> Result<(), ArgumentError> {
        if self.writer.mode == Mode::Exact {
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
        let levels = both.deepest;
        self.writer.skipped |= both.skipped;
        let text = both.into_text();
        let (value, default) = text.split_at(middle);
        if value == default {
            self.writer.skipped = true;
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
        match (self.writer.mode, exact) {
            (Mode::Exact, Some(exact)) => self.raw(exact, levels),
            (_, exact) => {
                self.writer.skipped |= exact.is_some();
                self.raw(identity, levels)
            }
        }
    }
}

//! The canonical writer: one serde `Serializer` that writes what Python's `json.dumps` would.

use crate::error::ArgumentError;
use crate::sink::{DigestBytes, Sink};
use serde::ser::Serialize;
use std::cell::Cell;

mod arguments;
mod compound;
mod key;
mod reference;
mod serialize;
mod text;

pub use arguments::ArgumentWriter;
pub(crate) use reference::{EntityReference, Fragment, serialize_with_handoff};
use text::levels;
pub(crate) use text::quoted;

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

    #[inline]
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
}

pub(crate) fn too_deep() -> ArgumentError {
    ArgumentError::new(format!("nested deeper than {DEPTH_LIMIT} levels"))
        .with_hint("flatten the value, or exclude the parameter from identity")
}

//! Where canonical text is put together.

use super::depth::{DEPTH_LIMIT, levels, too_deep};
use crate::error::ArgumentError;
use serde::ser::Serialize;
use std::cell::Cell;

/// The name under which a value asks this writer for the writer itself; see `json::handoff`.
pub(crate) const HANDOFF: &str = "$entia::handoff";

/// Whether arguments that equal their default may be left out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Mode {
    /// As the hash sees them: `skip_default` parameters are left out while they equal the default.
    Identity,
    /// As a record keeps them: nothing is left out.
    Exact,
}

/// Writes canonical text.
///
/// Users meet it through [`ArgumentWriter`](crate::ArgumentWriter).
pub(crate) struct Writer {
    pub(super) text: String,
    mode: Mode,
    depth: usize,
    deepest: usize,
    skipped: bool,
    error: Option<ArgumentError>,
}

thread_local! {
    /// Whether it was a writer that was asked whether it is human readable.
    pub(crate) static ASKED: Cell<bool> = const { Cell::new(false) };

    /// A buffer for texts that are only looked at, so that a hash allocates nothing.
    static BUFFER: Cell<String> = const { Cell::new(String::new()) };

    /// Where a writer waits while the value that asked for it is being entered.
    pub(crate) static SLOT: Cell<Option<Writer>> = const { Cell::new(None) };
}

impl Writer {
    fn new(text: String, mode: Mode) -> Self {
        Self {
            text,
            mode,
            depth: 0,
            deepest: 0,
            skipped: false,
            error: None,
        }
    }

    /// A writer into a string with room for `capacity` bytes.
    pub(crate) fn text(capacity: usize, mode: Mode) -> Self {
        Self::new(String::with_capacity(capacity), mode)
    }

    /// The canonical text of one value.
    pub(crate) fn text_of<T: Serialize + ?Sized>(value: &T) -> Result<String, ArgumentError> {
        let mut writer = Self::text(64, Mode::Identity);
        value.serialize(&mut writer)?;
        Ok(writer.into_text())
    }

    /// One that stands in while this one is handed over; what it writes is dropped.
    pub(crate) fn stand_in(&self) -> Self {
        Self::new(String::new(), self.mode)
    }

    #[inline]
    pub(crate) fn put(&mut self, text: &str) {
        self.text.push_str(text);
    }

    pub(crate) fn mode(&self) -> Mode {
        self.mode
    }

    /// Whether an argument was left out because it equals its default.
    pub(crate) fn skipped(&self) -> bool {
        self.skipped
    }

    /// Notes that an argument was left out because it equals its default.
    pub(crate) fn set_skipped(&mut self) {
        self.skipped = true;
    }

    /// Notes what a value that wrote by itself could not write.
    pub(crate) fn set_error(&mut self, error: ArgumentError) {
        self.error = Some(error);
    }

    pub(crate) fn take_error(&mut self) -> Option<ArgumentError> {
        self.error.take()
    }

    /// How deep the written objects and arrays nest.
    pub(crate) fn deepest(&self) -> usize {
        self.deepest
    }

    /// How many bytes of text stand here.
    pub(crate) fn length(&self) -> usize {
        self.text.len()
    }

    pub(crate) fn into_text(self) -> String {
        self.text
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
    pub(crate) fn enter_by(&mut self, levels: usize) -> Result<(), ArgumentError> {
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

    #[inline]
    pub(crate) fn put_int(&mut self, value: impl itoa::Integer) {
        self.text.push_str(itoa::Buffer::new().format(value));
    }
}

/// Hands over what `write` writes. A digest goes over the whole text at once: canonical text comes in
/// words of a few bytes, and each call of a digest costs more than a copy.
pub(crate) fn with_text<T>(
    write: impl FnOnce(&mut Writer) -> Result<(), ArgumentError>,
    read: impl FnOnce(&str) -> T,
) -> Result<T, ArgumentError> {
    /// A larger buffer is given back.
    const KEPT: usize = 1 << 16;
    let mut buffer = BUFFER.take();
    buffer.clear();
    let mut writer = Writer::new(buffer, Mode::Identity);
    let result = write(&mut writer).map(|()| read(&writer.text));
    if writer.text.capacity() <= KEPT {
        BUFFER.set(writer.text);
    }
    result
}

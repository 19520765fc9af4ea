//! What a constructor was called with.

use super::argument_writer::ArgumentWriter;
use super::entity::WriteArguments;
use super::signature::Signature;
use crate::canonical::{Mode, Writer};
use crate::error::ArgumentError;
use std::borrow::Cow;

/// What a constructor was called with.
#[derive(Clone)]
pub struct Capture {
    pub(super) name: Cow<'static, str>,
    pub(super) signature: Signature,
    pub(super) arguments: Result<Captured, ArgumentError>,
}

/// The canonical text of the arguments.
#[derive(Clone)]
pub(super) struct Captured {
    pub(super) identity: String,
    /// With every skipped default, where any was skipped.
    pub(super) exact: Option<Box<str>>,
    pub(super) levels: usize,
}

impl Capture {
    /// Captures what `write` writes.
    pub fn of(name: &'static str, signature: Signature, write: WriteArguments<'_>) -> Self {
        Self {
            name: Cow::Borrowed(name),
            signature,
            arguments: Captured::of(signature, write),
        }
    }
}

impl Captured {
    pub(super) fn of(
        signature: Signature,
        write: WriteArguments<'_>,
    ) -> Result<Self, ArgumentError> {
        // Room for the names, their punctuation and a number each: scalars then fit at once.
        let names = signature
            .parameters()
            .iter()
            .map(|parameter| parameter.name.len() + 24);
        let mut writer = Writer::text(2 + names.sum::<usize>(), Mode::Identity);
        ArgumentWriter::arguments(&mut writer, write)?;
        let (skipped, mut levels) = (writer.skipped(), writer.deepest());
        let mut exact = None;
        if skipped {
            let mut writer = Writer::text(writer.length() + 64, Mode::Exact);
            ArgumentWriter::arguments(&mut writer, write)?;
            levels = levels.max(writer.deepest());
            exact = Some(writer.into_text().into_boxed_str());
        }
        Ok(Self {
            identity: writer.into_text(),
            exact,
            levels,
        })
    }
}

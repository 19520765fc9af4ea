//! How an entity, or a text that is already canonical, reaches the writer from inside a value.
//!
//! An entity serializes with any serde `Serializer`. With this crate's own [`Writer`] it should
//! write its arguments straight into the same text, but a `Serialize` implementation cannot see
//! which serializer it got. So it asks `is_human_readable`, at which the writer leaves a mark in a
//! slot of the thread; no other serializer does. Only then it announces itself under the name
//! [`HANDOFF`]: the writer leaves itself in another slot and enters the value, which finds it there.

use super::parse::parse;
use crate::canonical::{ASKED, HANDOFF, Mode, SLOT, Writer};
use crate::error::ArgumentError;
use serde::ser::{Error as _, Serialize, Serializer};

/// What can write itself into a [`Writer`], or be given to another serializer as canonical text.
pub(crate) trait Fragment {
    fn write(&self, writer: &mut Writer) -> Result<(), ArgumentError>;
}

/// Whether a serializer is the one by which serde flattens, which takes maps alone.
///
/// serde has no other way to tell: its own serializer refuses a string when it is too late to write
/// something else.
pub(crate) fn is_flattened<S>() -> bool {
    std::any::type_name::<S>().contains("FlatMapSerializer<")
}

/// Serializes `fragment` with any serializer.
pub(crate) fn serialize_with_handoff<S: Serializer>(
    fragment: &dyn Fragment,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    ASKED.set(false);
    let human_readable = serializer.is_human_readable();
    if ASKED.take() {
        return serializer.serialize_newtype_struct(HANDOFF, &Entering(fragment));
    }
    in_terms_of(serializer, fragment, human_readable)
}

/// In the terms of another serializer.
fn in_terms_of<S: Serializer>(
    serializer: S,
    fragment: &dyn Fragment,
    human_readable: bool,
) -> Result<S::Ok, S::Error> {
    let mut writer = Writer::text(64, Mode::Identity);
    fragment.write(&mut writer).map_err(S::Error::custom)?;
    let text = writer.into_text();
    if human_readable {
        parse(&text)
            .map_err(S::Error::custom)?
            .serialize(serializer)
    } else {
        serializer.serialize_str(&text)
    }
}

struct Entering<'f>(&'f dyn Fragment);

impl Serialize for Entering<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Some(mut writer) = SLOT.take() {
            if let Err(error) = self.0.write(&mut writer) {
                writer.set_error(error);
            }
            SLOT.set(Some(writer));
            return serializer.serialize_unit();
        }
        // A serializer that stands before a writer and unwraps newtypes.
        let human_readable = serializer.is_human_readable();
        in_terms_of(serializer, self.0, human_readable)
    }
}

//! How an entity, or a text that is already canonical, reaches the writer from inside a value.
//!
//! An entity serializes with any serde `Serializer`. With this crate's own [`Writer`] it should
//! write its arguments straight into the same sink, but a `Serialize` implementation cannot see
//! which serializer it got. So it asks `is_human_readable`, at which the writer leaves a mark in a
//! slot of the thread; no other serializer does. Only then it announces itself under the name
//! [`HANDOFF`]: the writer leaves itself in another slot and enters the value, which finds it there.

use super::{ASKED, ArgumentWriter, HANDOFF, Mode, SLOT, Writer};
use crate::entity::Entity;
use crate::error::ArgumentError;
use crate::sink::Sink;
use crate::transcode::Transcode;
use serde::ser::{Error as _, Serialize, Serializer};
use std::mem;

impl Writer {
    /// Lets `value` write with this very writer.
    pub(super) fn hand_over<T: Serialize + ?Sized>(
        &mut self,
        value: &T,
    ) -> Result<(), ArgumentError> {
        let mut stand_in = Writer::new(Sink::Nowhere, self.mode);
        mem::swap(self, &mut stand_in);
        SLOT.set(Some(stand_in));
        // `self` is the stand-in now; what the value reports to it is dropped.
        let entered = value.serialize(&mut *self);
        if let Some(writer) = SLOT.take() {
            *self = writer;
        }
        entered?;
        self.error.take().map_or(Ok(()), Err)
    }
}

/// What can write itself into a [`Writer`], or be given to another serializer as canonical text.
pub(crate) trait Fragment {
    fn write(&self, writer: &mut Writer) -> Result<(), ArgumentError>;
}

/// The reference form of an entity.
pub(crate) struct EntityReference<'e, E: ?Sized>(pub(crate) &'e E);

impl<E: Entity + ?Sized> Fragment for EntityReference<'_, E> {
    fn write(&self, writer: &mut Writer) -> Result<(), ArgumentError> {
        ArgumentWriter::reference(writer, self.0.name(), |arguments| {
            self.0
                .write_arguments(arguments)
                .map_err(|error| error.inside("arguments"))
        })
    }
}

/// Serializes `fragment` with any serializer.
pub(crate) fn serialize_with_handoff<S: Serializer>(
    fragment: &dyn Fragment,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    ASKED.set(false);
    let _ = serializer.is_human_readable();
    if ASKED.take() {
        return serializer.serialize_newtype_struct(HANDOFF, &Entering(fragment));
    }
    transcode(fragment, serializer)
}

/// In the terms of another serializer.
fn transcode<S: Serializer>(fragment: &dyn Fragment, serializer: S) -> Result<S::Ok, S::Error> {
    let mut writer = Writer::text(64, Mode::Identity);
    fragment.write(&mut writer).map_err(S::Error::custom)?;
    Transcode(&writer.into_text()).serialize(serializer)
}

struct Entering<'f>(&'f dyn Fragment);

impl Serialize for Entering<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Some(mut writer) = SLOT.take() {
            if let Err(error) = self.0.write(&mut writer) {
                writer.error = Some(error);
            }
            SLOT.set(Some(writer));
            return serializer.serialize_unit();
        }
        // A serializer that stands before a writer and unwraps newtypes.
        transcode(self.0, serializer)
    }
}

//! serde's `Serializer` over a [`Writer`].

use super::compound;
use super::float::FloatText;
use super::writer::{ASKED, HANDOFF, SLOT, Writer};
use crate::error::ArgumentError;
use serde::ser::{self, Serialize};
use std::mem;

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
    /// Lets `value` write with this very writer; see `json::handoff`.
    fn hand_over<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), ArgumentError> {
        let mut stand_in = self.stand_in();
        mem::swap(self, &mut stand_in);
        SLOT.set(Some(stand_in));
        // `self` is the stand-in now; what the value reports to it is dropped.
        let entered = value.serialize(&mut *self);
        if let Some(writer) = SLOT.take() {
            *self = writer;
        }
        entered?;
        self.take_error().map_or(Ok(()), Err)
    }

    /// `{"Variant": ` of serde's external tagging.
    pub(super) fn begin_variant(&mut self, variant: &str) -> Result<(), ArgumentError> {
        self.enter()?;
        self.put("{");
        self.put_string(variant);
        self.put(": ");
        Ok(())
    }

    pub(super) fn end_variant(&mut self) {
        self.put("}");
        self.leave();
    }
}

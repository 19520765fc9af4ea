//! Map keys, as Python's `json.dumps` turns them into strings.

use super::float::FloatText;
use crate::error::{ArgumentError, ProblemKind};
use serde::ser::{self, Impossible, Serialize};

/// Serializes a map key to its text, without quotes.
pub(super) struct KeyText;

fn refused(found: &str) -> ArgumentError {
    ArgumentError::new(
        ProblemKind::Unwritable,
        format!("a map key must be a string, a number, a boolean or a char, found {found}"),
    )
    .with_hint("use such a key, or a list of pairs instead of the map")
}

fn float(text: &FloatText) -> String {
    text.as_str().to_owned()
}

macro_rules! integer_keys {
    ($($method:ident: $integer:ty),*) => {$(
        fn $method(self, value: $integer) -> Result<String, ArgumentError> {
            Ok(itoa::Buffer::new().format(value).to_owned())
        }
    )*};
}

impl ser::Serializer for KeyText {
    type Ok = String;
    type Error = ArgumentError;
    type SerializeSeq = Impossible<String, ArgumentError>;
    type SerializeTuple = Impossible<String, ArgumentError>;
    type SerializeTupleStruct = Impossible<String, ArgumentError>;
    type SerializeTupleVariant = Impossible<String, ArgumentError>;
    type SerializeMap = Impossible<String, ArgumentError>;
    type SerializeStruct = Impossible<String, ArgumentError>;
    type SerializeStructVariant = Impossible<String, ArgumentError>;

    integer_keys! {
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_i128: i128, serialize_u8: u8, serialize_u16: u16, serialize_u32: u32,
        serialize_u64: u64, serialize_u128: u128
    }

    fn serialize_bool(self, value: bool) -> Result<String, ArgumentError> {
        Ok(value.to_string())
    }

    fn serialize_f32(self, value: f32) -> Result<String, ArgumentError> {
        Ok(float(&FloatText::of_f32(value)))
    }

    fn serialize_f64(self, value: f64) -> Result<String, ArgumentError> {
        Ok(float(&FloatText::of(value)))
    }

    fn serialize_char(self, value: char) -> Result<String, ArgumentError> {
        Ok(value.to_string())
    }

    fn serialize_str(self, value: &str) -> Result<String, ArgumentError> {
        Ok(value.to_owned())
    }

    fn serialize_unit_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
    ) -> Result<String, ArgumentError> {
        Ok(variant.to_owned())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        value: &T,
    ) -> Result<String, ArgumentError> {
        value.serialize(self)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<String, ArgumentError> {
        value.serialize(self)
    }

    fn serialize_bytes(self, _value: &[u8]) -> Result<String, ArgumentError> {
        Err(refused("bytes"))
    }

    fn serialize_none(self) -> Result<String, ArgumentError> {
        Err(refused("`None`"))
    }

    fn serialize_unit(self) -> Result<String, ArgumentError> {
        Err(refused("`()`"))
    }

    fn serialize_unit_struct(self, name: &'static str) -> Result<String, ArgumentError> {
        Err(refused(&format!("the unit struct `{name}`")))
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        _index: u32,
        variant: &'static str,
        _value: &T,
    ) -> Result<String, ArgumentError> {
        Err(refused(&format!(
            "`{name}::{variant}`, which holds a value"
        )))
    }

    fn serialize_seq(self, _length: Option<usize>) -> Result<Self::SerializeSeq, ArgumentError> {
        Err(refused("an array"))
    }

    fn serialize_tuple(self, _length: usize) -> Result<Self::SerializeTuple, ArgumentError> {
        Err(refused("a tuple"))
    }

    fn serialize_tuple_struct(
        self,
        name: &'static str,
        _length: usize,
    ) -> Result<Self::SerializeTupleStruct, ArgumentError> {
        Err(refused(&format!("the tuple struct `{name}`")))
    }

    fn serialize_tuple_variant(
        self,
        name: &'static str,
        _index: u32,
        variant: &'static str,
        _length: usize,
    ) -> Result<Self::SerializeTupleVariant, ArgumentError> {
        Err(refused(&format!("`{name}::{variant}`, which holds values")))
    }

    fn serialize_map(self, _length: Option<usize>) -> Result<Self::SerializeMap, ArgumentError> {
        Err(refused("a map"))
    }

    fn serialize_struct(
        self,
        name: &'static str,
        _length: usize,
    ) -> Result<Self::SerializeStruct, ArgumentError> {
        Err(refused(&format!("the struct `{name}`")))
    }

    fn serialize_struct_variant(
        self,
        name: &'static str,
        _index: u32,
        variant: &'static str,
        _length: usize,
    ) -> Result<Self::SerializeStructVariant, ArgumentError> {
        Err(refused(&format!("`{name}::{variant}`, which holds values")))
    }
}

//! serde's `Deserializer` over a [`Reader`].

use super::Reader;
use super::access::{ArrayAccess, ObjectAccess, VariantAccess};
use super::scalar::{Float, Scalar};
use crate::error::ArgumentError;
use crate::suggest::shortened;
use crate::transcode::tagged_number;
use serde::de::{self, Error as _, Unexpected, Visitor};
use serde::forward_to_deserialize_any;
use std::borrow::Cow;

impl<'t> Reader<'t> {
    /// What stands here, for an error that says what was found.
    fn unexpected(&mut self, expected: &dyn de::Expected) -> ArgumentError {
        match self.peek() {
            Some(b'"') => ArgumentError::invalid_type(Unexpected::Str(""), expected),
            Some(b'{') => ArgumentError::invalid_type(Unexpected::Map, expected),
            Some(b'[') => ArgumentError::invalid_type(Unexpected::Seq, expected),
            _ => match self.scalar() {
                Err(error) => error,
                Ok(Scalar::Null) => ArgumentError::invalid_type(Unexpected::Unit, expected),
                Ok(Scalar::Bool(value)) => {
                    ArgumentError::invalid_type(Unexpected::Bool(value), expected)
                }
                Ok(Scalar::Float(float)) => {
                    ArgumentError::invalid_type(Unexpected::Float(float.value()), expected)
                }
                Ok(Scalar::Integer(digits)) => ArgumentError::new(format!(
                    "expected {expected}, found the integer `{}`",
                    shortened(digits)
                )),
            },
        }
    }

    /// The text of a number that stands here, without moving on where there is none.
    fn number(&mut self) -> Option<Cow<'t, str>> {
        match self.peek() {
            Some(b'0'..=b'9' | b'-' | b'N' | b'I') => match self.scalar() {
                Ok(Scalar::Integer(text) | Scalar::Float(Float(text))) => Some(text.into()),
                _ => None,
            },
            // As other formats carry what they have no number for; see `transcode`.
            Some(b'{') => {
                let start = self.at;
                let number = self.extent().ok().and_then(tagged_number);
                if number.is_none() {
                    self.at = start;
                }
                number.map(Cow::Owned)
            }
            _ => None,
        }
    }
}

fn visit_integer<'de, V: Visitor<'de>>(
    digits: &str,
    visitor: V,
) -> Result<V::Value, ArgumentError> {
    if let Ok(value) = digits.parse::<u64>() {
        visitor.visit_u64(value)
    } else if let Ok(value) = digits.parse::<i64>() {
        visitor.visit_i64(value)
    } else if let Ok(value) = digits.parse::<i128>() {
        visitor.visit_i128(value)
    } else if let Ok(value) = digits.parse::<u128>() {
        visitor.visit_u128(value)
    } else {
        Err(ArgumentError::new("an integer of more than 128 bits")
            .with_hint("write it as a float or as a string"))
    }
}

macro_rules! deserialize_numbers {
    ($($method:ident: $number:ty => $visit:ident),*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ArgumentError> {
            let start = self.at;
            if let Some(value) = self.number().and_then(|text| text.parse::<$number>().ok()) {
                return visitor.$visit(value);
            }
            self.at = start;
            Err(self.unexpected(&visitor))
        }
    )*};
}

impl<'de> de::Deserializer<'de> for &mut Reader<'de> {
    type Error = ArgumentError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ArgumentError> {
        match self.peek() {
            Some(b'"') => match self.string()? {
                Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
                Cow::Owned(text) => visitor.visit_string(text),
            },
            Some(b'[') => {
                self.open(b'[')?;
                let mut array = ArrayAccess::new(self);
                let value = visitor.visit_seq(&mut array)?;
                array.end()?;
                Ok(value)
            }
            Some(b'{') => {
                self.open(b'{')?;
                let mut object = ObjectAccess::new(self);
                let value = visitor.visit_map(&mut object)?;
                object.end()?;
                Ok(value)
            }
            _ => {
                let start = self.at;
                let visited = match self.scalar()? {
                    Scalar::Null => visitor.visit_unit(),
                    Scalar::Bool(value) => visitor.visit_bool(value),
                    Scalar::Integer(digits) => visit_integer(digits, visitor),
                    Scalar::Float(float) => visitor.visit_f64(float.value()),
                };
                visited.inspect_err(|_| self.at = start)
            }
        }
    }

    // Straight from the text: through a wider type an `f32` would be rounded twice, and serde's
    // own visitors take no 128-bit number for a float.
    deserialize_numbers! {
        deserialize_f32: f32 => visit_f32,
        deserialize_f64: f64 => visit_f64,
        deserialize_i128: i128 => visit_i128,
        deserialize_u128: u128 => visit_u128,
        deserialize_i64: i64 => visit_i64,
        deserialize_u64: u64 => visit_u64
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ArgumentError> {
        if self.peek() == Some(b'n') {
            self.scalar()?;
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, ArgumentError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ArgumentError> {
        self.deserialize_byte_buf(visitor)
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ArgumentError> {
        if self.peek() == Some(b'[') {
            visitor.visit_byte_buf(<Vec<u8> as de::Deserialize>::deserialize(self)?)
        } else {
            self.deserialize_any(visitor)
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ArgumentError> {
        match self.peek() {
            Some(b'"') => {
                let variant = self.string()?;
                visitor.visit_enum(VariantAccess::unit(variant, variants))
            }
            Some(b'{') => {
                self.open(b'{')?;
                let mut first = true;
                let Some(variant) = self.next_key(&mut first)? else {
                    return Err(
                        ArgumentError::new("expected the name of a variant, found `{}`")
                            .with_hint(format!("the variants are {}", listed(variants))),
                    );
                };
                let value =
                    visitor.visit_enum(VariantAccess::new(&mut *self, variant, variants))?;
                if self.next_key(&mut first)?.is_some() {
                    return Err(ArgumentError::new("expected one variant, found several")
                        .with_hint(format!("the variants are {}", listed(variants))));
                }
                Ok(value)
            }
            _ => Err(self.unexpected(&visitor)),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(
        self,
        visitor: V,
    ) -> Result<V::Value, ArgumentError> {
        self.skip()?;
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 u8 u16 u32 char str string unit unit_struct
        seq tuple tuple_struct map struct identifier
    }
}

/// `a`, `b` in backticks.
pub(crate) fn listed(names: &[&str]) -> String {
    names
        .iter()
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(", ")
}

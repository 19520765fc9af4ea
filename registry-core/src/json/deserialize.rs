//! serde's `Deserializer` over a tree.

use super::access::{Elements, Members, Variant};
use super::format::tagged_number;
use super::node::{Node, each_once};
use super::number::{Float, Number};
use crate::error::{ArgumentError, ProblemKind};
use crate::names::listed;
use serde::de::{self, DeserializeOwned, Error as _, Unexpected, Visitor};
use serde::forward_to_deserialize_any;
use std::borrow::Cow;
use std::str::FromStr;

impl Node<'_> {
    /// Reads it as a `T`.
    pub(crate) fn to<T: DeserializeOwned>(&self) -> Result<T, ArgumentError> {
        T::deserialize(self)
    }

    /// The number that it is, or that it carries where another format had none for it.
    fn number(&self) -> Option<Cow<'_, Number<'_>>> {
        match self {
            Self::Number(number) => Some(Cow::Borrowed(number)),
            Self::Object(members) => tagged_number(members).map(Cow::Owned),
            _ => None,
        }
    }

    fn deserialize_integer<'n, V, I>(
        &'n self,
        visitor: V,
        visit: impl FnOnce(V, I) -> Result<V::Value, ArgumentError>,
        type_name: &str,
    ) -> Result<V::Value, ArgumentError>
    where
        V: Visitor<'n>,
        I: FromStr + TryFrom<u64> + TryFrom<i64>,
    {
        let number = self.number();
        if let Some(value) = number.as_ref().and_then(|number| number.integer()) {
            return visit(visitor, value);
        }
        // A visitor may take more than it has asked for.
        de::Deserializer::deserialize_any(self, visitor).map_err(|error| match number {
            Some(number) if number.is_integer() => number.out_of_range(type_name),
            _ => error,
        })
    }

    fn deserialize_float<'n, V: Visitor<'n>, F: Float>(
        &'n self,
        visitor: V,
        visit: impl FnOnce(V, F) -> Result<V::Value, ArgumentError>,
    ) -> Result<V::Value, ArgumentError> {
        match self.number() {
            Some(number) => visit(visitor, number.float()?),
            None => de::Deserializer::deserialize_any(self, visitor),
        }
    }

    /// That it is something else than what was expected.
    fn unexpected(&self, expected: &dyn de::Expected) -> ArgumentError {
        let found = match self {
            Node::Null => Unexpected::Unit,
            Node::Bool(value) => Unexpected::Bool(*value),
            Node::String(text) => Unexpected::Str(text),
            Node::Array(_) => Unexpected::Seq,
            Node::Object(_) => Unexpected::Map,
            Node::Number(number) => match number.float::<f64>() {
                Ok(value) if !number.is_integer() => Unexpected::Float(value),
                _ => {
                    let text = number.digits_text();
                    let message = format!("expected {expected}, found the integer `{text}`");
                    return ArgumentError::new(ProblemKind::WrongType, message);
                }
            },
        };
        ArgumentError::invalid_type(found, expected)
    }
}

fn visit_number<'de, V: Visitor<'de>>(
    number: &Number<'_>,
    visitor: V,
) -> Result<V::Value, ArgumentError> {
    if !number.is_integer() {
        return visitor.visit_f64(number.float()?);
    }
    if let Some(value) = number.integer::<u64>() {
        visitor.visit_u64(value)
    } else if let Some(value) = number.integer::<i64>() {
        visitor.visit_i64(value)
    } else if let Some(value) = number.integer::<i128>() {
        visitor.visit_i128(value)
    } else if let Some(value) = number.integer::<u128>() {
        visitor.visit_u128(value)
    } else {
        Err(number
            .out_of_range("128 bits")
            .with_hint("write it as a float or as a string"))
    }
}

macro_rules! deserialize_numbers {
    ($helper:ident: $($method:ident, $visit:ident, $number:ident);*) => {$(
        fn $method<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, ArgumentError> {
            deserialize_numbers!(@ $helper self visitor $visit $number)
        }
    )*};
    (@ integer $node:ident $visitor:ident $visit:ident $number:ident) => {
        $node.deserialize_integer($visitor, V::$visit, stringify!($number))
    };
    (@ float $node:ident $visitor:ident $visit:ident $number:ident) => {
        $node.deserialize_float::<V, $number>($visitor, V::$visit)
    };
}

impl<'n> de::Deserializer<'n> for &'n Node<'_> {
    type Error = ArgumentError;

    fn deserialize_any<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, ArgumentError> {
        match self {
            Node::Null => visitor.visit_unit(),
            Node::Bool(value) => visitor.visit_bool(*value),
            Node::Number(number) => visit_number(number, visitor),
            Node::String(text) => visitor.visit_borrowed_str(text),
            Node::Array(elements) => {
                let mut elements = Elements::new(elements);
                let value = visitor.visit_seq(&mut elements)?;
                elements.end()?;
                Ok(value)
            }
            Node::Object(members) => {
                each_once(members)?;
                visitor.visit_map(Members::new(members))
            }
        }
    }

    deserialize_numbers! { integer:
        deserialize_i8, visit_i8, i8; deserialize_i16, visit_i16, i16;
        deserialize_i32, visit_i32, i32; deserialize_i64, visit_i64, i64;
        deserialize_i128, visit_i128, i128; deserialize_u8, visit_u8, u8;
        deserialize_u16, visit_u16, u16; deserialize_u32, visit_u32, u32;
        deserialize_u64, visit_u64, u64; deserialize_u128, visit_u128, u128
    }

    deserialize_numbers! { float:
        deserialize_f32, visit_f32, f32; deserialize_f64, visit_f64, f64
    }

    fn deserialize_option<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, ArgumentError> {
        match self {
            Node::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'n>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, ArgumentError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_bytes<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, ArgumentError> {
        self.deserialize_byte_buf(visitor)
    }

    fn deserialize_byte_buf<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, ArgumentError> {
        match self {
            Node::Array(_) => visitor.visit_byte_buf(self.to()?),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_enum<V: Visitor<'n>>(
        self,
        _name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ArgumentError> {
        match self {
            Node::String(name) => visitor.visit_enum(Variant::unit(name, variants)),
            Node::Object(members) => match members.as_slice() {
                [(name, content)] => visitor.visit_enum(Variant::new(name, content, variants)),
                members => {
                    let found = if members.is_empty() {
                        "none"
                    } else {
                        "several"
                    };
                    let message = format!("expected one variant, found {found}");
                    Err(ArgumentError::new(ProblemKind::WrongType, message)
                        .with_hint(format!("the variants are {}", listed(variants))))
                }
            },
            _ => Err(self.unexpected(&visitor)),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'n>>(
        self,
        visitor: V,
    ) -> Result<V::Value, ArgumentError> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        <V: Visitor<'n>>
        bool char str string unit unit_struct seq tuple tuple_struct map struct identifier
    }
}

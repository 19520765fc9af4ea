//! Arrays, objects, enum variants and map keys, each error with its place.

use super::node::{Member, Node};
use super::number::Number;
use crate::error::{ArgumentError, ProblemKind};
use crate::names::{listed, nearest, shortened};
use serde::de::{self, DeserializeOwned, DeserializeSeed, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;
use std::slice;

/// Reads the text of a map key as a `K`.
pub(crate) fn key<K: DeserializeOwned>(text: &str) -> Result<K, ArgumentError> {
    K::deserialize(Key(text))
}

/// The elements of an array.
pub(super) struct Elements<'n, 't> {
    rest: slice::Iter<'n, Node<'t>>,
    index: usize,
}

impl<'n, 't> Elements<'n, 't> {
    pub(super) fn new(elements: &'n [Node<'t>]) -> Self {
        Self {
            rest: elements.iter(),
            index: 0,
        }
    }

    /// A tuple may have stopped before the array did.
    pub(super) fn end(&self) -> Result<(), ArgumentError> {
        if self.rest.len() == 0 {
            return Ok(());
        }
        let message = format!("expected {} elements, found more", self.index);
        Err(ArgumentError::new(ProblemKind::WrongType, message))
    }
}

impl<'n> de::SeqAccess<'n> for Elements<'n, '_> {
    type Error = ArgumentError;

    fn next_element_seed<T: DeserializeSeed<'n>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, ArgumentError> {
        let Some(element) = self.rest.next() else {
            return Ok(None);
        };
        let value = seed
            .deserialize(element)
            .map_err(|error| error.inside_index(self.index))?;
        self.index += 1;
        Ok(Some(value))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}

/// The members of an object.
pub(super) struct Members<'n, 't> {
    rest: slice::Iter<'n, Member<'t>>,
    last: Option<&'n Member<'t>>,
}

impl<'n, 't> Members<'n, 't> {
    pub(super) fn new(members: &'n [Member<'t>]) -> Self {
        Self {
            rest: members.iter(),
            last: None,
        }
    }
}

impl<'n> de::MapAccess<'n> for Members<'n, '_> {
    type Error = ArgumentError;

    fn next_key_seed<K: DeserializeSeed<'n>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, ArgumentError> {
        self.last = self.rest.next();
        let Some((key, _)) = self.last else {
            return Ok(None);
        };
        let read = seed.deserialize(Key(key)).map(Some);
        read.map_err(|error| error.inside(key))
    }

    fn next_value_seed<T: DeserializeSeed<'n>>(
        &mut self,
        seed: T,
    ) -> Result<T::Value, ArgumentError> {
        match self.last {
            Some((key, value)) => seed.deserialize(value).map_err(|error| error.inside(key)),
            None => Err(de::Error::custom("a value was asked for before its key")),
        }
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}

/// A key, which is text in JSON whatever its type is in Rust.
pub(super) struct Key<'n>(pub(super) &'n str);

macro_rules! parsed_keys {
    ($($method:ident $visit:ident $number:ident),*) => {$(
        fn $method<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, ArgumentError> {
            match self.0.parse() {
                Ok(value) => visitor.$visit(value),
                Err(_) => visitor.visit_borrowed_str(self.0).map_err(|error| match Number::of(self.0) {
                    Some(number) if number.is_integer() => number.out_of_range(stringify!($number)),
                    _ => error,
                }),
            }
        }
    )*};
}

impl<'n> de::Deserializer<'n> for Key<'n> {
    type Error = ArgumentError;

    fn deserialize_any<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, ArgumentError> {
        visitor.visit_borrowed_str(self.0)
    }

    parsed_keys! {
        deserialize_i8 visit_i8 i8, deserialize_i16 visit_i16 i16, deserialize_i32 visit_i32 i32,
        deserialize_i64 visit_i64 i64, deserialize_i128 visit_i128 i128,
        deserialize_u8 visit_u8 u8, deserialize_u16 visit_u16 u16, deserialize_u32 visit_u32 u32,
        deserialize_u64 visit_u64 u64, deserialize_u128 visit_u128 u128
    }

    fn deserialize_bool<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, ArgumentError> {
        match self.0.parse() {
            Ok(value) => visitor.visit_bool(value),
            Err(_) => visitor.visit_borrowed_str(self.0),
        }
    }

    fn deserialize_f32<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, ArgumentError> {
        match Number::of(self.0) {
            Some(number) => visitor.visit_f32(number.float()?),
            None => visitor.visit_borrowed_str(self.0),
        }
    }

    fn deserialize_f64<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, ArgumentError> {
        match Number::of(self.0) {
            Some(number) => visitor.visit_f64(number.float()?),
            None => visitor.visit_borrowed_str(self.0),
        }
    }

    fn deserialize_option<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, ArgumentError> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'n>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, ArgumentError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'n>>(
        self,
        _name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ArgumentError> {
        visitor.visit_enum(Variant::unit(self.0, variants))
    }

    forward_to_deserialize_any! {
        <V: Visitor<'n>>
        char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct
        identifier ignored_any
    }
}

/// A variant's name, and its content where it has any.
pub(super) struct Variant<'n, 't> {
    name: &'n str,
    content: Option<&'n Node<'t>>,
    variants: &'static [&'static str],
}

impl<'n, 't> Variant<'n, 't> {
    pub(super) fn new(
        name: &'n str,
        content: &'n Node<'t>,
        variants: &'static [&'static str],
    ) -> Self {
        Self {
            name,
            content: Some(content),
            variants,
        }
    }

    pub(super) fn unit(name: &'n str, variants: &'static [&'static str]) -> Self {
        Self {
            name,
            content: None,
            variants,
        }
    }

    fn read<T>(
        self,
        read: impl FnOnce(&'n Node<'t>) -> Result<T, ArgumentError>,
    ) -> Result<T, ArgumentError> {
        match self.content {
            Some(content) => read(content).map_err(|error| error.inside(self.name)),
            None => {
                let message = format!("the variant `{}` holds a value", self.name);
                Err(ArgumentError::new(ProblemKind::WrongType, message)
                    .with_hint(format!("write it as {{\"{}\": ...}}", self.name)))
            }
        }
    }
}

impl<'n> de::EnumAccess<'n> for Variant<'n, '_> {
    type Error = ArgumentError;
    type Variant = Self;

    fn variant_seed<T: DeserializeSeed<'n>>(
        self,
        seed: T,
    ) -> Result<(T::Value, Self), ArgumentError> {
        let value =
            seed.deserialize(self.name.into_deserializer())
                .map_err(|_: ArgumentError| {
                    let hint = match nearest(self.name, self.variants.iter().copied()) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => format!("the variants are {}", listed(self.variants)),
                    };
                    let message = format!("unknown variant `{}`", shortened(self.name));
                    ArgumentError::new(ProblemKind::Unexpected, message).with_hint(hint)
                })?;
        Ok((value, self))
    }
}

impl<'n> de::VariantAccess<'n> for Variant<'n, '_> {
    type Error = ArgumentError;

    fn unit_variant(self) -> Result<(), ArgumentError> {
        match self.content {
            None => Ok(()),
            Some(content) => content.to(),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'n>>(
        self,
        seed: T,
    ) -> Result<T::Value, ArgumentError> {
        self.read(|content| seed.deserialize(content))
    }

    fn tuple_variant<V: Visitor<'n>>(
        self,
        _length: usize,
        visitor: V,
    ) -> Result<V::Value, ArgumentError> {
        self.read(|content| de::Deserializer::deserialize_any(content, visitor))
    }

    fn struct_variant<V: Visitor<'n>>(
        self,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ArgumentError> {
        self.read(|content| de::Deserializer::deserialize_any(content, visitor))
    }
}

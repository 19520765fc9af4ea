//! Arrays, objects and enum variants of a [`Reader`], each error with its place.

use super::Reader;
use super::deserialize::listed;
use crate::error::ArgumentError;
use crate::suggest::{nearest, shortened};
use serde::de::{self, DeserializeSeed, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;
use std::borrow::Cow;
use std::collections::HashSet;

pub(super) struct ArrayAccess<'r, 't> {
    reader: &'r mut Reader<'t>,
    index: usize,
    first: bool,
    open: bool,
}

impl<'r, 't> ArrayAccess<'r, 't> {
    pub(super) fn new(reader: &'r mut Reader<'t>) -> Self {
        Self {
            reader,
            index: 0,
            first: true,
            open: true,
        }
    }

    /// A tuple may have stopped before the array did.
    pub(super) fn end(&mut self) -> Result<(), ArgumentError> {
        if self.open && self.reader.next_element(&mut self.first)? {
            return Err(ArgumentError::new(format!(
                "expected {} elements, found more",
                self.index
            )));
        }
        Ok(())
    }
}

impl<'de> de::SeqAccess<'de> for ArrayAccess<'_, 'de> {
    type Error = ArgumentError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, ArgumentError> {
        self.open = self.open && self.reader.next_element(&mut self.first)?;
        if !self.open {
            return Ok(None);
        }
        let value = seed
            .deserialize(&mut *self.reader)
            .map_err(|error| error.inside_index(self.index))?;
        self.index += 1;
        Ok(Some(value))
    }
}

pub(super) struct ObjectAccess<'r, 't> {
    reader: &'r mut Reader<'t>,
    key: Cow<'t, str>,
    /// Every key so far: of two that are the same, readers would take one or the other.
    keys: HashSet<Cow<'t, str>>,
    first: bool,
    open: bool,
}

impl<'r, 't> ObjectAccess<'r, 't> {
    pub(super) fn new(reader: &'r mut Reader<'t>) -> Self {
        Self {
            reader,
            key: Cow::Borrowed(""),
            keys: HashSet::new(),
            first: true,
            open: true,
        }
    }

    pub(super) fn end(&mut self) -> Result<(), ArgumentError> {
        while self.open {
            self.open = self.reader.next_key(&mut self.first)?.is_some();
            if self.open {
                self.reader.skip()?;
            }
        }
        Ok(())
    }
}

impl<'de> de::MapAccess<'de> for ObjectAccess<'_, 'de> {
    type Error = ArgumentError;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, ArgumentError> {
        if !self.open {
            return Ok(None);
        }
        match self.reader.next_key(&mut self.first)? {
            None => {
                self.open = false;
                Ok(None)
            }
            Some(key) => {
                if !self.keys.insert(key.clone()) {
                    return Err(ArgumentError::new("given twice").inside(&key));
                }
                self.key = key;
                let read = seed.deserialize(Key(self.key.clone())).map(Some);
                read.map_err(|error| error.inside(&self.key))
            }
        }
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<T::Value, ArgumentError> {
        seed.deserialize(&mut *self.reader)
            .map_err(|error| error.inside(&self.key))
    }
}

/// A key, which is text in JSON whatever its type is in Rust.
pub(super) struct Key<'t>(pub(super) Cow<'t, str>);

impl<'t> Key<'t> {
    fn visit<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, ArgumentError> {
        match self.0 {
            Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
            Cow::Owned(text) => visitor.visit_string(text),
        }
    }
}

macro_rules! parsed_keys {
    ($($method:ident => $visit:ident),*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ArgumentError> {
            match self.0.parse() {
                Ok(value) => visitor.$visit(value),
                Err(_) => self.visit(visitor),
            }
        }
    )*};
}

impl<'de> de::Deserializer<'de> for Key<'de> {
    type Error = ArgumentError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ArgumentError> {
        self.visit(visitor)
    }

    parsed_keys! {
        deserialize_bool => visit_bool,
        deserialize_i8 => visit_i8, deserialize_i16 => visit_i16, deserialize_i32 => visit_i32,
        deserialize_i64 => visit_i64, deserialize_i128 => visit_i128,
        deserialize_u8 => visit_u8, deserialize_u16 => visit_u16, deserialize_u32 => visit_u32,
        deserialize_u64 => visit_u64, deserialize_u128 => visit_u128,
        deserialize_f32 => visit_f32, deserialize_f64 => visit_f64
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ArgumentError> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, ArgumentError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ArgumentError> {
        visitor.visit_enum(VariantAccess::unit(self.0, variants))
    }

    forward_to_deserialize_any! {
        char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct
        identifier ignored_any
    }
}

/// A variant's name, and the reader where it has content.
pub(super) struct VariantAccess<'r, 't> {
    content: Option<&'r mut Reader<'t>>,
    name: Cow<'t, str>,
    variants: &'static [&'static str],
}

impl<'r, 't> VariantAccess<'r, 't> {
    pub(super) fn new(
        reader: &'r mut Reader<'t>,
        name: Cow<'t, str>,
        variants: &'static [&'static str],
    ) -> Self {
        Self {
            content: Some(reader),
            name,
            variants,
        }
    }

    pub(super) fn unit(name: Cow<'t, str>, variants: &'static [&'static str]) -> Self {
        Self {
            content: None,
            name,
            variants,
        }
    }

    fn read<T>(
        self,
        read: impl FnOnce(&mut Reader<'t>) -> Result<T, ArgumentError>,
    ) -> Result<T, ArgumentError> {
        match self.content {
            Some(reader) => read(reader).map_err(|error| error.inside(&self.name)),
            None => Err(
                ArgumentError::new(format!("the variant `{}` holds a value", self.name))
                    .with_hint(format!("write it as {{\"{}\": ...}}", self.name)),
            ),
        }
    }
}

impl<'de> de::EnumAccess<'de> for VariantAccess<'_, 'de> {
    type Error = ArgumentError;
    type Variant = Self;

    fn variant_seed<T: DeserializeSeed<'de>>(
        self,
        seed: T,
    ) -> Result<(T::Value, Self), ArgumentError> {
        let name: &str = &self.name;
        let value = seed
            .deserialize(name.into_deserializer())
            .map_err(|_: ArgumentError| {
                let hint = match nearest(name, self.variants.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("the variants are {}", listed(self.variants)),
                };
                ArgumentError::new(format!("unknown variant `{}`", shortened(name))).with_hint(hint)
            })?;
        Ok((value, self))
    }
}

impl<'de> de::VariantAccess<'de> for VariantAccess<'_, 'de> {
    type Error = ArgumentError;

    fn unit_variant(self) -> Result<(), ArgumentError> {
        match self.content {
            None => Ok(()),
            Some(reader) => de::Deserialize::deserialize(reader),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(
        self,
        seed: T,
    ) -> Result<T::Value, ArgumentError> {
        self.read(|reader| seed.deserialize(reader))
    }

    fn tuple_variant<V: Visitor<'de>>(
        self,
        _length: usize,
        visitor: V,
    ) -> Result<V::Value, ArgumentError> {
        self.read(|reader| de::Deserializer::deserialize_any(reader, visitor))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ArgumentError> {
        self.read(|reader| de::Deserializer::deserialize_any(reader, visitor))
    }
}

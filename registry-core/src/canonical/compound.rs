//! Arrays, structs and maps.

use super::key::KeyText;
use super::writer::Writer;
use crate::error::{ArgumentError, ProblemKind};
use serde::ser::{self, Serialize};
use std::mem;
use std::ops::Range;

/// `[a, b]`, inside `{"Variant": ...}` where a variant is named.
pub(crate) struct Elements<'w> {
    writer: &'w mut Writer,
    written: usize,
    variant: Option<&'static str>,
}

impl<'w> Elements<'w> {
    pub(super) fn begin(
        writer: &'w mut Writer,
        variant: Option<&'static str>,
    ) -> Result<Self, ArgumentError> {
        if let Some(variant) = variant {
            writer.begin_variant(variant)?;
        }
        writer.enter()?;
        writer.put("[");
        Ok(Self {
            writer,
            written: 0,
            variant,
        })
    }

    fn element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), ArgumentError> {
        if self.written > 0 {
            self.writer.put(", ");
        }
        value.serialize(&mut *self.writer).map_err(|error| {
            let error = error.inside_index(self.written);
            self.variant
                .map_or(error.clone(), |variant| error.inside(variant))
        })?;
        self.written += 1;
        Ok(())
    }

    fn finish(self) {
        self.writer.put("]");
        self.writer.leave();
        if self.variant.is_some() {
            self.writer.end_variant();
        }
    }
}

macro_rules! serialize_elements {
    ($($interface:ident::$method:ident),*) => {$(
        impl ser::$interface for Elements<'_> {
            type Ok = ();
            type Error = ArgumentError;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), ArgumentError> {
                self.element(value)
            }

            fn end(self) -> Result<(), ArgumentError> {
                self.finish();
                Ok(())
            }
        }
    )*};
}

serialize_elements! {
    SerializeSeq::serialize_element,
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field,
    SerializeTupleVariant::serialize_field
}

/// `{"a": 1, "b": 2}` in the order of declaration.
pub(crate) struct Fields<'w> {
    writer: &'w mut Writer,
    any: bool,
    variant: Option<&'static str>,
}

impl<'w> Fields<'w> {
    pub(super) fn begin(
        writer: &'w mut Writer,
        variant: Option<&'static str>,
    ) -> Result<Self, ArgumentError> {
        if let Some(variant) = variant {
            writer.begin_variant(variant)?;
        }
        writer.enter()?;
        writer.put("{");
        Ok(Self {
            writer,
            any: false,
            variant,
        })
    }

    fn field<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), ArgumentError> {
        if self.any {
            self.writer.put(", ");
        }
        self.any = true;
        self.writer.put_string(name);
        self.writer.put(": ");
        value.serialize(&mut *self.writer).map_err(|error| {
            let error = error.inside(name);
            self.variant
                .map_or(error.clone(), |variant| error.inside(variant))
        })
    }

    fn finish(self) {
        self.writer.put("}");
        self.writer.leave();
        if self.variant.is_some() {
            self.writer.end_variant();
        }
    }
}

macro_rules! serialize_fields {
    ($($interface:ident),*) => {$(
        impl ser::$interface for Fields<'_> {
            type Ok = ();
            type Error = ArgumentError;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                value: &T,
            ) -> Result<(), ArgumentError> {
                self.field(name, value)
            }

            fn end(self) -> Result<(), ArgumentError> {
                self.finish();
                Ok(())
            }
        }
    )*};
}

serialize_fields! { SerializeStruct, SerializeStructVariant }

/// `{"a": 1, "b": 2}` in the order of the keys, so that a `HashMap` is written the same every time.
///
/// This is the one form that has to wait for its last entry: serde hands over each value once, in
/// the map's own order. The values gather in one buffer, which stands in for the text meanwhile.
pub(crate) struct SortedEntries<'w> {
    writer: &'w mut Writer,
    outer: String,
    entries: Vec<(String, Range<usize>)>,
    key: String,
}

impl<'w> SortedEntries<'w> {
    pub(super) fn begin(
        writer: &'w mut Writer,
        length: Option<usize>,
    ) -> Result<Self, ArgumentError> {
        writer.enter()?;
        let outer = mem::take(&mut writer.text);
        // A hint only; a length that a hostile `Serialize` claims is not allocated.
        let entries = Vec::with_capacity(length.unwrap_or_default().min(64));
        Ok(Self {
            writer,
            outer,
            entries,
            key: String::new(),
        })
    }
}

impl ser::SerializeMap for SortedEntries<'_> {
    type Ok = ();
    type Error = ArgumentError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), ArgumentError> {
        self.key = key.serialize(KeyText)?;
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), ArgumentError> {
        let key = mem::take(&mut self.key);
        let start = self.writer.length();
        value
            .serialize(&mut *self.writer)
            .map_err(|error| error.inside(&key))?;
        self.entries.push((key, start..self.writer.length()));
        Ok(())
    }

    fn end(mut self) -> Result<(), ArgumentError> {
        let values = mem::replace(&mut self.writer.text, self.outer);
        self.entries
            .sort_unstable_by(|left, right| left.0.cmp(&right.0));
        if let Some(pair) = self.entries.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            return Err(ArgumentError::new(
                ProblemKind::Unwritable,
                format!("two map keys are both written as `{}`", pair[0].0),
            )
            .with_hint("use keys that differ as text"));
        }
        self.writer.put("{");
        for (at, (key, range)) in self.entries.into_iter().enumerate() {
            if at > 0 {
                self.writer.put(", ");
            }
            self.writer.put_string(&key);
            self.writer.put(": ");
            self.writer.put(&values[range]);
        }
        self.writer.put("}");
        self.writer.leave();
        Ok(())
    }
}

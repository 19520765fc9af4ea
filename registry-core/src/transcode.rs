//! Canonical text in terms of another serde format, and back.
//!
//! Most formats have no `NaN`, and `serde_json` reads integers above 64 bits as floats. Such a
//! number is written as `{"$float": "NaN"}` or `{"$int": "..."}`, so that nothing is lost on the
//! way through any format.

use crate::error::ArgumentError;
use crate::reader::{self, Scalar};
use crate::writer::Writer;
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Error as _, Serialize, SerializeMap, SerializeSeq, Serializer};
use std::fmt;

const FLOAT: &str = "$float";
const INTEGER: &str = "$int";

/// One JSON text, serialized with any serializer; objects keep their order.
pub(crate) struct Transcode<'t>(pub(crate) &'t str);

impl Serialize for Transcode<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.trim_start().as_bytes().first() {
            Some(b'{') => {
                let mut entries = Vec::new();
                reader::members(self.0, |key, value| {
                    entries.push((key, value));
                    Ok(())
                })
                .map_err(S::Error::custom)?;
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                for (key, value) in entries {
                    map.serialize_entry(&key, &Transcode(value))?;
                }
                map.end()
            }
            Some(b'[') => {
                let mut values = Vec::new();
                reader::elements(self.0, |value| {
                    values.push(value);
                    Ok(())
                })
                .map_err(S::Error::custom)?;
                let mut sequence = serializer.serialize_seq(Some(values.len()))?;
                for value in values {
                    sequence.serialize_element(&Transcode(value))?;
                }
                sequence.end()
            }
            Some(b'"') => {
                let text: std::borrow::Cow<'_, str> =
                    reader::from_text(self.0).map_err(S::Error::custom)?;
                serializer.serialize_str(&text)
            }
            _ => scalar(
                reader::scalar(self.0).map_err(S::Error::custom)?,
                serializer,
            ),
        }
    }
}

fn scalar<S: Serializer>(value: Scalar<'_>, serializer: S) -> Result<S::Ok, S::Error> {
    match value {
        Scalar::Null => serializer.serialize_unit(),
        Scalar::Bool(value) => serializer.serialize_bool(value),
        Scalar::Float(float) => {
            let value = float.value();
            if value.is_finite() {
                return serializer.serialize_f64(value);
            }
            let text = Writer::text_of(&value).map_err(S::Error::custom)?;
            tagged(FLOAT, &text, serializer)
        }
        Scalar::Integer(digits) => {
            if let Ok(value) = digits.parse::<u64>() {
                serializer.serialize_u64(value)
            } else if let Ok(value) = digits.parse::<i64>() {
                serializer.serialize_i64(value)
            } else {
                tagged(INTEGER, digits, serializer)
            }
        }
    }
}

fn tagged<S: Serializer>(tag: &str, text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(1))?;
    map.serialize_entry(tag, text)?;
    map.end()
}

/// Reads one value of any self-describing format into canonical text; objects keep their order.
pub(crate) fn text_from<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let mut writer = Writer::text(64, crate::writer::Mode::Identity);
    de::DeserializeSeed::deserialize(Visit(&mut writer), deserializer)?;
    Ok(writer.into_text())
}

/// Writes what it visits.
struct Visit<'w>(&'w mut Writer);

impl<'de> de::DeserializeSeed<'de> for Visit<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Visit<'_> {
    fn write<T: Serialize + ?Sized, E: de::Error>(self, value: &T) -> Result<(), E> {
        value.serialize(self.0).map_err(E::custom)
    }
}

/// The text of a number that travelled under a tag.
fn untagged(tag: &str, text: &str) -> Option<String> {
    match (tag, reader::scalar(text).ok()?) {
        (FLOAT, Scalar::Float(float)) if !float.value().is_finite() => {
            Writer::text_of(&float.value()).ok()
        }
        (INTEGER, Scalar::Integer(digits)) => canonical(digits).ok(),
        _ => None,
    }
}

impl<'de> Visitor<'de> for Visit<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<(), E> {
        self.write(&value)
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<(), E> {
        self.write(&value)
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<(), E> {
        self.write(&value)
    }

    fn visit_i128<E: de::Error>(self, value: i128) -> Result<(), E> {
        self.write(&value)
    }

    fn visit_u128<E: de::Error>(self, value: u128) -> Result<(), E> {
        self.write(&value)
    }

    fn visit_f32<E: de::Error>(self, value: f32) -> Result<(), E> {
        self.write(&value)
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<(), E> {
        self.write(&value)
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<(), E> {
        self.write(value)
    }

    fn visit_bytes<E: de::Error>(self, value: &[u8]) -> Result<(), E> {
        self.write(value)
    }

    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        self.write(&())
    }

    fn visit_none<E: de::Error>(self) -> Result<(), E> {
        self.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<(), A::Error> {
        let writer = self.0;
        writer.enter().map_err(de::Error::custom)?;
        writer.put("[");
        let mut separator = "";
        loop {
            let before = writer.length();
            writer.put(separator);
            if sequence.next_element_seed(Visit(writer))?.is_none() {
                writer.truncate(before);
                break;
            }
            separator = ", ";
        }
        writer.put("]");
        writer.leave();
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let writer = self.0;
        let start = writer.length();
        writer.enter().map_err(de::Error::custom)?;
        writer.put("{");
        let mut entries = 0;
        while let Some(key) = map.next_key::<String>()? {
            if entries > 0 {
                writer.put(", ");
            }
            entries += 1;
            writer.put_string(&key);
            writer.put(": ");
            let value = writer.length();
            map.next_value_seed(Visit(writer))?;
            if entries == 1 && (key == FLOAT || key == INTEGER) {
                let number = reader::from_text::<String>(&writer.written()[value..])
                    .ok()
                    .and_then(|text| untagged(&key, &text));
                if let Some(number) = number {
                    if map.next_key::<de::IgnoredAny>()?.is_none() {
                        writer.truncate(start);
                        writer.put(&number);
                        writer.leave();
                        return Ok(());
                    }
                    return Err(de::Error::custom(format!("unexpected key beside `{key}`")));
                }
            }
        }
        writer.put("}");
        writer.leave();
        Ok(())
    }
}

/// Any JSON text as canonical text.
pub(crate) fn canonical(text: &str) -> Result<String, ArgumentError> {
    let mut reader = reader::Reader::new(text);
    let canonical = text_from(&mut reader)?;
    reader.end()?;
    Ok(canonical)
}

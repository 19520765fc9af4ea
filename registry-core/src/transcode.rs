//! Canonical text in terms of another serde format, and back.
//!
//! Most formats have no `NaN`, and `serde_json` reads integers above 64 bits as floats. Such a
//! number is written as `{"$float": "NaN"}` or `{"$int": "..."}`, so that nothing is lost on the
//! way through any format.

use crate::error::ArgumentError;
use crate::reader::{self, Scalar};
use crate::suggest::shortened;
use crate::writer::{Mode, Writer};
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Error as _, Serialize, SerializeMap, SerializeSeq, Serializer};
use std::collections::HashSet;
use std::fmt;

const FLOAT: &str = "$float";
const INTEGER: &str = "$int";
/// How `serde_json` hands over a number where any crate turns on its `arbitrary_precision`.
const NUMBER: &str = "$serde_json::private::Number";

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
                let escape = entries.len() == 1 && is_tag(&entries[0].0);
                for (key, value) in entries {
                    let key = if escape {
                        format!("${key}").into()
                    } else {
                        key
                    };
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
        // TOML has no unit, but leaves out what is `None`.
        Scalar::Null => serializer.serialize_none(),
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

/// Whether a key is a tag, or a tag that was escaped by a further `$`. An object with such a key
/// alone is written with one `$` more, so that it is not taken for a number.
fn is_tag(key: &str) -> bool {
    [FLOAT, INTEGER, NUMBER].iter().any(|tag| {
        key.starts_with('$') && key.trim_start_matches('$') == tag.trim_start_matches('$')
    })
}

/// The canonical text of a number that travelled under a tag.
pub(crate) fn tagged_number(object: &str) -> Option<String> {
    let mut number = None;
    let mut count = 0;
    reader::members(object, |key, value| {
        count += 1;
        let text: String = reader::from_text(value)?;
        number = untagged(&key, &text);
        Ok(())
    })
    .ok()?;
    if count == 1 { number } else { None }
}

/// Reads one value of any self-describing format into canonical text; objects keep their order.
pub(crate) fn text_from<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    read(deserializer, true)
}

fn read<'de, D: Deserializer<'de>>(deserializer: D, tags: bool) -> Result<String, D::Error> {
    let mut writer = Writer::text(64, Mode::Identity);
    deserializer.deserialize_any(Visit {
        writer: &mut writer,
        tags,
    })?;
    Ok(writer.into_text())
}

/// Writes what it visits.
struct Visit<'w> {
    writer: &'w mut Writer,
    /// Whether tags stand for numbers, as they do in every format but canonical text.
    tags: bool,
}

impl<'de> de::DeserializeSeed<'de> for Visit<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Visit<'_> {
    fn write<T: Serialize + ?Sized, E: de::Error>(self, value: &T) -> Result<(), E> {
        value.serialize(self.writer).map_err(E::custom)
    }
}

/// The text of a number that travelled under a tag.
fn untagged(tag: &str, text: &str) -> Option<String> {
    match (tag, reader::scalar(text).ok()?) {
        (FLOAT, Scalar::Float(float)) if !float.value().is_finite() => {
            Writer::text_of(&float.value()).ok()
        }
        (INTEGER, Scalar::Integer(digits)) => canonical(digits).ok(),
        (NUMBER, Scalar::Integer(_) | Scalar::Float(_)) => canonical(text).ok(),
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
        let writer = self.writer;
        writer.enter().map_err(de::Error::custom)?;
        writer.put("[");
        let mut separator = "";
        loop {
            let before = writer.length();
            writer.put(separator);
            if sequence
                .next_element_seed(Visit {
                    writer,
                    tags: self.tags,
                })?
                .is_none()
            {
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
        let writer = self.writer;
        let start = writer.length();
        writer.enter().map_err(de::Error::custom)?;
        writer.put("{");
        let mut keys = HashSet::new();
        let mut value = 0;
        while let Some(key) = map.next_key::<String>()? {
            if !keys.is_empty() {
                writer.put(", ");
            }
            writer.put_string(&key);
            writer.put(": ");
            value = writer.length();
            map.next_value_seed(Visit {
                writer,
                tags: self.tags,
            })?;
            if keys.contains(&key) {
                let key = shortened(&key);
                return Err(de::Error::custom(format!("the key `{key}` is given twice")));
            }
            keys.insert(key);
        }
        writer.put("}");
        writer.leave();
        match keys.iter().next() {
            Some(key) if self.tags && keys.len() == 1 && is_tag(key) => {
                untag(writer, start, value, key);
            }
            _ => {}
        }
        Ok(())
    }
}

/// Replaces the object that was written from `start` on, with its value at `value`, by the number
/// that it carries; or takes the escape from its key.
fn untag(writer: &mut Writer, start: usize, value: usize, key: &str) {
    let object = &writer.written()[start..];
    let replacement = match key.strip_prefix("$$") {
        Some(rest) => {
            let key = crate::writer::quoted(&format!("${rest}"));
            Some(format!("{{{key}: {}", &writer.written()[value..]))
        }
        None => tagged_number(object),
    };
    if let Some(replacement) = replacement {
        writer.truncate(start);
        writer.put(&replacement);
    }
}

/// Any JSON text as canonical text.
pub(crate) fn canonical(text: &str) -> Result<String, ArgumentError> {
    let mut reader = reader::Reader::new(text);
    let canonical = read(&mut reader, false)?;
    reader.end()?;
    Ok(canonical)
}

//! Trees in terms of other serde formats, and back.
//!
//! Most formats have no `NaN`, and `serde_json` reads integers above 64 bits as floats. Such a
//! number is written as `{"$float": "NaN"}` or `{"$int": "..."}`, so that nothing is lost on the
//! way through any format.
//!
//! A format that is not human readable (CBOR, `MessagePack`, postcard, bincode) gets the canonical text
//! as one string: some of them cannot say what they hold, so that nothing else could be read back.

use super::node::{Member, Node, each_once};
use super::number::Number;
use super::parse::parse;
use crate::canonical::{DEPTH_LIMIT, too_deep};
use crate::error::ArgumentError;
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Error as _, Serialize, SerializeMap, Serializer};
use std::borrow::Cow;
use std::fmt;

const FLOAT: &str = "$float";
const INTEGER: &str = "$int";
/// How `serde_json` hands over a number where any crate turns on its `arbitrary_precision`.
const NUMBER: &str = "$serde_json::private::Number";

impl Serialize for Node<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            // TOML has no unit, but leaves out what is `None`.
            Self::Null => serializer.serialize_none(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(number) => serialize_number(number, serializer),
            Self::String(text) => serializer.serialize_str(text),
            Self::Array(elements) => serializer.collect_seq(elements),
            Self::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                let escape = matches!(members.as_slice(), [(key, _)] if is_tag(key));
                for (key, value) in members {
                    if escape {
                        map.serialize_entry(&format!("${key}"), value)?;
                    } else {
                        map.serialize_entry(key, value)?;
                    }
                }
                map.end()
            }
        }
    }
}

fn serialize_number<S: Serializer>(number: &Number<'_>, serializer: S) -> Result<S::Ok, S::Error> {
    if !number.is_integer() {
        let value: f64 = number.float().map_err(S::Error::custom)?;
        return if value.is_nan() {
            tagged(FLOAT, "NaN", serializer)
        } else if value.is_infinite() {
            let text = if value > 0.0 { "Infinity" } else { "-Infinity" };
            tagged(FLOAT, text, serializer)
        } else {
            serializer.serialize_f64(value)
        };
    }
    if let Some(value) = number.integer::<u64>() {
        serializer.serialize_u64(value)
    } else if let Some(value) = number.integer::<i64>() {
        serializer.serialize_i64(value)
    } else {
        tagged(INTEGER, &number.digits_text(), serializer)
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
    key.starts_with('$')
        && [FLOAT, INTEGER, NUMBER]
            .iter()
            .any(|tag| key.trim_start_matches('$') == tag.trim_start_matches('$'))
}

/// The number that travelled under a tag.
pub(super) fn tagged_number(members: &[Member<'_>]) -> Option<Number<'static>> {
    let [(tag, Node::String(text))] = members else {
        return None;
    };
    let number = Number::of(text)?;
    let fits = match &**tag {
        FLOAT => matches!(number, Number::Float(_)),
        INTEGER => number.is_integer(),
        NUMBER => !matches!(number, Number::Float(_)),
        _ => false,
    };
    fits.then(|| number.into_owned())
}

/// Reads one value of any format into a tree; objects keep their order.
pub(crate) fn node_from<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Node<'static>, D::Error> {
    if deserializer.is_human_readable() {
        deserializer.deserialize_any(ToNode)
    } else {
        deserializer.deserialize_str(Text)
    }
}

/// The tree of the canonical text that a format which is not human readable carries.
struct Text;

impl<'de> Visitor<'de> for Text {
    type Value = Node<'static>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the JSON text of a component or of its arguments")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        parse(text).map(Node::into_owned).map_err(E::custom)
    }

    // MessagePack shows what it holds, whatever was asked for.
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        ToNode.visit_map(map)
    }
}

/// Makes a tree of what it visits.
struct ToNode;

impl<'de> de::DeserializeSeed<'de> for ToNode {
    type Value = Node<'static>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ToNode {
    type Value = Node<'static>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Node::Bool(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Node::Number(Number::Signed(value)))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Self::Value, E> {
        Ok(Node::Number(Number::Unsigned(value)))
    }

    fn visit_i128<E: de::Error>(self, value: i128) -> Result<Self::Value, E> {
        Ok(Node::Number(Number::Integer(value.to_string().into())))
    }

    fn visit_u128<E: de::Error>(self, value: u128) -> Result<Self::Value, E> {
        Ok(Node::Number(Number::Integer(value.to_string().into())))
    }

    // An `f32` by its own digits: widened it would have others.
    fn visit_f32<E: de::Error>(self, value: f32) -> Result<Self::Value, E> {
        let wide = format!("{value:?}").parse().unwrap_or(f64::from(value));
        Ok(Node::Number(Number::Float(wide)))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Self::Value, E> {
        Ok(Node::Number(Number::Float(value)))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Self::Value, E> {
        Ok(Node::string(value.to_owned()))
    }

    fn visit_string<E: de::Error>(self, value: String) -> Result<Self::Value, E> {
        Ok(Node::string(value))
    }

    fn visit_bytes<E: de::Error>(self, value: &[u8]) -> Result<Self::Value, E> {
        let bytes = value.iter().map(|byte| Number::Unsigned((*byte).into()));
        Ok(Node::Array(bytes.map(Node::Number).collect()))
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(Node::Null)
    }

    fn visit_none<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(Node::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Self::Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = sequence.next_element_seed(ToNode)? {
            elements.push(element);
        }
        Ok(Node::Array(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members: Vec<Member<'static>> = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            members.push((Cow::Owned(key), map.next_value_seed(ToNode)?));
        }
        each_once(&members).map_err(de::Error::custom)?;
        if let Some(number) = tagged_number(&members) {
            return Ok(Node::Number(number));
        }
        if let [(key, _)] = members.as_mut_slice()
            && is_tag(key)
            && let Some(rest) = key.strip_prefix("$$")
        {
            *key = format!("${rest}").into();
        }
        Ok(Node::Object(members))
    }
}

impl Node<'static> {
    /// The tree of a `serde_json` one. Keys are sorted as they are by default there: whether any
    /// crate turns on its `preserve_order` must not change a hash.
    pub(crate) fn of_json(value: serde_json::Value) -> Result<Self, ArgumentError> {
        of_json(value, 0)
    }
}

fn of_json(value: serde_json::Value, depth: usize) -> Result<Node<'static>, ArgumentError> {
    if depth > DEPTH_LIMIT {
        return Err(too_deep());
    }
    Ok(match value {
        serde_json::Value::Null => Node::Null,
        serde_json::Value::Bool(value) => Node::Bool(value),
        serde_json::Value::Number(number) => Node::Number(of_serde_json(&number)),
        serde_json::Value::String(text) => Node::String(text.into()),
        serde_json::Value::Array(elements) => {
            let elements = elements.into_iter().map(|it| of_json(it, depth + 1));
            Node::Array(elements.collect::<Result<_, _>>()?)
        }
        serde_json::Value::Object(object) => {
            let mut members: Vec<Member<'static>> = Vec::with_capacity(object.len());
            for (key, value) in object {
                members.push((key.into(), of_json(value, depth + 1)?));
            }
            if !members.is_sorted_by(|left, right| left.0 <= right.0) {
                members.sort_by(|left, right| left.0.cmp(&right.0));
            }
            match tagged_number(&members) {
                Some(number) => Node::Number(number),
                None => Node::Object(members),
            }
        }
    })
}

fn of_serde_json(number: &serde_json::Number) -> Number<'static> {
    if let Some(value) = number.as_u64() {
        Number::Unsigned(value)
    } else if let Some(value) = number.as_i64() {
        Number::Signed(value)
    } else {
        // With `arbitrary_precision` it keeps digits that no `f64` has.
        match number.as_f64() {
            Some(value) if number.is_f64() && value.is_finite() => Number::Float(value),
            _ => {
                Number::of(&number.to_string()).map_or(Number::Float(f64::NAN), Number::into_owned)
            }
        }
    }
}

//! The hash of an entity.

use crate::canonical::{Writer, with_text};
use crate::error::{ArgumentError, ProblemKind};
use md5::{Digest, Md5};
use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};

/// The scheme that agrees with the Python package `mlregistry`: MD5 over the name and the
/// canonical text of the arguments.
const MD5_V1: &str = "md5-v1";

/// The scheme of a hash that could not be made.
const INVALID: &str = "invalid";

/// The identity of an entity: a text, and the scheme that it was made by.
///
/// Two hashes are equal when both text and scheme are. A hash that [is not valid](Self::is_valid)
/// is equal to its own clones alone.
///
/// Displayed it is the text. Serialized it is one string, also as the key of a map: the text for
/// `md5-v1`, else `scheme:text`; that is also what [`FromStr`] reads.
///
/// # Examples
///
/// ```
/// use registry_core::{Entity, Hash};
/// # use registry_core::{ArgumentError, ArgumentWriter, Signature};
/// # struct ReLU;
/// # impl Entity for ReLU {
/// #     fn name(&self) -> &str { "ReLU" }
/// #     fn signature(&self) -> Signature { Signature::EMPTY }
/// #     fn write_arguments(&self, _: &mut ArgumentWriter<'_>) -> Result<(), ArgumentError> { Ok(()) }
/// # }
///
/// let hash = ReLU.hash(); // md5 of `ReLU{}`
/// assert_eq!(hash.to_string(), "8cb6b0671091e7fc0355254f8d5827e5");
/// assert_eq!(hash.scheme(), "md5-v1");
/// assert_eq!("8cb6b0671091e7fc0355254f8d5827e5".parse::<Hash>()?, hash);
/// assert_eq!("release:v7".parse::<Hash>()?, Hash::custom("release", "v7"));
/// # Ok::<(), registry_core::ArgumentError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, std::hash::Hash)]
pub struct Hash {
    scheme: Cow<'static, str>,
    text: Text,
}

/// 32 hex digits need no allocation.
#[derive(Clone)]
enum Text {
    Hex([u8; 32]),
    Other(Box<str>),
    /// Why there is no hash, and a number that no other such reason has.
    Reason(Box<str>, u64),
}

impl Hash {
    /// A hash made elsewhere, under a scheme of its own.
    pub fn custom(scheme: impl Into<Cow<'static, str>>, text: impl Into<String>) -> Self {
        let (scheme, text) = (scheme.into(), text.into().into_boxed_str());
        if scheme == INVALID {
            return Self::without(text);
        }
        Self {
            scheme,
            text: Text::Other(text),
        }
    }

    /// The text; for `md5-v1` 32 lower-case hex digits.
    pub fn as_str(&self) -> &str {
        self.text.as_str()
    }

    /// The scheme that the text was made by, such as `md5-v1`.
    pub fn scheme(&self) -> &str {
        &self.scheme
    }

    /// Whether there is an identity behind it. An entity with an argument that has no JSON form
    /// has none; the text then is the reason, and says nothing about being the same.
    pub fn is_valid(&self) -> bool {
        self.scheme != INVALID
    }

    pub(super) fn invalid(error: &ArgumentError) -> Self {
        Self::without(error.to_string().into_boxed_str())
    }

    fn without(reason: Box<str>) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self {
            scheme: Cow::Borrowed(INVALID),
            text: Text::Reason(reason, NEXT.fetch_add(1, Ordering::Relaxed)),
        }
    }

    pub(super) fn md5(write: impl FnOnce(&mut Writer) -> Result<(), ArgumentError>) -> Self {
        Self::digest::<Md5>(Cow::Borrowed(MD5_V1), write)
    }

    pub(super) fn digest<D: Digest>(
        scheme: Cow<'static, str>,
        write: impl FnOnce(&mut Writer) -> Result<(), ArgumentError>,
    ) -> Self {
        match with_text(write, |text| Text::hex(&D::digest(text))) {
            Ok(text) => Self { scheme, text },
            Err(error) => Self::invalid(&error),
        }
    }

    /// The one string that says both scheme and text.
    fn to_both(&self) -> Cow<'_, str> {
        if self.scheme == MD5_V1 && is_md5(self.as_str()) {
            return self.as_str().into();
        }
        let scheme = self.scheme.replace('%', "%25").replace(':', "%3A");
        format!("{scheme}:{}", self.as_str()).into()
    }
}

fn is_md5(text: &str) -> bool {
    text.len() == 32
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Reads 32 lower-case hex digits as `md5-v1`, and `scheme:text`.
impl FromStr for Hash {
    type Err = ArgumentError;

    fn from_str(text: &str) -> Result<Self, ArgumentError> {
        if is_md5(text) {
            return Ok(Self::custom(MD5_V1, text));
        }
        match text.split_once(':') {
            Some((scheme, text)) if !scheme.is_empty() => {
                let scheme = scheme.replace("%3A", ":").replace("%25", "%");
                Ok(Self::custom(scheme, text))
            }
            _ => Err(
                ArgumentError::new(ProblemKind::WrongType, "the text is no hash")
                    .with_hint("write 32 lower-case hex digits, or `scheme:text`"),
            ),
        }
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_both())
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            deserializer.deserialize_any(ToHash)
        } else {
            deserializer.deserialize_str(ToHash)
        }
    }
}

/// Reads a hash as one string, or as an object of `scheme` and `text`.
struct ToHash;

impl<'de> Visitor<'de> for ToHash {
    type Value = Hash;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a hash")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Hash, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Hash, A::Error> {
        let (mut scheme, mut text) = (None, None);
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "scheme" => scheme = Some(map.next_value::<String>()?),
                "text" => text = Some(map.next_value::<String>()?),
                _ => return Err(de::Error::unknown_field(&key, &["scheme", "text"])),
            }
        }
        let scheme = scheme.ok_or_else(|| de::Error::missing_field("scheme"))?;
        let text = text.ok_or_else(|| de::Error::missing_field("text"))?;
        Ok(Hash::custom(scheme, text))
    }
}

impl Text {
    fn hex(digest: &[u8]) -> Self {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let pair = |byte: u8| {
            [
                DIGITS[usize::from(byte >> 4)],
                DIGITS[usize::from(byte & 15)],
            ]
        };
        if digest.len() != 16 {
            let digits = digest.iter().flat_map(|byte| pair(*byte).map(char::from));
            return Self::Other(digits.collect());
        }
        let mut hex = [0; 32];
        for (digits, byte) in hex.chunks_exact_mut(2).zip(digest) {
            digits.copy_from_slice(&pair(*byte));
        }
        Self::Hex(hex)
    }

    fn as_str(&self) -> &str {
        match self {
            Self::Hex(hex) => std::str::from_utf8(hex).unwrap_or_default(),
            Self::Other(text) | Self::Reason(text, _) => text,
        }
    }
}

impl Text {
    /// What tells two of them apart.
    fn key(&self) -> (&str, Option<u64>) {
        match self {
            Self::Reason(reason, number) => (reason, Some(*number)),
            _ => (self.as_str(), None),
        }
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Text {}

impl PartialOrd for Text {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Text {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}

impl std::hash::Hash for Text {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({}:{})", self.scheme, self.as_str())
    }
}

//! The hash of an entity.

use crate::entity::Entity;
use crate::error::ArgumentError;
use crate::sink::{DigestBytes, Sink};
use crate::writer::{ArgumentWriter, Mode, Writer};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;

/// The scheme that agrees with the Python package `mlregistry`: MD5 over the name and the
/// canonical text of the arguments.
const MD5_V1: &str = "md5-v1";

/// The scheme of a hash that could not be made.
const INVALID: &str = "invalid";

/// The identity of an entity: a text, and the scheme that it was made by.
///
/// Two hashes are equal when both text and scheme are.
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
/// assert_eq!(Hash::custom("release", "v7").as_str(), "v7");
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, std::hash::Hash, Serialize, Deserialize)]
#[serde(into = "Parts", from = "Parts")]
pub struct Hash {
    scheme: Cow<'static, str>,
    text: Text,
}

/// 32 hex digits need no allocation.
#[derive(Clone)]
enum Text {
    Hex([u8; 32]),
    Other(Box<str>),
}

/// How a hash is stored.
#[derive(Serialize, Deserialize)]
#[serde(rename = "Hash")]
struct Parts {
    scheme: Cow<'static, str>,
    text: String,
}

impl Hash {
    /// A hash made elsewhere, under a scheme of its own.
    pub fn custom(scheme: impl Into<Cow<'static, str>>, text: impl Into<String>) -> Self {
        Self {
            scheme: scheme.into(),
            text: Text::Other(text.into().into_boxed_str()),
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

    /// The hash of `entity` by the default scheme, whatever its own [`hash`](Entity::hash) says.
    pub fn of(entity: &(impl Entity + ?Sized)) -> Self {
        Self::md5(|writer| write_entity(writer, entity))
    }

    pub(crate) fn invalid(error: &ArgumentError) -> Self {
        Self::custom(INVALID, error.to_string())
    }

    pub(crate) fn md5(write: impl FnOnce(&mut Writer) -> Result<(), ArgumentError>) -> Self {
        Self::digest(Sink::md5(), Cow::Borrowed(MD5_V1), write)
    }

    /// The hash of `entity` by another digest, under the name of its scheme.
    ///
    /// # Examples
    ///
    /// ```
    /// # use registry_core::{ArgumentError, ArgumentWriter, Entity, Hash, Signature};
    /// # struct ReLU;
    /// # impl Entity for ReLU {
    /// #     fn name(&self) -> &str { "ReLU" }
    /// #     fn signature(&self) -> Signature { Signature::EMPTY }
    /// #     fn write_arguments(&self, _: &mut ArgumentWriter<'_>) -> Result<(), ArgumentError> { Ok(()) }
    /// # }
    /// let hash = Hash::with_digest::<sha2::Sha256>("sha256-v1", &ReLU); // sha256 of `ReLU{}`
    /// assert!(hash.as_str().starts_with("ddec7ef09d8c16a3"));
    /// assert_eq!(hash.scheme(), "sha256-v1");
    /// ```
    pub fn with_digest<D: md5::Digest + 'static>(
        scheme: impl Into<Cow<'static, str>>,
        entity: &(impl Entity + ?Sized),
    ) -> Self {
        Self::digest(Sink::digest::<D>(), scheme.into(), |writer| {
            write_entity(writer, entity)
        })
    }

    fn digest(
        sink: Sink,
        scheme: Cow<'static, str>,
        write: impl FnOnce(&mut Writer) -> Result<(), ArgumentError>,
    ) -> Self {
        let mut writer = Writer::new(sink, Mode::Identity);
        match write(&mut writer) {
            Ok(()) => Self {
                scheme,
                text: Text::hex(&writer.into_digest()),
            },
            Err(error) => Self::invalid(&error),
        }
    }
}

/// What is hashed: the name, then the canonical text of the arguments.
fn write_entity(writer: &mut Writer, entity: &(impl Entity + ?Sized)) -> Result<(), ArgumentError> {
    writer.put(entity.name());
    ArgumentWriter::arguments(writer, |arguments| entity.write_arguments(arguments))
}

impl Text {
    fn hex(digest: &DigestBytes) -> Self {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let pair = |byte: u8| {
            [
                DIGITS[usize::from(byte >> 4)],
                DIGITS[usize::from(byte & 15)],
            ]
        };
        match digest {
            DigestBytes::Md5(bytes) => {
                let mut hex = [0; 32];
                for (digits, byte) in hex.chunks_exact_mut(2).zip(bytes) {
                    digits.copy_from_slice(&pair(*byte));
                }
                Self::Hex(hex)
            }
            DigestBytes::Other(bytes) => Self::Other(
                bytes
                    .iter()
                    .flat_map(|byte| pair(*byte).map(char::from))
                    .collect(),
            ),
        }
    }

    fn as_str(&self) -> &str {
        match self {
            Self::Hex(hex) => std::str::from_utf8(hex).unwrap_or_default(),
            Self::Other(text) => text,
        }
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
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
        self.as_str().cmp(other.as_str())
    }
}

impl std::hash::Hash for Text {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl From<Hash> for Parts {
    fn from(hash: Hash) -> Self {
        Self {
            text: hash.as_str().to_owned(),
            scheme: hash.scheme,
        }
    }
}

impl From<Parts> for Hash {
    fn from(parts: Parts) -> Self {
        Self::custom(parts.scheme, parts.text)
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

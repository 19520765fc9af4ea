//! Sizes of kernels, strides, paddings and images.

use crate::Refusal;
use serde::de::{self, Deserializer, SeqAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};
use std::fmt;

/// So large that no sum of sizes overflows.
const MOST: i64 = i32::MAX as i64;

/// One number for every dimension of an image, or one for each.
///
/// # Examples
///
/// ```
/// use registry_nn::Size;
///
/// let (square, wide): (Size<2>, Size<2>) = (3.into(), [3, 5].into());
/// assert_eq!((square.each(), wide.each()), ([3, 3], [3, 5]));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size<const N: usize> {
    /// The same for every dimension.
    All(i64),
    /// One for each.
    Each([i64; N]),
}

impl<const N: usize> Size<N> {
    /// The numbers of the dimensions.
    pub fn each(self) -> [i64; N] {
        match self {
            Self::All(size) => [size; N],
            Self::Each(sizes) => sizes,
        }
    }

    /// The numbers, none of which may be below `least`.
    pub(crate) fn at_least(self, least: i64, parameter: &str) -> Result<[i64; N], Refusal> {
        let each = self.each();
        each.iter()
            .try_for_each(|size| at_least(*size, least, parameter))?;
        Ok(each)
    }
}

/// That a size is not below `least`, nor so large that sums overflow.
pub(crate) fn at_least(size: i64, least: i64, parameter: &str) -> Result<(), Refusal> {
    if (least..=MOST).contains(&size) {
        return Ok(());
    }
    Err(Refusal::argument(format!("`{parameter}` cannot be {size}"))
        .with_hint(format!("choose {least} or more, {MOST} at most")))
}

/// That there is a layer, and not so many that a list of their weights alone would not fit into memory.
pub(crate) fn layers(count: i64) -> Result<(), Refusal> {
    const MOST: i64 = 10_000;
    if (1..=MOST).contains(&count) {
        return Ok(());
    }
    Err(Refusal::argument(format!("`num_layers` cannot be {count}"))
        .with_hint(format!("choose 1 or more, {MOST} at most")))
}

/// That a number is a probability.
pub(crate) fn probability(p: f64, parameter: &str) -> Result<(), Refusal> {
    if (0.0..=1.0).contains(&p) {
        return Ok(());
    }
    Err(Refusal::argument(format!("`{parameter}` cannot be {p}"))
        .with_hint("choose a probability, in 0 to 1"))
}

/// What is added at the sides of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Padding<const N: usize> {
    /// As many pixels.
    Size(Size<N>),
    /// As many as give an output of the size of the input.
    Same,
    /// Nothing.
    Valid,
}

/// What the pixels are that are added.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PaddingMode {
    /// Zeros.
    #[default]
    Zeros,
    /// The image in a mirror that stands on its last pixel.
    Reflect,
    /// The last pixel again.
    Replicate,
    /// The other side of the image.
    Circular,
}

/// The size of an image; a side that is not given stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputSize<const N: usize> {
    /// The same for every dimension.
    All(i64),
    /// One for each.
    Each([Option<i64>; N]),
}

impl<const N: usize> OutputSize<N> {
    /// The numbers of the dimensions.
    pub fn each(self) -> [Option<i64>; N] {
        match self {
            Self::All(size) => [Some(size); N],
            Self::Each(sizes) => sizes,
        }
    }
}

/// What is added at each side of an image of `N` dimensions.
///
/// A list has the last dimension first, and of each dimension the side before it first: `[left, right,
/// top, bottom]`. A negative number takes away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sides<const N: usize> {
    /// The same at every side.
    All(i64),
    /// One for each: before and after each dimension, the last one first.
    Each([[i64; 2]; N]),
}

impl<const N: usize> Sides<N> {
    /// Before and after each dimension, the last one first.
    pub fn each(self) -> [[i64; 2]; N] {
        match self {
            Self::All(size) => [[size; 2]; N],
            Self::Each(sides) => sides,
        }
    }
}

/// One size, or those of several dimensions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, expecting = "expected an integer or a list of integers")]
pub enum Shape {
    /// One dimension.
    One(i64),
    /// Several.
    Several(Vec<i64>),
}

impl Shape {
    /// The sizes.
    pub fn sizes(&self) -> &[i64] {
        match self {
            Self::One(size) => std::slice::from_ref(size),
            Self::Several(sizes) => sizes,
        }
    }
}

impl From<i64> for Shape {
    fn from(size: i64) -> Self {
        Self::One(size)
    }
}

impl<const N: usize> From<[i64; N]> for Shape {
    fn from(sizes: [i64; N]) -> Self {
        Self::Several(sizes.into())
    }
}

impl<const N: usize> From<i64> for Size<N> {
    fn from(size: i64) -> Self {
        Self::All(size)
    }
}

impl<const N: usize> From<[i64; N]> for Size<N> {
    fn from(sizes: [i64; N]) -> Self {
        Self::Each(sizes)
    }
}

impl<const N: usize> From<i64> for Padding<N> {
    fn from(size: i64) -> Self {
        Self::Size(size.into())
    }
}

impl<const N: usize> From<i64> for OutputSize<N> {
    fn from(size: i64) -> Self {
        Self::All(size)
    }
}

impl<const N: usize> From<i64> for Sides<N> {
    fn from(size: i64) -> Self {
        Self::All(size)
    }
}

/// What all of these are written as.
enum Written {
    One(i64),
    List(Vec<Option<i64>>),
    Word(String),
}

impl<'de> Deserialize<'de> for Written {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Written_;

        impl<'de> Visitor<'de> for Written_ {
            type Value = Written;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an integer or a list of integers")
            }

            fn visit_i64<E: de::Error>(self, size: i64) -> Result<Written, E> {
                Ok(Written::One(size))
            }

            fn visit_u64<E: de::Error>(self, size: u64) -> Result<Written, E> {
                i64::try_from(size)
                    .map(Written::One)
                    .map_err(|_| E::invalid_value(de::Unexpected::Unsigned(size), &self))
            }

            fn visit_str<E: de::Error>(self, word: &str) -> Result<Written, E> {
                Ok(Written::Word(word.to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Written, A::Error> {
                let mut sizes = Vec::new();
                while let Some(size) = list.next_element()? {
                    sizes.push(size);
                }
                Ok(Written::List(sizes))
            }
        }

        deserializer.deserialize_any(Written_)
    }
}

impl Written {
    /// The list with `N` numbers, none of which is left out.
    fn whole<const N: usize>(list: &[Option<i64>]) -> Option<[i64; N]> {
        let sizes: Option<Vec<i64>> = list.iter().copied().collect();
        sizes?.try_into().ok()
    }
}

macro_rules! written {
    ($type:ident, $n:ident, $expected:expr, { $($read:pat => $value:expr),+ $(,)? }) => {
        impl<'de, const $n: usize> Deserialize<'de> for $type<$n> {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let read = match Written::deserialize(deserializer)? {
                    $($read => $value,)+
                    #[allow(unreachable_patterns, reason = "where every form is one of the type's")]
                    _ => None,
                };
                read.ok_or_else(|| de::Error::custom($expected))
            }
        }
    };
}

written!(Size, N, format!("expected an integer, or a list of {N}"), {
    Written::One(size) => Some(Self::All(size)),
    Written::List(list) => Written::whole(&list).map(Self::Each),
});

written!(Padding, N, format!("expected an integer, a list of {N}, `same` or `valid`"), {
    Written::One(size) => Some(Self::Size(Size::All(size))),
    Written::List(list) => Written::whole(&list).map(|sizes| Self::Size(Size::Each(sizes))),
    Written::Word(word) => match word.as_str() {
        "same" => Some(Self::Same),
        "valid" => Some(Self::Valid),
        _ => None,
    },
});

written!(OutputSize, N, format!("expected an integer, or a list of {N}, each of which may be null"), {
    Written::One(size) => Some(Self::All(size)),
    Written::List(list) => list.try_into().ok().map(Self::Each),
});

written!(Sides, N, format!("expected an integer, or a list of {}", 2 * N), {
    Written::One(size) => Some(Self::All(size)),
    Written::List(list) => {
        let pairs = list.chunks(2).map(Written::whole);
        pairs.collect::<Option<Vec<_>>>().and_then(|pairs| pairs.try_into().ok()).map(Self::Each)
    },
});

impl<const N: usize> Serialize for Size<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::All(size) => size.serialize(serializer),
            Self::Each(sizes) => sizes.as_slice().serialize(serializer),
        }
    }
}

impl<const N: usize> Serialize for Padding<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Size(size) => size.serialize(serializer),
            Self::Same => serializer.serialize_str("same"),
            Self::Valid => serializer.serialize_str("valid"),
        }
    }
}

impl<const N: usize> Serialize for OutputSize<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::All(size) => size.serialize(serializer),
            Self::Each(sizes) => sizes.as_slice().serialize(serializer),
        }
    }
}

impl<const N: usize> Serialize for Sides<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::All(size) => size.serialize(serializer),
            Self::Each(sides) => sides.as_flattened().serialize(serializer),
        }
    }
}

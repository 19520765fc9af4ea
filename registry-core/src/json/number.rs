//! Numbers, which stay exact until it is known which type reads them.

use crate::canonical::Writer;
use crate::error::{ArgumentError, ProblemKind};
use crate::names::shortened;
use serde::ser::Serialize;
use std::borrow::Cow;
use std::str::FromStr;

/// A number. Text gives it as digits, other formats as what they have read.
#[derive(Clone, Debug)]
pub(crate) enum Number<'t> {
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    /// Digits with an optional minus.
    Integer(Cow<'t, str>),
    /// The text of a finite float.
    Decimal(Cow<'t, str>),
}

impl<'t> Number<'t> {
    /// Reads a number, or one of the words that Python has for floats.
    pub(super) fn of(token: &'t str) -> Option<Self> {
        match token.as_bytes() {
            [b'0'..=b'9', ..] | [b'-', b'0'..=b'9', ..] => Self::digits(token),
            b"NaN" => Some(Self::Float(f64::NAN)),
            b"Infinity" => Some(Self::Float(f64::INFINITY)),
            b"-Infinity" => Some(Self::Float(f64::NEG_INFINITY)),
            _ => None,
        }
    }

    /// RFC 8259: `[-] (0 | 1-9 digits) [. digits] [e [+-] digits]`.
    fn digits(token: &'t str) -> Option<Self> {
        let digits = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let bytes = token.as_bytes();
        let mut at = usize::from(bytes.first() == Some(&b'-'));
        let whole = digits(&bytes[at..]);
        if whole == 0 || (whole > 1 && bytes[at] == b'0') {
            return None;
        }
        at += whole;
        if at == bytes.len() {
            // JSON's `-0` is Python's integer 0.
            return Some(Self::Integer(
                if token == "-0" { "0" } else { token }.into(),
            ));
        }
        if bytes[at] == b'.' {
            let fraction = digits(&bytes[at + 1..]);
            if fraction == 0 {
                return None;
            }
            at += 1 + fraction;
        }
        if let Some(b'e' | b'E') = bytes.get(at) {
            at += 1 + usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
            let exponent = digits(bytes.get(at..)?);
            if exponent == 0 {
                return None;
            }
            at += exponent;
        }
        (at == bytes.len()).then_some(Self::Decimal(token.into()))
    }

    pub(super) fn into_owned(self) -> Number<'static> {
        match self {
            Self::Unsigned(value) => Number::Unsigned(value),
            Self::Signed(value) => Number::Signed(value),
            Self::Float(value) => Number::Float(value),
            Self::Integer(digits) => Number::Integer(digits.into_owned().into()),
            Self::Decimal(text) => Number::Decimal(text.into_owned().into()),
        }
    }

    pub(super) fn is_integer(&self) -> bool {
        matches!(self, Self::Unsigned(_) | Self::Signed(_) | Self::Integer(_))
    }

    /// As an integer of type `I`; none where it is a float, or out of its range.
    pub(super) fn integer<I: FromStr + TryFrom<u64> + TryFrom<i64>>(&self) -> Option<I> {
        match self {
            Self::Unsigned(value) => I::try_from(*value).ok(),
            Self::Signed(value) => I::try_from(*value).ok(),
            Self::Integer(digits) => digits.parse().ok(),
            Self::Float(_) | Self::Decimal(_) => None,
        }
    }

    /// As a float of type `F`.
    ///
    /// Digits are read straight from the text: through a wider type an `f32` would be rounded twice.
    pub(super) fn float<F: Float>(&self) -> Result<F, ArgumentError> {
        let text: Cow<'_, str> = match self {
            Self::Float(value) => return F::of(*value).ok_or_else(|| self.out_of_range(F::NAME)),
            Self::Decimal(text) => Cow::Borrowed(text),
            _ => self.digits_text(),
        };
        let value: F = text.parse().unwrap_or(F::NAN);
        if !value.is_finite() {
            return Err(self.out_of_range(F::NAME));
        }
        // Fifteen digits fit into every `f64`, six into every `f32`.
        if self.is_integer() && text.len() > F::SAFE_DIGITS && value.digits() != text {
            let message = format!("{} cannot be held exactly by {}", shortened(&text), F::NAME);
            let hint = format!(
                "write `{}.0`, which is the nearest float, or take an integer parameter",
                value.digits()
            );
            return Err(ArgumentError::new(ProblemKind::OutOfRange, message).with_hint(hint));
        }
        Ok(value)
    }

    /// That the type of this name cannot hold it.
    pub(super) fn out_of_range(&self, type_name: &str) -> ArgumentError {
        let text = match self {
            Self::Decimal(text) => Cow::Borrowed(&**text),
            Self::Float(value) => format!("{value:?}").into(),
            _ => self.digits_text(),
        };
        let message = format!("{} is out of the range of {type_name}", shortened(&text));
        ArgumentError::new(ProblemKind::OutOfRange, message)
    }

    /// The digits of an integer; empty for a float.
    pub(super) fn digits_text(&self) -> Cow<'_, str> {
        match self {
            Self::Unsigned(value) => value.to_string().into(),
            Self::Signed(value) => value.to_string().into(),
            Self::Integer(digits) => Cow::Borrowed(digits),
            Self::Float(_) | Self::Decimal(_) => Cow::Borrowed(""),
        }
    }

    pub(super) fn write(&self, writer: &mut Writer) -> Result<(), ArgumentError> {
        match self {
            Self::Unsigned(value) => writer.put_int(*value),
            Self::Signed(value) => writer.put_int(*value),
            Self::Float(value) => value.serialize(writer)?,
            Self::Integer(digits) => writer.put(digits),
            Self::Decimal(_) => self.float::<f64>()?.serialize(writer)?,
        }
        Ok(())
    }
}

/// `f32` and `f64`.
pub(super) trait Float: FromStr + Copy {
    const NAME: &'static str;
    const NAN: Self;
    /// Integers of no more digits are held exactly.
    const SAFE_DIGITS: usize;

    fn is_finite(self) -> bool;

    /// The digits of its whole part.
    fn digits(self) -> String;

    /// The same number, where this type has it in its range.
    fn of(value: f64) -> Option<Self>;
}

impl Float for f64 {
    const NAME: &'static str = "f64";
    const NAN: Self = Self::NAN;
    const SAFE_DIGITS: usize = 15;

    fn is_finite(self) -> bool {
        self.is_finite()
    }

    fn digits(self) -> String {
        format!("{self:.0}")
    }

    fn of(value: f64) -> Option<Self> {
        Some(value)
    }
}

impl Float for f32 {
    const NAME: &'static str = "f32";
    const NAN: Self = Self::NAN;
    const SAFE_DIGITS: usize = 6;

    fn is_finite(self) -> bool {
        self.is_finite()
    }

    fn digits(self) -> String {
        format!("{self:.0}")
    }

    fn of(value: f64) -> Option<Self> {
        if value.is_nan() || value.is_infinite() {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "what is no number stays so"
            )]
            return Some(value as f32);
        }
        // By its shortest digits, as text would carry it.
        let near: Self = format!("{value:?}").parse().ok()?;
        near.is_finite().then_some(near)
    }
}

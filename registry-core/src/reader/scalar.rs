//! Numbers, `true`, `false` and `null`.

/// A value that is neither string, array nor object.
pub(crate) enum Scalar<'t> {
    Null,
    Bool(bool),
    /// Digits with an optional minus.
    Integer(&'t str),
    Float(Float<'t>),
}

/// The text of a float, as the standard library reads it.
pub(crate) struct Float<'t>(pub(super) &'t str);

impl Float<'_> {
    /// The nearest `f64`, exactly rounded.
    pub(crate) fn value(&self) -> f64 {
        self.0.parse().unwrap_or(f64::NAN)
    }
}

impl<'t> Scalar<'t> {
    pub(super) fn of(token: &'t str) -> Option<Self> {
        Some(match token.as_bytes() {
            [b'0'..=b'9', ..] | [b'-', b'0'..=b'9', ..] => return Self::number(token),
            b"null" => Self::Null,
            b"true" => Self::Bool(true),
            b"false" => Self::Bool(false),
            b"NaN" => Self::Float(Float("nan")),
            b"Infinity" => Self::Float(Float("inf")),
            b"-Infinity" => Self::Float(Float("-inf")),
            _ => return None,
        })
    }

    /// RFC 8259: `[-] (0 | 1-9 digits) [. digits] [e [+-] digits]`.
    fn number(token: &'t str) -> Option<Self> {
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
            return Some(Self::Integer(if token == "-0" { "0" } else { token }));
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
        (at == bytes.len()).then_some(Self::Float(Float(token)))
    }
}

//! Float text as Python's `repr` writes it.
//!
//! The digits come from `zmij`; where the point stands and how an exponent looks is decided here,
//! because a library's layout may change in a patch release and every hash would change with it.

/// Room for the longest text, `-2.2250738585072014e-308`.
const LONGEST: usize = 24;

/// A buffer for one float's text.
pub(crate) struct FloatText {
    bytes: [u8; LONGEST],
    length: usize,
}

impl FloatText {
    /// The text of an `f64`: shortest digits that read back to the same bits.
    pub(crate) fn of(value: f64) -> Self {
        match special(value) {
            Some(text) => Self::fixed(text),
            None => Self::of_digits(zmij::Buffer::new().format_finite(value), value.abs()),
        }
    }

    /// The text of an `f32`: its own shortest digits, so that `0.1f32` is `0.1`.
    pub(crate) fn of_f32(value: f32) -> Self {
        match special(f64::from(value)) {
            Some(text) => Self::fixed(text),
            None => Self::of_digits(
                zmij::Buffer::new().format_finite(value),
                f64::from(value.abs()),
            ),
        }
    }

    /// Takes `shortest` as it stands where Python writes the same: positional digits have one form
    /// only, so no library can lay them out differently, and most floats are of this kind.
    fn of_digits(shortest: &str, absolute: f64) -> Self {
        let positional = (1e-4..1e16).contains(&absolute)
            && shortest.bytes().all(|byte| byte != b'e' && byte != b'E')
            && shortest.contains('.');
        if positional {
            Self::fixed(shortest)
        } else {
            Self::lay_out(shortest)
        }
    }

    /// The written text.
    pub(crate) fn as_str(&self) -> &str {
        // Only ASCII is ever pushed.
        std::str::from_utf8(&self.bytes[..self.length]).unwrap_or_default()
    }

    fn fixed(text: &str) -> Self {
        let mut out = Self {
            bytes: [0; LONGEST],
            length: 0,
        };
        out.push(text.as_bytes());
        out
    }

    fn push(&mut self, bytes: &[u8]) {
        let end = (self.length + bytes.len()).min(LONGEST);
        let taken = end - self.length;
        self.bytes[self.length..end].copy_from_slice(&bytes[..taken]);
        self.length = end;
    }

    fn zeros(&mut self, count: usize) {
        for _ in 0..count {
            self.push(b"0");
        }
    }

    /// Writes `shortest`, any decimal text of a finite float, in Python's layout: positional while
    /// the decimal point stands within `-4 < point <= 16`, else with a signed exponent of at least
    /// two digits (`float_repr_style = "short"`, format code `r`, of `CPython`'s `pystrtod.c`).
    fn lay_out(shortest: &str) -> Self {
        let mut out = Self {
            bytes: [0; LONGEST],
            length: 0,
        };
        let unsigned = match shortest.strip_prefix('-') {
            Some(rest) => {
                out.push(b"-");
                rest
            }
            None => shortest,
        };
        let decimal = Decimal::parse(unsigned.as_bytes());
        let digits = &decimal.digits[..decimal.count];
        let count = i32::try_from(decimal.count).unwrap_or(0);
        match decimal.point {
            point @ 1..=16 if point >= count => {
                out.push(digits);
                out.zeros(usize::try_from(point - count).unwrap_or(0));
                out.push(b".0");
            }
            point @ 1..=16 => {
                let (whole, fraction) = digits.split_at(usize::try_from(point).unwrap_or(0));
                out.push(whole);
                out.push(b".");
                out.push(fraction);
            }
            point @ -3..=0 => {
                out.push(b"0.");
                out.zeros(usize::try_from(-point).unwrap_or(0));
                out.push(digits);
            }
            point => {
                out.push(&digits[..1]);
                if count > 1 {
                    out.push(b".");
                    out.push(&digits[1..]);
                }
                out.push(if point > 0 { b"e+" } else { b"e-" });
                let exponent = (point - 1).unsigned_abs();
                if exponent < 10 {
                    out.push(b"0");
                }
                out.push(itoa::Buffer::new().format(exponent).as_bytes());
            }
        }
        out
    }
}

fn special(value: f64) -> Option<&'static str> {
    if value.is_nan() {
        Some("NaN")
    } else if value.is_infinite() {
        Some(if value > 0.0 { "Infinity" } else { "-Infinity" })
    } else {
        None
    }
}

/// Significant digits and where the decimal point stands: `0.d1d2d3... * 10^point`.
struct Decimal {
    digits: [u8; 17],
    count: usize,
    point: i32,
}

impl Decimal {
    fn parse(text: &[u8]) -> Self {
        let (mantissa, exponent) = match text.iter().position(|&byte| byte == b'e' || byte == b'E')
        {
            Some(at) => (&text[..at], exponent(&text[at + 1..])),
            None => (text, 0),
        };
        let mut decimal = Self {
            digits: [b'0'; 17],
            count: 0,
            point: exponent,
        };
        let mut before_point = true;
        for &byte in mantissa {
            match byte {
                b'.' => before_point = false,
                b'0' if decimal.count == 0 => decimal.point -= i32::from(!before_point),
                digit => {
                    if let Some(slot) = decimal.digits.get_mut(decimal.count) {
                        *slot = digit;
                        decimal.count += 1;
                    }
                    decimal.point += i32::from(before_point);
                }
            }
        }
        while decimal.count > 1 && decimal.digits[decimal.count - 1] == b'0' {
            decimal.count -= 1;
        }
        if decimal.count == 0 {
            (decimal.count, decimal.point) = (1, 1);
        }
        decimal
    }
}

fn exponent(text: &[u8]) -> i32 {
    let (sign, digits) = match text {
        [b'-', rest @ ..] => (-1, rest),
        [b'+', rest @ ..] | rest => (1, rest),
    };
    sign * digits
        .iter()
        .fold(0, |sum, &digit| sum * 10 + i32::from(digit - b'0'))
}

#[cfg(test)]
mod tests {
    use super::FloatText;
    use proptest::prelude::*;

    fn text(value: f64) -> String {
        FloatText::of(value).as_str().to_owned()
    }

    #[test]
    fn python_repr() {
        // Each right side was printed by CPython's `repr`.
        for (value, python) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (0.5, "0.5"),
            (784.0, "784.0"),
            (1e-4, "0.0001"),
            (0.000_123_4, "0.0001234"),
            (0.000_012_34, "1.234e-05"),
            (1e-5, "1e-05"),
            (1e15, "1000000000000000.0"),
            (9_007_199_254_740_993.0, "9007199254740992.0"),
            (f64::from_bits(0x4308_A35E_C492_4F7A), "866878357653999.2"),
            (1e16, "1e+16"),
            (1e22, "1e+22"),
            (123_456_789_012_345_680.0, "1.2345678901234568e+17"),
            (-2.225_073_858_507_201_4e-308, "-2.2250738585072014e-308"),
            (5e-324, "5e-324"),
            (f64::MAX, "1.7976931348623157e+308"),
            (f64::NAN, "NaN"),
            (f64::INFINITY, "Infinity"),
            (f64::NEG_INFINITY, "-Infinity"),
        ] {
            assert_eq!(text(value), python);
        }
    }

    #[test]
    fn an_f32_keeps_its_own_digits() {
        assert_eq!(FloatText::of_f32(0.1).as_str(), "0.1");
        assert_eq!(FloatText::of_f32(1e-5).as_str(), "1e-05");
        assert_eq!(FloatText::of_f32(16_777_216.0).as_str(), "16777216.0");
    }

    proptest! {
        #[test]
        fn reads_back_to_the_same_bits(bits: u64) {
            let value = f64::from_bits(bits);
            prop_assume!(value.is_finite());
            prop_assert_eq!(text(value).parse::<f64>().unwrap().to_bits(), bits);
        }

        #[test]
        fn agrees_with_the_standard_library_on_the_digits(bits: u64) {
            let value = f64::from_bits(bits);
            prop_assume!(value.is_finite());
            let digits = |text: &str| -> String {
                let mantissa = text.split('e').next().unwrap_or_default();
                let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
                digits.trim_matches('0').to_owned()
            };
            // Of two texts that are equally short and equally near, Python takes the even one, and
            // the standard library the larger.
            let (ours, theirs) = (digits(&text(value)), digits(&format!("{value:e}")));
            if ours != theirs {
                let number = |digits: &str| digits.parse::<u64>().unwrap();
                prop_assert_eq!(number(&ours) % 2, 0);
                prop_assert_eq!(number(&ours) + 1, number(&theirs));
            }
        }
    }
}

//! Numbers as integers: the bits of the float, arranged so that integers order as `f64::total_cmp` orders
//! the floats. Databases lose bits of floats: `SQLite` turns NaN into NULL and may turn `-0.0` into `0`, and
//! an index of `PostgreSQL` makes one of both zeros.

/// The integer of a float, which orders as that does by `f64::total_cmp`: for stores whose columns of
/// floats do not keep every bit.
///
/// # Examples
///
/// ```
/// use tracker_core::chunk::{number, ordered};
///
/// assert!(ordered(-0.0) < ordered(0.0) && ordered(f64::INFINITY) < ordered(f64::NAN));
/// assert_eq!(number(ordered(-0.5)), -0.5);
/// ```
pub fn ordered(number: f64) -> i64 {
    flip(number.to_bits().cast_signed())
}

/// The float of an integer that [`ordered`] made.
pub fn number(ordered: i64) -> f64 {
    f64::from_bits(flip(ordered).cast_unsigned())
}

/// Among negative floats more bits mean less, so all but the sign is inverted there; doing it
/// twice gives the bits back.
fn flip(bits: i64) -> i64 {
    bits ^ ((bits >> 63).cast_unsigned() >> 1).cast_signed()
}

#[cfg(test)]
mod tests {
    use super::{number, ordered};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_integer_gives_the_bits_back(bits: u64) {
            prop_assert_eq!(number(ordered(f64::from_bits(bits))).to_bits(), bits);
        }

        #[test]
        fn integers_order_as_the_floats_do(a: u64, b: u64) {
            let (a, b) = (f64::from_bits(a), f64::from_bits(b));
            prop_assert_eq!(ordered(a).cmp(&ordered(b)), a.total_cmp(&b));
        }
    }
}

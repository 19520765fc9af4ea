//! Numbers as people read them, in units that fit.

use std::time::Duration;

use tracker_core::MetricValue;

/// A measured value in a table.
pub fn value(value: &MetricValue) -> String {
    match value {
        MetricValue::Number(value) => number(*value),
        MetricValue::Json(_) => "{…}".to_owned(),
    }
}

/// As [`value`], in the unit of its metric where that is one of bytes or time.
pub fn measured(value: &MetricValue, unit: &str) -> String {
    match value {
        MetricValue::Number(number) if is_scaled(unit) => amount(*number, unit),
        value => self::value(value),
    }
}

/// A number with four digits that count, or a whole number as it is.
pub fn number(number: f64) -> String {
    let size = number.abs();
    if size == 0.0 || !number.is_finite() || (size < 1e7 && number.fract() == 0.0) {
        return number.to_string();
    }
    let decimals = match size {
        1e4..1e7 => 0,
        1e3.. => return format!("{number:.3e}"),
        1e2.. => 1,
        1e1.. => 2,
        1e0.. => 3,
        1e-1.. => 4,
        1e-2.. => 5,
        1e-3.. => 6,
        _ => return format!("{number:.3e}"),
    };
    format!("{number:.decimals$}")
}

/// A number in its unit: bytes as `1.02 GiB`, a duration as `2h 05min`, anything else as `1.500 %`.
///
/// # Examples
///
/// ```
/// use entia_report::text::amount;
///
/// assert_eq!(amount(1.093e9, "B"), "1.02 GiB");
/// assert_eq!(amount(90.0, "s"), "1min 30s");
/// assert_eq!(amount(97.5, "%"), "97.50 %");
/// ```
pub fn amount(value: f64, unit: &str) -> String {
    if let Some(rest) = after_bytes(unit) {
        return with_prefix(value, &format!("B{rest}"));
    }
    match seconds(unit) {
        Some(length) if value.is_finite() => length_of_time(value * length),
        _ if unit.is_empty() => number(value),
        _ => format!("{} {unit}", number(value)),
    }
}

/// Whether [`amount`] writes numbers of this unit in larger or smaller ones, so that each needs its
/// own beside it.
pub fn is_scaled(unit: &str) -> bool {
    after_bytes(unit).is_some() || seconds(unit).is_some()
}

/// The unit in which an axis counts whose largest value is this one, as `GiB` for bytes, and the length
/// of that unit in the given one.
pub(crate) fn unit_for(largest: f64, unit: &str) -> (String, f64) {
    const TIMES: [(f64, &str); 7] = [
        (2.0 * 86_400.0, "d"),
        (2.0 * 3_600.0, "h"),
        (120.0, "min"),
        (1.0, "s"),
        (1e-3, "ms"),
        (1e-6, "µs"),
        (0.0, "ns"),
    ];
    if let Some(rest) = after_bytes(unit) {
        let found = LARGER.iter().find(|(size, _)| largest >= *size);
        let (size, prefix) = found.copied().unwrap_or((1.0, ""));
        return (format!("{prefix}B{rest}"), size);
    }
    let Some(length) = seconds(unit) else {
        return (unit.to_owned(), 1.0);
    };
    let found = TIMES.iter().find(|(size, _)| largest * length >= *size);
    let name = if largest == 0.0 {
        "s"
    } else {
        found.map_or("s", |(_, name)| *name)
    };
    let of_unit = match name {
        "d" => 86_400.0,
        name => seconds(name).unwrap_or(1.0),
    };
    (name.to_owned(), of_unit / length)
}

/// What follows the bytes in a unit, as `/s`.
fn after_bytes(unit: &str) -> Option<&str> {
    let rest = unit
        .strip_prefix("bytes")
        .or_else(|| unit.strip_prefix('B'));
    rest.filter(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The seconds of a unit of time.
fn seconds(unit: &str) -> Option<f64> {
    Some(match unit {
        "ns" => 1e-9,
        "us" | "µs" => 1e-6,
        "ms" => 1e-3,
        "s" | "sec" | "seconds" => 1.0,
        "min" | "minutes" => 60.0,
        "h" | "hours" => 3_600.0,
        _ => return None,
    })
}

/// Before larger units of bytes.
const LARGER: [(f64, &str); 5] = [
    (1_125_899_906_842_624.0, "Pi"),
    (1_099_511_627_776.0, "Ti"),
    (1_073_741_824.0, "Gi"),
    (1_048_576.0, "Mi"),
    (1_024.0, "Ki"),
];

/// So many bytes: `6.50 MiB`.
#[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
pub fn bytes(bytes: u64) -> String {
    with_prefix(bytes as f64, "B")
}

fn with_prefix(value: f64, unit: &str) -> String {
    let found = LARGER.iter().find(|(size, _)| value.abs() >= *size);
    match found {
        Some((size, prefix)) if value.is_finite() => {
            format!("{:.2} {prefix}{unit}", value / size)
        }
        _ => format!("{} {unit}", number(value)),
    }
}

fn length_of_time(seconds: f64) -> String {
    let size = seconds.abs();
    match Duration::try_from_secs_f64(seconds) {
        Ok(length) if size >= 60.0 => duration(length),
        _ if size >= 1.0 || size == 0.0 => format!("{}s", number(seconds)),
        _ if size >= 1e-3 => format!("{}ms", number(seconds * 1e3)),
        _ if size >= 1e-6 => format!("{}µs", number(seconds * 1e6)),
        _ => format!("{}ns", number(seconds * 1e9)),
    }
}

/// A number with its thousands apart.
pub fn count(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// How long something took, with two units at most: `2h 05min`.
pub fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0..10 => format!("{:.1}s", duration.as_secs_f64()),
        10..60 => format!("{seconds}s"),
        60..3_600 => format!("{}min {:02}s", seconds / 60, seconds % 60),
        3_600..86_400 => format!("{}h {:02}min", seconds / 3_600, seconds / 60 % 60),
        _ => format!("{}d {:02}h", seconds / 86_400, seconds / 3_600 % 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_four_digits() {
        let cases = [
            (0.0, "0"),
            (-0.0, "-0"),
            (12.0, "12"),
            (0.031_249, "0.03125"),
            (0.975, "0.9750"),
            (-1.5, "-1.500"),
            (123.456, "123.5"),
            (12_345.6, "12346"),
            (1e-5, "1.000e-5"),
            (1e9, "1.000e9"),
            (f64::NAN, "NaN"),
            (f64::INFINITY, "inf"),
        ];
        for (value, text) in cases {
            assert_eq!(number(value), text);
        }
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(count(12), "12");
    }

    #[test]
    fn amounts_have_a_unit_that_fits() {
        let cases = [
            (1.093e9, "B", "1.02 GiB"),
            (512.0, "B", "512 B"),
            (2.5e6, "B/s", "2.38 MiB/s"),
            (f64::NAN, "B", "NaN B"),
            (0.0125, "s", "12.50ms"),
            (4_500_000.0, "ms", "1h 15min"),
            (-90.0, "s", "-90s"),
            (f64::INFINITY, "s", "inf s"),
            (3.0, "Bq", "3 Bq"),
            (0.5, "", "0.5000"),
        ];
        for (value, unit, text) in cases {
            assert_eq!(amount(value, unit), text);
        }
    }

    #[test]
    fn durations_have_two_units() {
        for (milliseconds, text) in [
            (0, "0.0s"),
            (9_949, "9.9s"),
            (12_900, "12s"),
            (185_000, "3min 05s"),
            (7_500_000, "2h 05min"),
            (200_000_000, "2d 07h"),
        ] {
            assert_eq!(duration(Duration::from_millis(milliseconds)), text);
        }
    }
}

//! From values to places on an axis, and the round values that stand beside it.

/// An axis from a low value to a high one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scale {
    pub(crate) low: f64,
    pub(crate) high: f64,
    /// Whether equal ratios are equally long.
    log: bool,
}

impl Scale {
    /// An axis over all finite values; a range that would be empty is widened, for nothing could be
    /// divided by its length.
    pub(crate) fn over(values: impl Iterator<Item = f64>, log: bool) -> Self {
        let values = values.filter(|value| value.is_finite() && (!log || *value > 0.0));
        let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
            (low.min(value), high.max(value))
        });
        if low > high {
            let low = if log { 0.1 } else { 0.0 };
            return Self {
                low,
                high: 1.0,
                log,
            };
        }
        if log {
            let least = low * (1.0 + 1e-9);
            return if high > least {
                Self { low, high, log }
            } else {
                let (low, high) = (
                    (low / 2.0).max(f64::MIN_POSITIVE),
                    (high * 2.0).min(f64::MAX),
                );
                Self { low, high, log }
            };
        }
        let least = (low.abs().max(high.abs()) * 1e-9).max(1e-300);
        // Half of each, since the whole may be beyond all numbers.
        if high / 2.0 - low / 2.0 >= least / 2.0 {
            return Self { low, high, log };
        }
        let room = least.max(0.5);
        Self {
            low: (low - room).max(f64::MIN),
            high: (high + room).min(f64::MAX),
            log,
        }
    }

    /// The same from another low value.
    pub(crate) fn from(self, low: f64) -> Self {
        Self { low, ..self }
    }

    /// The same between whole numbers; no lower than 0 where that `is_positive`.
    pub(crate) fn whole(self, is_positive: bool) -> Self {
        let low = if is_positive {
            self.low.max(0.0)
        } else {
            self.low
        };
        Self {
            low: low.floor(),
            high: self.high.ceil(),
            ..self
        }
    }

    /// The same in another unit.
    pub(crate) fn divided(self, unit: f64) -> Self {
        Self {
            low: self.low / unit,
            high: self.high / unit,
            ..self
        }
    }

    /// With room at both ends, so that a curve does not lie on the frame.
    pub(crate) fn with_room(self, share: f64) -> Self {
        let (low, high) = (self.at(-share), self.at(1.0 + share));
        if low.is_finite() && high.is_finite() && (!self.log || low > 0.0) {
            Self { low, high, ..self }
        } else {
            self
        }
    }

    /// Where a value stands: 0 at the low end, 1 at the high one.
    pub(crate) fn share(&self, value: f64) -> f64 {
        if self.log {
            (value.ln() - self.low.ln()) / (self.high.ln() - self.low.ln())
        } else {
            (value / 2.0 - self.low / 2.0) / (self.high / 2.0 - self.low / 2.0)
        }
    }

    /// The value at such a share.
    pub(crate) fn at(&self, share: f64) -> f64 {
        if self.log {
            (self.low.ln() + share * (self.high.ln() - self.low.ln())).exp()
        } else {
            self.low + 2.0 * share * (self.high / 2.0 - self.low / 2.0)
        }
    }

    /// Some `count` round values within the range; whole ones only where that is `whole`.
    pub(crate) fn ticks(&self, count: u32, whole: bool) -> Vec<f64> {
        let decades = (self.high.log10() - self.low.log10()).abs();
        if self.log && decades >= 1.0 {
            return self.log_ticks(count);
        }
        let room = (self.high / 2.0 - self.low / 2.0) * (2.0 / f64::from(count.max(2)));
        let mut step = round_above(room);
        if whole {
            step = step.max(1.0);
        }
        let first = (self.low / step - 1e-9).ceil();
        let ticks = (0..4 * count.max(2)).map(|index| (first + f64::from(index)) * step);
        // Not the remains of rounding beside zero.
        let ticks = ticks.map(|tick| if tick.abs() < step / 1e6 { 0.0 } else { tick });
        ticks
            .take_while(|tick| tick.is_finite() && *tick <= self.high + step * 1e-9)
            .collect()
    }

    /// Powers of ten, with 2 and 5 between them where there is room.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a float has some 600 decades"
    )]
    fn log_ticks(&self, count: u32) -> Vec<f64> {
        let first = self.low.log10().floor() as i32;
        let last = self.high.log10().ceil() as i32;
        let decades = last.abs_diff(first).max(1);
        let is_short = self.high.log10() - self.low.log10() < f64::from(count) / 3.0;
        let between: &[f64] = if is_short { &[1.0, 2.0, 5.0] } else { &[1.0] };
        let stride = decades.div_ceil(count.max(1)).max(1);
        let powers = (first..=last).filter(|power| power.unsigned_abs() % stride == 0);
        let ticks =
            powers.flat_map(|power| between.iter().map(move |digit| digit * 10_f64.powi(power)));
        let (low, high) = (self.low * (1.0 - 1e-9), self.high * (1.0 + 1e-9));
        ticks.filter(|tick| (low..=high).contains(tick)).collect()
    }
}

/// The least of 1, 2 and 5, and those times powers of ten, that is not below a length.
fn round_above(length: f64) -> f64 {
    let power = 10_f64.powf(length.log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0].map(|digit| digit * power);
    let fitting = steps
        .into_iter()
        .find(|step| *step >= length * (1.0 - 1e-9));
    fitting.unwrap_or(length)
}

/// The labels of ticks: all with as many decimals as they need to differ, or as powers of ten where
/// they are very large or small.
pub(crate) fn labels(ticks: &[f64]) -> Vec<String> {
    let largest = ticks
        .iter()
        .fold(0.0, |most: f64, tick| most.max(tick.abs()));
    let least = ticks
        .windows(2)
        .map(|pair| (pair[1] - pair[0]).abs())
        .fold(largest, f64::min);
    if largest >= 1e6
        || (largest > 0.0 && (least < 1e-4 || (least < 1e-2 && largest > 100.0 * least)))
    {
        return ticks.iter().map(|tick| power_of_ten(*tick)).collect();
    }
    // With ratios, each needs its own.
    let decimals = (0..5).find(|decimals| {
        let unit = 10_f64.powi(*decimals);
        ticks
            .iter()
            .all(|tick| (tick * unit - (tick * unit).round()).abs() < 1e-6 * unit.max(1.0))
    });
    let decimals = usize::try_from(decimals.unwrap_or(4)).unwrap_or(0);
    ticks
        .iter()
        .map(|tick| format!("{tick:.decimals$}").replace('-', "−"))
        .collect()
}

/// `2×10⁻⁴`, with the signs of a printed text.
fn power_of_ten(value: f64) -> String {
    let text = format!("{:e}", round_to_digits(value));
    let Some((digits, power)) = text.split_once('e') else {
        return text;
    };
    let power: String = power.chars().map(raised).collect();
    let digits = digits.replace('-', "−");
    match digits.as_str() {
        "0" => digits,
        "1" => format!("10{power}"),
        _ => format!("{digits}×10{power}"),
    }
}

/// Without the last bits, which come from rounding.
fn round_to_digits(value: f64) -> f64 {
    format!("{value:.6e}").parse().unwrap_or(value)
}

fn raised(char: char) -> char {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    match char.to_digit(10) {
        Some(digit) => DIGITS[digit as usize],
        None => '⁻',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticks(low: f64, high: f64, log: bool) -> Vec<String> {
        labels(&Scale::over([low, high].into_iter(), log).ticks(5, false))
    }

    #[test]
    fn ticks_are_round() {
        assert_eq!(
            ticks(0.0, 1.0, false),
            ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]
        );
        assert_eq!(ticks(0.893, 0.962, false), ["0.90", "0.92", "0.94", "0.96"]);
        assert_eq!(ticks(-3.0, 40.0, false), ["0", "10", "20", "30", "40"]);
        assert_eq!(
            ticks(0.0, 2.5e6, false),
            ["0", "5×10⁵", "10⁶", "1.5×10⁶", "2×10⁶", "2.5×10⁶"]
        );
        assert_eq!(ticks(1e-4, 0.4, true), ["10⁻⁴", "10⁻³", "10⁻²", "10⁻¹"]);
        assert_eq!(
            ticks(0.05, 1.2, true),
            ["0.05", "0.10", "0.20", "0.50", "1.00"]
        );
        let whole = Scale::over([1.0, 3.0].into_iter(), false).ticks(8, true);
        assert_eq!(labels(&whole), ["1", "2", "3"]);
    }

    #[test]
    fn extremes_have_an_axis() {
        for (low, high) in [
            (0.0, 0.0),
            (0.0, 1e-310),
            (1e16, 1e16 + 2.0),
            (1e300, 1e300),
            (f64::MIN, f64::MAX),
            (f64::MAX, f64::MAX),
            (9e18, 9.1e18),
        ] {
            for log in [false, true] {
                let scale = Scale::over([low, high].into_iter(), log).with_room(0.05);
                let is_in = |share: f64| (-0.1..=1.1).contains(&share);
                assert!(
                    is_in(scale.share(scale.low)) && is_in(scale.share(scale.high)),
                    "{scale:?}"
                );
                assert!(scale.ticks(6, false).len() <= 24, "{scale:?}");
            }
        }
        assert!(Scale::over(std::iter::empty(), true).ticks(5, false).len() > 1);
    }
}

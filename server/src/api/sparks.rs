//! The courses of series, as small pictures show them.

use std::collections::HashMap;

use tracker_core::ports::{Axis, Histories, Row};
use tracker_core::{Metric, Series, Uuid};

use crate::api::columns::Column;
use crate::app::App;
use crate::problem::Problem;

/// A series is shown by so many of its numbers, and by fewer where so many are in an answer already;
/// but by as many at least.
const SPARK: usize = 32;
const SPARKS: usize = 16_000;
const LEAST: usize = 8;

/// The numbers of a course, by the run, the metric and the phase.
type Sparks<'c> = HashMap<(Uuid, &'c str, &'c str), Vec<Option<f64>>>;

/// The courses of series, in one call.
pub(crate) fn sparks<'c>(
    app: &App,
    rows: &[Row],
    columns: &'c [(String, Column)],
) -> Result<Sparks<'c>, Problem> {
    let courses = courses(app, rows, columns)?.into_iter();
    let with_points = courses.filter(|(_, series)| !series.is_empty());
    Ok(with_points
        .map(|(of, series)| (of, drawn(series.numbers())))
        .collect())
}

/// The points of series, by the run, the metric and the phase.
type Courses<'c> = HashMap<(Uuid, &'c str, &'c str), Series>;

/// The points of the series that columns show, thinned.
pub(crate) fn courses<'c>(
    app: &App,
    rows: &[Row],
    columns: &'c [(String, Column)],
) -> Result<Courses<'c>, Problem> {
    let series = columns.iter().filter_map(|(_, column)| match column {
        Column::Spark { name, phase } => Some((name.as_str(), phase.as_str())),
        Column::Field(_) => None,
    });
    let series: Vec<_> = series.collect();
    let count = rows.len() * series.len();
    if count == 0 {
        return Ok(Courses::new());
    }
    let histories = app.tracker.store()?.histories(&Histories {
        aggregates: rows.iter().map(|row| row.aggregate.uuid).collect(),
        series: series
            .iter()
            .map(|(name, phase)| ((*name).to_owned(), (*phase).to_owned()))
            .collect(),
        axis: axis(rows),
        most: Some((SPARKS / count).clamp(LEAST, SPARK)),
        ..Histories::default()
    })?;
    // They come in the order of the runs, and then of the series.
    let of_series = histories.into_iter().zip(series.iter().cycle());
    Ok(of_series
        .map(|(history, (name, phase))| ((history.aggregate, *name, *phase), history.series))
        .collect())
}

/// What a course goes along: steps may begin anew in each epoch, and epochs may be few.
pub(crate) fn axis(rows: &[Row]) -> Axis {
    let ends = rows.iter().flat_map(|row| &row.summaries);
    let ends = ends.map(|summary| (&summary.first, &summary.last));
    let has_epochs = |(first, last): (&Metric, &Metric)| last.epoch - first.epoch >= LEAST as u64;
    let has_steps = |(first, last): (&Metric, &Metric)| last.step != first.step;
    if ends.clone().any(has_epochs) || !ends.clone().any(has_steps) {
        Axis::Epoch
    } else {
        Axis::Step
    }
}

/// Numbers with as many digits as a small picture of them can show: it is no higher than so many
/// points. None for what is no finite number.
pub(crate) fn drawn(numbers: &[f64]) -> Vec<Option<f64>> {
    const HEIGHT: f64 = 100.0;
    let finite = || numbers.iter().copied().filter(|number| number.is_finite());
    let (least, most) = finite().fold(
        (f64::INFINITY, f64::NEG_INFINITY),
        |(least, most), number| (least.min(number), most.max(number)),
    );
    let range = most - least;
    let has_range = range > 0.0 && range.is_finite();
    let places = has_range.then(|| -exponent(range / HEIGHT));
    let shown = numbers.iter().map(|number| match places {
        Some(places) if number.is_finite() => Some(rounded(*number, places)),
        _ => short(*number),
    });
    shown.collect()
}

/// A number with few digits; none for what is no finite number.
fn short(number: f64) -> Option<f64> {
    const DIGITS: i32 = 3;
    if number == 0.0 || !number.is_finite() {
        return number.is_finite().then_some(0.0);
    }
    Some(rounded(number, DIGITS - 1 - exponent(number.abs())))
}

/// The power of ten of a positive number.
#[expect(clippy::cast_possible_truncation, reason = "an exponent is small")]
fn exponent(number: f64) -> i32 {
    number.log10().floor() as i32
}

/// A number with so many digits behind the point, or zeros before it.
pub(crate) fn rounded(number: f64, places: i32) -> f64 {
    if places.abs() > 22 {
        return number;
    }
    // Powers of ten up to there are exact, and so is what has few digits.
    let power = 10_f64.powi(places.abs());
    let rounded = if places < 0 {
        (number / power).round() * power
    } else {
        (number * power).round() / power
    };
    // No zero with a sign.
    rounded + 0.0
}

#[cfg(test)]
mod tests {
    use super::{drawn, short};

    #[test]
    fn a_small_picture_needs_few_digits() {
        for (number, expected) in [
            (0.123_456, Some(0.123)),
            (-98_765.0, Some(-98_800.0)),
            (2.345e-9, Some(2.35e-9)),
            (1e300, Some(1e300)),
            (0.3, Some(0.3)),
            (4e-300, Some(4e-300)),
            (0.0, Some(0.0)),
            (f64::NAN, None),
            (f64::INFINITY, None),
        ] {
            assert_eq!(short(number), expected, "{number}");
        }
    }

    #[test]
    fn a_course_has_the_digits_that_its_range_needs() {
        for (numbers, expected) in [
            (
                vec![2.123_456, 0.987_654, f64::NAN, 0.123_456],
                vec![Some(2.12), Some(0.99), None, Some(0.12)],
            ),
            // Small differences of large numbers are seen.
            (
                vec![1_000.001_234, 1_000.009_876],
                vec![Some(1_000.001_23), Some(1_000.009_88)],
            ),
            (vec![-0.001, 2.0], vec![Some(0.0), Some(2.0)]),
            (vec![987_654.0, -12.0], vec![Some(988_000.0), Some(0.0)]),
            (vec![0.123_456, 0.123_456], vec![Some(0.123); 2]),
            (
                vec![f64::MAX, f64::MIN],
                vec![Some(f64::MAX), Some(f64::MIN)],
            ),
            (vec![f64::NAN], vec![None]),
            (vec![], vec![]),
        ] {
            assert_eq!(drawn(&numbers), expected, "{numbers:?}");
        }
        assert!(!drawn(&[-0.001, 2.0])[0].unwrap().is_sign_negative());
    }
}

//! The mean of several courses, as one small picture.

use tracker_core::Series;
use tracker_core::ports::Axis;

/// Places along the axis, which do not fall, and the numbers there.
type Course<'s> = (Vec<f64>, &'s [f64]);

/// At places that are evenly spread over all courses, the mean of those that reach there: between two
/// points a course is a straight line. It has as many places as the longest of them has points.
pub(crate) fn mean(courses: &[&Series], axis: Axis) -> Vec<Option<f64>> {
    let courses: Vec<Course<'_>> = courses
        .iter()
        .map(|series| (places(series, axis), series.numbers()))
        .filter(|(places, _)| !places.is_empty())
        .collect();
    let count = courses.iter().map(|(places, _)| places.len()).max();
    let firsts = courses.iter().filter_map(|(places, _)| places.first());
    let lasts = courses.iter().filter_map(|(places, _)| places.last());
    let low = firsts.copied().fold(f64::INFINITY, f64::min);
    let high = lasts.copied().fold(f64::NEG_INFINITY, f64::max);
    let count = count.unwrap_or(0);
    (0..count)
        .map(|at| {
            let place = low + (high - low) * float(at) / float(count.max(2) - 1);
            let values = courses.iter().filter_map(|course| value_at(course, place));
            let values: Vec<f64> = values.filter(|value| value.is_finite()).collect();
            let sum: f64 = values.iter().sum();
            (!values.is_empty()).then(|| sum / float(values.len()))
        })
        .collect()
}

#[expect(clippy::cast_precision_loss, reason = "pictures have few points")]
fn float(count: usize) -> f64 {
    count as f64
}

#[expect(clippy::cast_precision_loss, reason = "a pixel is far wider")]
fn places(series: &Series, axis: Axis) -> Vec<f64> {
    match axis {
        Axis::Epoch => series.epochs().iter().map(|epoch| *epoch as f64).collect(),
        Axis::Step => series.steps().iter().map(|step| *step as f64).collect(),
        Axis::Time => series.times().iter().map(|time| *time as f64).collect(),
    }
}

/// What a course is at a place; nothing before its first point and behind its last.
fn value_at((places, numbers): &Course<'_>, place: f64) -> Option<f64> {
    let next = places.partition_point(|known| *known < place);
    let (right, end) = (places.get(next)?, numbers.get(next)?);
    if *right <= place {
        return Some(*end);
    }
    let before = next.checked_sub(1)?;
    let (left, start) = (places.get(before)?, numbers.get(before)?);
    Some(start + (place - left) / (right - left) * (end - start))
}

#[cfg(test)]
mod tests {
    use tracker_core::{Metric, Series};

    use super::{Axis, mean};

    fn course(points: &[(u64, f64)]) -> Series {
        let mut series = Series::new("loss", "test");
        for (epoch, value) in points {
            series.push(&Metric::new("loss", *value).phase("test").epoch(*epoch));
        }
        series
    }

    #[test]
    fn the_mean_is_of_the_courses_that_reach_a_place() {
        let long = course(&[(1, 4.0), (2, 3.0), (3, 2.0)]);
        let short = course(&[(1, 2.0), (2, 1.0)]);
        let expected = [Some(3.0), Some(2.0), Some(2.0)];
        assert_eq!(mean(&[&long, &short], Axis::Epoch), expected);
    }

    #[test]
    fn courses_of_other_places_meet_between_their_points() {
        let ends = course(&[(0, 0.0), (4, 8.0)]);
        let all = course(&[(0, 2.0), (1, 2.0), (2, 2.0), (3, 2.0), (4, 2.0)]);
        let expected = [1.0, 2.0, 3.0, 4.0, 5.0].map(Some);
        assert_eq!(mean(&[&ends, &all], Axis::Epoch), expected);
    }

    #[test]
    fn what_is_no_number_is_left_out() {
        let broken = course(&[(0, f64::NAN), (1, 5.0), (2, f64::INFINITY)]);
        let whole = course(&[(0, 1.0), (1, 3.0), (2, 2.0)]);
        let expected = [Some(1.0), Some(4.0), Some(2.0)];
        assert_eq!(mean(&[&broken, &whole], Axis::Epoch), expected);
        assert_eq!(mean(&[&broken], Axis::Epoch), [None, Some(5.0), None]);
        assert!(mean(&[], Axis::Epoch).is_empty());
        assert_eq!(mean(&[&course(&[(7, 1.5)])], Axis::Epoch), [Some(1.5)]);
    }
}

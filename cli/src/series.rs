//! The series of a run: as they are named on the command line, and as curves.

use std::cmp::Reverse;

use registry_core::nearest;
use tracker_core::{Aggregate, Series, Summary};

use crate::error::{Error, Result};
use crate::text;

/// Numbers of a larger size are drawn as this.
const LARGEST: f64 = 1e300;

/// What the points of a curve stand above.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Axis {
    /// The points of an epoch are spread evenly up to its end.
    Epoch,
    /// All points are of one epoch.
    Step,
    /// The order of the points is all there is.
    Point,
}

/// A series as a line.
#[derive(Clone, Debug)]
pub(crate) struct Curve {
    pub(crate) phase: String,
    /// The points with a finite value, from left to right.
    pub(crate) points: Vec<(f64, f64)>,
}

/// Curves of one metric that are drawn over each other.
#[derive(Debug)]
pub(crate) struct Panel {
    pub(crate) name: String,
    pub(crate) axis: Axis,
    pub(crate) curves: Vec<Curve>,
}

impl Axis {
    /// The one on which all phases of a metric can stand.
    fn of(phases: &[&Series]) -> Self {
        let several_epochs = |series: &&Series| series.epochs().first() != series.epochs().last();
        let steps_grow = |series: &&Series| series.steps().is_sorted_by(|a, b| a < b);
        if phases.iter().all(|series| series.len() < 2) || phases.iter().any(several_epochs) {
            Self::Epoch
        } else if phases.iter().all(steps_grow) {
            Self::Step
        } else {
            Self::Point
        }
    }

    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Epoch => "epoch",
            Self::Step => "step",
            Self::Point => "point",
        }
    }

    /// Where the points of a series stand.
    #[expect(
        clippy::cast_precision_loss,
        reason = "a picture shows fewer digits than an f64 has"
    )]
    fn places(self, series: &Series) -> Vec<f64> {
        match self {
            Self::Step => series.steps().iter().map(|step| *step as f64).collect(),
            Self::Point => (1..=series.len()).map(|index| index as f64).collect(),
            Self::Epoch => {
                let epochs = series.epochs().chunk_by(|left, right| left == right);
                let spread = epochs.flat_map(|same| {
                    let before = |index| (same.len() - 1 - index) as f64 / same.len() as f64;
                    (0..same.len()).map(move |index| same[index] as f64 - before(index))
                });
                spread.collect()
            }
        }
    }
}

impl Curve {
    fn new(series: &Series, axis: Axis) -> Self {
        let points = axis.places(series).into_iter();
        let points = points.zip(series.numbers().iter().copied());
        Self {
            phase: text::line(series.phase()),
            points: points.filter(|(_, number)| number.is_finite()).collect(),
        }
    }

    /// At most two points in each of so many stretches: its lowest and its highest, so that a long
    /// series looks as if all were drawn.
    pub(crate) fn thinned(&self, stretches: usize) -> Vec<(f64, f64)> {
        if self.points.len() <= 2 * stretches {
            return self.points.clone();
        }
        let mut thinned = Vec::new();
        for stretch in self.points.chunks(self.points.len().div_ceil(stretches)) {
            let by_value = |a: &&(f64, f64), b: &&(f64, f64)| a.1.total_cmp(&b.1);
            let low = stretch.iter().min_by(by_value);
            let high = stretch.iter().max_by(by_value);
            let mut both: Vec<_> = low.into_iter().chain(high).copied().collect();
            both.sort_by(|a, b| a.0.total_cmp(&b.0));
            both.dedup();
            thinned.append(&mut both);
        }
        thinned
    }
}

impl Panel {
    /// The name of the metric, with the phase where there is one curve only.
    pub(crate) fn title(&self) -> String {
        match &self.curves[..] {
            [curve] => text::series(&self.name, &curve.phase),
            _ => self.name.clone(),
        }
    }

    /// The least and the greatest of both coordinates; a range that would be empty is widened.
    pub(crate) fn bounds(&self) -> [(f64, f64); 2] {
        let points = || self.curves.iter().flat_map(|curve| &curve.points);
        let (mut left, right) = bounds(points().map(|point| point.0));
        if self.axis == Axis::Epoch {
            left = left.floor();
        }
        [(left, right), bounds(points().map(|point| point.1))]
    }
}

/// A range that can be divided: neither beyond all numbers nor so small that a part of it is lost
/// beside its bounds.
fn bounds(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let low = values.clone().fold(f64::INFINITY, f64::min).max(-LARGEST);
    let high = values.fold(f64::NEG_INFINITY, f64::max).min(LARGEST);
    let least = (low.abs().max(high.abs()) * 1e-9).max(1.0 / LARGEST);
    if high - low >= least {
        (low, high)
    } else {
        let room = least.max(0.5);
        (low - room, high + room)
    }
}

/// A panel for each metric where its phases are drawn `together`, else for each series; those
/// without any number are left out.
pub(crate) fn panels(histories: &[Series], together: bool) -> Vec<Panel> {
    let mut metrics: Vec<Vec<&Series>> = Vec::new();
    for series in histories {
        match metrics
            .iter_mut()
            .find(|phases| phases[0].name() == series.name())
        {
            Some(phases) => phases.push(series),
            None => metrics.push(vec![series]),
        }
    }
    let mut panels = Vec::new();
    for phases in metrics {
        let axis = Axis::of(&phases);
        let name = phases[0].name();
        let curves = phases.into_iter().map(|series| Curve::new(series, axis));
        let mut curves: Vec<Curve> = curves.filter(|curve| !curve.points.is_empty()).collect();
        if together {
            // A line of few points is seen over one of many, but not under it.
            curves.sort_by_key(|curve| Reverse(curve.points.len()));
        }
        while !curves.is_empty() {
            let rest = curves.split_off(if together { curves.len() } else { 1 });
            panels.push(Panel {
                name: text::line(name),
                axis,
                curves,
            });
            curves = rest;
        }
    }
    panels
}

/// The summaries of the series that were asked for by name, or by name and phase; all without any
/// name.
pub(crate) fn chosen(aggregate: &Aggregate, names: &[String]) -> Result<Vec<Summary>> {
    let all = aggregate.metrics().summaries()?;
    if names.is_empty() {
        return Ok(all);
    }
    let mut chosen: Vec<Summary> = Vec::new();
    for name in names {
        let is_meant = |summary: &&Summary| {
            let (metric, phase) = (summary.name(), summary.phase());
            metric == name || text::series(metric, phase) == *name || typed(metric, phase) == *name
        };
        let found: Vec<&Summary> = all.iter().filter(is_meant).collect();
        if found.is_empty() {
            let labels = all
                .iter()
                .map(|summary| typed(summary.name(), summary.phase()));
            let labels: Vec<String> = labels.collect();
            return Err(no_series(aggregate, name, &labels));
        }
        for summary in found {
            if !chosen.contains(summary) {
                chosen.push(summary.clone());
            }
        }
    }
    Ok(chosen)
}

/// The name of a series without characters that a shell takes for its own: `loss@train`.
fn typed(name: &str, phase: &str) -> String {
    match phase {
        "" => name.to_owned(),
        phase => format!("{name}@{phase}"),
    }
}

fn no_series(aggregate: &Aggregate, name: &str, labels: &[String]) -> Error {
    let near = nearest(name, labels.iter().map(String::as_str));
    Error::NoSeries {
        run: aggregate.id().to_owned(),
        name: name.to_owned(),
        hint: match (labels, near) {
            ([], _) => "it has no metrics yet".to_owned(),
            (_, Some(near)) => format!("did you mean `{near}`?"),
            (labels, None) => format!("its series are `{}`", labels.join("`, `")),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracker_core::Metric;

    fn series(phase: &str, points: &[(u64, i64, f64)]) -> Series {
        let mut series = Series::new("loss", phase);
        for (epoch, step, value) in points {
            series.push(&Metric::new("loss", *value).epoch(*epoch).step(*step));
        }
        series
    }

    #[test]
    fn phases_share_an_axis_of_epochs() {
        let train = [(1, 1, 0.9), (1, 2, 0.8), (2, 3, 0.7), (2, 4, f64::NAN)];
        let all = [
            series("test", &[(1, 0, 0.5), (2, 0, 0.4)]),
            series("train", &train),
        ];
        let panels = panels(&all, true);
        assert_eq!((panels.len(), panels[0].axis), (1, Axis::Epoch));
        let [train, test] = &panels[0].curves[..] else {
            panic!("{panels:?}");
        };
        assert_eq!(train.points, [(0.5, 0.9), (1.0, 0.8), (1.5, 0.7)]);
        assert_eq!(test.points, [(1.0, 0.5), (2.0, 0.4)]);
    }

    #[test]
    fn one_epoch_is_drawn_by_steps() {
        let panels = panels(&[series("", &[(0, 10, 0.5), (0, 30, 0.4)])], true);
        assert_eq!(
            (panels[0].axis, panels[0].curves[0].points[1].0),
            (Axis::Step, 30.0)
        );
        let panels = super::panels(&[series("", &[(0, 0, 0.5), (0, 0, 0.4)])], true);
        assert_eq!(
            (panels[0].axis, panels[0].curves[0].points[1].0),
            (Axis::Point, 2.0)
        );
    }

    #[test]
    fn series_without_numbers_are_left_out() {
        let all = [
            series("a", &[(1, 0, 1.0)]),
            series("b", &[(1, 0, f64::NAN)]),
            series("c", &[(1, 0, 2.0)]),
        ];
        let titles: Vec<String> = panels(&all, false).iter().map(Panel::title).collect();
        assert_eq!(titles, ["loss[a]", "loss[c]"]);
        assert_eq!(panels(&all, true)[0].curves.len(), 2);
    }

    #[test]
    fn a_long_series_keeps_its_peaks() {
        let mut points: Vec<(u64, i64, f64)> = (0..100_000_u32)
            .map(|step| (1, step.into(), f64::from(step % 7)))
            .collect();
        points[50_001].2 = 1e6;
        points[70_001].2 = -1e6;
        let thinned = Curve::new(&series("", &points), Axis::Step).thinned(200);
        assert!(thinned.len() <= 400 && thinned.is_sorted_by(|a, b| a.0 < b.0));
        assert!(thinned.contains(&(50_001.0, 1e6)) && thinned.contains(&(70_001.0, -1e6)));
    }
}

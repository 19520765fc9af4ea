//! Series read from a store as curves, a panel for each metric.

use std::cmp::Reverse;

use tracker_core::ports::{Axis, Histories, History, Store};
use tracker_core::{Aggregate, Definition, Direction, Result, Summary, Uuid};

use crate::curve::{Curve, X};
use crate::scale::Scale;
use crate::text;

/// More points of a curve are not seen.
const MOST: usize = 4_000;

/// A series that is to be drawn.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// What tells its run from the others of the figure; empty where there is one.
    pub run: String,
    /// The uuid of its run.
    pub aggregate: Uuid,
    /// Its summary.
    pub summary: Summary,
    /// What its metric means.
    pub definition: Definition,
}

/// How series are drawn.
#[derive(Clone, Copy, Debug, Default)]
pub struct How {
    /// What they stand above; where nobody says, the epochs, or what else tells the points apart.
    pub x: Option<X>,
    /// Whether equal ratios of values are equally high.
    pub log: bool,
    /// The weight of what came before in a running mean, from 0 for none to below 1.
    pub smooth: f64,
}

/// Curves of one metric that are drawn over each other.
#[derive(Clone, Debug)]
pub struct Panel {
    /// The metric, with the phase where there is one only.
    pub title: String,
    /// What the metric means.
    pub definition: Definition,
    /// What the points stand above.
    pub x: X,
    /// Whether equal ratios of values are equally high.
    pub log: bool,
    /// The weight of the running mean that is drawn; 0 for none.
    pub smooth: f64,
    /// The curves; those of most points, which would hide others, first.
    pub curves: Vec<Curve>,
}

/// A panel for each metric.
#[derive(Clone, Debug, Default)]
pub struct Figure {
    /// The panels, in the order of the metrics.
    pub panels: Vec<Panel>,
    /// The series of which nothing can be drawn, each with the reason.
    pub left_out: Vec<String>,
}

impl Wanted {
    /// Every series of a run.
    ///
    /// # Errors
    ///
    /// When the store cannot be read.
    pub fn all(aggregate: &Aggregate, run: &str) -> Result<Vec<Self>> {
        let metrics = aggregate.metrics();
        let summaries = metrics.summaries()?.into_iter();
        let wanted = summaries.map(|summary| {
            Ok(Self {
                run: run.to_owned(),
                aggregate: aggregate.uuid(),
                definition: metrics.definition(summary.name())?,
                summary,
            })
        });
        wanted.collect()
    }
}

impl Figure {
    /// Reads what is wanted, of long series no more than can be seen.
    ///
    /// # Errors
    ///
    /// When the store cannot be read.
    pub fn read(store: &dyn Store, wanted: &[Wanted], how: &How) -> Result<Self> {
        let mut metrics: Vec<Vec<&Wanted>> = Vec::new();
        for series in wanted {
            let same = |group: &&mut Vec<&Wanted>| group[0].summary.name() == series.summary.name();
            match metrics.iter_mut().find(same) {
                Some(group) => group.push(series),
                None => metrics.push(vec![series]),
            }
        }
        let mut figure = Self::default();
        for group in metrics {
            figure.add(store, &group, how)?;
        }
        Ok(figure)
    }

    fn add(&mut self, store: &dyn Store, group: &[&Wanted], how: &How) -> Result<()> {
        let x = how.x.unwrap_or_else(|| axis_of(group));
        let name = group[0].summary.name();
        let (runs, phases) = (
            names(group, |of| &of.run),
            names(group, |of| of.summary.phase()),
        );
        let mut curves = Vec::new();
        for wanted in group {
            let history = read(store, wanted, x, how)?;
            let start = start_of(store, group, wanted, x)?;
            let phase = wanted.summary.phase();
            let label = match (wanted.run.as_str(), phase) {
                ("", phase) => phase.to_owned(),
                (run, _) if phases.len() == 1 => run.to_owned(),
                (run, phase) => text::series(run, phase),
            };
            let mut curve = Curve::new(&label, wanted.summary.clone(), &history, x, start);
            if how.log {
                curve.only_positive();
            }
            if how.smooth > 0.0 {
                curve.smooth(how.smooth);
            }
            curve.thin(MOST);
            let place = |names: &[&str], name: &str| names.iter().position(|of| *of == name);
            let (run, phase) = (place(&runs, &wanted.run), place(&phases, phase));
            curve.dash = phase.unwrap_or(0);
            curve.color = if runs.len() == 1 {
                curve.dash
            } else {
                run.unwrap_or(0)
            };
            if curve.is_drawn() {
                curves.push(curve);
            } else {
                self.left_out.push(left_out(&curve, name, wanted));
            }
        }
        curves.sort_by_key(|curve| Reverse(curve.summary.count));
        if let Some(first) = curves.first() {
            let phase = if phases.len() == 1 {
                first.summary.phase()
            } else {
                ""
            };
            self.panels.push(Panel {
                title: text::line(&text::series(name, phase)),
                definition: group[0].definition.clone(),
                x,
                log: how.log,
                smooth: how.smooth,
                curves,
            });
        }
        Ok(())
    }
}

impl Panel {
    /// A panel of curves that are not in a store.
    pub fn new(title: &str, definition: Definition, x: X, mut curves: Vec<Curve>) -> Self {
        for (index, curve) in curves.iter_mut().enumerate() {
            (curve.color, curve.dash) = (index, index);
        }
        curves.retain(Curve::is_drawn);
        Self {
            title: text::line(title),
            definition,
            x,
            log: false,
            smooth: 0.0,
            curves,
        }
    }

    /// Both axes, with room for what was smoothed where that is drawn too.
    pub(crate) fn scales(&self, with_raw: bool) -> (Scale, Scale) {
        let raw = |curve: &'_ Curve| if with_raw { curve.raw.len() } else { 0 };
        let points = || {
            self.curves
                .iter()
                .flat_map(move |curve| curve.points.iter().chain(&curve.raw[..raw(curve)]))
        };
        let first = points().next().map_or(0.0, |point| point.0);
        let x = Scale::over(points().map(|point| point.0), false);
        let y = Scale::over(points().map(|point| point.1), self.log);
        let is_one = points().all(|point| point.0.total_cmp(&first).is_eq());
        match self.x {
            X::Time => (x, y),
            // There is nothing between two epochs, and none before the first.
            _ if is_one => (x.whole(first >= 0.0), y),
            X::Epoch if x.low >= 0.0 => (x.from(x.low.floor()), y),
            _ => (x, y),
        }
    }

    /// Which values are better, where that is known.
    pub(crate) fn better(&self) -> &'static str {
        match self.definition.direction {
            Some(Direction::Minimize) => "smaller is better",
            Some(Direction::Maximize) => "larger is better",
            None => "",
        }
    }
}

/// The axis on which all series of a metric can stand.
fn axis_of(group: &[&Wanted]) -> X {
    let ends = |of: fn(&tracker_core::Metric) -> i128| {
        move |wanted: &&Wanted| of(&wanted.summary.last) > of(&wanted.summary.first)
    };
    let once = |wanted: &&Wanted| wanted.summary.count < 2;
    if group.iter().all(&once) || group.iter().any(ends(|at| at.epoch.into())) {
        X::Epoch
    } else if group
        .iter()
        .all(|of| once(of) || ends(|at| at.step.into())(of))
    {
        X::Step
    } else {
        X::Point
    }
}

/// Each name once: the phase of the training, and then the others as they come.
fn names<'w>(group: &[&'w Wanted], name: impl Fn(&'w Wanted) -> &'w str) -> Vec<&'w str> {
    let mut names: Vec<&str> = Vec::new();
    for wanted in group {
        let name = name(wanted);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.sort_by_key(|name| *name != "train");
    names
}

/// The points of a series: as many as are seen, where the store can choose them.
fn read(store: &dyn Store, wanted: &Wanted, x: X, how: &How) -> Result<History> {
    let summary = &wanted.summary;
    let counts_on = summary
        .last
        .step
        .saturating_sub(summary.first.step)
        .unsigned_abs()
        + 1;
    let axis = match x {
        X::Time => Axis::Time,
        _ => Axis::Step,
    };
    let is_along = match x {
        X::Step | X::Time => true,
        X::Epoch => counts_on >= summary.count,
        X::Point => false,
    };
    // A mean is one of all points, and what a scale has no place for is counted among all.
    let may_thin = is_along && how.smooth == 0.0 && !how.log;
    let most = may_thin.then_some(MOST);
    let whole = Histories {
        axis: if x == X::Time || x == X::Step {
            axis
        } else {
            Axis::Epoch
        },
        ..Histories::of(wanted.aggregate, summary.name(), summary.phase())
    };
    if let Some(most) = most.filter(|most| summary.count > *most as u64) {
        let wanted = Histories {
            axis,
            ..whole.clone().most(most)
        };
        let found = store.histories(&wanted)?.pop();
        // Of a piece that has a gap the numbers alone were chosen.
        if let Some(found) = found.filter(|of| of.specials.nan + of.specials.infinite == 0) {
            return Ok(found);
        }
    }
    let found = store.histories(&whole)?.pop();
    Ok(found.unwrap_or_else(|| {
        let empty = tracker_core::Series::new(summary.name(), summary.phase());
        whole.take(wanted.aggregate, empty)
    }))
}

/// When the run of a series began, as far as the series of the panel say.
fn start_of(store: &dyn Store, group: &[&Wanted], wanted: &Wanted, x: X) -> Result<i64> {
    if x != X::Time {
        return Ok(0);
    }
    let mut start = i64::MAX;
    for series in group.iter().filter(|of| of.aggregate == wanted.aggregate) {
        let whole = Histories {
            axis: Axis::Time,
            ..Histories::of(
                series.aggregate,
                series.summary.name(),
                series.summary.phase(),
            )
        };
        let found = store.histories(&whole.most(4))?;
        let first = found.iter().filter_map(|of| of.series.times().first());
        start = first.copied().fold(start, i64::min);
    }
    Ok(start)
}

fn left_out(curve: &Curve, name: &str, wanted: &Wanted) -> String {
    let series = text::line(&text::series(name, wanted.summary.phase()));
    let of_run = match wanted.run.as_str() {
        "" => String::new(),
        run => format!(" of {}", text::line(run)),
    };
    let points = text::plural(
        usize::try_from(wanted.summary.count).unwrap_or(usize::MAX),
        "point",
    );
    let why = match curve.not_drawn() {
        why if why.is_empty() => "none is a number".to_owned(),
        why => why,
    };
    format!("{series}{of_run} is not drawn: {points}, {why}")
}

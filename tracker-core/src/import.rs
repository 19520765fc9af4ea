//! Copies a store into another.

use crate::error::{Error, Result};
use crate::ports::{AggregateKey, Batch, Columns, ExperimentRecord, Row, Store};
use crate::series::Series;
use crate::tracker::Tracker;

mod check;
mod missing;

use check::{check_aggregate, check_experiment, check_iterations, check_modules, check_series};
use missing::{missing_annotations, missing_iterations, missing_modules, missing_points};

/// How many points go into the target in one step.
const CHUNK: usize = 100_000;

/// How far an [`import`] is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// The experiments that are wholly in the target.
    pub experiments: Count,
    /// The aggregates that are wholly in the target.
    pub aggregates: Count,
    /// The points that are in the target.
    pub points: Count,
}

/// How many of how many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// So many are done.
    pub done: u64,
    /// So many there are in the source.
    pub total: u64,
}

/// What an [`import`] has added to the target; what was there before does not count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Experiments that were created.
    pub experiments: u64,
    /// Aggregates that were created.
    pub aggregates: u64,
    /// Modules that were put; those of a new aggregate do not count.
    pub modules: u64,
    /// Iterations that were put.
    pub iterations: u64,
    /// Points that were added.
    pub points: u64,
}

/// Copies everything in a store into another, and reads back what it has written.
///
/// Ids, hashes and times are kept. What the target has already is not copied again, so an import
/// that was interrupted is completed by the next, and a second one changes nothing. An experiment
/// is in the target where it has one of the same id, under whatever name, or else of the same
/// name; an aggregate, where that experiment has one of the same id. The target keeps what it has
/// beside: its own points and modules, a later epoch, the value of a tag, its notes.
///
/// `progress` is called at the beginning, and whenever an aggregate, or 100,000 points of one,
/// have been copied. When the import returns, the copy survives a power loss.
///
/// # Errors
///
/// [`Error::NotCopied`] names the place where the target does not give back what it was given;
/// [`Error::Taken`] where a name is that of another experiment of the source, which was renamed in
/// the target; and whatever the two stores fail with.
///
/// # Examples
///
/// ```
/// # use tracker_core::conformance::Sample;
/// # let model = Sample::new("MLP", r#"{"layers": 2}"#);
/// use tracker_core::{Metric, Tracker, import};
///
/// let from = Tracker::open("memory:")?;
/// let run = from.experiment("digits")?.track(&model)?;
/// run.metrics().add(Metric::new("loss", 0.31).phase("train"))?;
///
/// let to = Tracker::open("memory:")?;
/// let imported = import(&from, &to, |progress| {
///     println!("{} of {} points", progress.points.done, progress.points.total);
/// })?;
/// assert_eq!((imported.aggregates, imported.points), (1, 1));
/// assert_eq!(import(&from, &to, |_| {})?.points, 0);
/// # Ok::<(), tracker_core::Error>(())
/// ```
pub fn import(from: &Tracker, to: &Tracker, progress: impl FnMut(&Progress)) -> Result<Imported> {
    let source = from.link().settled()?;
    let mut plan = Vec::new();
    for experiment in source.experiments()? {
        let rows = source.table(experiment.id, &Columns::default())?;
        plan.push((experiment, rows));
    }
    let mut copy = Copy {
        source,
        target: to.link().settled()?,
        progress: Progress::default(),
        imported: Imported::default(),
        report: progress,
    };
    for (_, rows) in &plan {
        copy.progress.experiments.total += 1;
        copy.progress.aggregates.total += rows.len() as u64;
        let summaries = rows.iter().flat_map(|row| &row.summaries);
        copy.progress.points.total += summaries.map(|summary| summary.count).sum::<u64>();
    }
    (copy.report)(&copy.progress);
    for (experiment, rows) in &plan {
        copy.experiment(experiment, rows, &plan)?;
    }
    to.flush()?;
    Ok(copy.imported)
}

struct Copy<'s, F> {
    source: &'s dyn Store,
    target: &'s dyn Store,
    progress: Progress,
    imported: Imported,
    report: F,
}

/// An aggregate in both stores.
struct Pair<'r> {
    row: &'r Row,
    from: AggregateKey,
    to: AggregateKey,
    /// What messages call it.
    place: String,
    /// Whether it was created by this import.
    is_new: bool,
}

/// A series of which points are missing in the target.
struct Gap {
    series: Series,
    /// The indexes of the points.
    missing: Vec<usize>,
    /// Whether the target had the first points and no others.
    is_end: bool,
}

impl<F: FnMut(&Progress)> Copy<'_, F> {
    fn experiment(
        &mut self,
        record: &ExperimentRecord,
        rows: &[Row],
        plan: &[(ExperimentRecord, Vec<Row>)],
    ) -> Result<()> {
        let place = format!("the experiment `{}`", record.name);
        let (found, is_new) = match self.find(record, plan)? {
            Some(found) => (found, false),
            None => {
                self.target.create_experiment(record)?;
                self.imported.experiments += 1;
                (record.clone(), true)
            }
        };
        for change in missing_annotations(&record.annotations, &found.annotations) {
            self.target.annotate_experiment(found.id, &change)?;
        }
        let back = self.target.experiments()?;
        check_experiment(
            record,
            back.iter().find(|back| back.id == found.id),
            is_new,
            &place,
        )?;
        for row in rows {
            self.aggregate(row, record, &found)?;
            self.progress.aggregates.done += 1;
            (self.report)(&self.progress);
        }
        self.progress.experiments.done += 1;
        (self.report)(&self.progress);
        Ok(())
    }

    /// The experiment in the target: of the same id, else of the same name.
    fn find(
        &self,
        record: &ExperimentRecord,
        plan: &[(ExperimentRecord, Vec<Row>)],
    ) -> Result<Option<ExperimentRecord>> {
        let there = self.target.experiments()?;
        if let Some(same) = there.iter().find(|other| other.id == record.id) {
            return Ok(Some(same.clone()));
        }
        let Some(same) = there.into_iter().find(|other| other.name == record.name) else {
            return Ok(None);
        };
        match plan.iter().find(|(other, _)| other.id == same.id) {
            None => Ok(Some(same)),
            Some((other, _)) => Err(Error::Taken {
                what: "experiment",
                name: record.name.clone(),
                hint: format!(
                    "in the target it is what the source calls `{}`; rename one of them",
                    other.name
                ),
            }),
        }
    }

    fn aggregate(
        &mut self,
        row: &Row,
        experiment: &ExperimentRecord,
        target: &ExperimentRecord,
    ) -> Result<()> {
        let record = &row.aggregate;
        let key = |experiment| AggregateKey {
            experiment,
            id: record.id.clone(),
        };
        let mut pair = Pair {
            row,
            from: key(experiment.id),
            to: key(target.id),
            place: format!("the aggregate `{}` of `{}`", record.id, experiment.name),
            is_new: false,
        };
        match self.target.aggregate(&pair.to)? {
            Some(found) => {
                if found.epoch < record.epoch {
                    self.target.set_epoch(&pair.to, record.epoch)?;
                }
                for change in missing_annotations(&record.annotations, &found.annotations) {
                    self.target.annotate_aggregate(&pair.to, &change)?;
                }
            }
            None => {
                self.target
                    .create_aggregate(target.id, record, &row.modules)?;
                self.imported.aggregates += 1;
                pair.is_new = true;
            }
        }
        let back = self.target.aggregate(&pair.to)?;
        check_aggregate(record, back.as_ref(), pair.is_new, &pair.place)?;
        self.modules(&pair)?;
        self.iterations(&pair)?;
        self.metrics(&pair)
    }

    fn modules(&mut self, pair: &Pair<'_>) -> Result<()> {
        let modules = &pair.row.modules;
        let missing = missing_modules(modules, &self.target.modules(&pair.to)?);
        for module in &missing {
            self.target.put_module(&pair.to, module)?;
            self.imported.modules += 1;
        }
        let back = self.target.modules(&pair.to)?;
        check_modules(modules, &back, pair.is_new, &pair.place)
    }

    fn iterations(&mut self, pair: &Pair<'_>) -> Result<()> {
        let iterations = self.source.iterations(&pair.from)?;
        for iteration in missing_iterations(&iterations, &self.target.iterations(&pair.to)?) {
            self.target.put_iteration(&pair.to, iteration)?;
            self.imported.iterations += 1;
        }
        let back = self.target.iterations(&pair.to)?;
        check_iterations(&iterations, &back, pair.is_new, &pair.place)
    }

    /// Copies the histories: small ones together, a large one in several steps.
    fn metrics(&mut self, pair: &Pair<'_>) -> Result<()> {
        let (mut gaps, mut points) = (Vec::new(), 0);
        for summary in &pair.row.summaries {
            let (name, phase) = (summary.name(), summary.phase());
            let series = self.source.history(&pair.from, name, phase)?;
            let before = self.target.history(&pair.to, name, phase)?;
            let (missing, is_end) = missing_points(&series, &before);
            // Points that were added since the summaries were read count too.
            let count = &mut self.progress.points;
            count.total = count.total - summary.count + series.len() as u64;
            count.done += (series.len() - missing.len()) as u64;
            if missing.is_empty() {
                continue;
            }
            points += missing.len();
            gaps.push(Gap {
                series,
                missing,
                is_end,
            });
            if points >= CHUNK {
                self.fill(pair, &std::mem::take(&mut gaps))?;
                points = 0;
            }
        }
        self.fill(pair, &gaps)
    }

    fn fill(&mut self, pair: &Pair<'_>, gaps: &[Gap]) -> Result<()> {
        let (mut batch, mut points) = (Vec::new(), 0);
        for Gap {
            series, missing, ..
        } in gaps
        {
            for chunk in missing.chunks(CHUNK) {
                if points + chunk.len() > CHUNK {
                    self.add(pair, std::mem::take(&mut batch), points)?;
                    points = 0;
                }
                points += chunk.len();
                batch.push(pick(series, chunk));
            }
        }
        self.add(pair, batch, points)?;
        for Gap { series, is_end, .. } in gaps {
            let back = self
                .target
                .history(&pair.to, series.name(), series.phase())?;
            check_series(series, &back, *is_end, &pair.place)?;
        }
        Ok(())
    }

    fn add(&mut self, pair: &Pair<'_>, series: Vec<Series>, points: usize) -> Result<()> {
        if series.is_empty() {
            return Ok(());
        }
        let batch = Batch {
            aggregate: pair.to.clone(),
            series,
        };
        if let Some(missing) = self.target.add_metrics(&[batch], None)?.first() {
            return Err(Error::no_aggregate(missing));
        }
        self.imported.points += points as u64;
        self.progress.points.done += points as u64;
        (self.report)(&self.progress);
        Ok(())
    }
}

/// The points of these indexes.
fn pick(series: &Series, indexes: &[usize]) -> Series {
    let mut picked = Series::new(series.name(), series.phase());
    let is_json = |index| {
        series
            .json()
            .binary_search_by_key(index, |(at, _)| *at)
            .is_ok()
    };
    for index in indexes {
        match is_json(index).then(|| series.get(*index)).flatten() {
            Some(metric) => picked.push(&metric),
            None => picked.push_number(
                series.epochs()[*index],
                series.steps()[*index],
                series.times()[*index],
                series.numbers()[*index],
            ),
        }
    }
    picked
}

//! Copies a store into another.

use uuid::Uuid;

use crate::error::{Error, ErrorKind, Result};
use crate::link::Link;
use crate::ports::{Change, Detail, ExperimentRecord, Row, Scope, Store};
use crate::records::{AggregateRecord, AttemptRecord, ModuleRecord, Series, new_id};
use crate::tracker::Tracker;

mod artifacts;
mod check;
mod missing;
mod progress;

use check::{check_aggregate, check_experiment, check_iterations, check_modules, check_series};
use missing::{
    changes_of, missing, missing_annotations, missing_iterations, missing_modules, missing_points,
};
pub use progress::{Count, Imported, Progress};

/// How many points go into the target in one step.
const CHUNK: usize = 100_000;

/// So many bytes, or one change more: a server takes no step that is too long.
const BYTES: usize = 8 << 20;

/// What a point takes that is a number.
const POINT: usize = 64;

/// Copies everything in a store into another, and reads back what it has written.
///
/// Ids, hashes and times are kept. What the target has already is not copied again, so an import
/// that was interrupted is completed by the next, and a second one changes nothing. An experiment
/// is in the target where it has one of the same id, under whatever name, or else of the same
/// name; an aggregate, where that experiment has one of the same id. The target keeps what it has
/// beside: its own points and modules, a later epoch, the value of a tag, its notes, the artifact of a
/// name and epoch. The contents of artifacts are copied too.
///
/// `progress` is called at the beginning, and whenever an aggregate, or 100,000 points of one,
/// have been copied. When the import returns, the copy survives a power loss.
///
/// # Errors
///
/// [`Error::NotCopied`] names the place where the target does not give back what it was given;
/// [`Error::Taken`] where a name is that of another experiment of the source, which was renamed in
/// the target; [`Error::Damaged`] or [`Error::Missing`] for the content of an artifact that is not
/// sound in the source; and whatever the two stores fail with.
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
pub fn import(
    from: &Tracker,
    to: &Tracker,
    mut progress: impl FnMut(&Progress),
) -> Result<Imported> {
    import_while(from, to, |reached| {
        progress(reached);
        true
    })
}

/// As [`import`], for as long as `progress` says that it may go on. One that is cut off is completed
/// by the next.
///
/// # Errors
///
/// As [`import`]; and [`ErrorKind::Failed`] where it was cut off.
pub fn import_while(
    from: &Tracker,
    to: &Tracker,
    progress: impl FnMut(&Progress) -> bool,
) -> Result<Imported> {
    let source = from.link().settled()?;
    let mut plan = Vec::new();
    for experiment in source.experiments()? {
        let rows = source.rows(&Scope::Experiment(experiment.id), &Detail::ALL)?;
        plan.push((experiment, rows));
    }
    to.link().check_access()?;
    let mut copy = Copy {
        source,
        from: from.link(),
        target: to.link().settled()?,
        link: to.link(),
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
    copy.report()?;
    for (experiment, rows) in &plan {
        copy.experiment(experiment, rows, &plan)?;
    }
    to.flush()?;
    Ok(copy.imported)
}

struct Copy<'s, F> {
    source: &'s dyn Store,
    from: &'s Link,
    target: &'s dyn Store,
    link: &'s Link,
    progress: Progress,
    imported: Imported,
    report: F,
}

/// An aggregate in both stores.
struct Pair<'r> {
    row: &'r Row,
    from: Uuid,
    to: Uuid,
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

impl<F: FnMut(&Progress) -> bool> Copy<'_, F> {
    /// Says how far it is, and ends it where it may not go on.
    fn report(&mut self) -> Result<()> {
        if (self.report)(&self.progress) {
            return Ok(());
        }
        Err(Error::Store {
            kind: ErrorKind::Failed,
            action: "complete the import".to_owned(),
            place: "the target".to_owned(),
            cause: std::sync::Arc::from(Box::<dyn std::error::Error + Send + Sync>::from(
                "it was cut off",
            )),
            hint: "run it again; what was copied stays".to_owned(),
        })
    }

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
                self.link
                    .apply_direct(&[Change::CreateExperiment(record.clone())])?;
                self.imported.experiments += 1;
                (record.clone(), true)
            }
        };
        let experiment = found.id;
        let mut changes = Vec::new();
        for annotation in missing_annotations(&record.annotations, &found.annotations) {
            changes.push(Change::AnnotateExperiment {
                experiment,
                annotation,
            });
        }
        for (metric, definition) in missing(&record.definitions, &found.definitions) {
            changes.push(Change::DefineExperimentMetric {
                experiment,
                metric,
                definition,
            });
        }
        self.link.apply_direct(&changes)?;
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
            self.report()?;
        }
        self.progress.experiments.done += 1;
        self.report()?;
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
        let place = format!("the aggregate `{}` of `{}`", record.id, experiment.name);
        let (found, is_new) = match self.row(target.id, &record.id)? {
            Some(found) => (found.aggregate, false),
            None => (self.create(row, target.id)?, true),
        };
        let pair = Pair {
            row,
            from: record.uuid,
            to: found.uuid,
            place,
            is_new,
        };
        self.link.apply_direct(&changes_of(record, &found))?;
        let back = self.row(target.id, &record.id)?;
        let back = back.as_ref().map(|row| &row.aggregate);
        check_aggregate(record, back, pair.is_new, &pair.place)?;
        self.modules(&pair)?;
        self.iterations(&pair)?;
        self.attempts(&pair)?;
        self.artifacts(&pair)?;
        self.metrics(&pair)
    }

    /// The aggregate of this id in the target.
    fn row(&self, experiment: Uuid, id: &str) -> Result<Option<Row>> {
        let scope = Scope::Id {
            experiment: Some(experiment),
            id: id.to_owned(),
        };
        Ok(self.target.rows(&scope, &Detail::ALL)?.into_iter().next())
    }

    /// Creates the aggregate in the target; with another uuid where that is taken there.
    fn create(&mut self, row: &Row, experiment: Uuid) -> Result<AggregateRecord> {
        let record = &row.aggregate;
        let taken = Scope::Uuids(vec![record.uuid]);
        let taken = !self.target.rows(&taken, &Detail::NONE)?.is_empty();
        let created = AggregateRecord {
            experiment,
            uuid: if taken { new_id() } else { record.uuid },
            ..record.clone()
        };
        self.link.apply_direct(&[Change::CreateAggregate {
            record: created.clone(),
            modules: row.modules.clone(),
        }])?;
        self.imported.aggregates += 1;
        Ok(created)
    }

    fn modules(&mut self, pair: &Pair<'_>) -> Result<()> {
        let modules = &pair.row.modules;
        let missing = missing_modules(modules, &self.modules_of(pair.to)?);
        self.imported.modules += missing.len() as u64;
        let changes = missing.into_iter().map(|module| Change::PutModule {
            aggregate: pair.to,
            module: module.clone(),
        });
        self.make_all(changes)?;
        let back = self.modules_of(pair.to)?;
        check_modules(modules, &back, pair.is_new, &pair.place)
    }

    fn modules_of(&self, aggregate: Uuid) -> Result<Vec<ModuleRecord>> {
        let rows = self
            .target
            .rows(&Scope::Uuids(vec![aggregate]), &Detail::ALL)?;
        Ok(rows.into_iter().flat_map(|row| row.modules).collect())
    }

    fn iterations(&mut self, pair: &Pair<'_>) -> Result<()> {
        let iterations = self.source.iterations(pair.from)?;
        let there = self.target.iterations(pair.to)?;
        let missing = missing_iterations(&iterations, &there);
        self.imported.iterations += missing.len() as u64;
        let changes = missing.into_iter().map(|iteration| Change::PutIteration {
            aggregate: pair.to,
            iteration: iteration.clone(),
        });
        self.make_all(changes)?;
        let back = self.target.iterations(pair.to)?;
        check_iterations(&iterations, &back, pair.is_new, &pair.place)
    }

    /// Copies the attempts that are not there, or that stood another way.
    fn attempts(&mut self, pair: &Pair<'_>) -> Result<()> {
        let there = self.target.attempts(pair.to)?;
        let known = |attempt: &AttemptRecord| {
            let same = there.iter().find(|other| other.id == attempt.id);
            same.is_some_and(|same| same.state.seen >= attempt.state.seen)
        };
        let attempts = self.source.attempts(pair.from)?.into_iter();
        let missing = attempts.filter(|attempt| !known(attempt));
        let changes = missing.map(|attempt| Change::PutAttempt {
            aggregate: pair.to,
            attempt,
        });
        self.make_all(changes)
    }

    /// Makes changes, as many in one step as a target takes.
    fn make_all(&self, changes: impl Iterator<Item = Change>) -> Result<()> {
        let (mut step, mut bytes) = (Vec::new(), 0);
        for change in changes {
            let size = serde_json::to_string(&change).map_or(0, |json| json.len());
            if bytes + size > BYTES {
                self.link.apply_direct(&std::mem::take(&mut step))?;
                bytes = 0;
            }
            bytes += size;
            step.push(change);
        }
        self.link.apply_direct(&step)
    }

    /// Copies the histories: small ones together, a large one in several steps.
    fn metrics(&mut self, pair: &Pair<'_>) -> Result<()> {
        let (mut gaps, mut points) = (Vec::new(), 0);
        for summary in &pair.row.summaries {
            let (name, phase) = (summary.name(), summary.phase());
            let series = self.source.history(pair.from, name, phase)?;
            let before = self.target.history(pair.to, name, phase)?;
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
        let (mut batch, mut points, mut bytes) = (Vec::new(), 0, 0);
        for Gap {
            series, missing, ..
        } in gaps
        {
            let none = || Series::new(series.name(), series.phase());
            let mut picked = none();
            for index in missing {
                let json = series.json_at(*index);
                let size = POINT + json.map_or(0, |json| json.as_str().len());
                if points == CHUNK || bytes + size > BYTES {
                    batch.push(std::mem::replace(&mut picked, none()));
                    self.add(pair, std::mem::take(&mut batch), points)?;
                    (points, bytes) = (0, 0);
                }
                picked.push_from(series, *index);
                points += 1;
                bytes += size;
            }
            batch.push(picked);
        }
        self.add(pair, batch, points)?;
        for Gap { series, is_end, .. } in gaps {
            let back = self
                .target
                .history(pair.to, series.name(), series.phase())?;
            check_series(series, &back, *is_end, &pair.place)?;
        }
        Ok(())
    }

    fn add(&mut self, pair: &Pair<'_>, series: Vec<Series>, points: usize) -> Result<()> {
        if points == 0 {
            return Ok(());
        }
        let series = series.into_iter().filter(|series| !series.is_empty());
        self.link.apply_direct(&[Change::AddPoints {
            aggregate: pair.to,
            series: series.collect(),
        }])?;
        self.imported.points += points as u64;
        self.progress.points.done += points as u64;
        self.report()?;
        Ok(())
    }
}

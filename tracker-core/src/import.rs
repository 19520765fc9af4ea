//! Copies a store into another.

use uuid::Uuid;

use crate::error::{Error, ErrorKind, Result};
use crate::link::Link;
use crate::ports::{Change, Detail, ExperimentRecord, Row, Scope, Store};
use crate::tracker::Tracker;

mod aggregates;
mod artifacts;
mod check;
mod lists;
mod missing;
mod points;
mod progress;

use check::check_experiment;
use missing::{missing, missing_annotations};
pub use progress::{Count, Imported, Progress};

/// So many bytes, or one change more: a server takes no step that is too long.
const BYTES: usize = 8 << 20;

/// Copies everything in a store into another, and reads back what it has written.
///
/// Ids, hashes and times are kept. What the target has already is not copied again, so an import
/// that was interrupted is completed by the next, and a second one changes nothing. An experiment
/// is in the target where it has one of the same id, under whatever name, or else of the same
/// name; an aggregate, where that experiment has one of the same id. The target keeps what it has
/// beside: its own points and modules, a later epoch, the value of a tag, its notes, the artifact of a
/// name and epoch. The contents of artifacts are copied too.
///
/// `progress` is called at the beginning, and whenever aggregates, or 100,000 points, have been
/// copied. When the import returns, the copy survives a power loss.
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
    let targets = copy.experiments(&plan)?;
    for ((experiment, rows), target) in plan.iter().zip(targets) {
        copy.aggregates(experiment, rows, &target)?;
        copy.progress.experiments.done += 1;
        copy.report()?;
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

/// What is to be copied: the experiments with their aggregates.
type Plan = [(ExperimentRecord, Vec<Row>)];

/// An experiment in the target.
struct Target {
    id: Uuid,
    /// Whether it was created by this import.
    is_new: bool,
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

    /// Copies the experiments themselves.
    fn experiments(&mut self, plan: &Plan) -> Result<Vec<Target>> {
        let there = self.target.experiments()?;
        let (mut targets, mut changes) = (Vec::new(), Vec::new());
        for (record, _) in plan {
            let found = find(record, &there, plan)?;
            if found.is_none() {
                changes.push(Change::CreateExperiment(record.clone()));
                self.imported.experiments += 1;
            }
            let (found, is_new) = (found.unwrap_or(record), found.is_none());
            let experiment = found.id;
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
            targets.push(Target {
                id: experiment,
                is_new,
            });
        }
        self.make_all(changes)?;
        let back = self.target.experiments()?;
        for ((record, _), Target { id, is_new }) in plan.iter().zip(&targets) {
            let back = back.iter().find(|back| back.id == *id);
            let place = format!("the experiment `{}`", record.name);
            check_experiment(record, back, *is_new, &place)?;
        }
        Ok(targets)
    }

    /// Makes changes, as many in one step as a target takes.
    fn make_all(&self, changes: impl IntoIterator<Item = Change>) -> Result<()> {
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
}

/// The experiment in the target: of the same id, else of the same name.
fn find<'t>(
    record: &ExperimentRecord,
    there: &'t [ExperimentRecord],
    plan: &Plan,
) -> Result<Option<&'t ExperimentRecord>> {
    if let Some(same) = there.iter().find(|other| other.id == record.id) {
        return Ok(Some(same));
    }
    let Some(same) = there.iter().find(|other| other.name == record.name) else {
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

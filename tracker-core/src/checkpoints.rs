//! Checkpoints: weights of a run, named by the identity of its model.

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

use crate::aggregate::Aggregate;
use crate::artifacts::Artifact;
use crate::contents::ArtifactReader;
use crate::error::{Error, Result};
use crate::ports::Change;
use crate::records::{ArtifactRecord, Direction, ModuleRecord, check_count};

/// What the names of checkpoints begin with.
const FOLDER: &str = "checkpoints/";

/// The checkpoints of a run: artifacts of an epoch, named after the model.
impl Aggregate {
    /// To keep a checkpoint: what a later program needs to go on from the end of this epoch. It is an
    /// artifact of the epoch, named after the model and its hash, as
    /// `checkpoints/MLP-af51a51a.safetensors`.
    ///
    /// # Errors
    ///
    /// [`Error::TooLarge`] for an epoch above `i64::MAX`; [`Error::Missing`] when the aggregate was
    /// removed.
    ///
    /// # Examples
    ///
    /// ```
    /// # use tracker_core::conformance::Sample;
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let path = folder.path().join("weights.safetensors");
    /// # let run = tracker_core::Tracker::open("memory:")?.experiment("digits")?
    /// #     .track(&Sample::new("MLP", "{}"))?;
    /// use tracker_core::Metric;
    ///
    /// for (epoch, loss) in [(0, 0.9), (1, 0.2), (2, 0.4), (3, 0.5)] {
    ///     run.metrics().add(Metric::new("loss", loss).phase("test").epoch(epoch))?;
    ///     std::fs::write(&path, format!("weights of epoch {epoch}")).unwrap();
    ///     run.checkpoint(epoch)?.keep_last(1).keep_best("loss", "test").put(&path)?;
    /// }
    /// let epochs: Vec<u64> = run.checkpoints()?.iter().map(|one| one.epoch()).collect();
    /// assert_eq!(epochs, [1, 3]);
    ///
    /// // Another program goes on from there, with one curve.
    /// if let Some(checkpoint) = run.best_checkpoint("loss", "test")? {
    ///     run.rewind(checkpoint.epoch())?;
    ///     assert_eq!(checkpoint.read()?, b"weights of epoch 1");
    /// }
    /// assert_eq!(run.epoch(), 1);
    /// # Ok::<(), tracker_core::Error>(())
    /// ```
    pub fn checkpoint(&self, epoch: u64) -> Result<CheckpointBuilder> {
        check_count("epoch", epoch, || {
            format!("a checkpoint of `{}`", self.id())
        })?;
        Ok(CheckpointBuilder {
            stem: stem(self)?,
            run: self.clone(),
            epoch,
            last: None,
            best: Vec::new(),
        })
    }

    /// The checkpoints of the present model, by their epochs.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] when the aggregate was removed.
    pub fn checkpoints(&self) -> Result<Vec<Checkpoint>> {
        list(self, &stem(self)?)
    }

    /// The checkpoint of the latest epoch, to resume from; none where there are none.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] when the aggregate was removed.
    pub fn latest_checkpoint(&self) -> Result<Option<Checkpoint>> {
        Ok(self.checkpoints()?.pop())
    }

    /// The checkpoint of the epoch in which a metric was best; of those epochs that have one. None
    /// where there are none, or the metric has no number in their epochs.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] when nobody has said and the name does not tell whether smaller or larger
    /// is better, or when the aggregate was removed.
    pub fn best_checkpoint(&self, metric: &str, phase: &str) -> Result<Option<Checkpoint>> {
        let direction = direction(self, metric)?;
        let mut checkpoints = self.checkpoints()?;
        let epochs = checkpoints.iter().map(Checkpoint::epoch).collect();
        let Some(best) = best_epoch(self, metric, phase, direction, &epochs)? else {
            return Ok(None);
        };
        checkpoints.retain(|checkpoint| checkpoint.epoch == best);
        Ok(checkpoints.pop())
    }
}

/// A checkpoint that is about to be put; see [`Aggregate::checkpoint`].
#[derive(Clone, Debug)]
#[must_use]
pub struct CheckpointBuilder {
    run: Aggregate,
    stem: String,
    epoch: u64,
    /// How many are kept for being the last.
    last: Option<usize>,
    /// The name and phase of each metric whose best checkpoint is kept.
    best: Vec<(String, String)>,
}

impl CheckpointBuilder {
    /// Removes the checkpoints of other epochs, but for the last `count`, the one that is put among
    /// them, and those that another rule keeps. The one that is put always stays.
    ///
    /// The room on the disk comes back with
    /// [`remove_unreferenced_artifacts`](crate::Tracker::remove_unreferenced_artifacts), as at the end
    /// of a training.
    pub fn keep_last(mut self, count: usize) -> Self {
        self.last = Some(count);
        self
    }

    /// Removes the checkpoints of other epochs, but for the
    /// [best](Aggregate::best_checkpoint) by this metric, and those that another rule keeps. Where
    /// none is known to be the best, none is removed.
    pub fn keep_best(mut self, metric: &str, phase: &str) -> Self {
        self.best.push((metric.to_owned(), phase.to_owned()));
        self
    }

    /// Keeps the content of a file, and removes the checkpoints that are not to be kept. The ending
    /// of the name is that of the file. The content of those that are removed stays until
    /// [`remove_unreferenced_artifacts`](crate::Tracker::remove_unreferenced_artifacts).
    ///
    /// # Errors
    ///
    /// As [`Artifacts::put`](crate::Artifacts::put), and those of
    /// [`best_checkpoint`](Aggregate::best_checkpoint) for [`keep_best`](Self::keep_best); nothing
    /// is removed then.
    pub fn put(self, path: impl AsRef<Path>) -> Result<Checkpoint> {
        let path = path.as_ref();
        let ending = path
            .extension()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        self.keep(&ending, |run, name, epoch| {
            run.artifacts().epoch(epoch).put(name, path)
        })
    }

    /// As [`put`](Self::put), with a content that is in memory and the ending of its name, as
    /// `safetensors`.
    ///
    /// # Errors
    ///
    /// As [`put`](Self::put).
    pub fn put_bytes(self, ending: &str, bytes: impl AsRef<[u8]>) -> Result<Checkpoint> {
        let ending = ending.trim_start_matches('.');
        self.keep(ending, |run, name, epoch| {
            run.artifacts().epoch(epoch).put_bytes(name, bytes)
        })
    }

    fn keep(
        self,
        ending: &str,
        put: impl FnOnce(&Aggregate, &str, u64) -> Result<Artifact>,
    ) -> Result<Checkpoint> {
        // What cannot be followed is refused before anything is written.
        let directions = self
            .best
            .iter()
            .map(|(metric, _)| direction(&self.run, metric));
        let directions = directions.collect::<Result<Vec<_>>>()?;
        let name = match ending {
            "" => self.stem.clone(),
            ending => format!("{}.{ending}", self.stem),
        };
        let artifact = put(&self.run, &name, self.epoch)?;
        self.prune(&directions)?;
        Ok(Checkpoint {
            artifact,
            epoch: self.epoch,
        })
    }

    /// Removes the checkpoints that no rule keeps, in one step.
    fn prune(&self, directions: &[Direction]) -> Result<()> {
        if self.last.is_none() && self.best.is_empty() {
            return Ok(());
        }
        let checkpoints = list(&self.run, &self.stem)?;
        let epochs: BTreeSet<u64> = checkpoints.iter().map(Checkpoint::epoch).collect();
        let mut kept = BTreeSet::from([self.epoch]);
        kept.extend(epochs.iter().rev().take(self.last.unwrap_or(0)));
        for ((metric, phase), direction) in self.best.iter().zip(directions) {
            match best_epoch(&self.run, metric, phase, *direction, &epochs)? {
                Some(best) => kept.insert(best),
                None => return Ok(()),
            };
        }
        let others = checkpoints.iter().filter(|one| !kept.contains(&one.epoch));
        let changes: Vec<Change> = others
            .map(|checkpoint| Change::RemoveArtifact {
                aggregate: self.run.uuid(),
                name: checkpoint.artifact.name().to_owned(),
                epoch: Some(checkpoint.epoch),
            })
            .collect();
        self.run.link().apply_all(&changes)
    }
}

/// A checkpoint that was kept: an artifact of an epoch.
#[derive(Clone)]
pub struct Checkpoint {
    artifact: Artifact,
    epoch: u64,
}

impl Checkpoint {
    /// The epoch after which it was made.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// The artifact that it is.
    pub fn artifact(&self) -> &Artifact {
        &self.artifact
    }

    /// Its name, hash, size and time.
    pub fn record(&self) -> &ArtifactRecord {
        self.artifact.record()
    }

    /// The whole content, compared with its hash; see [`Artifact::read`].
    ///
    /// # Errors
    ///
    /// As [`Artifact::read`].
    pub fn read(&self) -> Result<Vec<u8>> {
        self.artifact.read()
    }

    /// The content as a stream; see [`Artifact::reader`].
    ///
    /// # Errors
    ///
    /// As [`Artifact::reader`].
    pub fn reader(&self) -> Result<ArtifactReader> {
        self.artifact.reader()
    }

    /// Writes the content to a file, whole or not at all; see [`Artifact::save_to`].
    ///
    /// # Errors
    ///
    /// As [`Artifact::save_to`].
    pub fn save_to(&self, path: impl AsRef<Path>) -> Result<()> {
        self.artifact.save_to(path)
    }
}

impl fmt::Debug for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checkpoint")
            .field("record", self.record())
            .finish_non_exhaustive()
    }
}

/// The checkpoints whose names are this, but for their endings; by epoch, those of one epoch in the
/// order they were first put.
fn list(run: &Aggregate, stem: &str) -> Result<Vec<Checkpoint>> {
    let checkpoint = |artifact: Artifact| {
        let ending = artifact.name().strip_prefix(stem)?;
        let epoch = artifact.epoch()?;
        let is_own = ending.is_empty() || ending.starts_with('.');
        is_own.then_some(Checkpoint { artifact, epoch })
    };
    let artifacts = run.artifacts().list()?.into_iter();
    let mut checkpoints: Vec<Checkpoint> = artifacts.filter_map(checkpoint).collect();
    checkpoints.sort_by_key(Checkpoint::epoch);
    Ok(checkpoints)
}

/// What checkpoints of a run are called, but for their endings: after its model, and without one
/// after itself.
fn stem(run: &Aggregate) -> Result<String> {
    let name = match run.modules_of("model")?.last() {
        Some(model) => named_after(model),
        None => format!("run-{}", run.uuid()),
    };
    Ok(format!("{FOLDER}{name}"))
}

/// The name of a model and the beginning of its hash, with nothing in it that ends a part of a path.
fn named_after(model: &ModuleRecord) -> String {
    const NAME: usize = 80;
    const HASH: usize = 8;
    let plain = |char: char| match char {
        char if char.is_alphanumeric() || matches!(char, '-' | '_') => char,
        _ => '_',
    };
    let name = model.name().chars().map(plain).take(NAME);
    let hash = model.hash().as_str().chars().map(plain).take(HASH);
    name.chain(std::iter::once('-')).chain(hash).collect()
}

/// Whether smaller or larger is better.
fn direction(run: &Aggregate, metric: &str) -> Result<Direction> {
    let definition = run.metrics().definition(metric)?;
    definition.direction.ok_or_else(|| Error::Missing {
        what: "direction of the metric",
        name: metric.to_owned(),
        place: format!("the aggregate `{}`", run.id()),
        hint: "say with `define_metric` whether smaller or larger is better".to_owned(),
    })
}

/// The one of these epochs in which a metric was best, the first of equals.
fn best_epoch(
    run: &Aggregate,
    metric: &str,
    phase: &str,
    direction: Direction,
    epochs: &BTreeSet<u64>,
) -> Result<Option<u64>> {
    match run.metrics().best(metric, phase)? {
        None => return Ok(None),
        Some((_, at)) if epochs.contains(&at.epoch) => return Ok(Some(at.epoch)),
        // The best of all epochs was not kept; no summary tells which of the others is.
        Some(_) => {}
    }
    let history = run.metrics().history(metric, phase)?;
    let points = history.epochs().iter().zip(history.numbers());
    let kept = points.filter(|(epoch, number)| epochs.contains(epoch) && !number.is_nan());
    let best = kept.min_by(|(_, a), (_, b)| match direction {
        Direction::Minimize => a.total_cmp(b),
        Direction::Maximize => b.total_cmp(a),
    });
    Ok(best.map(|(epoch, _)| *epoch))
}

//! A session: some epochs of one aggregate, from where the last session stopped.

use std::fs;
use std::num::NonZeroU32;
use std::path::Path;

use entia::prelude::*;
use entia::tracker::query::metric;
use entia::tracker::{Aggregate, Experiment, Query, Uuid, ports::Row};
use indicatif::{ProgressBar, ProgressFinish, ProgressStyle};
use thiserror::Error;

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::config::{Components, Config, ConfigError};
use crate::data::{DataError, Digits, Split};
use crate::files::FileError;
use crate::report::percent;
use crate::train::{EpochScores, TrainError, Trainer};

const EXPERIMENT: &str = "digits";

/// Why a session could not begin, or had to end.
#[derive(Debug, Error)]
pub enum SessionError {
    /// The configuration cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The images cannot be read.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The folder cannot be used.
    #[error(transparent)]
    File(#[from] FileError),
    /// The checkpoint cannot be used.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// An epoch could not be finished.
    #[error(transparent)]
    Train(#[from] TrainError),
    /// The store cannot be used.
    #[error(transparent)]
    Tracker(#[from] entia::tracker::Error),
    /// The store knows of epochs that the checkpoint lacks.
    #[error(
        "the store has `{id}` at epoch {stored}, but the weights in `--dir` are at epoch {epoch}\n\
         hint: name the folder with its weights, or train anew in another `--store`"
    )]
    Behind {
        /// The id of the aggregate.
        id: String,
        /// Its epoch in the store.
        stored: u64,
        /// The epoch of the checkpoint, 0 where there is none.
        epoch: u64,
    },
    /// The checkpoint knows of epochs that the store lacks.
    #[error(
        "the weights in `--dir` are at epoch {epoch}, but the store has `{id}` at epoch {stored}\n\
         hint: name the `--store` they were trained with, or train anew in another folder"
    )]
    Ahead {
        /// The id of the aggregate.
        id: String,
        /// The epoch of the checkpoint.
        epoch: u64,
        /// The epoch in the store, 0 where there is no such aggregate.
        stored: u64,
    },
    /// Somebody else has recorded epochs meanwhile, of weights in another folder.
    #[error(
        "another process trains `{id}` in this store\n\
         hint: wait for it and go on with its weights, or train in another `--store`"
    )]
    Shared {
        /// The id of the aggregate.
        id: String,
    },
}

/// A model under training, its data, and where its progress is kept.
pub struct Session {
    trainer: Trainer,
    train: Registered<Digits>,
    test: Registered<Digits>,
    checkpoint: Checkpoint,
    tracker: Tracker,
    experiment: Experiment,
    /// Epochs that the weights were trained for.
    epoch: u64,
    /// Epochs whose scores are in the store: `epoch`, or one more after a kill.
    recorded: u64,
    /// The tag of the experiment for this model, until another session begins.
    tag: String,
}

impl Session {
    /// Builds what `config` names, with the weights in `dir` where there are any.
    ///
    /// Nothing is written for a configuration that cannot be used, and no aggregate before it has
    /// learned.
    ///
    /// # Errors
    ///
    /// When the configuration, the folder or the store cannot be used, or the weights in the folder
    /// are not those that the store knows of.
    pub fn open(config: &Config, dir: &Path, store: &str) -> Result<Self, SessionError> {
        let components = config.build()?;
        let (train, test) = (Digits::new(Split::Train)?, Digits::new(Split::Test)?);
        fs::create_dir_all(dir).map_err(FileError::at(dir))?;
        let tracker = Tracker::open(store)?;
        let id = components.model.hash().as_str().to_owned();
        let checkpoint = Checkpoint::open(dir, &id)?;
        let epoch = checkpoint
            .load(&components.weights, &components.optimizer.state())?
            .unwrap_or(0);

        let experiment = tracker.experiment(EXPERIMENT)?;
        let run = experiment.aggregates().get(&id)?;
        let stored = run.as_ref().map_or(0, Aggregate::epoch);
        let recorded = run.as_ref().map_or(Ok(0), recorded)?;
        if epoch < stored {
            return Err(SessionError::Behind { id, stored, epoch });
        }
        // A program that was killed may have saved the weights of an epoch and not counted it: of
        // one epoch, and not before its scores.
        if epoch > recorded.min(stored + 1) {
            return Err(SessionError::Ahead { id, epoch, stored });
        }
        if let Some(run) = run.filter(|_| epoch > stored) {
            run.set_epoch(epoch)?;
        }
        // Where two processes train one model, the last to begin goes on: the other finds its tag
        // replaced before it records anything more.
        let tag = Uuid::new_v4().to_string();
        experiment.set_tag(&id, &tag)?;
        let trainer = Trainer {
            components,
            batch_size: config.batch_size,
            seed: config.seed,
        };
        Ok(Self {
            trainer,
            train,
            test,
            checkpoint,
            tracker,
            experiment,
            epoch,
            recorded,
            tag,
        })
    }

    /// Trains for some epochs more.
    ///
    /// # Errors
    ///
    /// When the loss is not finite, the weights or the scores cannot be written, or another process
    /// trains the same model in the same store.
    pub fn train(&mut self, epochs: NonZeroU32) -> Result<Aggregate, SessionError> {
        let batches = self.train.count().div_ceil(self.trainer.batch_size.get());
        let progress = progress(u64::from(epochs.get()) * batches as u64);
        let mut run = self.epoch(&progress)?;
        for _ in 1..epochs.get() {
            run = self.epoch(&progress)?;
        }
        Ok(run)
    }

    /// Where the weights are kept.
    pub fn weights(&self) -> &Path {
        self.checkpoint.path()
    }

    /// Every aggregate of the experiment with its modules and summaries, the best first.
    ///
    /// # Errors
    ///
    /// When the store cannot be read.
    pub fn rows(&self) -> Result<Vec<Row>, SessionError> {
        let best = metric("accuracy").phase("test").max();
        let query = Query::new().order_by(best.desc());
        Ok(self.experiment.aggregates().rows(query)?.items)
    }

    fn epoch(&mut self, progress: &ProgressBar) -> Result<Aggregate, SessionError> {
        let epoch = self.epoch;
        let scores = self
            .trainer
            .epoch(&self.train, &self.test, epoch, || progress.inc(1))?;
        let accuracy = percent(scores.test.accuracy);
        progress.set_message(format!("epoch {epoch}: test accuracy {accuracy}"));
        let run = self.record(&scores)?;
        // Not the other way round: scores are made again from the weights, weights from nothing.
        self.tracker.flush()?;
        let Components {
            weights, optimizer, ..
        } = &self.trainer.components;
        self.checkpoint
            .save(weights, &optimizer.state(), epoch + 1)?;
        self.epoch += 1;
        run.set_epoch(self.epoch)?;
        Ok(run)
    }

    /// Records the scores of an epoch, and what they were reached with.
    fn record(&mut self, scores: &EpochScores) -> Result<Aggregate, SessionError> {
        let Trainer {
            components,
            batch_size,
            seed,
        } = &self.trainer;
        let run = self.experiment.track(&components.model)?;
        if !self.is_alone(&run)? {
            let id = run.id().to_owned();
            return Err(SessionError::Shared { id });
        }
        let run = run
            .with("criterion", &components.criterion)?
            .with("optimizer", &components.optimizer)?;
        let arguments = json!({"batch_size": batch_size, "seed": seed});
        for (phase, digits) in [("train", &self.train), ("test", &self.test)] {
            let iteration = Iteration::new(phase, self.epoch).dataset(digits);
            run.iterations()
                .put(iteration.arguments(arguments.clone()))?;
        }
        // A session that was killed may have added them already.
        if self.recorded == self.epoch {
            run.metrics().add_all(scores.metrics(self.epoch))?;
            self.recorded += 1;
        }
        Ok(run)
    }

    /// Whether the store is as this session has left it. The lock of the checkpoint keeps others
    /// out of the folder only.
    fn is_alone(&self, run: &Aggregate) -> entia::tracker::Result<bool> {
        let experiment = self.tracker.experiment(EXPERIMENT)?;
        Ok(
            experiment.annotations().tags.get(run.id()) == Some(&self.tag)
                && run.epoch() == self.epoch
                && recorded(run)? == self.recorded,
        )
    }
}

/// Number of epochs whose scores are in the store: each has one test accuracy.
fn recorded(run: &Aggregate) -> entia::tracker::Result<u64> {
    let summary = run.metrics().summary("accuracy", "test")?;
    Ok(summary.map_or(0, |summary| summary.count))
}

/// A bar that leaves nothing behind, also where an error ends the training.
fn progress(batches: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40.cyan} {percent:>3} %  {msg}");
    ProgressBar::new(batches)
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        .with_finish(ProgressFinish::AndClear)
}

#[cfg(test)]
mod tests {
    use indicatif::{InMemoryTerm, ProgressDrawTarget};

    use super::progress;

    #[test]
    fn an_unfinished_bar_is_cleared() {
        let terminal = InMemoryTerm::new(3, 80);
        let bar = progress(10);
        bar.set_draw_target(ProgressDrawTarget::term_like(Box::new(terminal.clone())));
        bar.tick();
        assert!(terminal.contents().contains("0 %"));
        drop(bar);
        assert_eq!(terminal.contents(), "");
    }
}

//! A session: some epochs of one aggregate, from where the last session stopped.

use std::cmp::Ordering;
use std::path::Path;

use entia::prelude::*;
use entia::tracker::{Aggregate, Experiment, Iteration, Metric, Tracker};
use indicatif::{ProgressBar, ProgressStyle};
use thiserror::Error;

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::config::{Components, Config, ConfigError};
use crate::data::{DataError, Digits, Split};
use crate::report::{Curve, Point, Row, call, percent};
use crate::train::{EpochScores, TrainError, Trainer};

/// Why a session could not begin, or had to end.
#[derive(Debug, Error)]
pub enum SessionError {
    /// The configuration cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The images cannot be read.
    #[error(transparent)]
    Data(#[from] DataError),
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
}

/// A model under training, its data, and where its progress is kept.
pub struct Session {
    trainer: Trainer,
    train: Registered<Digits>,
    test: Registered<Digits>,
    checkpoint: Checkpoint,
    experiment: Experiment,
    run: Aggregate,
}

impl Session {
    /// Builds what `config` names, with the weights in `dir` where there are any.
    ///
    /// The store is opened last: nothing is written for a configuration that cannot be used.
    ///
    /// # Errors
    ///
    /// When the configuration, the folder or the store cannot be used.
    pub fn open(config: &Config, dir: &Path, store: &str) -> Result<Self, SessionError> {
        let components = config.build()?;
        let Components {
            model,
            criterion,
            optimizer,
            weights,
        } = &components;
        let (train, test) = (Digits::new(Split::Train)?, Digits::new(Split::Test)?);
        let checkpoint = Checkpoint::open(dir, model.hash().as_str())?;
        let epoch = checkpoint.load(weights, &optimizer.state())?.unwrap_or(0);

        let experiment = Tracker::open(store)?.experiment("digits")?;
        let run = experiment.track(model)?;
        if epoch < run.epoch() {
            return Err(SessionError::Behind {
                id: run.id().to_owned(),
                stored: run.epoch(),
                epoch,
            });
        }
        // A program that was killed may have saved the weights of an epoch and not counted it.
        run.set_epoch(epoch)?;
        let run = run
            .with("criterion", criterion)?
            .with("optimizer", optimizer)?;
        let Config {
            batch_size, seed, ..
        } = *config;
        let trainer = Trainer {
            components,
            batch_size,
            seed,
        };
        Ok(Self {
            trainer,
            train,
            test,
            checkpoint,
            experiment,
            run,
        })
    }

    /// Trains for some epochs more.
    ///
    /// # Errors
    ///
    /// When the loss is not finite, or the weights or the scores cannot be written.
    pub fn train(&mut self, epochs: u32) -> Result<(), SessionError> {
        let Trainer {
            components,
            batch_size,
            seed,
        } = &self.trainer;
        let (weights, state) = (components.weights.clone(), components.optimizer.state());
        let arguments = json!({"batch_size": batch_size, "seed": seed});
        let batches = self.train.count().div_ceil(*batch_size);
        let progress = progress(u64::from(epochs) * batches as u64);
        for _ in 0..epochs {
            let epoch = self.run.epoch();
            let scores = self
                .trainer
                .epoch(&self.train, &self.test, epoch, || progress.inc(1))?;
            let accuracy = percent(scores.test.accuracy);
            progress.set_message(format!("epoch {epoch}: test accuracy {accuracy}"));
            record(&self.run, &scores)?;
            for (phase, digits) in [("train", &self.train), ("test", &self.test)] {
                let iteration = Iteration::new(phase, epoch).dataset(digits);
                self.run
                    .iterations()
                    .put(iteration.arguments(arguments.clone()))?;
            }
            self.checkpoint.save(&weights, &state, epoch + 1)?;
            self.run.set_epoch(epoch + 1)?;
        }
        progress.finish_and_clear();
        Ok(())
    }

    /// Where the weights are kept.
    pub fn weights(&self) -> &Path {
        self.checkpoint.path()
    }

    /// Every aggregate of the experiment, the best first.
    ///
    /// # Errors
    ///
    /// When the store cannot be read.
    pub fn rows(&self) -> Result<Vec<Row>, SessionError> {
        let mut rows = Vec::new();
        for aggregate in self.experiment.aggregates().list()? {
            let summary = aggregate.metrics().summary("accuracy", "test")?;
            rows.push(Row {
                hash: aggregate.id().to_owned(),
                model: call(&aggregate.module("model")?),
                epoch: aggregate.epoch(),
                accuracy: summary.and_then(|summary| summary.max),
                current: aggregate.id() == self.run.id(),
            });
        }
        rows.sort_by(|a, b| {
            b.accuracy
                .partial_cmp(&a.accuracy)
                .unwrap_or(Ordering::Equal)
        });
        Ok(rows)
    }

    /// How this aggregate has learned, in this session and those before.
    ///
    /// # Errors
    ///
    /// When the store cannot be read.
    pub fn curves(&self) -> Result<[Curve; 2], SessionError> {
        Ok([self.curve("loss")?, self.curve("accuracy")?])
    }

    fn curve(&self, name: &'static str) -> Result<Curve, SessionError> {
        let points = |phase| -> Result<Vec<Point>, SessionError> {
            let metrics = self.run.metrics().list(name, phase)?;
            Ok(metrics
                .iter()
                .filter_map(|metric| Some((metric.epoch, metric.value.number()?)))
                .collect())
        };
        Ok(Curve {
            name,
            train: points("train")?,
            test: points("test")?,
        })
    }
}

/// Adds the points of an epoch, unless a session that was killed has added them already.
fn record(run: &Aggregate, scores: &EpochScores) -> Result<(), entia::tracker::Error> {
    let metrics = run.metrics();
    let recorded = metrics
        .summary("accuracy", "test")?
        .map(|summary| summary.last.epoch);
    if recorded.is_some_and(|last| last >= run.epoch()) {
        return Ok(());
    }
    let phases = [("train", scores.train), ("test", scores.test)];
    metrics.add_all(phases.into_iter().flat_map(|(phase, scores)| {
        [("loss", scores.loss), ("accuracy", scores.accuracy)]
            .map(|(name, value)| Metric::new(name, value).phase(phase).epoch(run.epoch()))
    }))
}

fn progress(batches: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40.cyan} {percent:>3} %  {msg}");
    ProgressBar::new(batches).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

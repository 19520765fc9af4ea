//! A session: some epochs of one run, from where the last session stopped.

use std::num::NonZeroU32;
use std::time::Duration;

use clap::ValueEnum;
use entia::prelude::*;
use entia::tracker::query::metric;
use entia::tracker::{Aggregate, Attempt, Experiment, Query, Status, ports::Row};

use entia_report::text;
use indicatif::{ProgressBar, ProgressFinish, ProgressStyle};
use registry_nn::Layer;
use thiserror::Error;

use crate::checkpoint;
use crate::config::{Config, ConfigError};
use crate::data::{DataError, Digits, Split};
use crate::engine::{Engine, EngineError};
use crate::report::{self, percent};
use crate::train::{EpochScores, TrainError, Trainer};

const EXPERIMENT: &str = "digits";
/// Characters of the hash of a model in the ids of its runs.
const HASH: usize = 12;
/// Test images that are kept with the scores that the network gives them at the end.
const EXAMPLES: usize = 16;

/// How often CPU, memory, disk and network are sampled.
pub const SAMPLES: Duration = Duration::from_secs(5);

/// What no artifact refers to is removed after so long: another process may have put it there, and be
/// about to write down that it has.
const LEFTOVERS: Duration = Duration::from_secs(24 * 60 * 60);

/// Why a session could not begin, or had to end.
#[derive(Debug, Error)]
pub enum SessionError {
    /// The configuration cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The images cannot be read.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The framework is not there, or the checkpoint cannot be used.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// An epoch could not be finished.
    #[error(transparent)]
    Train(#[from] TrainError),
    /// The store cannot be used.
    #[error(transparent)]
    Tracker(#[from] entia::tracker::Error),
    /// Checkpoints are gone, or scores are.
    #[error(
        "the scores of `{id}` are at epoch {scores}, but its checkpoints are at epoch {checkpoint}\n\
         hint: restore the store and its artifacts from a copy, or train anew in another `--store`"
    )]
    Apart {
        /// The id of the run.
        id: String,
        /// Epochs whose scores are in the store.
        scores: u64,
        /// Epochs that the weights of the latest checkpoint were trained for, 0 where there is none.
        checkpoint: u64,
    },
    /// Somebody else trains the run.
    #[error(
        "another process trains `{id}` in this store\n\
         hint: wait until it has ended, or train in another `--store`"
    )]
    Shared {
        /// The id of the run.
        id: String,
    },
}

/// A model under training, its data, and the run that keeps its progress.
pub struct Session {
    config: Config,
    engine: Engine,
    trainer: Trainer,
    train: Registered<Digits>,
    test: Registered<Digits>,
    tracker: Tracker,
    experiment: Experiment,
    run: Aggregate,
    attempt: Attempt,
    /// Epochs that the weights were trained for.
    epoch: u64,
}

impl Session {
    /// Builds what `config` names in a framework, and begins an attempt on its run there.
    ///
    /// Nothing is written for a configuration that cannot be used.
    ///
    /// # Errors
    ///
    /// When the configuration or the store cannot be used, or another process trains the model.
    pub fn open(config: Config, engine: Engine, store: &str) -> Result<Self, SessionError> {
        let Config {
            model,
            criterion,
            optimizer,
            batch_size,
            seed,
            ..
        } = &config;
        let network = engine.build(model, criterion, optimizer, *seed);
        let network = network.map_err(|error| match error {
            EngineError::Refused(key, refusal) => config.refused(key, refusal).into(),
            error => SessionError::Engine(error),
        })?;
        let trainer = Trainer {
            network,
            batch_size: *batch_size,
            seed: *seed,
        };
        let (train, test) = (Digits::new(Split::Train)?, Digits::new(Split::Test)?);
        let tracker = Tracker::open(store)?;
        let experiment = tracker.experiment(EXPERIMENT)?;
        let id = id(engine, model);
        let run = experiment.aggregates().get(&id)?;
        if run.is_some_and(|run| run.status() == Status::Running) {
            return Err(SessionError::Shared { id });
        }
        let run = experiment.track_as(&id, model)?;
        run.set_param("engine", engine.name())?;
        let attempt = run.attempt_with(entia::provenance!())?;
        Ok(Self {
            config,
            engine,
            trainer,
            train,
            test,
            tracker,
            experiment,
            run,
            attempt: attempt.system_figures(SAMPLES),
            epoch: 0,
        })
    }

    /// The tracker of the store.
    pub fn tracker(&self) -> &Tracker {
        &self.tracker
    }

    /// The experiment of the run.
    pub fn experiment(&self) -> &Experiment {
        &self.experiment
    }

    /// Trains for some epochs more than the latest checkpoint was, and ends the attempt.
    ///
    /// # Errors
    ///
    /// When the latest checkpoint cannot be used, the loss is not finite, the checkpoints or the
    /// scores cannot be written, or another process trains the model in the same store.
    pub fn train(mut self, epochs: NonZeroU32) -> Result<Aggregate, SessionError> {
        match self.work(epochs) {
            Ok(()) => self.attempt.finish()?,
            Err(error) => {
                // What has ended the training is told, and not what keeps it from being recorded.
                let _ = self.attempt.fail(error.to_string());
                return Err(error);
            }
        }
        Ok(self.run)
    }

    fn work(&mut self, epochs: NonZeroU32) -> Result<(), SessionError> {
        self.resume()?;
        self.run
            .with("criterion", &self.config.criterion)?
            .with("optimizer", &self.config.optimizer)?;
        let batches = self.train.count().div_ceil(self.trainer.batch_size.get());
        let progress = progress(u64::from(epochs.get()) * batches as u64);
        for _ in 0..epochs.get() {
            self.epoch(&progress)?;
        }
        let run = (self.engine, self.run.clone());
        let picture = entia_report::picture(&report::figure(&self.tracker, &[run])?);
        let artifacts = self.run.artifacts();
        artifacts.put_bytes(report::PICTURE, picture)?;
        let examples = self.test.first(EXAMPLES);
        let answer = self.trainer.network.answer(&examples)?;
        artifacts.put_bytes(report::EXAMPLES, report::examples(&examples, &answer)?)?;
        self.tracker.flush()?;
        self.tracker.remove_unreferenced_artifacts(LEFTOVERS)?;
        Ok(())
    }

    /// Goes on from the latest checkpoint: with its weights, and with one curve.
    fn resume(&mut self) -> Result<(), SessionError> {
        let checkpoint = self.run.latest_checkpoint()?;
        let scores = recorded(&self.run)?;
        if let Some(checkpoint) = &checkpoint {
            self.epoch = checkpoint.epoch() + 1;
        }
        // A session that was killed may have recorded the scores of one more epoch, or not have
        // counted the last one.
        let is_whole = (self.epoch..=self.epoch + 1).contains(&scores);
        if !is_whole || self.run.epoch() > self.epoch {
            return Err(SessionError::Apart {
                id: self.run.id().to_owned(),
                scores,
                checkpoint: self.epoch,
            });
        }
        match checkpoint {
            Some(checkpoint) => {
                let [weights, memory] = checkpoint::split(&checkpoint.read()?)?;
                self.trainer.network.set_weights(&weights)?;
                self.trainer.network.set_memory(&memory)?;
                self.run.rewind(checkpoint.epoch())?;
            }
            None => self.run.metrics().clear()?,
        }
        Ok(self.run.set_epoch(self.epoch)?)
    }

    fn epoch(&mut self, progress: &ProgressBar) -> Result<(), SessionError> {
        let epoch = self.epoch;
        let scores = self
            .trainer
            .epoch(&self.train, &self.test, epoch, || progress.inc(1))?;
        let accuracy = percent(scores.test.accuracy);
        progress.set_message(format!("epoch {epoch}: test accuracy {accuracy}"));
        if !self.is_alone()? {
            let id = self.run.id().to_owned();
            return Err(SessionError::Shared { id });
        }
        self.record(&scores)?;
        self.epoch += 1;
        Ok(self.run.set_epoch(self.epoch)?)
    }

    /// Records the scores of an epoch and what they were reached with, and keeps the weights.
    fn record(&self, scores: &EpochScores) -> Result<(), SessionError> {
        let Config {
            batch_size, seed, ..
        } = self.config;
        let arguments = json!({"batch_size": batch_size, "seed": seed});
        for (phase, digits) in [("train", &self.train), ("test", &self.test)] {
            let iteration = Iteration::new(phase, self.epoch).dataset(digits);
            self.run
                .iterations()
                .put(iteration.arguments(arguments.clone()))?;
        }
        self.run.metrics().add_all(scores.metrics(self.epoch))?;
        // Not the other way round: scores are made again from the weights, weights from nothing.
        self.tracker.flush()?;
        let network = &self.trainer.network;
        let bytes = checkpoint::join(&network.weights()?, &network.memory()?)?;
        self.run
            .checkpoint(self.epoch)?
            .keep_last(1)
            .keep_best("accuracy", "test")
            .put_bytes("safetensors", bytes)?;
        Ok(())
    }

    /// Whether the run is as this session has left it. Two processes that begin at the same time may
    /// both find that nobody else trains; and one that was asleep for long counts as dead.
    fn is_alone(&self) -> entia::tracker::Result<bool> {
        let newest = self.run.attempts()?.pop();
        let stored = self.experiment.aggregates().get(self.run.id())?;
        Ok(newest.is_some_and(|newest| newest.id == self.attempt.id())
            && stored.is_some_and(|run| run.epoch() == self.epoch)
            && recorded(&self.run)? == self.epoch)
    }
}

/// The id of the run of a network in a framework. Each has a run of its own, for it begins with other
/// weights.
fn id(engine: Engine, model: &Layer) -> String {
    format!("{engine}-{}", text::beginning(model.hash().as_str(), HASH))
}

/// The runs of a network in all frameworks.
///
/// # Errors
///
/// When the store cannot be read.
pub fn runs(
    experiment: &Experiment,
    model: &Layer,
) -> Result<Vec<(Engine, Aggregate)>, SessionError> {
    let mut runs = Vec::new();
    for engine in Engine::value_variants() {
        let run = experiment.aggregates().get(&id(*engine, model))?;
        runs.extend(run.map(|run| (*engine, run)));
    }
    Ok(runs)
}

/// Every run of an experiment with its modules and summaries, the best first.
///
/// # Errors
///
/// When the store cannot be read.
pub fn rows(experiment: &Experiment) -> Result<Vec<Row>, SessionError> {
    let best = metric("accuracy").phase("test").max();
    let query = Query::new().order_by(best.desc());
    Ok(experiment.aggregates().rows(query)?.items)
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

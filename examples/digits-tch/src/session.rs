//! A session: some epochs of one model, from where the last session stopped.

use std::io::Write;
use std::time::Duration;

use entia::Value;
use entia::prelude::*;
use entia::tch::datasets::Folder;
use entia::tch::tch::{self, nn::VarStore};
use entia::tch::{Criterion, Dataset, Module, Optimizer};
use entia::tracker::{Aggregate, Attempt, Checkpoint, Status};

use crate::config::Config;
use crate::error::Error;
use crate::scores::Scores;
use crate::weights;

/// How often CPU, memory, disk and network are sampled.
pub const SAMPLES: Duration = Duration::from_secs(5);

/// The images to learn from, and those to test with.
pub struct Data {
    train: Registered<Box<dyn Dataset>>,
    test: Registered<Box<dyn Dataset>>,
}

impl Data {
    /// Reads the dataset of this name.
    ///
    /// # Errors
    ///
    /// Where there is no such dataset, or its files cannot be read.
    pub fn read(name: &str, folder: &Folder) -> Result<Self, Error> {
        let datasets = Registry::<dyn Dataset>::global()?;
        Ok(Self {
            train: datasets.build(name, json!({"train": true}), folder)?,
            test: datasets.build(name, json!({"train": false}), folder)?,
        })
    }
}

/// A model under training, and where its progress is kept.
pub struct Session<'a> {
    config: &'a Config,
    data: &'a Data,
    tracker: &'a Tracker,
    vs: VarStore,
    model: Registered<Box<dyn Module>>,
    criterion: Registered<Box<dyn Criterion>>,
    optimizer: Registered<Box<dyn Optimizer>>,
    /// Epochs that the weights were trained for.
    epoch: u64,
}

impl<'a> Session<'a> {
    /// Builds `model`, with the weights of its latest checkpoint. The optimizer starts anew: libtorch
    /// does not give away its state. Nothing of it is written.
    ///
    /// # Errors
    ///
    /// Where a component cannot be built or does not fit the images, the checkpoint cannot be used, or
    /// another process trains the model.
    pub fn open(
        config: &'a Config,
        model: &Value,
        folder: &Folder,
        data: &'a Data,
        tracker: &'a Tracker,
    ) -> Result<Self, Error> {
        tch::manual_seed(config.seed);
        let vs = VarStore::new(folder.device);
        let model = Registry::<dyn Module>::global()?.build_value(model.clone(), &vs.root())?;
        let criteria = Registry::<dyn Criterion>::global()?;
        let criterion = criteria.build_value(config.criterion.clone(), &())?;
        let optimizers = Registry::<dyn Optimizer>::global()?;
        let optimizer = optimizers.build_value(config.optimizer.clone(), &vs)?;
        // The label of a single image fits scores of any shape.
        if let Some((images, labels)) = data.test.batches(2).next() {
            let _ = criterion.loss(&model.try_forward_t(&images, false)?, &labels)?;
        }
        let mut session = Self {
            config,
            data,
            tracker,
            vs,
            model,
            criterion,
            optimizer,
            epoch: 0,
        };
        if let Some(run) = session.stored()? {
            if run.status() == Status::Running {
                return Err(Error::Shared(run.id().to_owned()));
            }
            session.load(&run)?;
        }
        Ok(session)
    }

    /// Name and hash of the model.
    pub fn title(&self) -> String {
        format!("{} {}", self.model.name(), self.model.hash())
    }

    /// Epochs that the model was trained for.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Trains for some epochs more, in an attempt of its own, and prints the scores of each.
    ///
    /// # Errors
    ///
    /// Where the loss is not finite, the weights or scores cannot be written, or another process
    /// trains the model.
    pub fn train(mut self, epochs: u32, output: &mut impl Write) -> Result<(), Error> {
        let experiment = self.tracker.experiment(&self.config.dataset)?;
        let run = experiment.track(&self.model)?;
        let attempt = run
            .attempt_with(entia::provenance!())?
            .system_figures(SAMPLES);
        match self.work(&run, &attempt, epochs, output) {
            Ok(()) => Ok(attempt.finish()?),
            Err(error) => {
                // What has ended the training is told, and not what keeps it from being recorded.
                let _ = attempt.fail(error.to_string());
                Err(error)
            }
        }
    }

    fn work(
        &mut self,
        run: &Aggregate,
        attempt: &Attempt,
        epochs: u32,
        output: &mut impl Write,
    ) -> Result<(), Error> {
        // Another process may have trained it since it was opened.
        match self.load(run)? {
            Some(checkpoint) => run.rewind(checkpoint.epoch())?,
            None => run.metrics().clear()?,
        }
        run.set_epoch(self.epoch)?;
        run.with("criterion", &self.criterion)?
            .with("optimizer", &self.optimizer)?;
        for _ in 0..epochs {
            let [train, test] = self.pass()?;
            if !self.is_alone(attempt)? {
                return Err(Error::Shared(run.id().to_owned()));
            }
            self.record(run, train, test)?;
            writeln!(
                output,
                "  epoch {:>3}: train loss {:.4}, test loss {:.4}, test accuracy {:.2} %",
                self.epoch,
                train.loss,
                test.loss,
                test.accuracy * 100.0
            )
            .map_err(Error::Output)?;
        }
        Ok(())
    }

    /// Sets the weights to those of the latest checkpoint, where there is one.
    fn load(&mut self, run: &Aggregate) -> Result<Option<Checkpoint>, Error> {
        let (checkpoint, scores) = (run.latest_checkpoint()?, recorded(run)?);
        self.epoch = checkpoint.as_ref().map_or(0, |it| it.epoch() + 1);
        // A session that was killed may have recorded the scores of one more epoch, or not have
        // counted the last one.
        let is_whole = (self.epoch..=self.epoch + 1).contains(&scores);
        if !is_whole || run.epoch() > self.epoch {
            return Err(Error::Apart {
                id: run.id().to_owned(),
                scores,
                checkpoint: self.epoch,
            });
        }
        if let Some(checkpoint) = &checkpoint {
            weights::load(&self.vs, checkpoint)?;
        }
        Ok(checkpoint)
    }

    /// Learns from each image once, and gives the scores in training and in the test.
    fn pass(&mut self) -> Result<[Scores; 2], Error> {
        // An epoch draws the same numbers however often training was interrupted before it.
        tch::manual_seed(self.config.seed.wrapping_add_unsigned(self.epoch + 1));
        let (model, criterion) = (&**self.model, &**self.criterion);
        let train = Scores::of_training(
            model,
            criterion,
            &mut **self.optimizer,
            &**self.data.train,
            self.config.batch_size,
        )?;
        let test = Scores::of_test(model, criterion, &**self.data.test)?;
        if !train.loss.is_finite() || !test.loss.is_finite() {
            return Err(Error::Diverged(self.epoch));
        }
        Ok([train, test])
    }

    fn record(&mut self, run: &Aggregate, train: Scores, test: Scores) -> Result<(), Error> {
        let arguments = json!({"batch_size": self.config.batch_size, "seed": self.config.seed});
        for (phase, data) in [("train", &self.data.train), ("test", &self.data.test)] {
            let iteration = Iteration::new(phase, self.epoch).dataset(data);
            run.iterations()
                .put(iteration.arguments(arguments.clone()))?;
        }
        let (train, test) = (
            train.metrics("train", self.epoch),
            test.metrics("test", self.epoch),
        );
        run.metrics().add_all(train.into_iter().chain(test))?;
        // Not the other way round: scores are made again from the weights, weights from nothing.
        self.tracker.flush()?;
        weights::keep(&self.vs, run, self.epoch)?;
        self.epoch += 1;
        Ok(run.set_epoch(self.epoch)?)
    }

    /// Whether the run is as this session has left it. Two processes that begin at the same time may
    /// both find that nobody else trains; and one that was asleep for long counts as dead.
    fn is_alone(&self, attempt: &Attempt) -> Result<bool, Error> {
        let Some(run) = self.stored()? else {
            return Ok(false);
        };
        let newest = run.attempts()?.pop();
        let is_newest = newest.is_some_and(|newest| newest.id == attempt.id());
        Ok(is_newest && run.epoch() == self.epoch && recorded(&run)? == self.epoch)
    }

    /// The run of the model, as it is in the store.
    fn stored(&self) -> Result<Option<Aggregate>, Error> {
        let experiment = self.tracker.experiment(&self.config.dataset)?;
        let id = self.model.hash();
        Ok(experiment.aggregates().get(id.as_str())?)
    }
}

/// Number of epochs whose scores are in the store: each has one test accuracy, the last point of it.
fn recorded(run: &Aggregate) -> Result<u64, Error> {
    let summary = run.metrics().summary("accuracy", "test")?;
    Ok(summary.map_or(0, |summary| summary.count))
}

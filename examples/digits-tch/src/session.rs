//! A session: some epochs of one model, from where the last session stopped.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use entia::Value;
use entia::prelude::*;
use entia::tch::datasets::Folder;
use entia::tch::tch::{self, nn::VarStore};
use entia::tch::{Criterion, Dataset, Module, Optimizer, checkpoint};
use entia::tracker::Aggregate;

use crate::config::Config;
use crate::error::Error;
use crate::scores::Scores;

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
    dir: &'a Path,
    vs: VarStore,
    model: Registered<Box<dyn Module>>,
    criterion: Registered<Box<dyn Criterion>>,
    optimizer: Registered<Box<dyn Optimizer>>,
    epoch: u64,
}

impl<'a> Session<'a> {
    /// Builds `model`, with the weights in `dir` where the store knows it. The optimizer starts anew:
    /// libtorch does not give away its state.
    ///
    /// # Errors
    ///
    /// Where a component cannot be built or does not fit the images, or the weights that the store knows of cannot be loaded.
    pub fn open(
        config: &'a Config,
        model: &Value,
        folder: &Folder,
        data: &'a Data,
        tracker: &'a Tracker,
        dir: &'a Path,
    ) -> Result<Self, Error> {
        tch::manual_seed(config.seed);
        let vs = VarStore::new(folder.device);
        let model = Registry::<dyn Module>::global()?.build_value(model.clone(), &vs.root())?;
        let criteria = Registry::<dyn Criterion>::global()?;
        let criterion = criteria.build_value(config.criterion.clone(), &())?;
        let optimizers = Registry::<dyn Optimizer>::global()?;
        let optimizer = optimizers.build_value(config.optimizer.clone(), &vs)?;
        if let Some((image, label)) = data.test.batches(1).next() {
            let _ = criterion.loss(&model.try_forward_t(&image, false)?, &label)?;
        }
        let id = model.hash().to_string();
        let mut epoch = 0;
        if let Some(run) = tracker.experiment(&config.dataset)?.aggregates().get(&id)? {
            epoch = epochs(&run)?;
            if epoch > 0 {
                checkpoint::load(&vs, weights(dir, &id, epoch))?;
            }
            run.set_epoch(epoch)?;
        }
        Ok(Self {
            config,
            data,
            tracker,
            dir,
            vs,
            model,
            criterion,
            optimizer,
            epoch,
        })
    }

    /// Name and hash of the model.
    pub fn title(&self) -> String {
        format!("{} {}", self.model.name(), self.model.hash())
    }

    /// Epochs that the model was trained for.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Trains for one epoch more, and gives the scores in training and in the test.
    ///
    /// # Errors
    ///
    /// Where the loss is not finite, or the weights or scores cannot be written.
    pub fn train(&mut self) -> Result<[Scores; 2], Error> {
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
        self.record(train, test)?;
        Ok([train, test])
    }

    fn record(&mut self, train: Scores, test: Scores) -> Result<(), Error> {
        let experiment = self.tracker.experiment(&self.config.dataset)?;
        let run = experiment
            .track(&self.model)?
            .with("criterion", &self.criterion)?
            .with("optimizer", &self.optimizer)?;
        let arguments = json!({"batch_size": self.config.batch_size, "seed": self.config.seed});
        for (phase, data) in [("train", &self.data.train), ("test", &self.data.test)] {
            let iteration = Iteration::new(phase, self.epoch).dataset(data);
            run.iterations()
                .put(iteration.arguments(arguments.clone()))?;
        }
        // An epoch counts when its scores are in the store, so the weights are there before them,
        // and those of the epoch before for as long.
        checkpoint::save(&self.vs, weights(self.dir, run.id(), self.epoch + 1))?;
        let (train, test) = (
            train.metrics("train", self.epoch),
            test.metrics("test", self.epoch),
        );
        run.metrics().add_all(train.into_iter().chain(test))?;
        self.tracker.flush()?;
        remove(weights(self.dir, run.id(), self.epoch))?;
        self.epoch += 1;
        Ok(run.set_epoch(self.epoch)?)
    }
}

/// The file of a model's weights after some epochs.
pub fn weights(dir: &Path, id: &str, epoch: u64) -> PathBuf {
    dir.join(format!("{id}-{epoch}.safetensors"))
}

/// Number of epochs whose scores are in the store: each has one test accuracy, the last point of it.
///
/// # Errors
///
/// Where the store cannot be read.
pub fn epochs(run: &Aggregate) -> Result<u64, Error> {
    let summary = run.metrics().summary("accuracy", "test")?;
    Ok(summary.map_or(0, |summary| summary.count))
}

fn remove(path: PathBuf) -> Result<(), Error> {
    match fs::remove_file(&path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(Error::File { path, error }),
        _ => Ok(()),
    }
}

//! A cross-validation: a classifier, the data, and how they are cut.

use entia::prelude::*;
use entia::tracker::{self, Aggregate, Experiment, Status};
use thiserror::Error;

use crate::classifiers::{Classifier, FitError};
use crate::data::{Moons, Sample};

/// Why a validation could not be done.
#[derive(Debug, Error)]
pub enum ValidationError {
    /// The library refuses.
    #[error("`{name}` cannot learn: {error}\nhint: change its arguments in the configuration")]
    Fit {
        /// The classifier.
        name: String,
        /// What the library says.
        error: FitError,
    },
    /// Somebody else is at it.
    #[error(
        "another process works on `{0}` in this store\n\
         hint: wait until it has ended, or choose another `--store`"
    )]
    Shared(String),
    /// The store cannot be used.
    #[error(transparent)]
    Tracker(#[from] tracker::Error),
}

/// A cross-validation. Its hash, which that of the classifier and of the data is in, is the id of its run:
/// the same validation is never done twice.
#[derive(Debug, Entity)]
pub struct CrossValidation {
    /// What learns.
    pub classifier: Registered<Box<dyn Classifier>>,
    /// From what.
    pub data: Moons,
    /// The parts that the data are cut into.
    pub folds: usize,
    /// What the order of the data follows from before they are cut.
    pub seed: u64,
}

/// What came of a validation.
#[derive(Clone, Copy, Debug)]
pub struct Outcome {
    /// The mean accuracy in training and testing.
    pub accuracy: [f64; 2],
    /// Whether it was in the store already.
    pub is_known: bool,
}

const PHASES: [&str; 2] = ["train", "test"];

impl CrossValidation {
    /// Does it, or takes from the store what came of it.
    ///
    /// # Errors
    ///
    /// When the library refuses, another process does the same, or the store cannot be used.
    pub fn outcome(&self, experiment: &Experiment) -> Result<Outcome, ValidationError> {
        let run = experiment
            .track_as(self.hash().as_str(), &self.classifier)?
            .with("data", &self.data)?;
        run.set_param("folds", self.folds)?;
        run.set_param("seed", self.seed)?;
        let is_known = run.status() == Status::Finished;
        match run.status() {
            Status::Finished => {}
            Status::Running => return Err(ValidationError::Shared(run.id().to_owned())),
            _ => self.attempt(&run)?,
        }
        let mut accuracy = [f64::NAN; 2];
        for (mean, phase) in accuracy.iter_mut().zip(PHASES) {
            let summary = run.metrics().summary("accuracy", phase)?;
            let last = summary.and_then(|summary| summary.last.value.number());
            *mean = last.unwrap_or(f64::NAN);
        }
        Ok(Outcome { accuracy, is_known })
    }

    fn attempt(&self, run: &Aggregate) -> Result<(), ValidationError> {
        let attempt = run.attempt_with(entia::provenance!())?;
        match self.validate(run) {
            Ok(()) => Ok(attempt.finish()?),
            Err(error) => {
                // What has ended it is told, and not what keeps that from being recorded.
                let _ = attempt.fail(error.to_string());
                Err(error)
            }
        }
    }

    fn validate(&self, run: &Aggregate) -> Result<(), ValidationError> {
        // Those of an attempt that has failed.
        run.metrics().clear()?;
        let mut sums = [0.0; 2];
        for (step, fold) in (0..).zip(self.data.draw().folds(self.folds, self.seed)) {
            let scores = self.scores(&fold.train, &fold.test);
            let scores = scores.map_err(|error| ValidationError::Fit {
                name: self.classifier.name().to_owned(),
                error,
            })?;
            for ((score, phase), sum) in scores.into_iter().zip(PHASES).zip(&mut sums) {
                let point = Metric::new("fold_accuracy", score).phase(phase);
                run.metrics().add(point.step(step))?;
                *sum += score;
            }
        }
        for (sum, phase) in sums.into_iter().zip(PHASES) {
            let mean = sum / real(self.folds);
            run.metrics()
                .add(Metric::new("accuracy", mean).phase(phase))?;
        }
        Ok(())
    }

    /// The accuracies of what learned from `train`.
    fn scores(&self, train: &Sample, test: &Sample) -> Result<[f64; 2], FitError> {
        let predictor = self.classifier.fit(train)?;
        let mut scores = [0.0; 2];
        for (score, sample) in scores.iter_mut().zip([train, test]) {
            let answers = predictor(&sample.points)?;
            let pairs = answers.iter().zip(&sample.labels);
            let right = pairs.filter(|(answer, label)| answer == label).count();
            *score = real(right) / real(sample.labels.len());
        }
        Ok(scores)
    }
}

/// A count as a number.
#[expect(
    clippy::cast_precision_loss,
    reason = "counts of points are far below 2^52"
)]
pub fn real(count: usize) -> f64 {
    count as f64
}

//! Learning and measuring, an epoch at a time.

use std::num::NonZeroUsize;
use std::sync::PoisonError;

use candle_core::{D, DType, Tensor};
use candle_nn::VarMap;
use entia::prelude::*;
use fastrand::Rng;
use thiserror::Error;

use crate::config::Components;
use crate::data::Digits;
use crate::optimizer::Variables;

/// Why an epoch could not be finished.
#[derive(Debug, Error)]
pub enum TrainError {
    /// The loss is infinite or not a number.
    #[error("the loss of epoch {0} is not finite\nhint: choose a smaller `lr`; {kept}", kept = kept(*.0))]
    Diverged(u64),
    /// candle cannot compute.
    #[error(transparent)]
    Tensor(#[from] candle_core::Error),
}

/// What is left when an epoch is given up.
fn kept(epoch: u64) -> &'static str {
    match epoch {
        0 => "no epoch was recorded",
        _ => "the weights of the epoch before are kept",
    }
}

/// How good the answers for some images are.
#[derive(Clone, Copy, Debug)]
pub struct Scores {
    /// The mean loss.
    pub loss: f64,
    /// The share of right answers, `0.0..=1.0`.
    pub accuracy: f64,
}

/// How good the answers were in each phase of an epoch.
#[derive(Clone, Copy, Debug)]
pub struct EpochScores {
    /// While learning.
    pub train: Scores,
    /// After it, with images the model has not learned from.
    pub test: Scores,
}

impl EpochScores {
    /// The points that are recorded for them.
    pub fn metrics(&self, epoch: u64) -> impl Iterator<Item = Metric> {
        let phases = [("train", self.train), ("test", self.test)];
        phases.into_iter().flat_map(move |(phase, scores)| {
            [("loss", scores.loss), ("accuracy", scores.accuracy)]
                .map(|(name, value)| Metric::new(name, value).phase(phase).epoch(epoch))
        })
    }
}

/// The variables that a model has taken from `map`.
pub fn variables(map: &VarMap) -> Variables {
    let map = map.data().lock().unwrap_or_else(PoisonError::into_inner);
    map.iter()
        .map(|(name, variable)| (name.clone(), variable.clone()))
        .collect()
}

/// Gives each variable the starting value that follows from `seed`.
///
/// candle's generator cannot be seeded on a CPU, so what it drew is replaced: weights become
/// uniform with the variance of He et al. (2015), biases become zero.
///
/// # Errors
///
/// When candle cannot set a variable.
pub fn initialize(variables: &Variables, seed: u64) -> candle_core::Result<()> {
    let mut rng = Rng::with_seed(seed);
    for variable in variables.values() {
        let bound = match variable.dims() {
            [_, inputs] => (6.0 / real(*inputs)).sqrt(),
            _ => 0.0,
        };
        let draws: Vec<f32> = (0..variable.elem_count()).map(|_| rng.f32()).collect();
        let draws = Tensor::from_vec(draws, variable.shape(), variable.device())?;
        variable.set(&draws.affine(2.0 * bound, -bound)?)?;
    }
    Ok(())
}

/// What learns, and how.
pub struct Trainer {
    /// The model, and what it learns with.
    pub components: Components,
    /// Images in a step of the optimizer.
    pub batch_size: NonZeroUsize,
    /// What the order of the images and the dropout follow from.
    pub seed: u64,
}

impl Trainer {
    /// Learns from each image of `train` once, then measures with those of `test`. Calls
    /// `after_batch` after each step of the optimizer.
    ///
    /// An epoch draws the same numbers however often training was interrupted before it.
    ///
    /// # Errors
    ///
    /// When a loss is not finite, or candle cannot compute.
    pub fn epoch(
        &mut self,
        train: &Digits,
        test: &Digits,
        epoch: u64,
        after_batch: impl Fn(),
    ) -> Result<EpochScores, TrainError> {
        let train = self.train(train, epoch, after_batch)?;
        let test = self.test(test)?;
        if train.loss.is_finite() && test.loss.is_finite() {
            return Ok(EpochScores { train, test });
        }
        Err(TrainError::Diverged(epoch))
    }

    fn train(
        &mut self,
        digits: &Digits,
        epoch: u64,
        after_batch: impl Fn(),
    ) -> candle_core::Result<Scores> {
        let Components {
            model,
            criterion,
            optimizer,
            ..
        } = &mut self.components;
        let mut rng = Rng::with_seed(self.seed ^ (epoch + 1));
        let (mut loss, mut right) = (0.0, 0.0);
        for batch in digits.batches(self.batch_size.get(), &mut rng)? {
            let scores = model.forward(&batch.images, Some(&mut rng))?;
            let batch_loss = criterion.loss(&scores, &batch.labels)?;
            optimizer.step(&batch_loss.backward()?)?;
            loss += scalar(&batch_loss)? * real(batch.count());
            right += count_right(&scores, &batch.labels)?;
            after_batch();
        }
        Ok(Scores {
            loss: loss / real(digits.count()),
            accuracy: right / real(digits.count()),
        })
    }

    fn test(&self, digits: &Digits) -> candle_core::Result<Scores> {
        let Components {
            model, criterion, ..
        } = &self.components;
        let scores = model.forward(&digits.images, None)?;
        let loss = criterion.loss(&scores, &digits.labels)?;
        let right = count_right(&scores, &digits.labels)?;
        Ok(Scores {
            loss: scalar(&loss)?,
            accuracy: right / real(digits.count()),
        })
    }
}

fn count_right(scores: &Tensor, labels: &Tensor) -> candle_core::Result<f64> {
    scalar(
        &scores
            .argmax(D::Minus1)?
            .eq(labels)?
            .to_dtype(DType::U32)?
            .sum_all()?,
    )
}

fn scalar(tensor: &Tensor) -> candle_core::Result<f64> {
    tensor.to_dtype(DType::F64)?.to_scalar()
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts of images and inputs are far below 2^52"
)]
fn real(count: usize) -> f64 {
    count as f64
}

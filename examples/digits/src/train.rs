//! Learning and measuring, an epoch at a time.

use std::sync::PoisonError;

use candle_core::{D, DType, Tensor};
use candle_nn::VarMap;
use fastrand::Rng;
use thiserror::Error;

use crate::criterion::Criterion;
use crate::data::Split;
use crate::model::Model;
use crate::optimizer::{Optimizer, Variables};

/// Why an epoch could not be finished.
#[derive(Debug, Error)]
pub enum TrainError {
    /// The loss is infinite or not a number.
    #[error(
        "the loss of epoch {0} is not finite\n\
         hint: choose a smaller `lr`; the weights of the epoch before are kept"
    )]
    Diverged(u64),
    /// candle cannot compute.
    #[error(transparent)]
    Tensor(#[from] candle_core::Error),
}

/// How good the answers for some images are.
#[derive(Clone, Copy, Debug)]
pub struct Scores {
    /// The mean loss.
    pub loss: f64,
    /// The share of right answers, `0.0..=1.0`.
    pub accuracy: f64,
}

/// The variables that a model has taken from `map`.
pub fn variables(map: &VarMap) -> Variables {
    let map = map.data().lock().unwrap_or_else(PoisonError::into_inner);
    map.iter().map(|(name, variable)| (name.clone(), variable.clone())).collect()
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
pub struct Trainer<'a> {
    /// What learns.
    pub model: &'a dyn Model,
    /// What its scores are measured with.
    pub criterion: &'a dyn Criterion,
    /// What moves its variables.
    pub optimizer: &'a mut dyn Optimizer,
    /// Images in a step of the optimizer.
    pub batch_size: usize,
    /// What the order of the images and the dropout follow from.
    pub seed: u64,
}

impl Trainer<'_> {
    /// Learns from each image once and calls `after_batch` after each step of the optimizer.
    ///
    /// An epoch draws the same numbers however often training was interrupted before it.
    ///
    /// # Errors
    ///
    /// When the loss is not finite, or candle cannot compute.
    pub fn train(
        &mut self,
        split: &Split,
        epoch: u64,
        after_batch: impl Fn(),
    ) -> Result<Scores, TrainError> {
        let mut rng = Rng::with_seed(self.seed ^ (epoch + 1));
        let (mut loss, mut right) = (0.0, 0.0);
        for batch in split.batches(self.batch_size, &mut rng)? {
            let scores = self.model.forward(&batch.images, Some(&mut rng))?;
            let batch_loss = self.criterion.loss(&scores, &batch.labels)?;
            self.optimizer.step(&batch_loss.backward()?)?;
            loss += scalar(&batch_loss)? * real(batch.len());
            right += count_right(&scores, &batch.labels)?;
            after_batch();
        }
        if !loss.is_finite() {
            return Err(TrainError::Diverged(epoch));
        }
        Ok(Scores { loss: loss / real(split.len()), accuracy: right / real(split.len()) })
    }

    /// Measures without learning.
    ///
    /// # Errors
    ///
    /// When candle cannot compute.
    pub fn test(&self, split: &Split) -> Result<Scores, TrainError> {
        let scores = self.model.forward(&split.images, None)?;
        let loss = self.criterion.loss(&scores, &split.labels)?;
        let right = count_right(&scores, &split.labels)?;
        Ok(Scores { loss: scalar(&loss)?, accuracy: right / real(split.len()) })
    }
}

fn count_right(scores: &Tensor, labels: &Tensor) -> candle_core::Result<f64> {
    scalar(&scores.argmax(D::Minus1)?.eq(labels)?.to_dtype(DType::U32)?.sum_all()?)
}

fn scalar(tensor: &Tensor) -> candle_core::Result<f64> {
    tensor.to_dtype(DType::F64)?.to_scalar()
}

#[expect(clippy::cast_precision_loss, reason = "counts of images and inputs are far below 2^52")]
fn real(count: usize) -> f64 {
    count as f64
}

//! The losses that a configuration can name.

use candle_core::{D, Result, Tensor};
use candle_nn::{encoding, loss, ops};
use entia::prelude::*;

use crate::data::CLASSES;

/// How wrong the scores of a model are.
#[registry]
pub trait Criterion {
    /// The mean loss, a scalar, of `scores` with shape `(images, CLASSES)` against the `labels`.
    ///
    /// # Errors
    ///
    /// When the shapes do not fit.
    fn loss(&self, scores: &Tensor, labels: &Tensor) -> Result<Tensor>;
}

/// The negative log-likelihood of the labels.
#[derive(Clone, Debug, Entity)]
#[register(registry = Criterion)]
pub struct CrossEntropyLoss;

impl Criterion for CrossEntropyLoss {
    fn loss(&self, scores: &Tensor, labels: &Tensor) -> Result<Tensor> {
        loss::cross_entropy(scores, labels)
    }
}

/// The squared distance from the probabilities to the right answer.
#[derive(Clone, Debug, Entity)]
#[register(registry = Criterion)]
pub struct MSELoss;

impl Criterion for MSELoss {
    fn loss(&self, scores: &Tensor, labels: &Tensor) -> Result<Tensor> {
        let right = encoding::one_hot(labels.clone(), CLASSES, 1f32, 0f32)?;
        loss::mse(&ops::softmax(scores, D::Minus1)?, &right)
    }
}

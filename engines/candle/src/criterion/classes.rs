//! Losses of classes.

use super::{numbers_like, reduced};
use crate::Result;
use crate::numbers::number;
use candle_core::{D, DType, Tensor};
use candle_nn::ops::log_softmax;
use registry_nn::criteria::{CrossEntropyLoss, NLLLoss, Reduction};

/// What a loss of classes has beside its inputs.
struct Classes<'a> {
    weight: Option<&'a Vec<f64>>,
    ignore_index: i64,
    reduction: Reduction,
    smoothing: f64,
}

pub(super) fn nll(it: &NLLLoss, input: &Tensor, target: &Tensor) -> Result<Tensor> {
    let (weight, ignore_index, reduction) = (it.weight.as_ref(), it.ignore_index, it.reduction);
    Classes {
        weight,
        ignore_index,
        reduction,
        smoothing: 0.0,
    }
    .of_numbers(&last(input)?, target)
}

pub(super) fn cross_entropy(
    it: &CrossEntropyLoss,
    input: &Tensor,
    target: &Tensor,
) -> Result<Tensor> {
    let (weight, ignore_index, reduction) = (it.weight.as_ref(), it.ignore_index, it.reduction);
    let classes = Classes {
        weight,
        ignore_index,
        reduction,
        smoothing: it.label_smoothing,
    };
    let log = log_softmax(&last(input)?, D::Minus1)?;
    if input.dims() == target.dims() {
        return classes.of_probabilities(&log, &last(target)?);
    }
    classes.of_numbers(&log, target)
}

/// The same with the classes as the last dimension; PyTorch has them as the second.
fn last(xs: &Tensor) -> Result<Tensor> {
    match xs.rank() {
        0..=2 => Ok(xs.clone()),
        rank => xs
            .permute([&[0], &(2..rank).collect::<Vec<_>>()[..], &[1]].concat())?
            .contiguous(),
    }
}

impl Classes<'_> {
    fn weights(&self, like: &Tensor) -> Result<Tensor> {
        match self.weight {
            Some(weight) => numbers_like(weight, like),
            None => Tensor::ones(like.dim(D::Minus1)?, like.dtype(), like.device()),
        }
    }

    /// Of the log probabilities, and the number of the class for each.
    fn of_numbers(&self, log: &Tensor, target: &Tensor) -> Result<Tensor> {
        let target = target.to_dtype(DType::I64)?.contiguous()?;
        let counts = target.ne(self.ignore_index)?;
        let target = counts.where_cond(&target, &target.zeros_like()?)?;
        let weights = self.weights(log)?;
        let zeros = Tensor::zeros(target.dims(), log.dtype(), log.device())?;
        let each = weights
            .index_select(&target.flatten_all()?, 0)?
            .reshape(target.dims())?;
        let each = counts.where_cond(&each, &zeros)?;
        let found = log
            .gather(&target.unsqueeze(target.rank())?, D::Minus1)?
            .squeeze(D::Minus1)?;
        let mut losses = (counts.where_cond(&found, &zeros)?.neg()? * &each)?;
        if self.smoothing > 0.0 {
            let all = log.broadcast_mul(&weights)?.sum(D::Minus1)?.neg()?;
            let share = self.smoothing / number(log.dim(D::Minus1)?);
            let all = counts.where_cond(&(all * share)?, &zeros)?;
            losses = ((losses * (1.0 - self.smoothing))? + all)?;
        }
        match self.reduction {
            Reduction::Mean => losses.sum_all()? / each.sum_all()?,
            other => reduced(&losses, other),
        }
    }

    /// Of the log probabilities, and the probabilities that they should be.
    fn of_probabilities(&self, log: &Tensor, target: &Tensor) -> Result<Tensor> {
        let share = self.smoothing / number(log.dim(D::Minus1)?);
        let target = target
            .to_dtype(log.dtype())?
            .affine(1.0 - self.smoothing, share)?;
        let losses = (log * target)?
            .broadcast_mul(&self.weights(log)?)?
            .sum(D::Minus1)?
            .neg()?;
        reduced(&losses, self.reduction)
    }
}

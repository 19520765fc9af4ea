//! Connectionist temporal classification.

use super::reduced;
use crate::Result;
use candle_core::{DType, Device, Tensor};
use registry_nn::criteria::{CTCLoss, Reduction};

/// The logarithm of next to nothing: an infinite one would have no gradient.
const NOTHING: f64 = -1e30;

pub(super) fn ctc(
    it: &CTCLoss,
    log_probs: &Tensor,
    targets: &Tensor,
    lengths: [&Tensor; 2],
) -> Result<Tensor> {
    let is_batch = log_probs.rank() == 3;
    let log_probs = if is_batch {
        log_probs.clone()
    } else {
        log_probs.unsqueeze(1)?
    };
    let whole = |xs: &Tensor| {
        xs.to_device(&Device::Cpu)?
            .to_dtype(DType::I64)?
            .flatten_all()?
            .to_vec1::<i64>()
    };
    let (numbers, [inputs, counts]) = (whole(targets)?, [whole(lengths[0])?, whole(lengths[1])?]);
    let mut losses = Vec::with_capacity(counts.len());
    let mut start = 0;
    for (at, (steps, count)) in inputs.iter().zip(&counts).enumerate() {
        let count = crate::numbers::size(*count)?;
        let row = match targets.rank() {
            2 => at * targets.dim(1)?,
            _ => start,
        };
        start += count;
        let classes = numbers.get(row..row + count).unwrap_or(&[]);
        let steps =
            log_probs
                .narrow(1, at, 1)?
                .squeeze(1)?
                .narrow(0, 0, crate::numbers::size(*steps)?)?;
        losses.push(one(it, &steps, classes)?);
    }
    let losses = Tensor::stack(&losses, 0)?;
    let losses = if it.reduction == Reduction::Mean {
        let counts = Tensor::new(counts, &Device::Cpu)?.to_dtype(losses.dtype())?;
        (&losses / counts.maximum(1.0)?.to_device(losses.device())?)?
    } else {
        losses
    };
    match (it.reduction, is_batch) {
        (Reduction::None, false) => losses.squeeze(0),
        (reduction, _) => reduced(&losses, reduction),
    }
}

/// The loss of one sequence: of `(steps, classes)`, and the classes of the target.
fn one(it: &CTCLoss, log_probs: &Tensor, target: &[i64]) -> Result<Tensor> {
    // A blank between any two classes, and at the ends.
    let between: Vec<i64> = target
        .iter()
        .flat_map(|class| [it.blank, *class])
        .chain([it.blank])
        .collect();
    let count = between.len();
    let device = log_probs.device();
    let steps = log_probs
        .contiguous()?
        .index_select(&Tensor::new(&between[..], device)?, 1)?;
    let few = |is_one: &dyn Fn(usize) -> bool| {
        let values: Vec<f64> = (0..count)
            .map(|at| if is_one(at) { 0.0 } else { NOTHING })
            .collect();
        super::numbers_like(&values, log_probs)
    };
    // From one class to another the blank may be left out.
    let leaps = few(&|at| at > 1 && between[at] != it.blank && between[at] != between[at - 2])?;
    let moved = |xs: &Tensor, by: usize| {
        let front = (Tensor::zeros(by.min(count), xs.dtype(), device)? + NOTHING)?;
        Tensor::cat(&[&front, &xs.narrow(0, 0, count.saturating_sub(by))?], 0)
    };
    let mut paths = (few(&|at| at < 2)? + steps.get(0)?)?;
    for step in 1..steps.dim(0)? {
        let ways = [
            paths.clone(),
            moved(&paths, 1)?,
            (moved(&paths, 2)? + &leaps)?,
        ];
        paths = (Tensor::stack(&ways, 0)?.log_sum_exp(0)? + steps.get(step)?)?;
    }
    let ends = paths.narrow(0, count.saturating_sub(2), count.min(2))?;
    let loss = ends.log_sum_exp(0)?.neg()?;
    // PyTorch's gradient is that of log probabilities which add up to one.
    let sum = log_probs.exp()?.sum_all()?;
    let loss = (&loss + (&sum - sum.detach())?)?;
    let is_possible = loss.lt(-NOTHING / 2.0)?;
    let otherwise = if it.zero_infinity { 0.0 } else { f64::INFINITY };
    is_possible.where_cond(&loss, &loss.zeros_like()?.affine(1.0, otherwise)?)
}

//! Losses of classes.

use super::elements::numbers;
use super::reduced;
use crate::tensor::{AnyTensor, whole};
use burn::tensor::activation::log_softmax;
use burn::tensor::{Int, Tensor};
use registry_nn::Refusal;
use registry_nn::criteria::{CrossEntropyLoss, NLLLoss, Reduction};

/// What both losses have in common.
struct Classes<'a> {
    weight: Option<&'a Vec<f64>>,
    ignore_index: i64,
    reduction: Reduction,
    label_smoothing: f64,
}

pub(super) fn cross_entropy(
    it: &CrossEntropyLoss,
    inputs: Vec<AnyTensor>,
) -> Result<AnyTensor, Refusal> {
    let ([input, target], shape, count) = split(inputs)?;
    let logs = log_softmax(rows(input)?, 1);
    let classes = Classes {
        weight: it.weight.as_ref(),
        ignore_index: it.ignore_index,
        reduction: it.reduction,
        label_smoothing: it.label_smoothing,
    };
    match target {
        AnyTensor::Whole(target, _) => classes.of_numbers(logs, target, &shape),
        shares => classes.of_shares(logs, rows(shares)?, count, &shape),
    }
}

pub(super) fn nll(it: &NLLLoss, inputs: Vec<AnyTensor>) -> Result<AnyTensor, Refusal> {
    let ([input, target], shape, _) = split(inputs)?;
    let AnyTensor::Whole(target, _) = target else {
        return Err(Refusal::shape("expected a target of classes, found floats")
            .with_hint("give a `Tensor<D, Int>`"));
    };
    let classes = Classes {
        weight: it.weight.as_ref(),
        ignore_index: it.ignore_index,
        reduction: it.reduction,
        label_smoothing: 0.0,
    };
    classes.of_numbers(rows(input)?, target, &shape)
}

/// The inputs, the shape of the losses, and the number of classes.
fn split(inputs: Vec<AnyTensor>) -> Result<([AnyTensor; 2], Vec<usize>, usize), Refusal> {
    let inputs: [AnyTensor; 2] = inputs.try_into().map_err(|_| whole())?;
    let shape = inputs[0].shape();
    Ok(match *shape {
        [batch, classes, ref image @ ..] => (inputs, [&[batch], image].concat(), classes),
        _ => (inputs, Vec::new(), shape.iter().product()),
    })
}

/// A row for each element, of a number for each class.
fn rows(input: AnyTensor) -> Result<Tensor<2>, Refusal> {
    match *input.shape() {
        [classes] => input.view([1, classes]),
        [_, _] => input.tensor(),
        [batch, classes, ref image @ ..] => {
            let count: usize = image.iter().product();
            let columns = input.view([batch, classes, count])?.swap_dims(1, 2);
            Ok(columns.reshape([batch * count, classes]))
        }
        [] => Err(whole()),
    }
}

impl Classes<'_> {
    fn of_numbers(
        &self,
        logs: Tensor<2>,
        target: Tensor<1, Int>,
        shape: &[usize],
    ) -> Result<AnyTensor, Refusal> {
        let [_, count] = logs.dims();
        let is_ignored = target.clone().equal_elem(self.ignore_index);
        let target = target.mask_fill(is_ignored.clone(), 0);
        let weights = self.weight.map(|it| numbers(it, &logs.device()));
        let weight = match &weights {
            Some(weights) => weights.clone().select(0, target.clone()),
            None => Tensor::ones(target.dims(), &logs.device()),
        };
        let weight = weight.mask_fill(is_ignored.clone(), 0.0);
        let hit = logs
            .clone()
            .gather(1, target.unsqueeze_dim(1))
            .squeeze_dim::<1>(1);
        let mut losses = (weight.clone() * hit)
            .neg()
            .mask_fill(is_ignored.clone(), 0.0);
        if self.label_smoothing > 0.0 {
            let all = match weights {
                Some(weights) => logs * weights.unsqueeze(),
                None => logs,
            };
            let smooth = all
                .sum_dim(1)
                .squeeze_dim::<1>(1)
                .neg()
                .mask_fill(is_ignored, 0.0);
            losses = losses * (1.0 - self.label_smoothing) + smooth * self.share(count);
        }
        match self.reduction {
            Reduction::Mean => Ok((losses.sum() / weight.sum()).into()),
            other => reduced(losses, other, shape),
        }
    }

    /// The target has a share for each class.
    fn of_shares(
        &self,
        logs: Tensor<2>,
        shares: Tensor<2>,
        count: usize,
        shape: &[usize],
    ) -> Result<AnyTensor, Refusal> {
        let mut shares = shares;
        if self.label_smoothing > 0.0 {
            shares = shares * (1.0 - self.label_smoothing) + self.share(count);
        }
        if let Some(weights) = self.weight {
            shares = shares * numbers(weights, &logs.device()).unsqueeze();
        }
        let losses = (logs * shares).sum_dim(1).squeeze_dim::<1>(1).neg();
        reduced(losses, self.reduction, shape)
    }

    /// What each class gets of a target that is smoothed.
    fn share(&self, count: usize) -> f64 {
        #[expect(
            clippy::cast_precision_loss,
            reason = "there are fewer than 2^53 classes"
        )]
        let count = count as f64;
        self.label_smoothing / count
    }
}

//! Layers that normalize.

use super::Pass;
use crate::tensor::{AnyTensor, each, size};
use burn::module::RunningState;
use burn::tensor::Tensor;
use burn::tensor::module::{batch_norm, batch_norm_train};
use registry_nn::Refusal;
use registry_nn::layers::{BatchNorm, GroupNorm, InstanceNorm, LayerNorm, RMSNorm};

/// The running mean and variance, and the count of batches.
struct Running<'a>([&'a RunningState<Tensor<1>>; 3]);

impl Running<'_> {
    fn values(&self) -> [Tensor<1>; 2] {
        [self.0[0].value_sync(), self.0[1].value_sync()]
    }

    /// Takes a share of the mean and variance of a batch: of all batches where there is no `momentum`.
    fn take(&self, mean: Tensor<1>, variance: Tensor<1>, momentum: Option<f64>, counts: bool) {
        let count = self.0[2].value_sync() + 1.0;
        let [before_mean, before_variance] = [self.0[0].value_sync(), self.0[1].value_sync()];
        let mixed = |before: Tensor<1>, now: Tensor<1>| match momentum {
            Some(share) => before * (1.0 - share) + now.detach() * share,
            None => before.clone() + (now.detach() - before) / count.clone(),
        };
        self.0[0].update(mixed(before_mean, mean).detach());
        self.0[1].update(mixed(before_variance, variance).detach());
        if counts {
            self.0[2].update(count.detach());
        }
    }
}

/// Less the mean along a dimension, divided by the standard deviation; with the mean and the variance.
fn normalized<const D: usize>(x: Tensor<D>, dim: usize, eps: f64) -> [Tensor<D>; 3] {
    let (variance, mean) = x.clone().var_mean_bias(dim);
    let output = (x - mean.clone()) / (variance.clone() + eps).sqrt();
    [output, mean, variance]
}

/// By how much a variance is larger when it is divided by one less than the count.
#[expect(
    clippy::cast_precision_loss,
    reason = "a batch has fewer than 2^53 numbers"
)]
fn unbiased(count: usize) -> f64 {
    count as f64 / (count as f64 - 1.0)
}

fn alone() -> Refusal {
    Refusal::shape("expected more than one value to normalize, found one")
        .with_hint("train with larger batches")
}

/// What a normalization of channels keeps.
struct Kept<'p> {
    weight: Option<Tensor<1>>,
    bias: Option<Tensor<1>>,
    running: Option<Running<'p>>,
}

impl Pass<'_> {
    /// In the order of PyTorch's state.
    fn kept_of(&mut self, affine: bool, bias: bool, tracks: bool) -> Result<Kept<'_>, Refusal> {
        let (weight, bias) = (self.next_if(affine)?, self.next_if(affine && bias)?);
        let running = if tracks {
            Some(Running([self.kept()?, self.kept()?, self.kept()?]))
        } else {
            None
        };
        Ok(Kept {
            weight,
            bias,
            running,
        })
    }

    pub(super) fn batch_norm<const N: usize>(
        &mut self,
        norm: &BatchNorm<N>,
        input: AnyTensor,
    ) -> Result<AnyTensor, Refusal> {
        let is_trained = self.is_trained;
        let Kept {
            weight,
            bias,
            running,
        } = self.kept_of(norm.affine, norm.bias, norm.track_running_stats)?;
        let shape = input.shape();
        let channels = shape.get(1).copied().unwrap_or(0);
        let device = input.device();
        let weight = weight.unwrap_or_else(|| Tensor::ones([channels], &device));
        let bias = bias.unwrap_or_else(|| Tensor::zeros([channels], &device));
        match running {
            Some(running) if !is_trained => {
                let [mean, variance] = running.values();
                Ok(each!(input, x => batch_norm(x, weight, bias, mean, variance, norm.eps).into()))
            }
            running => {
                let count = shape.iter().product::<usize>() / channels.max(1);
                if count == 1 {
                    return Err(alone());
                }
                Ok(each!(input, x => {
                    let output = batch_norm_train(x, weight, bias, norm.eps);
                    if let Some(running) = running {
                        let variance = output.variance * unbiased(count);
                        running.take(output.mean, variance, norm.momentum, true);
                    }
                    output.output.into()
                }))
            }
        }
    }

    pub(super) fn instance_norm<const N: usize>(
        &mut self,
        norm: &InstanceNorm<N>,
        input: AnyTensor,
    ) -> Result<AnyTensor, Refusal> {
        let is_trained = self.is_trained;
        let Kept {
            weight,
            bias,
            running,
        } = self.kept_of(norm.affine, norm.bias, norm.track_running_stats)?;
        let shape = input.shape();
        let (lead, image) = shape.split_at(shape.len() - N);
        let (count, channels) = (image.iter().product(), lead[lead.len() - 1]);
        let images = if lead.len() == 1 { 1 } else { lead[0] };
        let x = input.view([images, channels, count])?;
        let output = match running {
            Some(running) if !is_trained => {
                let [mean, variance] = running.values().map(|it| it.reshape([1, channels, 1]));
                (x - mean) / (variance + norm.eps).sqrt()
            }
            running => {
                if count == 1 {
                    return Err(alone());
                }
                let [output, mean, variance] = normalized(x, 2, norm.eps);
                if let Some(running) = running {
                    // Of the batch, the mean; PyTorch takes no share without a momentum, nor counts.
                    let [mean, variance] =
                        [mean, variance].map(|it| it.mean_dim(0).reshape([channels]));
                    running.take(
                        mean,
                        variance * unbiased(count),
                        Some(norm.momentum.unwrap_or(0.0)),
                        false,
                    );
                }
                output
            }
        };
        AnyTensor::from(scaled(output, weight, bias)).reshape(&shape)
    }

    pub(super) fn group_norm(
        &mut self,
        norm: &GroupNorm,
        input: AnyTensor,
    ) -> Result<AnyTensor, Refusal> {
        let (weight, bias) = (
            self.next_if(norm.affine)?,
            self.next_if(norm.affine && norm.bias)?,
        );
        let shape = input.shape();
        let (images, channels) = (shape[0], shape[1]);
        let count: usize = shape[2..].iter().product();
        let groups = size(norm.num_groups);
        let x = input.view([images, groups, channels / groups * count])?;
        let [output, ..] = normalized(x, 2, norm.eps);
        let output = output.reshape([images, channels, count]);
        AnyTensor::from(scaled(output, weight, bias)).reshape(&shape)
    }

    pub(super) fn layer_norm(
        &mut self,
        norm: &LayerNorm,
        input: AnyTensor,
    ) -> Result<AnyTensor, Refusal> {
        let shape = input.shape();
        let rows = rows(input, norm.normalized_shape.sizes())?;
        let count = rows.dims()[1];
        let mut row = |is_there: bool| is_there.then(|| self.any()?.view([count])).transpose();
        let weight = row(norm.elementwise_affine)?;
        let bias = row(norm.elementwise_affine && norm.bias)?;
        AnyTensor::from(layer_norm(rows, weight, bias, norm.eps)).reshape(&shape)
    }

    pub(super) fn rms_norm(
        &mut self,
        norm: &RMSNorm,
        input: AnyTensor,
    ) -> Result<AnyTensor, Refusal> {
        let shape = input.shape();
        let rows = rows(input, norm.normalized_shape.sizes())?;
        let count = rows.dims()[1];
        let eps = norm.eps.unwrap_or(f64::from(f32::EPSILON));
        let mut output = rows.clone() / (rows.square().mean_dim(1) + eps).sqrt();
        if norm.elementwise_affine {
            output = output * self.any()?.view([1, count])?;
        }
        AnyTensor::from(output).reshape(&shape)
    }
}

/// The last dimensions, of some sizes, as one; and those before as one.
fn rows(input: AnyTensor, last: &[i64]) -> Result<Tensor<2>, Refusal> {
    let shape = input.shape();
    let (lead, row) = shape.split_at(shape.len() - last.len());
    input.view([lead.iter().product(), row.iter().product()])
}

/// Normalizes each row.
pub(super) fn layer_norm(
    rows: Tensor<2>,
    weight: Option<Tensor<1>>,
    bias: Option<Tensor<1>>,
    eps: f64,
) -> Tensor<2> {
    let weight = weight.unwrap_or_else(|| Tensor::ones([rows.dims()[1]], &rows.device()));
    burn::tensor::module::layer_norm(rows, weight, bias, eps)
}

/// Scales and shifts each channel.
fn scaled(x: Tensor<3>, weight: Option<Tensor<1>>, bias: Option<Tensor<1>>) -> Tensor<3> {
    let channel = |it: Tensor<1>| {
        let count = it.dims()[0];
        it.reshape([1, count, 1])
    };
    let x = match weight {
        Some(weight) => x * channel(weight),
        None => x,
    };
    match bias {
        Some(bias) => x + channel(bias),
        None => x,
    }
}

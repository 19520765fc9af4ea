//! Layers that give their input a mean of zero and a variance of one.

use super::init::variable;
use crate::{Module, TorchError, module_t};
use registry_core::register;
use serde::{Deserialize, Serialize};
use tch::nn::{self, Init};
use tch::{Kind, TchError, Tensor};

/// Normalizes each channel over the batch; `N` is the number of dimensions of an image.
#[derive(Debug)]
pub struct BatchNorm<const N: usize> {
    weight: Option<Tensor>,
    bias: Option<Tensor>,
    running: Option<Running>,
    momentum: Option<f64>,
    eps: f64,
}

/// Mean and variance over all batches, for when it is not trained.
#[derive(Debug)]
struct Running {
    mean: Tensor,
    var: Tensor,
    /// How many batches there were, where they all count the same.
    batches: Option<Tensor>,
}

/// Normalizes each channel of `(batch, channels)` or `(batch, channels, length)`.
pub type BatchNorm1d = BatchNorm<1>;
/// Normalizes each channel of `(batch, channels, height, width)`.
pub type BatchNorm2d = BatchNorm<2>;
/// Normalizes each channel of `(batch, channels, depth, height, width)`.
pub type BatchNorm3d = BatchNorm<3>;

macro_rules! batch_norm {
    ($($name:literal for $n:literal),+) => {$(
        #[register(name = $name, exclude = "vs", registry = Module)]
        impl BatchNorm<$n> {
            /// A layer for `num_features` channels. The running mean and variance take a share of
            /// `momentum` from each batch, or are those of all batches where it is none.
            ///
            /// # Errors
            ///
            /// Where `num_features` is negative.
            pub fn new(
                vs: &nn::Path<'_>,
                num_features: i64,
                #[register(default = 1e-5, skip_default)] eps: f64,
                #[register(default = Some(0.1), skip_default)] momentum: Option<f64>,
                #[register(default = true, skip_default)] affine: bool,
                #[register(default = true, skip_default)] track_running_stats: bool,
                #[register(default = true, skip_default, keyword)] bias: bool,
            ) -> Result<Self, TorchError> {
                let affine = scale_and_shift(vs, &[num_features], affine, affine && bias)?;
                Self::build(vs, num_features, eps, momentum, affine, track_running_stats)
            }
        }

        impl Module for BatchNorm<$n> {
            fn try_forward_t(&self, xs: &Tensor, train: bool) -> Result<Tensor, TorchError> {
                self.forward(xs, train).map_err(TorchError::of($name, xs))
            }
        }

        module_t!(BatchNorm<$n>);
    )+};
}

batch_norm!("BatchNorm1d" for 1, "BatchNorm2d" for 2, "BatchNorm3d" for 3);

impl<const N: usize> BatchNorm<N> {
    fn build(
        vs: &nn::Path<'_>,
        channels: i64,
        eps: f64,
        momentum: Option<f64>,
        [weight, bias]: [Option<Tensor>; 2],
        track: bool,
    ) -> Result<Self, TorchError> {
        let running = || -> Result<Running, TchError> {
            let count = || Tensor::f_zeros([], (Kind::Int64, vs.device()));
            let count = momentum.is_none().then(count).transpose()?;
            Ok(Running {
                mean: vs.f_zeros_no_train("running_mean", &[channels])?,
                var: vs.f_ones_no_train("running_var", &[channels])?,
                batches: count.map(|count| vs.add("num_batches_tracked", count, false)),
            })
        };
        Ok(Self {
            weight,
            bias,
            running: track.then(running).transpose()?,
            momentum,
            eps,
        })
    }

    fn forward(&self, xs: &Tensor, train: bool) -> Result<Tensor, TorchError> {
        if xs.dim() != N + 2 && !(N == 1 && xs.dim() == 2) {
            let message = format!("expected {} dimensions, found {}", N + 2, xs.dim());
            return Err(TorchError::new(message));
        }
        let by_batch = train || self.running.is_none();
        if by_batch {
            let [batch, _, image @ ..] = &xs.size()[..] else {
                return Err(TorchError::new("expected a batch of channels"));
            };
            more_than_one(image.iter().copied().chain([*batch]))?;
        }
        let mut momentum = self.momentum.unwrap_or(0.0);
        if let (true, Some(Some(batches))) =
            (train, self.running.as_ref().map(|running| &running.batches))
        {
            let counted = batches.shallow_clone().f_add_scalar_(1)?;
            momentum = 1.0 / counted.f_double_value(&[])?;
        }
        Ok(xs.f_batch_norm(
            self.weight.as_ref(),
            self.bias.as_ref(),
            self.running.as_ref().map(|running| &running.mean),
            self.running.as_ref().map(|running| &running.var),
            by_batch,
            momentum,
            self.eps,
            true,
        )?)
    }
}

/// One size, or those of several dimensions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, expecting = "expected an integer or a list of integers")]
pub enum Shape {
    /// One dimension.
    One(i64),
    /// Several.
    Several(Vec<i64>),
}

/// Normalizes over the last dimensions.
#[derive(Debug)]
pub struct LayerNorm {
    shape: Vec<i64>,
    eps: f64,
    weight: Option<Tensor>,
    bias: Option<Tensor>,
}

#[register(exclude = "vs", registry = Module)]
impl LayerNorm {
    /// A layer for inputs whose last dimensions are `normalized_shape`.
    ///
    /// # Errors
    ///
    /// Where a size is negative.
    pub fn new(
        vs: &nn::Path<'_>,
        normalized_shape: Shape,
        #[register(default = 1e-5, skip_default)] eps: f64,
        #[register(default = true, skip_default)] elementwise_affine: bool,
        #[register(default = true, skip_default)] bias: bool,
    ) -> Result<Self, TorchError> {
        let shape = match normalized_shape {
            Shape::One(size) => vec![size],
            Shape::Several(sizes) => sizes,
        };
        let with_bias = elementwise_affine && bias;
        let [weight, bias] = scale_and_shift(vs, &shape, elementwise_affine, with_bias)?;
        Ok(Self {
            shape,
            eps,
            weight,
            bias,
        })
    }
}

impl Module for LayerNorm {
    fn try_forward_t(&self, xs: &Tensor, _train: bool) -> Result<Tensor, TorchError> {
        let (weight, bias) = (self.weight.as_ref(), self.bias.as_ref());
        xs.f_layer_norm(&self.shape, weight, bias, self.eps, true)
            .map_err(TorchError::of("LayerNorm", xs))
    }
}

/// Normalizes over groups of channels.
#[derive(Debug)]
pub struct GroupNorm {
    groups: i64,
    eps: f64,
    weight: Option<Tensor>,
    bias: Option<Tensor>,
}

#[register(exclude = "vs", registry = Module)]
impl GroupNorm {
    /// A layer for `num_channels` in `num_groups`.
    ///
    /// # Errors
    ///
    /// Where the channels cannot be grouped so.
    pub fn new(
        vs: &nn::Path<'_>,
        num_groups: i64,
        num_channels: i64,
        #[register(default = 1e-5, skip_default)] eps: f64,
        #[register(default = true, skip_default)] affine: bool,
        #[register(default = true, skip_default, keyword)] bias: bool,
    ) -> Result<Self, TorchError> {
        if num_groups < 1 || num_channels % num_groups != 0 {
            return Err(TorchError::new(format!(
                "`num_channels` cannot be {num_channels} in {num_groups} groups\n\
                 hint: choose a `num_groups` that divides it"
            )));
        }
        let [weight, bias] = scale_and_shift(vs, &[num_channels], affine, affine && bias)?;
        Ok(Self {
            groups: num_groups,
            eps,
            weight,
            bias,
        })
    }
}

impl Module for GroupNorm {
    fn try_forward_t(&self, xs: &Tensor, _train: bool) -> Result<Tensor, TorchError> {
        let norm = || -> Result<_, TorchError> {
            if let [batch, channels, image @ ..] = &xs.size()[..] {
                let groups = batch.saturating_mul(*channels) / self.groups;
                more_than_one(image.iter().copied().chain([groups]))?;
            }
            let (weight, bias) = (self.weight.as_ref(), self.bias.as_ref());
            Ok(xs.f_group_norm(self.groups, weight, bias, self.eps, true)?)
        };
        norm().map_err(TorchError::of("GroupNorm", xs))
    }
}

/// A single number has no variance: libtorch would give zeros, PyTorch refuses.
fn more_than_one(mut sizes: impl Iterator<Item = i64>) -> Result<(), TorchError> {
    if sizes.all(|size| size == 1) {
        return Err(TorchError::new("expected more than one value per channel"));
    }
    Ok(())
}

/// What a normalized input is multiplied with, and what is added to it.
fn scale_and_shift(
    vs: &nn::Path<'_>,
    shape: &[i64],
    scale: bool,
    shift: bool,
) -> Result<[Option<Tensor>; 2], TorchError> {
    let weight = scale.then(|| variable(vs, "weight", shape, Init::Const(1.0)));
    let bias = shift.then(|| variable(vs, "bias", shape, Init::Const(0.0)));
    Ok([weight.transpose()?, bias.transpose()?])
}

module_t!(LayerNorm, GroupNorm);

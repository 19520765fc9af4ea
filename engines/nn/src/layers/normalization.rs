//! Layers that give their input a mean of zero and a variance of one.

use super::{channels, dimensions, image};
use crate::layer::LayerClass;
use crate::size::at_least;
use crate::state::scale_and_shift;
use crate::{Init, Refusal, Shape, Variable};
use registry_core::Entity;

/// Normalizes each channel over the batch; `N` is the number of dimensions of an image.
///
/// The running mean and variance take a share of `momentum` from each batch, or are those of all batches
/// where it is none.
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(
    name = ["BatchNorm1d", "BatchNorm2d", "BatchNorm3d"][N - 1],
    exclude = "N", registry = LayerClass, new, check = LayerClass::check, skip_default
)]
pub struct BatchNorm<const N: usize> {
    /// The channels; they are counted only where something is kept for them.
    pub num_features: i64,
    /// Added to the variance.
    #[register(default = 1e-5)]
    pub eps: f64,
    /// The share of a batch in the running mean and variance.
    #[register(default = Some(0.1))]
    pub momentum: Option<f64>,
    /// Whether the output is scaled and shifted by numbers that are learned.
    #[register(default = true)]
    pub affine: bool,
    /// Whether there are a running mean and variance, for when it is not trained.
    #[register(default = true)]
    pub track_running_stats: bool,
    /// Whether it is shifted where it is scaled.
    #[register(default = true, keyword)]
    pub bias: bool,
}

/// Normalizes each channel of `(batch, channels)` or `(batch, channels, length)`.
pub type BatchNorm1d = BatchNorm<1>;
/// Normalizes each channel of `(batch, channels, height, width)`.
pub type BatchNorm2d = BatchNorm<2>;
/// Normalizes each channel of `(batch, channels, depth, height, width)`.
pub type BatchNorm3d = BatchNorm<3>;

registry_core::submit!(BatchNorm<1>);
registry_core::submit!(BatchNorm<2>);
registry_core::submit!(BatchNorm<3>);

impl<const N: usize> LayerClass for BatchNorm<N> {
    fn check(&self) -> Result<(), Refusal> {
        at_least(self.num_features, 0, "num_features")
    }

    fn output(&self, input: &[i64]) -> Result<Vec<i64>, Refusal> {
        if input.len() != N + 2 && !(N == 1 && input.len() == 2) {
            let expected = if N == 1 {
                "2 dimensions or 3".to_owned()
            } else {
                format!("{} dimensions", N + 2)
            };
            let found = dimensions(input);
            return Err(Refusal::shape(format!(
                "expected {expected}, found {found}"
            )));
        }
        if self.affine || self.track_running_stats {
            channels(input[1], self.num_features)?;
        }
        if !self.track_running_stats {
            more_than_one(input[..1].iter().chain(&input[2..]).copied())?;
        }
        Ok(input.to_vec())
    }

    fn state(&self) -> Vec<Variable> {
        let mut state =
            scale_and_shift(&[self.num_features], self.affine, self.affine && self.bias);
        if self.track_running_stats {
            state.extend(running(self.num_features));
        }
        state
    }
}

fn running(channels: i64) -> [Variable; 3] {
    [
        Variable::kept("running_mean", &[channels], Init::Constant(0.0)),
        Variable::kept("running_var", &[channels], Init::Constant(1.0)),
        Variable::kept("num_batches_tracked", &[], Init::Counter),
    ]
}

/// Normalizes each channel of each image; `N` is the number of its dimensions.
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(
    name = ["InstanceNorm1d", "InstanceNorm2d", "InstanceNorm3d"][N - 1],
    exclude = "N", registry = LayerClass, new, check = LayerClass::check, skip_default
)]
pub struct InstanceNorm<const N: usize> {
    /// The channels; they are counted only where something is kept for them.
    pub num_features: i64,
    /// Added to the variance.
    #[register(default = 1e-5)]
    pub eps: f64,
    /// The share of a batch in the running mean and variance.
    #[register(default = Some(0.1))]
    pub momentum: Option<f64>,
    /// Whether the output is scaled and shifted by numbers that are learned.
    #[register(default = false)]
    pub affine: bool,
    /// Whether there are a running mean and variance, for when it is not trained.
    #[register(default = false)]
    pub track_running_stats: bool,
    /// Whether it is shifted where it is scaled.
    #[register(default = true, keyword)]
    pub bias: bool,
}

/// Normalizes each channel of `(channels, length)`, in a batch or alone.
pub type InstanceNorm1d = InstanceNorm<1>;
/// Normalizes each channel of `(channels, height, width)`, in a batch or alone.
pub type InstanceNorm2d = InstanceNorm<2>;
/// Normalizes each channel of `(channels, depth, height, width)`, in a batch or alone.
pub type InstanceNorm3d = InstanceNorm<3>;

registry_core::submit!(InstanceNorm<1>);
registry_core::submit!(InstanceNorm<2>);
registry_core::submit!(InstanceNorm<3>);

impl<const N: usize> LayerClass for InstanceNorm<N> {
    fn check(&self) -> Result<(), Refusal> {
        at_least(self.num_features, 0, "num_features")
    }

    fn output(&self, input: &[i64]) -> Result<Vec<i64>, Refusal> {
        let (lead, size) = image(input, N)?;
        if self.affine || self.track_running_stats {
            channels(lead[lead.len() - 1], self.num_features)?;
        }
        if !self.track_running_stats {
            more_than_one(size.iter().copied())?;
        }
        Ok(input.to_vec())
    }

    fn state(&self) -> Vec<Variable> {
        let mut state =
            scale_and_shift(&[self.num_features], self.affine, self.affine && self.bias);
        if self.track_running_stats {
            state.extend(running(self.num_features));
        }
        state
    }
}

/// Normalizes over groups of channels.
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(registry = LayerClass, new, check = LayerClass::check, skip_default)]
pub struct GroupNorm {
    /// The groups.
    pub num_groups: i64,
    /// The channels.
    pub num_channels: i64,
    /// Added to the variance.
    #[register(default = 1e-5)]
    pub eps: f64,
    /// Whether the output is scaled and shifted by numbers that are learned.
    #[register(default = true)]
    pub affine: bool,
    /// Whether it is shifted where it is scaled.
    #[register(default = true, keyword)]
    pub bias: bool,
}

impl LayerClass for GroupNorm {
    fn check(&self) -> Result<(), Refusal> {
        at_least(self.num_channels, 0, "num_channels")?;
        if self.num_groups < 1 || self.num_channels % self.num_groups != 0 {
            let (channels, groups) = (self.num_channels, self.num_groups);
            return Err(Refusal::argument(format!(
                "`num_channels` cannot be {channels} in {groups} groups"
            ))
            .with_hint("choose a `num_groups` that divides it"));
        }
        Ok(())
    }

    fn output(&self, input: &[i64]) -> Result<Vec<i64>, Refusal> {
        let [batch, found, image @ ..] = input else {
            let found = dimensions(input);
            return Err(Refusal::shape(format!(
                "expected 2 dimensions or more, found {found}"
            )));
        };
        channels(*found, self.num_channels)?;
        let groups = batch.saturating_mul(*found) / self.num_groups.max(1);
        more_than_one(image.iter().copied().chain([groups]))?;
        Ok(input.to_vec())
    }

    fn state(&self) -> Vec<Variable> {
        scale_and_shift(&[self.num_channels], self.affine, self.affine && self.bias)
    }
}

/// A single number has no variance.
fn more_than_one(mut sizes: impl Iterator<Item = i64>) -> Result<(), Refusal> {
    if sizes.all(|size| size == 1) {
        return Err(Refusal::shape(
            "expected more than one value to normalize, found one",
        ));
    }
    Ok(())
}

/// Normalizes over the last dimensions.
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(registry = LayerClass, new, check = LayerClass::check, skip_default)]
pub struct LayerNorm {
    /// Those dimensions.
    pub normalized_shape: Shape,
    /// Added to the variance.
    #[register(default = 1e-5)]
    pub eps: f64,
    /// Whether the output is scaled and shifted by numbers that are learned.
    #[register(default = true)]
    pub elementwise_affine: bool,
    /// Whether it is shifted where it is scaled.
    #[register(default = true)]
    pub bias: bool,
}

impl LayerClass for LayerNorm {
    fn check(&self) -> Result<(), Refusal> {
        check_shape(&self.normalized_shape)
    }

    fn output(&self, input: &[i64]) -> Result<Vec<i64>, Refusal> {
        ends_with(input, &self.normalized_shape)
    }

    fn state(&self) -> Vec<Variable> {
        let is_shifted = self.elementwise_affine && self.bias;
        let shape = self.normalized_shape.sizes();
        scale_and_shift(shape, self.elementwise_affine, is_shifted)
    }
}

/// Divides by the root mean square over the last dimensions.
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(registry = LayerClass, new, check = LayerClass::check, skip_default)]
pub struct RMSNorm {
    /// Those dimensions.
    pub normalized_shape: Shape,
    /// Added to the mean square; none stands for the smallest step of the numbers.
    #[register(default)]
    pub eps: Option<f64>,
    /// Whether the output is scaled by numbers that are learned.
    #[register(default = true)]
    pub elementwise_affine: bool,
}

impl LayerClass for RMSNorm {
    fn check(&self) -> Result<(), Refusal> {
        check_shape(&self.normalized_shape)
    }

    fn output(&self, input: &[i64]) -> Result<Vec<i64>, Refusal> {
        ends_with(input, &self.normalized_shape)
    }

    fn state(&self) -> Vec<Variable> {
        scale_and_shift(
            self.normalized_shape.sizes(),
            self.elementwise_affine,
            false,
        )
    }
}

fn check_shape(shape: &Shape) -> Result<(), Refusal> {
    if shape.sizes().is_empty() {
        return Err(Refusal::argument("`normalized_shape` cannot be empty")
            .with_hint("give the last dimensions of the input"));
    }
    let mut sizes = shape.sizes().iter();
    sizes.try_for_each(|size| at_least(*size, 0, "normalized_shape"))
}

fn ends_with(input: &[i64], shape: &Shape) -> Result<Vec<i64>, Refusal> {
    if input.ends_with(shape.sizes()) {
        return Ok(input.to_vec());
    }
    Err(Refusal::shape(format!(
        "expected the last dimensions to be {:?}",
        shape.sizes()
    )))
}

//! Layers of layers.

use crate::layer::LayerClass;
use crate::{Layer, Refusal, Variable};
use registry_core::Entity;
use serde::{Deserialize, Serialize};

/// Layers one after the other.
///
/// PyTorch's class takes its layers as arguments without a name, of which `mlregistry` keeps the first
/// alone; so this hash is another.
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(registry = LayerClass, new, check = LayerClass::check)]
pub struct Sequential {
    /// Each takes the output of the one before.
    pub layers: Vec<Layer>,
}

impl LayerClass for Sequential {
    fn check(&self) -> Result<(), Refusal> {
        check(&self.layers)
    }

    fn output(&self, input: &[i64]) -> Result<Vec<i64>, Refusal> {
        let mut layers = self.layers.iter().enumerate();
        layers.try_fold(input.to_vec(), |input, (index, layer)| {
            layer
                .output_shape(&input)
                .map_err(|refusal| refusal.inside(&format!("layers[{index}]")))
        })
    }

    fn state(&self) -> Vec<Variable> {
        state(&self.layers)
    }
}

/// Layers side by side: each takes the input, and what they make of it is joined.
///
/// With [`Identity`](super::Identity) or a convolution of size 1 as one of them it is the shortcut of a
/// residual network; with [`Merge::Multiply`] and a sigmoid it is a gate.
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(registry = LayerClass, new, check = LayerClass::check, skip_default)]
pub struct Parallel {
    /// Each takes the input.
    pub layers: Vec<Layer>,
    /// What becomes of their outputs.
    #[register(default)]
    pub merge: Merge,
}

/// What becomes of the outputs of layers side by side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Merge {
    /// Their sum; those of fewer dimensions or of a size of 1 are broadcast.
    #[default]
    Add,
    /// Their product, broadcast too.
    Multiply,
    /// One behind the other along dimension 1, the channels of a batch.
    Concatenate,
}

impl LayerClass for Parallel {
    fn check(&self) -> Result<(), Refusal> {
        if self.layers.is_empty() {
            return Err(Refusal::argument("`layers` cannot be empty")
                .with_hint("give one layer or more; `Identity` gives the input itself"));
        }
        check(&self.layers)
    }

    fn output(&self, input: &[i64]) -> Result<Vec<i64>, Refusal> {
        let mut output: Option<Vec<i64>> = None;
        for (index, layer) in self.layers.iter().enumerate() {
            let shape = layer
                .output_shape(input)
                .map_err(|refusal| refusal.inside(&format!("layers[{index}]")))?;
            output = Some(match output {
                None => shape,
                Some(before) => self.merge.shape(&before, &shape).ok_or_else(|| {
                    Refusal::shape(format!(
                        "what `layers[{index}]` gives does not go together with what is before it"
                    ))
                    .with_hint(format!("their shapes are {shape:?} and {before:?}"))
                })?,
            });
        }
        output.ok_or_else(|| Refusal::argument("`layers` cannot be empty"))
    }

    fn state(&self) -> Vec<Variable> {
        state(&self.layers)
    }
}

impl Merge {
    fn shape(self, one: &[i64], other: &[i64]) -> Option<Vec<i64>> {
        match self {
            Self::Add | Self::Multiply => broadcast(one, other),
            Self::Concatenate => {
                let mut shape = one.to_vec();
                let channels = shape.get_mut(1)?;
                *channels = channels.saturating_add(*other.get(1)?);
                let is_alike = |at: usize| at == 1 || one[at] == other[at];
                let fits = one.len() == other.len() && (0..one.len()).all(is_alike);
                fits.then_some(shape)
            }
        }
    }
}

/// The shape that two have together, as PyTorch broadcasts.
pub(crate) fn broadcast(one: &[i64], other: &[i64]) -> Option<Vec<i64>> {
    let (long, short) = if one.len() < other.len() {
        (other, one)
    } else {
        (one, other)
    };
    let ones = std::iter::repeat_n(&1, long.len() - short.len());
    let pairs = long.iter().zip(ones.chain(short));
    pairs
        .map(|pair| match pair {
            (a, b) if a == b => Some(*a),
            (1, size) | (size, 1) => Some(*size),
            _ => None,
        })
        .collect()
}

fn check(layers: &[Layer]) -> Result<(), Refusal> {
    let mut layers = layers.iter().enumerate();
    layers.try_for_each(|(index, layer)| {
        layer
            .check()
            .map_err(|refusal| refusal.inside(&format!("layers[{index}]")))
    })
}

fn state(layers: &[Layer]) -> Vec<Variable> {
    let layers = layers.iter().enumerate();
    layers
        .flat_map(|(index, layer)| {
            let inside = move |variable: Variable| variable.inside(&index.to_string());
            layer.state().into_iter().map(inside)
        })
        .collect()
}

//! Layers of layers.

use crate::{AnyModule, Module, TorchError, module_t};
use registry_core::{Entity, register};
use registry_nn::layers::Merge;
use std::fmt;
use tch::Tensor;

/// Layers one after the other, of any kind.
///
/// In JSON a module of one's own stands beside the ready-made ones; a list of these alone is also a
/// description, [`layers::Sequential`](crate::layers::Sequential).
///
/// PyTorch's class takes its layers as arguments without a name, of which `mlregistry` keeps the
/// first alone; so this hash is another.
pub struct Sequential {
    layers: Vec<AnyModule>,
}

#[register(registry = Module)]
impl Sequential {
    /// Each layer takes the output of the one before.
    pub fn new(layers: Vec<AnyModule>) -> Self {
        Self { layers }
    }
}

impl Sequential {
    /// The same without an identity, for what has one of its own.
    pub(crate) fn of(layers: Vec<AnyModule>) -> Self {
        Self { layers }
    }
}

impl Module for Sequential {
    fn try_forward_t(&self, xs: &Tensor, train: bool) -> Result<Tensor, TorchError> {
        let mut output: Option<Tensor> = None;
        for (index, layer) in self.layers.iter().enumerate() {
            let input = output.as_ref().unwrap_or(xs);
            output = Some(forward(layer, index, input, train)?);
        }
        Ok(output.unwrap_or_else(|| xs.shallow_clone()))
    }
}

/// Layers side by side, of any kind: each takes the input, and what they make of it is joined.
///
/// As a description it is [`layers::Parallel`](crate::layers::Parallel).
pub struct Parallel {
    layers: Vec<AnyModule>,
    merge: Merge,
}

#[register(registry = Module)]
impl Parallel {
    /// What becomes of the outputs of the layers is `merge`.
    ///
    /// # Errors
    ///
    /// Where there is no layer.
    pub fn new(
        layers: Vec<AnyModule>,
        #[register(default, skip_default)] merge: Merge,
    ) -> Result<Self, TorchError> {
        if layers.is_empty() {
            return Err(TorchError::new("`layers` cannot be empty")
                .hinted("give one layer or more; `Identity` gives the input itself"));
        }
        Ok(Self { layers, merge })
    }
}

impl Parallel {
    /// The same without an identity, for what has one of its own.
    pub(crate) fn of(layers: Vec<AnyModule>, merge: Merge) -> Self {
        Self { layers, merge }
    }
}

impl Module for Parallel {
    fn try_forward_t(&self, xs: &Tensor, train: bool) -> Result<Tensor, TorchError> {
        let layers = self.layers.iter().enumerate();
        let outputs = layers.map(|(index, layer)| forward(layer, index, xs, train));
        let outputs: Vec<Tensor> = outputs.collect::<Result<_, _>>()?;
        let merged = || {
            if self.merge == Merge::Concatenate {
                return Tensor::f_cat(&outputs, 1);
            }
            let mut outputs = outputs.iter();
            let first = outputs.next().map_or(xs, |first| first).shallow_clone();
            outputs.try_fold(first, |joined, output| match self.merge {
                Merge::Multiply => joined.f_mul(output),
                _ => joined.f_add(output),
            })
        };
        merged().map_err(TorchError::of("Parallel", xs))
    }
}

fn forward(
    layer: &AnyModule,
    index: usize,
    xs: &Tensor,
    train: bool,
) -> Result<Tensor, TorchError> {
    layer.try_forward_t(xs, train).map_err(|error| {
        TorchError::of(layer.name(), xs)(error).inside(&format!("layers[{index}]"))
    })
}

module_t!(Sequential, Parallel);

impl fmt::Debug for Sequential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug("Sequential", &self.layers, f)
    }
}

impl fmt::Debug for Parallel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug("Parallel", &self.layers, f)
    }
}

fn debug(name: &str, layers: &[AnyModule], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let layers: Vec<_> = layers.iter().map(|layer| &**layer).collect();
    f.debug_tuple(name).field(&layers).finish()
}

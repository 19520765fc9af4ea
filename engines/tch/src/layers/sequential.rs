//! Layers one after the other.

use crate::{AnyModule, Module, TorchError, module_t};
use registry_core::{Entity, register};
use std::fmt;
use tch::Tensor;

/// Layers one after the other.
///
/// Built from JSON they are all given the path of the list, where tch tells variables of one name
/// apart by number: `weight`, `weight__2`. By hand, give each a path of its own.
///
/// PyTorch's class takes its layers as arguments without a name, of which `mlregistry` keeps the
/// first alone; so this is the one hash that is another.
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

impl Module for Sequential {
    fn try_forward_t(&self, xs: &Tensor, train: bool) -> Result<Tensor, TorchError> {
        let mut output: Option<Tensor> = None;
        for (index, layer) in self.layers.iter().enumerate() {
            let input = output.as_ref().unwrap_or(xs);
            let next = layer
                .try_forward_t(input, train)
                .map_err(TorchError::of(layer.name(), input))
                .map_err(|error| error.inside(&format!("layers[{index}]")))?;
            output = Some(next);
        }
        Ok(output.unwrap_or_else(|| xs.shallow_clone()))
    }
}

module_t!(Sequential);

impl fmt::Debug for Sequential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let layers = self.layers.iter().map(|layer| &**layer);
        f.debug_tuple("Sequential")
            .field(&layers.collect::<Vec<_>>())
            .finish()
    }
}

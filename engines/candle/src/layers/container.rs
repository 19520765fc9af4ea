//! Layers of layers.

use super::{Forward, build, forward};
use crate::Result;
use crate::error::{refused, unsupported};
use crate::module::Built;
use crate::numbers::shape_of;
use crate::{AnyModule, CandleError, Module};
use candle_core::{Error, Tensor};
use candle_nn::{ModuleT, VarBuilder};
use registry_core::{Entity, register};
use registry_nn::layers::{self, Merge};
use registry_nn::{Layer, Refusal};

/// Layers one after the other, of which some may be modules of your own.
///
/// It has the name, the arguments and the hash of [`registry_nn::layers::Sequential`].
pub struct Sequential(Built);

#[register(registry = Module)]
impl Sequential {
    /// Each layer takes the output of the one before.
    pub fn new(layers: Vec<AnyModule>) -> Self {
        let described = descriptions(&layers).map(|layers| layers::Sequential::new(layers).into());
        Self(Built {
            description: described,
            forward: in_sequence(forwards(layers)),
        })
    }
}

/// Layers side by side, of which some may be modules of your own.
///
/// It has the name, the arguments and the hash of [`registry_nn::layers::Parallel`].
pub struct Parallel(Built);

#[register(registry = Module, skip_default)]
impl Parallel {
    /// Each layer takes the input, and what they make of it is joined.
    ///
    /// # Errors
    ///
    /// Where there is no layer, or one that would change the input of the others.
    pub fn new(
        layers: Vec<AnyModule>,
        #[register(default)] merge: Merge,
    ) -> Result<Self, CandleError> {
        let described = descriptions(&layers)
            .map(|layers| layers::Parallel::new(layers).with_merge(merge).into());
        if layers.is_empty() {
            Layer::from(layers::Parallel::new(Vec::new())).check()?;
        }
        for (index, layer) in layers.iter().enumerate() {
            only_reads(index, layer.description())?;
        }
        Ok(Self(Built {
            description: described,
            forward: side_by_side(forwards(layers), merge),
        }))
    }
}

/// All as data, where all are that.
fn descriptions(layers: &[AnyModule]) -> Option<Vec<Layer>> {
    layers
        .iter()
        .map(|layer| layer.description().cloned())
        .collect()
}

/// Those of a list, which say where they stand when they refuse an input.
fn forwards(layers: Vec<AnyModule>) -> Vec<Forward> {
    let one = |(index, layer): (usize, AnyModule)| {
        forward(move |xs, train| {
            let place = format!("layers[{index}]");
            if let Some(description) = layer.description() {
                let inside = |refusal: Refusal| refused(refusal.inside(&place));
                description.output_shape(&shape_of(xs)).map_err(inside)?;
            }
            let named = |error| Error::Msg(format!("`{}` at `{place}`: {error}", layer.name()));
            layer.forward_t(xs, train).map_err(named)
        })
    };
    layers.into_iter().enumerate().map(one).collect()
}

macro_rules! built {
    ($($module:ty),+) => {$(
        impl ModuleT for $module {
            fn forward_t(&self, xs: &Tensor, train: bool) -> Result<Tensor> {
                self.0.forward_t(xs, train)
            }
        }

        impl Module for $module {
            fn description(&self) -> Option<&Layer> {
                self.0.description()
            }
        }
    )+};
}

built!(Sequential, Parallel);

fn all(layers: &[Layer], vb: &VarBuilder<'_>) -> Result<Vec<Forward>, CandleError> {
    let layers = layers.iter().enumerate();
    let built = layers.map(|(index, layer)| {
        build(layer, &vb.pp(index))
            .map_err(|error| error.of(layer).inside(&format!("layers[{index}]")))
    });
    built.collect()
}

pub(super) fn sequential(
    it: &layers::Sequential,
    vb: &VarBuilder<'_>,
) -> Result<Forward, CandleError> {
    all(&it.layers, vb).map(in_sequence)
}

pub(super) fn parallel(it: &layers::Parallel, vb: &VarBuilder<'_>) -> Result<Forward, CandleError> {
    for (index, layer) in it.layers.iter().enumerate() {
        only_reads(index, Some(layer))?;
    }
    Ok(side_by_side(all(&it.layers, vb)?, it.merge))
}

pub(super) fn in_sequence(layers: Vec<Forward>) -> Forward {
    forward(move |xs, train| {
        layers
            .iter()
            .try_fold(xs.clone(), |xs, layer| layer(&xs, train))
    })
}

fn side_by_side(layers: Vec<Forward>, merge: Merge) -> Forward {
    forward(move |xs, train| {
        let outputs: Vec<Tensor> = layers
            .iter()
            .map(|layer| layer(xs, train))
            .collect::<Result<_>>()?;
        if merge == Merge::Concatenate {
            return Tensor::cat(&outputs, 1);
        }
        let mut outputs = outputs.into_iter();
        let first = outputs
            .next()
            .ok_or_else(|| Error::Msg("there is no layer".to_owned()))?;
        outputs.try_fold(first, |before, output| match merge {
            Merge::Multiply => before.broadcast_mul(&output),
            _ => before.broadcast_add(&output),
        })
    })
}

/// In PyTorch a layer may write into the tensor that it is given, and those beside it see that.
fn only_reads(index: usize, layer: Option<&Layer>) -> Result<(), Refusal> {
    match layer {
        Some(layer) if writes_input(layer) => {
            let refusal = unsupported(
                "a layer that changes the input of those beside it",
                "leave `inplace` out",
            );
            Err(refusal.of(layer.name()).inside(&format!("layers[{index}]")))
        }
        _ => Ok(()),
    }
}

fn writes_input(layer: &Layer) -> bool {
    match layer {
        Layer::Activation(it) => it.inplace(),
        Layer::Dropout(it) => it.inplace,
        Layer::Dropout1d(it) => it.inplace,
        Layer::Dropout2d(it) => it.inplace,
        Layer::Dropout3d(it) => it.inplace,
        Layer::Sequential(it) => it.layers.first().is_some_and(writes_input),
        _ => false,
    }
}

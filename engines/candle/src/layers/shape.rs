//! Layers that leave the elements as they are.

use super::{Forward, forward};
use crate::Result;
use crate::error::refused;
use crate::numbers::{shape_of, size, sizes};
use candle_core::Tensor;
use registry_nn::Layer;
use registry_nn::layers::{Select, Transpose};

/// The shape of the output of a layer.
pub(super) fn output_shape(layer: &Layer, xs: &Tensor) -> Result<Vec<usize>> {
    sizes(&layer.output_shape(&shape_of(xs)).map_err(refused)?)
}

pub(super) fn reshape(layer: &Layer) -> Forward {
    let layer = layer.clone();
    forward(move |xs, _| xs.reshape(output_shape(&layer, xs)?))
}

pub(super) fn transpose(it: &Transpose) -> Forward {
    let (one, other) = (it.dim0, it.dim1);
    forward(move |xs, _| match xs.rank() {
        0 => Ok(xs.clone()),
        _ => xs.transpose(xs.normalize_axis(one)?, xs.normalize_axis(other)?),
    })
}

pub(super) fn select(it: &Select) -> Forward {
    let (dim, index) = (it.dim, it.index);
    forward(move |xs, _| {
        let dim = xs.normalize_axis(dim)?;
        let index = if index < 0 {
            index + shape_of(xs)[dim]
        } else {
            index
        };
        xs.narrow(dim, size(index)?, 1)?.squeeze(dim)
    })
}

/// Does something with a batch of images, where a single one is given too: `rank` is that of a batch.
pub(super) fn in_batch(
    xs: &Tensor,
    rank: usize,
    f: impl FnOnce(&Tensor) -> Result<Tensor>,
) -> Result<Tensor> {
    if xs.rank() == rank {
        return f(xs);
    }
    f(&xs.unsqueeze(0)?)?.squeeze(0)
}

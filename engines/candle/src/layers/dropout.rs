//! Layers that leave elements out while training.

use super::{Forward, forward};
use crate::Result;
use crate::weights::mask;
use candle_core::Tensor;
use registry_nn::layers::DropoutOf;

pub(super) fn dropout<const N: usize>(it: &DropoutOf<N>) -> Forward {
    let p = it.p;
    forward(move |xs, train| {
        if !train {
            return Ok(xs.clone());
        }
        drop_out(xs, p, &mask_shape::<N>(xs.dims()))
    })
}

/// Leaves out elements with the probability `p`, and scales the others up.
pub(super) fn drop_elements(xs: &Tensor, p: f64, train: bool) -> Result<Tensor> {
    if !train || p == 0.0 {
        return Ok(xs.clone());
    }
    drop_out(xs, p, xs.dims())
}

fn drop_out(xs: &Tensor, p: f64, shape: &[usize]) -> Result<Tensor> {
    let scale = if p < 1.0 { (1.0 - p).recip() } else { 0.0 };
    xs.broadcast_mul(&mask(shape, p, xs)?.affine(scale, 0.0)?)
}

/// One number for each element, or for each channel.
fn mask_shape<const N: usize>(dims: &[usize]) -> Vec<usize> {
    let channels = match N {
        0 => dims.len(),
        // PyTorch takes three dimensions for a batch of sequences here.
        2 => 2,
        _ if dims.len() == N + 2 => 2,
        _ => 1,
    };
    let sizes = dims.iter().enumerate();
    sizes
        .map(|(at, size)| if at < channels { *size } else { 1 })
        .collect()
}

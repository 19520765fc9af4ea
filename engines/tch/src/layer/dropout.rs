//! Layers that leave elements out while training.

use super::in_place;
use crate::TorchError;
use registry_nn::layers::DropoutOf;
use tch::Tensor;

pub(super) fn dropout<const N: usize>(
    it: &DropoutOf<N>,
    xs: &Tensor,
    train: bool,
) -> Result<Tensor, TorchError> {
    let p = it.p;
    // Where nothing is left out, nothing is written either, as in PyTorch.
    let in_place_too = it.inplace && train && p > 0.0 && xs.numel() > 0;
    in_place(in_place_too, xs, |xs| {
        Ok(match (N, xs.dim()) {
            (0, _) => xs.f_dropout(p, train)?,
            // PyTorch takes two dimensions of an image for a batch without channels.
            (1, 3) | (2, _) | (3, 5) => xs.f_feature_dropout(p, train)?,
            _ => {
                let batch = xs.f_unsqueeze(0)?.f_feature_dropout(p, train)?;
                batch.f_squeeze_dim(0)?
            }
        })
    })
}

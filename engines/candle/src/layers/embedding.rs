//! Vectors by number.

use super::{Forward, Weights, forward};
use crate::Result;
use crate::criterion::norm;
use candle_core::{DType, Tensor, Var};
use registry_nn::layers::Embedding;

pub(super) fn embedding(it: &Embedding, weights: &Weights) -> Result<Forward> {
    let table = Var::from_tensor(&weights.one("weight")?)?;
    let (weight, padding) = (table.as_tensor().clone(), it.padding_row());
    let (rows, by_count) = (weight.dim(0)?, it.scale_grad_by_freq);
    let (max_norm, order) = (it.max_norm, it.norm_type);
    Ok(forward(move |xs, _| {
        let ids = xs.flatten_all()?;
        if let Some(most) = max_norm {
            shorten(&table, &ids, most, order)?;
        }
        let found = weight.index_select(&ids, 0)?;
        let found = match learned(&ids, padding, rows, by_count)? {
            None => found,
            // The same numbers, of which the gradient sees a share.
            Some(share) => {
                let share = share.to_dtype(found.dtype())?.unsqueeze(1)?;
                let seen = found.broadcast_mul(&share)?;
                (&seen + (&found - &seen)?.detach())?
            }
        };
        found.reshape([xs.dims(), &[weight.dim(1)?]].concat())
    }))
}

/// Shortens the rows that are used and too long, in the table itself, as PyTorch does.
fn shorten(table: &Var, ids: &Tensor, most: f64, order: f64) -> Result<()> {
    let rows = table.as_detached_tensor();
    let size = norm(&rows, order)?;
    let once = Tensor::ones(ids.dims(), size.dtype(), size.device())?;
    let is_used = size.zeros_like()?.index_add(ids, &once, 0)?.gt(0.0)?;
    let is_long = (size.gt(most)? * is_used)?;
    let scale = ((size + 1e-7)?.recip()? * most)?;
    let scale = is_long.where_cond(&scale, &scale.ones_like()?)?;
    table.set(&rows.broadcast_mul(&scale.unsqueeze(1)?)?)
}

/// What each element counts in the gradient; none where all count 1.
fn learned(
    ids: &Tensor,
    padding: Option<i64>,
    rows: usize,
    by_count: bool,
) -> Result<Option<Tensor>> {
    if padding.is_none() && !by_count {
        return Ok(None);
    }
    let mut share = Tensor::ones(ids.dims(), DType::F32, ids.device())?;
    if by_count {
        let counts = Tensor::zeros(rows, DType::F32, ids.device())?.index_add(ids, &share, 0)?;
        share = counts.index_select(ids, 0)?.recip()?;
    }
    if let Some(row) = padding {
        share = (share * ids.to_dtype(DType::I64)?.ne(row)?.to_dtype(DType::F32)?)?;
    }
    Ok(Some(share))
}

//! Vectors by number.

use super::init::variable;
use crate::{Module, TorchError, module_t};
use registry_core::register;
use tch::{Tensor, nn, no_grad};

/// A table of vectors: the input holds the numbers of rows, the output the rows.
#[derive(Debug)]
pub struct Embedding {
    weight: Tensor,
    padding_idx: i64,
    max_norm: Option<f64>,
    norm_type: f64,
    scale_grad_by_freq: bool,
    sparse: bool,
}

#[register(exclude = "vs", registry = Module)]
impl Embedding {
    /// A table of `num_embeddings` rows of `embedding_dim` numbers. Nothing is learned of the row
    /// `padding_idx`; rows longer than `max_norm` are shortened when they are used.
    ///
    /// # Errors
    ///
    /// Where a size is negative, or `padding_idx` is no row.
    pub fn new(
        vs: &nn::Path<'_>,
        num_embeddings: i64,
        embedding_dim: i64,
        #[register(default, skip_default)] padding_idx: Option<i64>,
        #[register(default, skip_default)] max_norm: Option<f64>,
        #[register(default = 2.0, skip_default)] norm_type: f64,
        #[register(default = false, skip_default)] scale_grad_by_freq: bool,
        #[register(default = false, skip_default)] sparse: bool,
    ) -> Result<Self, TorchError> {
        let normal = nn::Init::Randn {
            mean: 0.0,
            stdev: 1.0,
        };
        let padding_idx = padding_idx
            .map(|row| match row {
                _ if (num_embeddings.saturating_neg()..num_embeddings).contains(&row) => {
                    Ok(row.rem_euclid(num_embeddings))
                }
                _ => Err(TorchError::new(format!(
                    "`padding_idx` cannot be {row}\n\
                     hint: choose one of the {num_embeddings} rows"
                ))),
            })
            .transpose()?;
        let weight = variable(vs, "weight", &[num_embeddings, embedding_dim], normal)?;
        if let Some(row) = padding_idx {
            let _ = no_grad(|| weight.f_select(0, row)?.f_zero_())?;
        }
        Ok(Self {
            weight,
            // libtorch's word for none.
            padding_idx: padding_idx.unwrap_or(-1),
            max_norm,
            norm_type,
            scale_grad_by_freq,
            sparse,
        })
    }
}

impl Module for Embedding {
    fn try_forward_t(&self, xs: &Tensor, _train: bool) -> Result<Tensor, TorchError> {
        let rows = || {
            if let Some(max_norm) = self.max_norm {
                let mut weight = self.weight.shallow_clone();
                let _ = no_grad(|| weight.f_embedding_renorm_(xs, max_norm, self.norm_type))?;
            }
            let (by_frequency, sparse) = (self.scale_grad_by_freq, self.sparse);
            Tensor::f_embedding(&self.weight, xs, self.padding_idx, by_frequency, sparse)
        };
        rows().map_err(TorchError::of("Embedding", xs))
    }
}

module_t!(Embedding);

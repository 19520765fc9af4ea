//! Vectors by number.

use crate::layer::LayerClass;
use crate::size::at_least;
use crate::{Init, Refusal, Variable};
use registry_core::Entity;

/// A table of vectors: the input holds the numbers of rows, the output the rows.
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(registry = LayerClass, new, check = LayerClass::check, skip_default)]
pub struct Embedding {
    /// The rows.
    pub num_embeddings: i64,
    /// The numbers of a row.
    pub embedding_dim: i64,
    /// A row that nothing is learned of, and that is zero at first; a negative one counts from the end.
    #[register(default)]
    pub padding_idx: Option<i64>,
    /// Rows that are longer are shortened when they are used.
    #[register(default)]
    pub max_norm: Option<f64>,
    /// What length is: the root of this order.
    #[register(default = 2.0)]
    pub norm_type: f64,
    /// Whether gradients are divided by how often a row was in the batch.
    #[register(default = false)]
    pub scale_grad_by_freq: bool,
    /// Whether the gradient holds the rows alone that were in the batch.
    #[register(default = false)]
    pub sparse: bool,
}

impl Embedding {
    /// The row that nothing is learned of, from the first one.
    pub fn padding_row(&self) -> Option<i64> {
        let row = self.padding_idx?;
        Some(if row < 0 {
            row.saturating_add(self.num_embeddings)
        } else {
            row
        })
    }
}

impl LayerClass for Embedding {
    fn check(&self) -> Result<(), Refusal> {
        at_least(self.num_embeddings, 0, "num_embeddings")?;
        at_least(self.embedding_dim, 0, "embedding_dim")?;
        match self.padding_idx {
            Some(row) if !(-self.num_embeddings..self.num_embeddings).contains(&row) => {
                let rows = self.num_embeddings;
                Err(Refusal::argument(format!("`padding_idx` cannot be {row}"))
                    .with_hint(format!("choose one of the {rows} rows")))
            }
            _ => Ok(()),
        }
    }

    fn output(&self, input: &[i64]) -> Result<Vec<i64>, Refusal> {
        Ok([input, &[self.embedding_dim]].concat())
    }

    fn state(&self) -> Vec<Variable> {
        let shape = [self.num_embeddings, self.embedding_dim];
        let init = Init::Normal {
            std: 1.0,
            zero: self.padding_row(),
        };
        vec![Variable::trained("weight", &shape, init)]
    }
}

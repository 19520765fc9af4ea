//! The losses of `torch.nn`, under its names, with its parameters and defaults.
//!
//! `size_average` and `reduce`, which PyTorch has given up for `reduction`, are no parameters. What
//! is behind them in its order is given by name.

mod binary;
mod classification;
mod distribution;
mod embedding;
mod regression;

pub use binary::{BCELoss, BCEWithLogitsLoss};
pub use classification::{CTCLoss, CrossEntropyLoss, NLLLoss};
pub use distribution::{DivergenceReduction, GaussianNLLLoss, KLDivLoss, PoissonNLLLoss};
pub use embedding::{
    CosineEmbeddingLoss, HingeEmbeddingLoss, MarginRankingLoss, TripletMarginLoss,
};
pub use regression::{HuberLoss, L1Loss, MSELoss, SmoothL1Loss};

use crate::Refusal;
use crate::layers::broadcast;
use serde::{Deserialize, Serialize};

/// What becomes of the losses of the elements.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reduction {
    /// Nothing: the output has one for each.
    None,
    /// Their mean.
    #[default]
    Mean,
    /// Their sum.
    Sum,
}

impl Reduction {
    /// The shape of the output, where that of the losses of the elements is `each`.
    fn of(self, each: Vec<i64>) -> Vec<i64> {
        match self {
            Self::None => each,
            Self::Mean | Self::Sum => Vec::new(),
        }
    }
}

/// The shape that several have together.
fn together(shapes: &[&[i64]]) -> Result<Vec<i64>, Refusal> {
    let first = shapes[0].to_vec();
    shapes[1..].iter().try_fold(first, |before, shape| {
        broadcast(&before, shape)
            .ok_or_else(|| Refusal::shape("the shapes cannot be broadcast to one"))
    })
}

/// PyTorch does not broadcast where it is rather a mistake.
fn same(shapes: &[&[i64]]) -> Result<Vec<i64>, Refusal> {
    if shapes[0] == shapes[1] {
        return Ok(shapes[0].to_vec());
    }
    Err(Refusal::shape(
        "the target must have the shape of the input",
    ))
}

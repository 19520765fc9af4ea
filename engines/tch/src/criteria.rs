//! The losses of `torch.nn`, under its names, with its parameters and defaults.
//!
//! `size_average` and `reduce`, which PyTorch has given up for `reduction`, are no parameters. What
//! is behind them in its order is given by name.

mod binary;
mod classification;
mod divergence;
mod regression;

pub use binary::{BCELoss, BCEWithLogitsLoss};
pub use classification::{CrossEntropyLoss, NLLLoss};
pub use divergence::{DivergenceReduction, KLDivLoss};
pub use regression::{HuberLoss, L1Loss, MSELoss, SmoothL1Loss};

use crate::TorchError;
use registry_core::{Entity, registry};
use std::fmt::Debug;
use tch::{TchError, Tensor};

/// How far an output is from its target: what a `Registry::<dyn Criterion>` builds.
///
/// # Examples
///
/// ```
/// use registry_core::{Entity, Registry};
/// use registry_tch::Criterion;
/// use serde_json::json;
/// use tch::Tensor;
///
/// let criteria = Registry::<dyn Criterion>::global()?;
/// let criterion = criteria.build("CrossEntropyLoss", json!({"reduction": "sum"}), &())?;
/// let (scores, classes) = (Tensor::from_slice2(&[[0.0, 0.0]]), Tensor::from_slice(&[1i64]));
/// let loss = f64::try_from(criterion.loss(&scores, &classes)?)?;
/// assert!((loss - 2f64.ln()).abs() < 1e-12);
/// assert_eq!(criterion.arguments().to_string(), r#"{"reduction": "sum"}"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[registry]
pub trait Criterion: Debug + Send {
    /// The loss of `input`, the output of a model, against `target`.
    ///
    /// # Errors
    ///
    /// Where the shapes do not fit, or the kinds of their elements.
    fn loss(&self, input: &Tensor, target: &Tensor) -> Result<Tensor, TorchError>;
}

/// What becomes of the losses of the elements.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Entity)]
pub enum Reduction {
    /// Nothing: the output has one for each.
    #[register(name = "none")]
    None,
    /// Their mean.
    #[default]
    #[register(name = "mean")]
    Mean,
    /// Their sum.
    #[register(name = "sum")]
    Sum,
}

impl From<Reduction> for tch::Reduction {
    fn from(reduction: Reduction) -> Self {
        match reduction {
            Reduction::None => Self::None,
            Reduction::Mean => Self::Mean,
            Reduction::Sum => Self::Sum,
        }
    }
}

/// Weights, as libtorch takes them for `input`.
fn weights(weight: Option<&[f64]>, input: &Tensor) -> Result<Option<Tensor>, TchError> {
    let tensor = |weight| {
        Tensor::f_from_slice(weight)?
            .f_to_kind(input.kind())?
            .f_to_device(input.device())
    };
    weight.map(tensor).transpose()
}

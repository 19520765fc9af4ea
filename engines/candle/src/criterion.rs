//! Losses.

mod classes;
mod ctc;
mod numbers;
mod pairs;

pub(crate) use pairs::norm;

use crate::Result;
use crate::error::refused;
use crate::numbers::shape_of;
use candle_core::{Error, Tensor};
use registry_nn::criteria::Reduction;
use registry_nn::{Criterion, Refusal};

/// A loss, as a function of tensors: what [`criterion`] gives.
#[derive(Clone, Debug)]
pub struct Loss {
    criterion: Criterion,
}

/// Builds a loss.
///
/// # Errors
///
/// Where PyTorch refuses its arguments.
///
/// # Examples
///
/// ```
/// use candle_core::{Device, Tensor};
/// use registry_nn::criteria::CrossEntropyLoss;
///
/// let criterion = registry_candle::criterion(&CrossEntropyLoss::new().with_label_smoothing(0.1).into())?;
/// let scores = Tensor::zeros((2, 10), candle_core::DType::F32, &Device::Cpu)?;
/// let loss = criterion.loss(&[&scores, &Tensor::new(&[3u32, 7], &Device::Cpu)?])?;
/// assert!((loss.to_scalar::<f32>()? - 10f32.ln()).abs() < 1e-6);
///
/// let refused = criterion.loss(&[&scores, &Tensor::new(&[3u32], &Device::Cpu)?]);
/// assert!(refused.unwrap_err().to_string().starts_with(
///     "`CrossEntropyLoss`: expected a target of the shape [2]"
/// ));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn criterion(criterion: &Criterion) -> Result<Loss, Refusal> {
    criterion.check()?;
    Ok(Loss {
        criterion: criterion.clone(),
    })
}

impl Loss {
    /// The loss of inputs, as many and in the order as [`Criterion::inputs`] has: for most, of an input and a
    /// target. Classes are whole numbers of any type.
    ///
    /// # Errors
    ///
    /// Where the shapes do not go together, or candle cannot compute.
    pub fn loss(&self, inputs: &[&Tensor]) -> Result<Tensor> {
        let shapes: Vec<_> = inputs.iter().map(|input| shape_of(input)).collect();
        let shapes: Vec<_> = shapes.iter().map(Vec::as_slice).collect();
        self.criterion.output_shape(&shapes).map_err(refused)?;
        match (&self.criterion, inputs) {
            (Criterion::L1Loss(it), [input, target]) => numbers::l1(it, input, target),
            (Criterion::MSELoss(it), [input, target]) => numbers::mse(it, input, target),
            (Criterion::SmoothL1Loss(it), [input, target]) => numbers::smooth_l1(it, input, target),
            (Criterion::HuberLoss(it), [input, target]) => numbers::huber(it, input, target),
            (Criterion::CrossEntropyLoss(it), [input, target]) => {
                classes::cross_entropy(it, input, target)
            }
            (Criterion::NLLLoss(it), [input, target]) => classes::nll(it, input, target),
            (Criterion::BCELoss(it), [input, target]) => numbers::bce(it, input, target),
            (Criterion::BCEWithLogitsLoss(it), [input, target]) => {
                numbers::bce_with_logits(it, input, target)
            }
            (Criterion::KLDivLoss(it), [input, target]) => numbers::kl_div(it, input, target),
            (Criterion::GaussianNLLLoss(it), [input, target, var]) => {
                numbers::gaussian_nll(it, input, target, var)
            }
            (Criterion::PoissonNLLLoss(it), [input, target]) => {
                numbers::poisson_nll(it, input, target)
            }
            (Criterion::CTCLoss(it), [log_probs, targets, input_lengths, target_lengths]) => {
                ctc::ctc(it, log_probs, targets, [input_lengths, target_lengths])
            }
            (Criterion::CosineEmbeddingLoss(it), [one, other, target]) => {
                pairs::cosine(it, one, other, target)
            }
            (Criterion::HingeEmbeddingLoss(it), [input, target]) => pairs::hinge(it, input, target),
            (Criterion::MarginRankingLoss(it), [one, other, target]) => {
                pairs::ranking(it, one, other, target)
            }
            (Criterion::TripletMarginLoss(it), [anchor, positive, negative]) => {
                pairs::triplet(it, anchor, positive, negative)
            }
            // The shapes were as many.
            _ => Err(Error::Msg("the loss has other inputs".to_owned())),
        }
    }
}

fn reduced(losses: &Tensor, reduction: Reduction) -> Result<Tensor> {
    match reduction {
        Reduction::None => Ok(losses.clone()),
        Reduction::Mean => losses.mean_all(),
        Reduction::Sum => losses.sum_all(),
    }
}

/// Numbers of a description, as they go with a tensor.
fn numbers_like(numbers: &[f64], like: &Tensor) -> Result<Tensor> {
    Tensor::new(numbers, like.device())?.to_dtype(like.dtype())
}

/// What is above zero, with PyTorch's gradient of 1 at zero.
fn above_zero(xs: &Tensor) -> Result<Tensor> {
    xs.lt(0.0)?.where_cond(&xs.zeros_like()?, xs)
}

/// The absolute value, with PyTorch's gradient of 0 at zero.
fn absolute(xs: &Tensor) -> Result<Tensor> {
    xs * xs.sign()?
}

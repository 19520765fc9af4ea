//! Functions of each element.

use crate::tensor::{AnyTensor, each, place};
use burn::tensor::activation as burn_activation;
use burn::tensor::{Distribution, Tensor};
use registry_nn::Refusal;
use registry_nn::layers::{Activation, Approximation};

pub(crate) fn activation(
    activation: &Activation,
    input: AnyTensor,
    is_trained: bool,
) -> Result<AnyTensor, Refusal> {
    Ok(each!(input, x => apply(activation, x, is_trained).into()))
}

fn apply<const D: usize>(activation: &Activation, x: Tensor<D>, is_trained: bool) -> Tensor<D> {
    let dim = activation.dim(D).map_or(0, |dim| place(dim, D));
    match *activation {
        Activation::CELU { alpha, .. } => elu(x, alpha, alpha.recip()),
        Activation::ELU { alpha, .. } => elu(x, alpha, 1.0),
        Activation::GELU {
            approximate: Approximation::None,
        } => burn_activation::gelu(x),
        Activation::GELU {
            approximate: Approximation::Tanh,
        } => burn_activation::gelu_approximate(x),
        Activation::GLU { .. } => burn_activation::glu(x, dim),
        Activation::Hardshrink { lambd } => burn_activation::hard_shrink(x, lambd),
        Activation::Hardsigmoid { .. } => hard_sigmoid(x),
        Activation::Hardswish { .. } => hard_swish(x),
        Activation::Hardtanh {
            min_val, max_val, ..
        } => within(x, min_val, max_val),
        Activation::LeakyReLU { negative_slope, .. } => {
            let slope = x.full_like(negative_slope);
            leaky(x, slope)
        }
        Activation::LogSigmoid => burn_activation::log_sigmoid(x),
        Activation::LogSoftmax { .. } => burn_activation::log_softmax(x, dim),
        Activation::Mish { .. } => burn_activation::mish(x),
        Activation::RReLU { lower, upper, .. } => {
            let slopes = if is_trained {
                x.random_like(Distribution::Uniform(lower, upper))
            } else {
                x.full_like(f64::midpoint(lower, upper))
            };
            leaky(x, slopes)
        }
        Activation::ReLU { .. } => burn_activation::relu(x),
        Activation::ReLU6 { .. } => within(x, 0.0, 6.0),
        Activation::SELU { .. } => elu(x, 1.673_263_242_354_377_2, 1.0) * 1.050_700_987_355_480_5,
        Activation::SiLU { .. } => burn_activation::silu(x),
        Activation::Sigmoid => burn_activation::sigmoid(x),
        Activation::Softmax { .. } | Activation::Softmax2d => burn_activation::softmax(x, dim),
        Activation::Softmin { .. } => burn_activation::softmin(x, dim),
        Activation::Softplus { beta, threshold } => {
            burn_activation::softplus_with_threshold(x, beta, threshold)
        }
        Activation::Softshrink { lambd } => burn_activation::soft_shrink(x, lambd),
        Activation::Softsign => burn_activation::softsign(x),
        Activation::Tanh => burn_activation::tanh(x),
        Activation::Tanhshrink => burn_activation::tanhshrink(x),
        Activation::Threshold {
            threshold, value, ..
        } => burn_activation::threshold(x, threshold, value),
    }
}

/// burn's own makes gradients that are no numbers where what is left out is none.
fn elu<const D: usize>(x: Tensor<D>, alpha: f64, rate: f64) -> Tensor<D> {
    let is_above = x.clone().lower_equal_elem(0.0).bool_not();
    let below = (x.clone().mask_fill(is_above.clone(), 0.0) * rate).exp() - 1.0;
    (below * alpha).mask_where(is_above, x)
}

/// Times a slope, but above zero; at zero the gradient is the slope, as PyTorch has it.
pub(crate) fn leaky<const D: usize>(x: Tensor<D>, slope: Tensor<D>) -> Tensor<D> {
    let is_above = x.clone().greater_elem(0.0);
    (x.clone() * slope).mask_where(is_above, x)
}

/// A clamp whose gradient is 0 at its ends too, as PyTorch has it.
fn within<const D: usize>(x: Tensor<D>, least: f64, most: f64) -> Tensor<D> {
    let is_below = x.clone().lower_equal_elem(least);
    let is_out = is_below.bool_or(x.clone().greater_equal_elem(most));
    let ends = x.clone().detach().clamp(least, most);
    x.mask_where(is_out, ends)
}

/// Its gradient is 0 at its ends, and where there is no number.
fn hard_sigmoid<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    let is_in = x
        .clone()
        .greater_elem(-3.0)
        .bool_and(x.clone().lower_elem(3.0));
    let ends = x.clone().detach().clamp(-3.0, 3.0);
    ends.mask_where(is_in, x) / 6.0 + 0.5
}

/// Its gradient is 1 where there is no number.
fn hard_swish<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    let is_whole = x.clone().lower_elem(3.0).bool_not();
    let part = x.clone().mask_fill(is_whole.clone(), 0.0);
    (part.clone() * hard_sigmoid(part)).mask_where(is_whole, x)
}

//! Initial weights as PyTorch draws them; tch draws others.

use crate::TorchError;
use tch::Tensor;
use tch::nn::{Init, Path};

/// A weight, and a bias of a size where there is one, both uniform within one through the root of the
/// number of inputs that an output has.
///
/// The order is that of PyTorch too, so that the same seed gives the same weights.
pub(super) fn weight_and_bias(
    vs: &Path<'_>,
    shape: &[i64],
    bias: Option<i64>,
) -> Result<(Tensor, Option<Tensor>), TorchError> {
    #[expect(
        clippy::cast_precision_loss,
        reason = "a layer has fewer than 2^53 weights"
    )]
    let fan_in: f64 = shape.iter().skip(1).map(|size| *size as f64).product();
    let weight = variable(vs, "weight", shape, uniform(fan_in))?;
    let bias = bias
        .map(|size| variable(vs, "bias", &[size], uniform(fan_in)))
        .transpose()?;
    Ok((weight, bias))
}

/// A variable that is trained.
pub(super) fn variable(
    vs: &Path<'_>,
    name: &str,
    shape: &[i64],
    init: Init,
) -> Result<Tensor, TorchError> {
    vs.f_var(name, shape, init).map_err(|error| {
        let hint = format!("its `{name}` would have the shape {shape:?}");
        TorchError::from(error).hinted(hint)
    })
}

/// Uniform within one through the root of `inputs`.
pub(super) fn uniform(inputs: f64) -> Init {
    // Without inputs there is nothing but a bias, which is zero.
    let bound = if inputs > 0.0 {
        1.0 / inputs.sqrt()
    } else {
        0.0
    };
    Init::Uniform {
        lo: -bound,
        up: bound,
    }
}

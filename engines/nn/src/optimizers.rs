//! The optimizers of `torch.optim`, under its names, with its parameters and defaults.
//!
//! `lr` is always written into the identity, also where it is PyTorch's default. Those that
//! say only how PyTorch computes, as `foreach` and `fused`, are no parameters here; neither are
//! `maximize`, nor the `decoupled_weight_decay` of `Adam`, which is [`AdamW`]. An infinite number is refused,
//! which PyTorch takes: nothing is learned by it.

mod adaptive;
mod descent;
mod moments;

pub use adaptive::{Adagrad, RMSprop};
pub use descent::SGD;
pub use moments::{Adam, AdamW, Adamax, NAdam, RAdam};

use crate::Refusal;

/// Checks parameters that are not negative, nor NaN, nor without end.
fn not_negative(parameters: &[(&str, f64)]) -> Result<(), Refusal> {
    let bad = parameters
        .iter()
        .find(|(_, value)| !(0.0..f64::INFINITY).contains(value));
    bad.map_or(Ok(()), |(parameter, value)| {
        Err(
            Refusal::argument(format!("`{parameter}` cannot be {value}"))
                .with_hint("give a number, 0 or more"),
        )
    })
}

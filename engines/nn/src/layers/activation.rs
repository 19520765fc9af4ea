//! Functions of each element.

use super::{dimension, dimensions};
use crate::layer::LayerClass;
use crate::size::at_least;
use crate::{Init, Refusal, Variable};
use registry_core::Entity;
use serde::{Deserialize, Serialize};

/// A function of each element, or of those along a dimension; every variant is a component.
///
/// Where `inplace` is set, the output is written into the input as well.
///
/// # Examples
///
/// ```
/// use registry_core::Entity;
/// use registry_nn::layers::Activation;
///
/// let leaky = Activation::LeakyReLU { negative_slope: 0.25, inplace: false };
/// assert_eq!(leaky.arguments().to_string(), r#"{"negative_slope": 0.25}"#);
/// ```
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(registry = LayerClass, check = LayerClass::check, skip_default)]
#[expect(
    missing_docs,
    reason = "the parameters are those of PyTorch, and stand in the formulas"
)]
pub enum Activation {
    /// `x` above zero, else `alpha * (exp(x / alpha) - 1)`.
    CELU {
        #[register(default = 1.0)]
        alpha: f64,
        #[register(default = false)]
        inplace: bool,
    },
    /// `x` above zero, else `alpha * (exp(x) - 1)`.
    ELU {
        #[register(default = 1.0)]
        alpha: f64,
        #[register(default = false)]
        inplace: bool,
    },
    /// `x` times the probability that a normal number is below `x`.
    GELU {
        #[register(default)]
        approximate: Approximation,
    },
    /// The first half along `dim` times the sigmoid of the second.
    GLU {
        #[register(default = -1)]
        dim: i64,
    },
    /// `x` where it is further than `lambd` from zero, else 0.
    Hardshrink {
        #[register(default = 0.5)]
        lambd: f64,
    },
    /// `x / 6 + 1 / 2`, within 0 and 1.
    Hardsigmoid {
        #[register(default = false)]
        inplace: bool,
    },
    /// `x` times its `Hardsigmoid`.
    Hardswish {
        #[register(default = false)]
        inplace: bool,
    },
    /// `x`, within `min_val` and `max_val`.
    Hardtanh {
        #[register(default = -1.0)]
        min_val: f64,
        #[register(default = 1.0)]
        max_val: f64,
        #[register(default = false)]
        inplace: bool,
    },
    /// `x` above zero, else `negative_slope * x`.
    LeakyReLU {
        #[register(default = 0.01)]
        negative_slope: f64,
        #[register(default = false)]
        inplace: bool,
    },
    /// The logarithm of the sigmoid.
    LogSigmoid,
    /// The logarithm of the softmax.
    LogSoftmax {
        #[register(default)]
        dim: Option<i64>,
    },
    /// `x * tanh(softplus(x))`.
    Mish {
        #[register(default = false)]
        inplace: bool,
    },
    /// `x` above zero, else `x` times a slope from `lower` to `upper`: a random one for each element
    /// while training, the middle otherwise.
    RReLU {
        #[register(default = 1.0 / 8.0)]
        lower: f64,
        #[register(default = 1.0 / 3.0)]
        upper: f64,
        #[register(default = false)]
        inplace: bool,
    },
    /// `max(0, x)`.
    ReLU {
        #[register(default = false)]
        inplace: bool,
    },
    /// `x`, within 0 and 6.
    ReLU6 {
        #[register(default = false)]
        inplace: bool,
    },
    /// `ELU`, scaled so that deep networks keep their variance.
    SELU {
        #[register(default = false)]
        inplace: bool,
    },
    /// `x * sigmoid(x)`.
    SiLU {
        #[register(default = false)]
        inplace: bool,
    },
    /// `1 / (1 + exp(-x))`.
    Sigmoid,
    /// `exp(x)` as a share of the sum along `dim`.
    Softmax {
        #[register(default)]
        dim: Option<i64>,
    },
    /// `Softmax` over the channels of images.
    Softmax2d,
    /// `Softmax` of `-x`.
    Softmin {
        #[register(default)]
        dim: Option<i64>,
    },
    /// `log(1 + exp(beta * x)) / beta`; `x` where `beta * x` is above `threshold`.
    Softplus {
        #[register(default = 1.0)]
        beta: f64,
        #[register(default = 20.0)]
        threshold: f64,
    },
    /// `x`, nearer to zero by `lambd`.
    Softshrink {
        #[register(default = 0.5)]
        lambd: f64,
    },
    /// `x / (1 + |x|)`.
    Softsign,
    /// The hyperbolic tangent.
    Tanh,
    /// `x - tanh(x)`.
    Tanhshrink,
    /// `x` above `threshold`, else `value`.
    Threshold {
        threshold: f64,
        value: f64,
        #[register(default = false)]
        inplace: bool,
    },
}

/// How `GELU` is computed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Approximation {
    /// As it is defined.
    #[default]
    None,
    /// With a hyperbolic tangent, which is near to it.
    Tanh,
}

impl Activation {
    /// Whether the output is written into the input as well.
    pub fn inplace(&self) -> bool {
        match *self {
            Self::CELU { inplace, .. }
            | Self::ELU { inplace, .. }
            | Self::Hardsigmoid { inplace }
            | Self::Hardswish { inplace }
            | Self::Hardtanh { inplace, .. }
            | Self::LeakyReLU { inplace, .. }
            | Self::Mish { inplace }
            | Self::RReLU { inplace, .. }
            | Self::ReLU { inplace }
            | Self::ReLU6 { inplace }
            | Self::SELU { inplace }
            | Self::SiLU { inplace }
            | Self::Threshold { inplace, .. } => inplace,
            _ => false,
        }
    }

    /// The dimension that a softmax is along, for an input of so many dimensions: the one that is given,
    /// or else the one that PyTorch takes.
    pub fn dim(&self, dimensions: usize) -> Option<i64> {
        match *self {
            Self::LogSoftmax { dim } | Self::Softmax { dim } | Self::Softmin { dim } => {
                Some(dim.unwrap_or(match dimensions {
                    0 | 1 | 3 => 0,
                    _ => 1,
                }))
            }
            Self::Softmax2d => Some(-3),
            Self::GLU { dim } => Some(dim),
            _ => None,
        }
    }
}

impl LayerClass for Activation {
    fn check(&self) -> Result<(), Refusal> {
        let (is_wrong, message, hint) = match *self {
            Self::CELU { alpha, .. } => (alpha == 0.0, "`alpha` cannot be 0", "choose 1.0"),
            Self::Hardtanh {
                min_val, max_val, ..
            } => (
                // A NaN is neither above nor below.
                !matches!(
                    max_val.partial_cmp(&min_val),
                    Some(std::cmp::Ordering::Greater)
                ),
                "`max_val` has to be above `min_val`",
                "give the smaller one first",
            ),
            Self::RReLU { lower, upper, .. } => (
                lower > upper,
                "`lower` cannot be above `upper`",
                "give the smaller one first",
            ),
            Self::Softshrink { lambd } => (
                lambd < 0.0,
                "`lambd` cannot be negative",
                "choose 0 or more",
            ),
            _ => return Ok(()),
        };
        if is_wrong {
            return Err(Refusal::argument(message).with_hint(hint));
        }
        Ok(())
    }

    fn output(&self, input: &[i64]) -> Result<Vec<i64>, Refusal> {
        if matches!(self, Self::Softmax2d) && !(3..=4).contains(&input.len()) {
            let found = dimensions(input);
            return Err(Refusal::shape(format!(
                "expected 3 dimensions or 4, found {found}"
            )));
        }
        let mut output = input.to_vec();
        if let Some(dim) = self.dim(input.len()) {
            let at = dimension(dim, input)?;
            if let Self::GLU { .. } = self {
                let Some(size) = output.get_mut(at).filter(|size| **size % 2 == 0) else {
                    return Err(Refusal::shape(format!(
                        "expected a dimension {dim} that can be halved"
                    )));
                };
                *size /= 2;
            }
        }
        Ok(output)
    }
}

/// `x` above zero, else `x` times a slope that is learned, for each channel or for all.
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(registry = LayerClass, new, check = LayerClass::check, skip_default)]
pub struct PReLU {
    /// The slopes: 1, or one for each channel.
    #[register(default = 1)]
    pub num_parameters: i64,
    /// What they are at first.
    #[register(default = 0.25)]
    pub init: f64,
}

impl LayerClass for PReLU {
    fn check(&self) -> Result<(), Refusal> {
        at_least(self.num_parameters, 0, "num_parameters")
    }

    fn output(&self, input: &[i64]) -> Result<Vec<i64>, Refusal> {
        let found = match input {
            [_, found, ..] => *found,
            _ => 1,
        };
        if self.num_parameters != 1 {
            super::channels(found, self.num_parameters)?;
        }
        Ok(input.to_vec())
    }

    fn state(&self) -> Vec<Variable> {
        let init = Init::Constant(self.init);
        vec![Variable::trained("weight", &[self.num_parameters], init)]
    }
}

//! Functions of each element.

use super::in_place;
use super::init::variable;
use crate::{Module, TorchError, module_t};
use registry_core::{Entity, register};
use tch::{Kind, TchError, Tensor, nn};

/// A function of each element, or of those along a dimension; every variant is a component.
///
/// Where `inplace` is set, the output is written into the input as well; that saves no memory here.
///
/// # Examples
///
/// ```
/// use registry_core::Entity;
/// use registry_tch::layers::Activation;
/// use tch::Tensor;
///
/// let leaky = Activation::LeakyReLU { negative_slope: 0.25, inplace: false };
/// assert_eq!(leaky.arguments().to_string(), r#"{"negative_slope": 0.25}"#);
/// let xs = Tensor::from_slice(&[-4.0, 2.0]);
/// assert_eq!(xs.apply_t(&leaky, false), Tensor::from_slice(&[-1.0, 2.0]));
/// ```
#[derive(Clone, Debug, Entity)]
#[register(registry = Module, skip_default)]
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
    /// `x` times the probability that a normal number is below `x`; `approximate` is `none` or `tanh`.
    GELU {
        #[register(default = "none".to_owned())]
        approximate: String,
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

impl Activation {
    fn apply(&self, xs: &Tensor, train: bool) -> Result<Tensor, TchError> {
        self.check_kind(xs)?;
        match *self {
            Self::CELU { alpha: 0.0, .. } => Err(refused("`alpha` cannot be 0")),
            Self::CELU { alpha, .. } => {
                let below = xs.f_clamp_max(0.0)?.f_div_scalar(alpha)?.f_expm1()?;
                above_zero_or(xs, &below.f_mul_scalar(alpha)?)
            }
            Self::ELU { alpha, .. } => {
                let below = xs.f_clamp_max(0.0)?.f_expm1()?;
                above_zero_or(xs, &below.f_mul_scalar(alpha)?)
            }
            Self::GELU { ref approximate } => xs.f_gelu(approximate),
            Self::GLU { dim } => xs.f_glu(dim),
            Self::Hardshrink { lambd } => xs
                .f_zeros_like()?
                .f_where_self(&xs.f_abs()?.f_le(lambd)?, xs),
            Self::Hardsigmoid { .. } => xs.f_hardsigmoid(),
            Self::Hardswish { .. } => xs.f_hardswish(),
            Self::Hardtanh {
                min_val, max_val, ..
            } if min_val > max_val => Err(refused("`min_val` cannot be above `max_val`")),
            Self::Hardtanh {
                min_val, max_val, ..
            } => xs.f_clamp(min_val, max_val),
            Self::LeakyReLU { negative_slope, .. } => {
                above_zero_or(xs, &xs.f_mul_scalar(negative_slope)?)
            }
            Self::LogSigmoid => xs.f_log_sigmoid(),
            Self::LogSoftmax { dim } => xs.f_log_softmax(dimension(dim, xs), None),
            Self::Mish { .. } => xs.f_mish(),
            Self::RReLU { lower, upper, .. } if lower > upper => {
                Err(refused("`lower` cannot be above `upper`"))
            }
            Self::RReLU { lower, upper, .. } => {
                let slope = if train {
                    xs.f_empty_like()?.f_uniform_(lower, upper)?
                } else {
                    xs.f_full_like(f64::midpoint(lower, upper))?
                };
                above_zero_or(xs, &xs.f_mul(&slope)?)
            }
            Self::ReLU { .. } => xs.f_relu(),
            Self::ReLU6 { .. } => xs.f_relu6(),
            Self::SELU { .. } => xs.f_selu(),
            Self::SiLU { .. } => xs.f_silu(),
            Self::Sigmoid => xs.f_sigmoid(),
            Self::Softmax { dim } => xs.f_softmax(dimension(dim, xs), None),
            Self::Softmax2d if !(3..=4).contains(&xs.dim()) => {
                Err(refused("expected 3 dimensions or 4"))
            }
            Self::Softmax2d => xs.f_softmax(-3, None),
            Self::Softmin { dim } => xs.f_neg()?.f_softmax(dimension(dim, xs), None),
            Self::Softplus { beta, threshold } => {
                let scaled = xs.f_mul_scalar(beta)?;
                let soft = scaled.f_clamp_max(threshold)?.f_exp()?.f_log1p()?;
                xs.f_where_self(&scaled.f_gt(threshold)?, &soft.f_div_scalar(beta)?)
            }
            Self::Softshrink { lambd } if lambd < 0.0 => Err(refused("`lambd` cannot be negative")),
            Self::Softshrink { lambd } => xs.f_sub(&xs.f_clamp(-lambd, lambd)?),
            Self::Softsign => xs.f_div(&xs.f_abs()?.f_add_scalar(1.0)?),
            Self::Tanh => xs.f_tanh(),
            Self::Tanhshrink => xs.f_sub(&xs.f_tanh()?),
            Self::Threshold {
                threshold, value, ..
            } => xs.f_threshold(threshold, value),
        }
    }

    fn is_in_place(&self) -> bool {
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
}

impl Module for Activation {
    fn try_forward_t(&self, xs: &Tensor, train: bool) -> Result<Tensor, TorchError> {
        in_place(self.is_in_place(), xs, |xs| self.apply(xs, train))
            .map_err(TorchError::of(self.name(), xs))
    }
}

impl Activation {
    /// Refuses the kinds that PyTorch refuses. It is asked first, for a function of tch that takes a
    /// scalar panics where libtorch refuses.
    fn check_kind(&self, xs: &Tensor) -> Result<(), TchError> {
        let kind = xs.kind();
        let fits = match self {
            Self::CELU { .. }
            | Self::ELU { .. }
            | Self::Hardshrink { .. }
            | Self::LeakyReLU { .. }
            | Self::RReLU { .. }
            | Self::Softplus { .. }
            | Self::Softshrink { .. } => xs.is_floating_point(),
            Self::Hardtanh { .. } | Self::Threshold { .. } => {
                !xs.is_complex() && kind != Kind::Bool
            }
            _ => true,
        };
        if fits {
            return Ok(());
        }
        Err(refused(&format!("expected real numbers, found {kind:?}")))
    }
}

/// What PyTorch refuses, and the functions of libtorch that are called here do not.
fn refused(message: &str) -> TchError {
    TchError::Torch(message.to_owned())
}

/// `xs` above zero, else `below`.
fn above_zero_or(xs: &Tensor, below: &Tensor) -> Result<Tensor, TchError> {
    xs.f_where_self(&xs.f_gt(0.0)?, below)
}

/// The dimension that PyTorch takes where none is given.
fn dimension(dim: Option<i64>, xs: &Tensor) -> i64 {
    dim.unwrap_or(match xs.dim() {
        0 | 1 | 3 => 0,
        _ => 1,
    })
}

/// `x` above zero, else `x` times a slope that is learned, for each channel or for all.
#[derive(Debug)]
pub struct PReLU {
    weight: Tensor,
}

#[register(exclude = "vs", registry = Module, skip_default)]
impl PReLU {
    /// `init` is the first slope of each of the `num_parameters`.
    ///
    /// # Errors
    ///
    /// Where `num_parameters` is negative.
    pub fn new(
        vs: &nn::Path<'_>,
        #[register(default = 1)] num_parameters: i64,
        #[register(default = 0.25)] init: f64,
    ) -> Result<Self, TorchError> {
        let weight = variable(vs, "weight", &[num_parameters], nn::Init::Const(init))?;
        Ok(Self { weight })
    }
}

impl Module for PReLU {
    fn try_forward_t(&self, xs: &Tensor, _train: bool) -> Result<Tensor, TorchError> {
        xs.f_prelu(&self.weight)
            .map_err(TorchError::of("PReLU", xs))
    }
}

module_t!(Activation, PReLU);

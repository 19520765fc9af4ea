//! The optimizers of `torch.optim`, under its names, with its parameters and defaults.
//!
//! `lr` is always written into the identity, also where it is PyTorch's default. Those that
//! say only how PyTorch computes, as `foreach` and `fused`, are no parameters here, nor are those
//! that libtorch does not have: `maximize` and `decoupled_weight_decay`.

mod adaptive;
mod descent;

pub use adaptive::{ADAM_FUNCTION, ADAMW_FUNCTION, RMSPROP_FUNCTION, adam, adamw, rmsprop};
pub use descent::{SGD_FUNCTION, sgd};

use crate::TorchError;
use registry_core::registry;
use std::fmt::Debug;
use tch::nn::VarStore;
use tch::{COptimizer, Tensor};

/// Moves the variables of a model against their gradients: what a `Registry::<dyn Optimizer>`
/// builds, for the trainable variables that the store has then.
///
/// # Examples
///
/// ```
/// use registry_core::{Entity, Registry};
/// use registry_tch::Optimizer;
/// use serde_json::json;
/// use tch::{Device, Kind, nn};
///
/// let vs = nn::VarStore::new(Device::Cpu);
/// let x = vs.root().var("x", &[1], nn::Init::Const(1.0));
/// let optimizers = Registry::<dyn Optimizer>::global()?;
/// let mut adam = optimizers.build("Adam", json!({"lr": 0.001}), &vs)?;
/// assert_eq!(adam.arguments().to_string(), r#"{"lr": 0.001}"#);
///
/// adam.set_lr(0.25)?;
/// adam.backward_step(&x.square().sum(Kind::Float))?;
/// assert_eq!(f64::try_from(&x)?, 0.75);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[registry(context = VarStore)]
pub trait Optimizer: Debug + Send {
    /// Forgets the gradients.
    ///
    /// # Errors
    ///
    /// Where libtorch refuses.
    fn zero_grad(&mut self) -> Result<(), TorchError>;

    /// Moves each variable that has a gradient.
    ///
    /// # Errors
    ///
    /// Where libtorch refuses.
    fn step(&mut self) -> Result<(), TorchError>;

    /// The learning rate.
    fn lr(&self) -> f64;

    /// Sets the learning rate; the identity keeps the one that the optimizer was built with.
    ///
    /// # Errors
    ///
    /// Where it is negative.
    fn set_lr(&mut self, lr: f64) -> Result<(), TorchError>;

    /// Finds the gradients of `loss` and moves each variable.
    ///
    /// # Errors
    ///
    /// Where `loss` is no scalar, or depends on no variable.
    fn backward_step(&mut self, loss: &Tensor) -> Result<(), TorchError> {
        self.zero_grad()?;
        loss.f_backward()?;
        self.step()
    }
}

/// An optimizer of libtorch.
#[derive(Debug)]
pub struct TorchOptimizer {
    name: &'static str,
    optimizer: COptimizer,
    lr: f64,
}

impl TorchOptimizer {
    /// Gives the optimizer `name` the trainable variables of `vs`.
    fn new(
        name: &'static str,
        mut optimizer: COptimizer,
        lr: f64,
        vs: &VarStore,
    ) -> Result<Self, TorchError> {
        let variables = vs.variables_.lock().map_err(|_| {
            TorchError::new("a thread has panicked while it changed the variable store")
        })?;
        if variables.trainable_variables.is_empty() {
            return Err(TorchError::new(
                "the variable store has no trainable variables\n\
                 hint: build the model before its optimizer",
            ));
        }
        for variable in &variables.trainable_variables {
            optimizer.add_parameters(&variable.tensor, variable.group)?;
        }
        Ok(Self {
            name,
            optimizer,
            lr,
        })
    }
}

impl Optimizer for TorchOptimizer {
    fn zero_grad(&mut self) -> Result<(), TorchError> {
        Ok(self.optimizer.zero_grad()?)
    }

    fn step(&mut self) -> Result<(), TorchError> {
        Ok(self.optimizer.step()?)
    }

    fn lr(&self) -> f64 {
        self.lr
    }

    fn set_lr(&mut self, lr: f64) -> Result<(), TorchError> {
        not_negative(self.name, &[("lr", lr)])?;
        self.optimizer.set_learning_rate(lr)?;
        self.lr = lr;
        Ok(())
    }
}

/// Checks parameters of the optimizer `name` that are not negative, nor NaN.
fn not_negative(name: &str, parameters: &[(&str, f64)]) -> Result<(), TorchError> {
    let bad = parameters
        .iter()
        .find(|(_, value)| !(0.0..).contains(value));
    bad.map_or(Ok(()), |(parameter, value)| {
        Err(refused(name, parameter, *value, "0 or more"))
    })
}

/// A parameter of the optimizer `name` is not what it should be.
fn refused(name: &str, parameter: &str, value: f64, range: &str) -> TorchError {
    TorchError::new(format!(
        "`{parameter}` of `{name}` is {value}\nhint: give {range}"
    ))
}

//! Everything that moves the weights of a model against their gradients.

use crate::Refusal;
use crate::optimizers::{Adagrad, Adam, AdamW, Adamax, NAdam, RAdam, RMSprop, SGD};
use crate::set::set;
use registry_core::{Entity, registry};
use std::fmt;

/// What is known of an optimizer before any framework has built it.
///
/// It is the interface of the registry that lists all optimizers, `Registry::<dyn OptimizerClass>`; one
/// is held as [`Optimizer`].
#[registry]
pub trait OptimizerClass: fmt::Debug + Send + Sync {
    /// Whether its arguments can be, as PyTorch asks in `__init__`.
    ///
    /// # Errors
    ///
    /// Where they cannot.
    fn check(&self) -> Result<(), Refusal>;

    /// The learning rate that it begins with.
    fn lr(&self) -> f64;

    /// What it keeps of the gradients before, which a schedule can change: `momentum`, or the first of
    /// `betas`; none where it has neither.
    fn momentum(&self) -> Option<f64>;
}

set! {
    /// An optimizer: a value for each class of `torch.optim`, which an engine builds.
    ///
    /// # Examples
    ///
    /// ```
    /// use registry_core::Entity;
    /// use registry_nn::Optimizer;
    /// use registry_nn::optimizers::Adam;
    ///
    /// let optimizer: Optimizer = serde_json::from_str(r#"{"name": "Adam", "arguments": {"lr": 0.01}}"#)?;
    /// assert_eq!(optimizer, Adam::new().with_lr(0.01).into());
    /// assert_eq!(optimizer.arguments().to_string(), r#"{"lr": 0.01}"#);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub enum Optimizer of OptimizerClass {
        /// Gradient descent.
        SGD(SGD),
        /// Steps in units of the gradients' moving root mean square.
        Adam(Adam),
        /// The same, with a weight decay that the gradients take no part in.
        AdamW(AdamW),
        /// Steps in units of the gradients' moving largest.
        Adamax(Adamax),
        /// `Adam` with Nesterov's momentum.
        NAdam(NAdam),
        /// `Adam` that warms up by itself.
        RAdam(RAdam),
        /// Gradients through their moving root mean square.
        RMSprop(RMSprop),
        /// Gradients through the root of the sum of their squares.
        Adagrad(Adagrad),
    }
}

impl Optimizer {
    /// Whether all arguments can be. What is read from JSON has been asked already.
    ///
    /// # Errors
    ///
    /// Where one cannot.
    pub fn check(&self) -> Result<(), Refusal> {
        self.class()
            .check()
            .map_err(|refusal| refusal.of(self.name()))
    }

    /// The learning rate that it begins with.
    pub fn lr(&self) -> f64 {
        self.class().lr()
    }

    /// What it keeps of the gradients before: `momentum`, or the first of `betas`; none where it has
    /// neither.
    pub fn momentum(&self) -> Option<f64> {
        self.class().momentum()
    }
}

/// For the registry: as the class that it holds.
impl OptimizerClass for Optimizer {
    fn check(&self) -> Result<(), Refusal> {
        Self::check(self)
    }

    fn lr(&self) -> f64 {
        Self::lr(self)
    }

    fn momentum(&self) -> Option<f64> {
        Self::momentum(self)
    }
}

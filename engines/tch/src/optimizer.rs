//! What moves the weights of a model: the optimizers of `torch.optim`, by one `match`.

mod moments;

use crate::TorchError;
use moments::Moments;
use registry_core::{Entity, Registered, register, registry};
use registry_nn::Optimizer as Description;
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

    /// Sets the learning rate, as to that of a [`Schedule`](registry_nn::Schedule); the identity keeps
    /// the one that the optimizer was built with.
    ///
    /// # Errors
    ///
    /// Where it is negative or infinite.
    fn set_lr(&mut self, lr: f64) -> Result<(), TorchError>;

    /// Sets the momentum, or the first of `betas`, as to that of a [`Schedule`](registry_nn::Schedule).
    ///
    /// # Errors
    ///
    /// Where the optimizer has none.
    fn set_momentum(&mut self, _momentum: f64) -> Result<(), TorchError> {
        Err(TorchError::new("there is no momentum to set"))
    }

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

/// Builds an optimizer for the trainable variables that a store has now.
///
/// # Errors
///
/// Where an argument cannot be, or there are no variables.
///
/// # Examples
///
/// ```
/// use registry_core::Entity;
/// use registry_tch::{layer, layers::Linear, optimizer, optimizers::AdamW};
/// use tch::{Device, nn};
///
/// let vs = nn::VarStore::new(Device::Cpu);
/// let _model = layer(Linear::new(4, 3), vs.root())?;
/// let adamw = optimizer(AdamW::new().with_lr(0.01), &vs)?;
/// assert_eq!(adamw.hash(), AdamW::new().with_lr(0.01).hash());
/// # Ok::<(), registry_tch::TorchError>(())
/// ```
pub fn optimizer(
    optimizer: impl Into<Description>,
    vs: &VarStore,
) -> Result<Registered<Box<dyn Optimizer>>, TorchError> {
    let optimizer = optimizer.into();
    optimizer.check()?;
    let made = ready_optimizer(&optimizer, vs)?;
    Ok(Registered::map(Registered::of(optimizer), |_| made))
}

/// Every optimizer, as the registry has them.
#[register(of = Description, registry = Optimizer)]
pub(crate) fn ready_optimizer(
    optimizer: &Description,
    vs: &VarStore,
) -> Result<Box<dyn Optimizer>, TorchError> {
    let (made, moments) = match optimizer {
        Description::SGD(it) => {
            let (momentum, dampening) = (it.momentum, it.dampening);
            let sgd = COptimizer::sgd(it.lr, momentum, dampening, it.weight_decay, it.nesterov)?;
            (sgd, None)
        }
        Description::Adam(it) => {
            let ((first, second), decay) = (it.betas, it.weight_decay);
            let adam = COptimizer::adam(it.lr, first, second, decay, it.eps, it.amsgrad)?;
            (adam, None)
        }
        Description::AdamW(it) => {
            let ((first, second), decay) = (it.betas, it.weight_decay);
            let adamw = COptimizer::adamw(it.lr, first, second, decay, it.eps, it.amsgrad)?;
            (adamw, None)
        }
        Description::RMSprop(it) => {
            let (alpha, decay, momentum) = (it.alpha, it.weight_decay, it.momentum);
            let rms = COptimizer::rms_prop(it.lr, alpha, it.eps, decay, momentum, it.centered)?;
            (rms, None)
        }
        // libtorch has no such optimizers, or in tch they are not to be had: one of libtorch's forgets
        // the gradients, and the steps are made here.
        Description::Adamax(_)
        | Description::NAdam(_)
        | Description::RAdam(_)
        | Description::Adagrad(_) => {
            let sgd = COptimizer::sgd(0.0, 0.0, 0.0, 0.0, false)?;
            (sgd, Some(Moments::new(optimizer.clone(), vs)?))
        }
    };
    let (description, lr) = (optimizer.clone(), optimizer.lr());
    let ready = Ready {
        description,
        optimizer: given_variables(made, vs)?,
        lr,
        moments,
    };
    Ok(Box::new(ready))
}

#[derive(Debug)]
struct Ready {
    description: Description,
    optimizer: COptimizer,
    lr: f64,
    moments: Option<Moments>,
}

fn given_variables(mut optimizer: COptimizer, vs: &VarStore) -> Result<COptimizer, TorchError> {
    let variables = vs.variables_.lock().map_err(|_| {
        TorchError::new("a thread has panicked while it changed the variable store")
    })?;
    if variables.trainable_variables.is_empty() {
        return Err(
            TorchError::new("the variable store has no trainable variables")
                .hinted("build the model before its optimizer"),
        );
    }
    for variable in &variables.trainable_variables {
        optimizer.add_parameters(&variable.tensor, variable.group)?;
    }
    Ok(optimizer)
}

impl Optimizer for Ready {
    fn zero_grad(&mut self) -> Result<(), TorchError> {
        Ok(self.optimizer.zero_grad()?)
    }

    fn step(&mut self) -> Result<(), TorchError> {
        let stepped = match &mut self.moments {
            None => self.optimizer.step().map_err(TorchError::from),
            Some(moments) => moments.step(self.lr),
        };
        stepped.map_err(|error| error.named(self.description.name(), String::new))
    }

    fn lr(&self) -> f64 {
        self.lr
    }

    fn set_lr(&mut self, lr: f64) -> Result<(), TorchError> {
        if !(lr >= 0.0 && lr.is_finite()) {
            let error = TorchError::new(format!("`lr` cannot be {lr}"));
            let hint = || "choose 0 or more, and no infinite number".to_owned();
            return Err(error.named(self.description.name(), hint));
        }
        self.optimizer.set_learning_rate(lr)?;
        self.lr = lr;
        Ok(())
    }

    fn set_momentum(&mut self, momentum: f64) -> Result<(), TorchError> {
        if self.description.momentum().is_none() {
            let error = TorchError::new("there is no momentum to set");
            return Err(error.named(self.description.name(), String::new));
        }
        match &mut self.moments {
            None => Ok(self.optimizer.set_momentum(momentum)?),
            Some(moments) => {
                moments.set_momentum(momentum);
                Ok(())
            }
        }
    }
}

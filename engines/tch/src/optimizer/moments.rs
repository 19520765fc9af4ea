//! The optimizers that tch does not have, of functions of tensors, as PyTorch has them in Python.

use crate::TorchError;
use registry_nn::Optimizer as Description;
use registry_nn::optimizers::{Adagrad, Adamax, NAdam, RAdam};
use tch::nn::VarStore;
use tch::{TchError, Tensor, no_grad};

/// The variables, and what is kept of their gradients.
#[derive(Debug)]
pub(super) struct Moments {
    description: Description,
    variables: Vec<Moment>,
}

/// What is kept of the gradients of one variable.
#[derive(Debug)]
struct Moment {
    variable: Tensor,
    steps: i32,
    /// The mean of the gradients.
    mean: Tensor,
    /// The mean or the sum of their squares, or the largest.
    size: Tensor,
    /// The product of all momentums.
    product: f64,
}

impl Moments {
    pub(super) fn new(description: Description, vs: &VarStore) -> Result<Self, TorchError> {
        let start = match &description {
            Description::Adagrad(it) => it.initial_accumulator_value,
            _ => 0.0,
        };
        let moment = |variable: Tensor| -> Result<Moment, TchError> {
            let zeros = variable.f_detach()?.f_zeros_like()?;
            Ok(Moment {
                mean: zeros.f_zeros_like()?,
                size: zeros.f_add_scalar(start)?,
                variable,
                steps: 0,
                product: 1.0,
            })
        };
        let variables = vs.trainable_variables().into_iter().map(moment);
        Ok(Self {
            variables: variables.collect::<Result<_, _>>()?,
            description,
        })
    }

    /// Sets the first of `betas`.
    pub(super) fn set_momentum(&mut self, momentum: f64) {
        match &mut self.description {
            Description::Adamax(it) => it.betas.0 = momentum,
            Description::NAdam(it) => it.betas.0 = momentum,
            Description::RAdam(it) => it.betas.0 = momentum,
            _ => {}
        }
    }

    /// Moves each variable that has a gradient.
    pub(super) fn step(&mut self, lr: f64) -> Result<(), TorchError> {
        for moment in &mut self.variables {
            let gradient = moment.variable.grad();
            if !gradient.defined() {
                continue;
            }
            if gradient.is_sparse() {
                return Err(TorchError::new("gradients cannot be sparse here")
                    .hinted("leave `sparse` of `Embedding` out, or choose `SGD`"));
            }
            moment.steps += 1;
            no_grad(|| match &self.description {
                Description::Adagrad(it) => moment.adagrad(it, &gradient, lr),
                Description::Adamax(it) => moment.adamax(it, &gradient, lr),
                Description::NAdam(it) => moment.nadam(it, &gradient, lr),
                Description::RAdam(it) => moment.radam(it, &gradient, lr),
                _ => Ok(()),
            })?;
        }
        Ok(())
    }
}

impl Moment {
    fn adagrad(&mut self, it: &Adagrad, gradient: &Tensor, lr: f64) -> Result<(), TchError> {
        let gradient = decayed(gradient, &self.variable, it.weight_decay)?;
        let lr = lr / (1.0 + f64::from(self.steps - 1) * it.lr_decay);
        self.size = self.size.f_addcmul(&gradient, &gradient)?;
        let root = self.size.f_sqrt()?.f_add_scalar(it.eps)?;
        self.subtract(&gradient.f_div(&root)?, lr)
    }

    fn adamax(&mut self, it: &Adamax, gradient: &Tensor, lr: f64) -> Result<(), TchError> {
        let (first, second) = it.betas;
        let gradient = decayed(gradient, &self.variable, it.weight_decay)?;
        self.average(&gradient, first)?;
        let size = gradient.f_abs()?.f_add_scalar(it.eps)?;
        self.size = self.size.f_mul_scalar(second)?.f_maximum(&size)?;
        let lr = lr / (1.0 - first.powi(self.steps));
        self.subtract(&self.mean.f_div(&self.size)?, lr)
    }

    fn nadam(&mut self, it: &NAdam, gradient: &Tensor, lr: f64) -> Result<(), TchError> {
        let (first, second) = it.betas;
        let gradient = self.decay(gradient, it.weight_decay, it.decoupled_weight_decay, lr)?;
        let momentum =
            |step: i32| first * (1.0 - 0.5 * 0.96f64.powf(f64::from(step) * it.momentum_decay));
        let (now, next) = (momentum(self.steps), momentum(self.steps + 1));
        self.product *= now;
        self.average(&gradient, first)?;
        self.square(&gradient, second)?;
        let size = self.size.f_div_scalar(1.0 - second.powi(self.steps))?;
        let root = size.f_sqrt()?.f_add_scalar(it.eps)?;
        let by_gradient = lr * (1.0 - now) / (1.0 - self.product);
        self.subtract(&gradient.f_div(&root)?, by_gradient)?;
        let by_mean = lr * next / (1.0 - self.product * next);
        self.subtract(&self.mean.f_div(&root)?, by_mean)
    }

    fn radam(&mut self, it: &RAdam, gradient: &Tensor, lr: f64) -> Result<(), TchError> {
        let (first, second) = it.betas;
        let gradient = self.decay(gradient, it.weight_decay, it.decoupled_weight_decay, lr)?;
        self.average(&gradient, first)?;
        self.square(&gradient, second)?;
        let left = second.powi(self.steps);
        let most = 2.0 / (1.0 - second) - 1.0;
        // How many gradients the mean square is worth.
        let worth = most - 2.0 * f64::from(self.steps) * left / (1.0 - left);
        let lr = lr / (1.0 - first.powi(self.steps));
        if worth <= 5.0 {
            return self.subtract(&self.mean.shallow_clone(), lr);
        }
        let rectified =
            (worth - 4.0) * (worth - 2.0) * most / ((most - 4.0) * (most - 2.0) * worth);
        let root = self.size.f_sqrt()?.f_add_scalar(it.eps)?;
        let scale = (rectified * (1.0 - left)).sqrt();
        self.subtract(&self.mean.f_div(&root)?, lr * scale)
    }

    /// The gradient with the weight decay, which may be taken from the variable at once.
    fn decay(
        &mut self,
        gradient: &Tensor,
        weight_decay: f64,
        at_once: bool,
        lr: f64,
    ) -> Result<Tensor, TchError> {
        if !at_once {
            return decayed(gradient, &self.variable, weight_decay);
        }
        let _ = self.variable.f_mul_scalar_(1.0 - lr * weight_decay)?;
        Ok(gradient.shallow_clone())
    }

    fn average(&mut self, gradient: &Tensor, kept: f64) -> Result<(), TchError> {
        self.mean = self.mean.f_lerp(gradient, 1.0 - kept)?;
        Ok(())
    }

    fn square(&mut self, gradient: &Tensor, kept: f64) -> Result<(), TchError> {
        let new = gradient.f_square()?.f_mul_scalar(1.0 - kept)?;
        self.size = self.size.f_mul_scalar(kept)?.f_add(&new)?;
        Ok(())
    }

    fn subtract(&mut self, step: &Tensor, lr: f64) -> Result<(), TchError> {
        self.variable.f_sub_(&step.f_mul_scalar(lr)?).map(drop)
    }
}

fn decayed(gradient: &Tensor, variable: &Tensor, weight_decay: f64) -> Result<Tensor, TchError> {
    if weight_decay > 0.0 {
        return gradient.f_add(&variable.f_mul_scalar(weight_decay)?);
    }
    Ok(gradient.shallow_clone())
}

//! What moves the variables of a model against their gradients.

use crate::CandleError;
use crate::Result;
use crate::weights::{Variables, variables};
use candle_core::backprop::GradStore;
use candle_core::{DType, Device, Error, Tensor, Var};
use candle_nn::VarMap;
use registry_core::Entity;
use registry_nn::Optimizer;
use registry_nn::optimizers::{Adam, AdamW};
use std::collections::BTreeMap;

/// An optimizer of any class: what [`optimizer`] gives. It is used as candle's own are, by the trait
/// `candle_nn::Optimizer`.
#[derive(Debug)]
pub struct AnyOptimizer {
    class: Optimizer,
    lr: f64,
    /// `momentum`, or the first of `betas`.
    momentum: f64,
    moved: Vec<Moved>,
}

/// A variable, and what is remembered of it.
#[derive(Debug)]
struct Moved {
    name: String,
    variable: Var,
    /// How many steps were made, as whole numbers on the CPU.
    steps: Var,
    memory: Vec<Var>,
}

/// Builds an optimizer of all the variables in `map`.
///
/// # Errors
///
/// Where PyTorch refuses its arguments.
///
/// # Examples
///
/// ```
/// use candle_core::{DType, Device, Tensor};
/// use candle_nn::{ModuleT, Optimizer, VarMap};
/// use registry_candle::{criterion, layer, optimizer, var_builder};
/// use registry_nn::{criteria::MSELoss, layers::Linear, optimizers::SGD};
///
/// let map = VarMap::new();
/// let model = layer(Linear::new(2, 1), var_builder(&map, DType::F32, &Device::Cpu))?;
/// let criterion = criterion(&MSELoss::new().into())?;
/// let mut optimizer = optimizer(&SGD::new().with_lr(0.1).with_momentum(0.9).into(), &map)?;
///
/// let (xs, ys) = (Tensor::new(&[[1f32, 2.0], [3.0, 4.0]], &Device::Cpu)?, Tensor::new(&[[3f32], [7.0]], &Device::Cpu)?);
/// let mut losses = Vec::new();
/// for _ in 0..20 {
///     let loss = criterion.loss(&[&model.forward_t(&xs, true)?, &ys])?;
///     optimizer.backward_step(&loss)?;
///     losses.push(loss.to_scalar::<f32>()?);
/// }
/// assert!(losses[19] < losses[0] / 2.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn optimizer(optimizer: &Optimizer, map: &VarMap) -> Result<AnyOptimizer, CandleError> {
    AnyOptimizer::of(optimizer, variables(map))
}

impl AnyOptimizer {
    fn of(class: &Optimizer, variables: Variables) -> Result<Self, CandleError> {
        class.check()?;
        // What normalization keeps of the batches is in the map too.
        let is_kept = |name: &str| name.ends_with("running_mean") || name.ends_with("running_var");
        let moved = variables
            .into_iter()
            .filter(|(name, it)| it.dtype().is_float() && !is_kept(name));
        let moved = moved.map(|(name, variable)| Moved::new(class, name, variable));
        Ok(Self {
            lr: class.lr(),
            momentum: class.momentum().unwrap_or(0.0),
            moved: moved.collect::<Result<_>>()?,
            class: class.clone(),
        })
    }

    /// What it remembers from step to step, by names such as `Adam.exp_avg.0.weight`: what a checkpoint holds
    /// beside the weights, so that training goes on as if it had never stopped. The variables are set to go on.
    pub fn state(&self) -> Variables {
        let names = memory(&self.class);
        let class = self.class.name();
        let of_one = |moved: &Moved| {
            let named = |(what, variable): (&str, &Var)| {
                (format!("{class}.{what}.{}", moved.name), variable.clone())
            };
            let memory = names.iter().map(|(what, _)| *what).zip(&moved.memory);
            memory
                .chain([("step", &moved.steps)])
                .map(named)
                .collect::<Vec<_>>()
        };
        self.moved.iter().flat_map(of_one).collect()
    }

    /// Sets what is kept of the gradients before: `momentum`, or the first of `betas`, as a schedule does.
    pub fn set_momentum(&mut self, momentum: f64) {
        self.momentum = momentum;
    }
}

impl candle_nn::Optimizer for AnyOptimizer {
    type Config = Optimizer;

    /// Numbers the variables.
    fn new(variables: Vec<Var>, class: Optimizer) -> Result<Self> {
        let named: BTreeMap<_, _> = variables
            .into_iter()
            .enumerate()
            .map(|(at, it)| (format!("{at:06}"), it))
            .collect();
        Self::of(&class, named).map_err(Error::from)
    }

    fn step(&mut self, gradients: &GradStore) -> Result<()> {
        for moved in &self.moved {
            if let Some(gradient) = gradients.get(&moved.variable) {
                moved.step(&self.class, self.lr, self.momentum, gradient)?;
            }
        }
        Ok(())
    }

    fn learning_rate(&self) -> f64 {
        self.lr
    }

    fn set_learning_rate(&mut self, lr: f64) {
        self.lr = lr;
    }
}

/// What is remembered of a variable, by PyTorch's names, and what it begins with.
fn memory(class: &Optimizer) -> Vec<(&'static str, f64)> {
    let names: &[&str] = match class {
        Optimizer::SGD(_) => &["momentum_buffer"],
        Optimizer::Adam(Adam { amsgrad: true, .. })
        | Optimizer::AdamW(AdamW { amsgrad: true, .. }) => {
            &["exp_avg", "exp_avg_sq", "max_exp_avg_sq"]
        }
        Optimizer::Adam(_) | Optimizer::AdamW(_) | Optimizer::RAdam(_) => {
            &["exp_avg", "exp_avg_sq"]
        }
        Optimizer::NAdam(_) => &["exp_avg", "exp_avg_sq", "mu_product"],
        Optimizer::Adamax(_) => &["exp_avg", "exp_inf"],
        Optimizer::RMSprop(_) => &["square_avg", "momentum_buffer", "grad_avg"],
        Optimizer::Adagrad(it) => return vec![("sum", it.initial_accumulator_value)],
    };
    let first = |name: &str| f64::from(u8::from(name == "mu_product"));
    names.iter().map(|name| (*name, first(name))).collect()
}

/// The share of a weight that is taken away, and whether the gradient takes no part in that.
fn weight_decay(class: &Optimizer) -> (f64, bool) {
    match class {
        Optimizer::SGD(it) => (it.weight_decay, false),
        Optimizer::Adam(it) => (it.weight_decay, false),
        Optimizer::AdamW(it) => (it.weight_decay, true),
        Optimizer::Adamax(it) => (it.weight_decay, false),
        Optimizer::NAdam(it) => (it.weight_decay, it.decoupled_weight_decay),
        Optimizer::RAdam(it) => (it.weight_decay, it.decoupled_weight_decay),
        Optimizer::RMSprop(it) => (it.weight_decay, false),
        Optimizer::Adagrad(it) => (it.weight_decay, false),
    }
}

impl Moved {
    fn new(class: &Optimizer, name: String, variable: Var) -> Result<Self> {
        let begin = |(_, value)| Var::from_tensor(&variable.zeros_like()?.affine(1.0, value)?);
        let memory = memory(class)
            .into_iter()
            .map(begin)
            .collect::<Result<_>>()?;
        let steps = Var::zeros((), DType::I64, &Device::Cpu)?;
        Ok(Self {
            name,
            variable,
            steps,
            memory,
        })
    }

    /// Sets what is remembered at a place.
    fn keep(&self, at: usize, value: &Tensor) -> Result<Tensor> {
        self.memory[at].set(value)?;
        Ok(self.memory[at].as_tensor().clone())
    }

    /// Moves what is remembered at a place: it keeps a share of itself.
    fn mix(&self, at: usize, share: f64, new: &Tensor) -> Result<Tensor> {
        self.keep(
            at,
            &((self.memory[at].as_tensor() * share)? + (new * (1.0 - share))?)?,
        )
    }

    fn step(&self, class: &Optimizer, lr: f64, momentum: f64, gradient: &Tensor) -> Result<()> {
        self.steps.set(&(self.steps.as_tensor() + 1.0)?)?;
        let mut now = self.variable.as_detached_tensor();
        let mut gradient = gradient.clone();
        match weight_decay(class) {
            (share, true) => now = (now * (1.0 - lr * share))?,
            (share, false) if share > 0.0 => gradient = (gradient + (&now * share)?)?,
            _ => {}
        }
        let step = (self.towards(class, momentum, &gradient)? * lr)?;
        self.variable.set(&(now - step)?)
    }

    /// Where a step leads for a learning rate of 1.
    fn towards(&self, class: &Optimizer, momentum: f64, gradient: &Tensor) -> Result<Tensor> {
        let step = self.steps.to_dtype(DType::F64)?.to_scalar::<f64>()?;
        let unbiased = |beta: f64| 1.0 - beta.powf(step);
        match class {
            Optimizer::SGD(_) if momentum == 0.0 => Ok(gradient.clone()),
            Optimizer::SGD(it) => {
                let share = if step > 1.0 { 1.0 - it.dampening } else { 1.0 };
                let kept = (self.memory[0].as_tensor() * momentum)?;
                let kept = self.keep(0, &(kept + (gradient * share)?)?)?;
                if it.nesterov {
                    gradient + (kept * momentum)?
                } else {
                    Ok(kept)
                }
            }
            Optimizer::Adam(Adam {
                betas,
                eps,
                amsgrad,
                ..
            })
            | Optimizer::AdamW(AdamW {
                betas,
                eps,
                amsgrad,
                ..
            }) => {
                let mean = (self.mix(0, momentum, gradient)? / unbiased(momentum))?;
                let mut square = self.mix(1, betas.1, &gradient.sqr()?)?;
                if *amsgrad {
                    square = self.keep(2, &self.memory[2].as_tensor().maximum(&square)?)?;
                }
                mean / ((square / unbiased(betas.1))?.sqrt()? + *eps)?
            }
            Optimizer::Adamax(it) => {
                let mean = self.mix(0, momentum, gradient)?;
                let before = (self.memory[1].as_tensor() * it.betas.1)?;
                let largest = self.keep(1, &before.maximum(&(gradient.abs()? + it.eps)?)?)?;
                (mean / largest)? / unbiased(momentum)
            }
            Optimizer::NAdam(it) => {
                let at =
                    |step: f64| momentum * (1.0 - 0.5 * 0.96f64.powf(step * it.momentum_decay));
                let (now, next) = (at(step), at(step + 1.0));
                // The same number for each element, and so it is remembered with the others.
                let product = self.keep(2, &(self.memory[2].as_tensor() * now)?)?;
                let mean = (self.mix(0, momentum, gradient)? * next)?;
                let mean = (mean / (&product * next)?.affine(-1.0, 1.0)?)?;
                let square = (self.mix(1, it.betas.1, &gradient.sqr()?)? / unbiased(it.betas.1))?;
                let gradient = ((gradient * (1.0 - now))? / product.affine(-1.0, 1.0)?)?;
                (gradient + mean)? / (square.sqrt()? + it.eps)?
            }
            Optimizer::RAdam(it) => {
                let mean = (self.mix(0, momentum, gradient)? / unbiased(momentum))?;
                let square = self.mix(1, it.betas.1, &gradient.sqr()?)?;
                let most = 2.0 / (1.0 - it.betas.1) - 1.0;
                let length =
                    most - 2.0 * step * (1.0 - unbiased(it.betas.1)) / unbiased(it.betas.1);
                if length <= 5.0 {
                    return Ok(mean);
                }
                let trust =
                    (length - 4.0) * (length - 2.0) * most / ((most - 4.0) * (most - 2.0) * length);
                (mean * (trust * unbiased(it.betas.1)).sqrt())? / (square.sqrt()? + it.eps)?
            }
            Optimizer::RMSprop(it) => {
                let mut square = self.mix(0, it.alpha, &gradient.sqr()?)?;
                if it.centered {
                    square = (square - self.mix(2, it.alpha, gradient)?.sqr()?)?;
                }
                let scaled = (gradient / (square.sqrt()? + it.eps)?)?;
                self.keep(1, &((self.memory[1].as_tensor() * momentum)? + scaled)?)
            }
            Optimizer::Adagrad(it) => {
                let sum = self.keep(0, &(self.memory[0].as_tensor() + gradient.sqr()?)?)?;
                (gradient / (sum.sqrt()? + it.eps)?)? / (1.0 + (step - 1.0) * it.lr_decay)
            }
        }
    }
}

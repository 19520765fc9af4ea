//! The optimizers that a configuration can name.
//!
//! candle's own `AdamW` keeps its moments to itself. These hand them out, so that a checkpoint can
//! hold them and training goes on as if it had never stopped.

use std::collections::BTreeMap;

use candle_core::backprop::GradStore;
use candle_core::{Device, Result, Tensor, Var};
use entia::prelude::*;

use crate::range::check;

/// Variables by name.
pub type Variables = BTreeMap<String, Var>;

/// Moves the variables of a model so that the loss falls.
#[registry(context = Variables)]
pub trait Optimizer {
    /// Takes one step against `gradients`.
    ///
    /// # Errors
    ///
    /// When a gradient does not have the shape of its variable.
    fn step(&mut self, gradients: &GradStore) -> Result<()>;

    /// What the optimizer remembers from step to step.
    fn state(&self) -> Variables;
}

/// Stochastic gradient descent.
#[derive(Debug)]
pub struct Sgd {
    variables: Variables,
    velocities: Variables,
    lr: f64,
    momentum: f64,
}

#[register(name = "SGD", exclude = "variables", registry = Optimizer)]
impl Sgd {
    /// Starts with velocities of zero.
    ///
    /// # Errors
    ///
    /// When `lr` is not above 0, or `momentum` is not in `0.0..1.0`.
    pub fn new(
        variables: &Variables,
        lr: f64,
        #[register(default = 0.0)] momentum: f64,
    ) -> Result<Self> {
        check_rate(lr)?;
        check_share("momentum", momentum)?;
        Ok(Self {
            velocities: zeros(variables)?,
            variables: variables.clone(),
            lr,
            momentum,
        })
    }
}

impl Optimizer for Sgd {
    fn step(&mut self, gradients: &GradStore) -> Result<()> {
        for (variable, velocity) in self.variables.values().zip(self.velocities.values()) {
            if let Some(gradient) = gradients.get(variable) {
                velocity.set(&((velocity.as_tensor() * self.momentum)? + gradient)?)?;
                variable.set(&(variable.as_tensor() - (velocity.as_tensor() * self.lr)?)?)?;
            }
        }
        Ok(())
    }

    fn state(&self) -> Variables {
        prefixed("SGD.velocity", &self.velocities).collect()
    }
}

/// Adam with decoupled weight decay.
#[derive(Debug)]
pub struct AdamW {
    variables: Variables,
    first_moments: Variables,
    second_moments: Variables,
    steps: Var,
    lr: f64,
    beta1: f64,
    beta2: f64,
    eps: f64,
    weight_decay: f64,
}

#[register(exclude = "variables", registry = Optimizer)]
impl AdamW {
    /// Starts with moments of zero.
    ///
    /// # Errors
    ///
    /// When `lr` is not above 0, or another number is not in `0.0..1.0`.
    pub fn new(
        variables: &Variables,
        lr: f64,
        #[register(default = 0.9)] beta1: f64,
        #[register(default = 0.999)] beta2: f64,
        #[register(default = 1e-8)] eps: f64,
        #[register(default = 0.01)] weight_decay: f64,
    ) -> Result<Self> {
        check_rate(lr)?;
        check_share("beta1", beta1)?;
        check_share("beta2", beta2)?;
        check_share("eps", eps)?;
        check_share("weight_decay", weight_decay)?;
        Ok(Self {
            first_moments: zeros(variables)?,
            second_moments: zeros(variables)?,
            variables: variables.clone(),
            steps: Var::new(0u32, &Device::Cpu)?,
            lr,
            beta1,
            beta2,
            eps,
            weight_decay,
        })
    }
}

impl Optimizer for AdamW {
    fn step(&mut self, gradients: &GradStore) -> Result<()> {
        let steps = self.steps.to_scalar::<u32>()? + 1;
        self.steps.set(&Tensor::new(steps, &Device::Cpu)?)?;
        // Moments start at zero; without the correction the first steps would be too short.
        let correct1 = 1.0 - self.beta1.powf(steps.into());
        let correct2 = 1.0 - self.beta2.powf(steps.into());
        for (name, variable) in &self.variables {
            let Some(gradient) = gradients.get(variable) else {
                continue;
            };
            let (first, second) = (&self.first_moments[name], &self.second_moments[name]);
            first.set(&((first.as_tensor() * self.beta1)? + (gradient * (1.0 - self.beta1))?)?)?;
            second.set(
                &((second.as_tensor() * self.beta2)? + (gradient.sqr()? * (1.0 - self.beta2))?)?,
            )?;
            let direction = ((first.as_tensor() / correct1)?
                / ((second.as_tensor() / correct2)?.sqrt()? + self.eps)?)?;
            let decayed = (variable.as_tensor() * (1.0 - self.lr * self.weight_decay))?;
            variable.set(&(decayed - (direction * self.lr)?)?)?;
        }
        Ok(())
    }

    fn state(&self) -> Variables {
        prefixed("AdamW.first_moment", &self.first_moments)
            .chain(prefixed("AdamW.second_moment", &self.second_moments))
            .chain([("AdamW.steps".to_owned(), self.steps.clone())])
            .collect()
    }
}

fn zeros(variables: &Variables) -> Result<Variables> {
    variables
        .iter()
        .map(|(name, variable)| Ok((name.clone(), Var::from_tensor(&variable.zeros_like()?)?)))
        .collect()
}

fn prefixed(prefix: &str, variables: &Variables) -> impl Iterator<Item = (String, Var)> {
    variables
        .iter()
        .map(move |(name, variable)| (format!("{prefix}.{name}"), variable.clone()))
}

fn check_rate(lr: f64) -> Result<()> {
    check(
        "lr",
        lr,
        lr > 0.0 && lr.is_finite(),
        "choose a number above 0, such as 0.001",
    )
}

fn check_share(name: &str, value: f64) -> Result<()> {
    check(
        name,
        value,
        (0.0..1.0).contains(&value),
        "choose a number from 0 to below 1",
    )
}

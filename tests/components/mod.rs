//! Components of a typed registry and of the default one.

use entia::prelude::*;
use std::collections::BTreeMap;

/// A function of one number.
#[registry]
pub(crate) trait Layer {
    /// Its value at `x`.
    fn apply(&self, x: f64) -> f64;
}

/// Element-wise functions.
#[derive(Clone, Debug, Entity)]
#[register(registry = Layer)]
pub(crate) enum Activation {
    /// Keeps what is positive.
    ReLU,
    /// Keeps a little of what is not.
    LeakyReLU {
        /// The slope below zero.
        #[register(default = 0.01)]
        slope: f64,
    },
}

impl Layer for Activation {
    fn apply(&self, x: f64) -> f64 {
        match self {
            Self::ReLU => x.max(0.0),
            Self::LeakyReLU { slope } if x < 0.0 => slope * x,
            Self::LeakyReLU { .. } => x,
        }
    }
}

/// Multiplies.
#[derive(Clone, Debug, Entity)]
#[register(registry = Layer)]
pub(crate) struct Scale {
    pub(crate) factor: f64,
}

impl Layer for Scale {
    fn apply(&self, x: f64) -> f64 {
        self.factor * x
    }
}

/// One layer after the other.
#[derive(Entity)]
#[register(registry = Layer)]
pub(crate) struct Sequential {
    pub(crate) layers: Vec<Registered<Box<dyn Layer>>>,
}

impl Layer for Sequential {
    fn apply(&self, x: f64) -> f64 {
        self.layers.iter().fold(x, |x, layer| layer.apply(x))
    }
}

pub(crate) struct Polynomial(Vec<f64>);

#[register(registry = Layer)]
impl Polynomial {
    /// A polynomial in powers of `x - center`.
    pub(crate) fn new(
        degree: usize,
        coefficient: f64,
        #[register(keyword, default = 0.0)] center: f64,
        #[register(default = true, skip_default)] monic: bool,
    ) -> Self {
        let mut coefficients = vec![coefficient; degree];
        coefficients.push(if monic { 1.0 } else { coefficient });
        coefficients[0] -= center;
        Self(coefficients)
    }
}

impl Layer for Polynomial {
    fn apply(&self, x: f64) -> f64 {
        self.0.iter().rev().fold(0.0, |sum, it| sum * x + it)
    }
}

/// Adds a constant.
#[register(name = "Shift", registry = Layer)]
pub(crate) fn shift(by: f64) -> Shifted {
    Shifted(by)
}

pub(crate) struct Shifted(f64);

impl Layer for Shifted {
    fn apply(&self, x: f64) -> f64 {
        x + self.0
    }
}

/// In the default registry, with parameters of many types.
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(exclude = "device")]
pub(crate) struct Adam {
    /// The learning rate.
    pub(crate) lr: f64,
    #[register(default = (0.9, 0.999))]
    pub(crate) betas: (f64, f64),
    #[register(default)]
    pub(crate) groups: BTreeMap<String, Vec<u64>>,
    #[register(default)]
    pub(crate) schedule: Option<Schedule>,
    #[register(default = "cpu".to_owned())]
    pub(crate) device: String,
}

#[derive(Clone, Debug, PartialEq, Entity)]
pub(crate) enum Schedule {
    Constant,
    Step { every: u32 },
}

/// A component of one registry that holds one of another.
#[derive(Entity)]
pub(crate) struct Pipeline {
    pub(crate) head: Registered<Box<dyn Layer>>,
}

/// A generic type is registered by instance.
#[derive(Debug, Entity)]
pub(crate) struct Buffer<T> {
    pub(crate) items: Vec<T>,
}

entia::submit!(Buffer<u8>);

pub(crate) const LAYERS: [&str; 6] = [
    "LeakyReLU",
    "Polynomial",
    "ReLU",
    "Scale",
    "Sequential",
    "Shift",
];

pub(crate) const DEFAULT: [&str; 5] = ["Adam", "Buffer", "Constant", "Pipeline", "Step"];

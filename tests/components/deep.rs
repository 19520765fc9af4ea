//! Components that hold others in every way.

use entia::Value;
use entia::prelude::*;
use serde::{Deserialize, Serialize};
use std::any::Any;
use std::collections::BTreeMap;

#[derive(Clone, Debug, Entity)]
pub(crate) enum Activation {
    ReLU,
    LeakyReLU { slope: f64 },
}

#[derive(Debug, thiserror::Error, PartialEq)]
#[error("the hidden layer cannot be empty")]
pub(crate) struct EmptyLayer;

#[derive(Debug)]
pub(crate) struct Mlp;

#[register(name = "MLP", exclude = "device")]
impl Mlp {
    pub(crate) fn new(
        #[register(default = 0)] device: u8,
        input_size: u64,
        hidden_size: u64,
        #[register(default = 0.5)] dropout: f32,
        activation: Activation,
        #[register(keyword, default = 0)] seed: u128,
    ) -> Result<Self, EmptyLayer> {
        let _ = (device, input_size, dropout, activation, seed);
        if hidden_size == 0 {
            return Err(EmptyLayer);
        }
        Ok(Self)
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Plan {
    pub(crate) steps: Vec<(u8, String)>,
    pub(crate) mode: Mode,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Mode {
    Fast,
    Slow { factor: f64 },
}

#[derive(Debug, Entity)]
pub(crate) struct Deep {
    pub(crate) layers: Vec<Activation>,
    #[register(default)]
    pub(crate) by_name: BTreeMap<String, Option<Registered<Mlp>>>,
    #[register(default)]
    pub(crate) pair: Option<(Activation, [Activation; 2])>,
    pub(crate) plan: Plan,
    #[register(default)]
    pub(crate) free: Option<Value>,
}

pub(crate) fn registry() -> &'static Registry<dyn Any> {
    Registry::global().expect("the names differ")
}

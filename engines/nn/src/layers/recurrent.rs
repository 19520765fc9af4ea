//! Layers that read sequences.

use super::dimensions;
use super::linear::last;
use crate::layer::LayerClass;
use crate::size::{at_least, layers, probability};
use crate::state::uniform;
use crate::{Refusal, Variable};
use registry_core::Entity;
use serde::{Deserialize, Serialize};

/// A recurrent network: reads `(length, batch, features)` and gives the states of the last layer.
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(registry = LayerClass, new, check = LayerClass::check, skip_default)]
pub struct RNN {
    /// The features of an element.
    pub input_size: i64,
    /// The numbers of a state.
    pub hidden_size: i64,
    /// Layers, each of which reads the states of the one before.
    #[register(default = 1)]
    pub num_layers: i64,
    /// The function that makes the next state.
    #[register(default)]
    pub nonlinearity: Nonlinearity,
    /// Whether numbers are added that are learned.
    #[register(default = true)]
    pub bias: bool,
    /// Whether the input is `(batch, length, features)`.
    #[register(default = false)]
    pub batch_first: bool,
    /// The probability that an element between two layers is left out while training.
    #[register(default = 0.0)]
    pub dropout: f64,
    /// Whether it reads from the end as well.
    #[register(default = false)]
    pub bidirectional: bool,
}

/// The function that makes the next state of an [`RNN`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Nonlinearity {
    /// The hyperbolic tangent.
    #[default]
    Tanh,
    /// `max(0, x)`.
    Relu,
}

/// Long short-term memory: reads `(length, batch, features)` and gives the states of the last layer.
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(registry = LayerClass, new, check = LayerClass::check, skip_default)]
pub struct LSTM {
    /// The features of an element.
    pub input_size: i64,
    /// The numbers of a state.
    pub hidden_size: i64,
    /// Layers, each of which reads the states of the one before.
    #[register(default = 1)]
    pub num_layers: i64,
    /// Whether numbers are added that are learned.
    #[register(default = true)]
    pub bias: bool,
    /// Whether the input is `(batch, length, features)`.
    #[register(default = false)]
    pub batch_first: bool,
    /// The probability that an element between two layers is left out while training.
    #[register(default = 0.0)]
    pub dropout: f64,
    /// Whether it reads from the end as well.
    #[register(default = false)]
    pub bidirectional: bool,
    /// The numbers of a state that are given out; 0 stands for all.
    #[register(default = 0)]
    pub proj_size: i64,
}

/// Gated recurrent units: reads `(length, batch, features)` and gives the states of the last layer.
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(registry = LayerClass, new, check = LayerClass::check, skip_default)]
pub struct GRU {
    /// The features of an element.
    pub input_size: i64,
    /// The numbers of a state.
    pub hidden_size: i64,
    /// Layers, each of which reads the states of the one before.
    #[register(default = 1)]
    pub num_layers: i64,
    /// Whether numbers are added that are learned.
    #[register(default = true)]
    pub bias: bool,
    /// Whether the input is `(batch, length, features)`.
    #[register(default = false)]
    pub batch_first: bool,
    /// The probability that an element between two layers is left out while training.
    #[register(default = 0.0)]
    pub dropout: f64,
    /// Whether it reads from the end as well.
    #[register(default = false)]
    pub bidirectional: bool,
}

/// What [`RNN`], [`LSTM`] and [`GRU`] have in common.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Recurrence {
    /// How many parts a row of weights has: 1, 4 for [`LSTM`], 3 for [`GRU`].
    pub gates: i64,
    /// The features of an element.
    pub input_size: i64,
    /// The numbers of a state.
    pub hidden_size: i64,
    /// The numbers of a state that are given out.
    pub output_size: i64,
    /// Layers.
    pub num_layers: i64,
    /// Whether numbers are added that are learned.
    pub bias: bool,
    /// Whether the input is `(batch, length, features)`.
    pub batch_first: bool,
    /// The probability that an element between two layers is left out while training.
    pub dropout: f64,
    /// Whether it reads from the end as well.
    pub bidirectional: bool,
}

macro_rules! recurrent {
    ($($name:ident, $gates:expr, $projected:expr);+ $(;)?) => {$(
        impl $name {
            /// What it has in common with its like.
            pub fn recurrence(&self) -> Recurrence {
                let projected: fn(&Self) -> i64 = $projected;
                let projected = projected(self);
                Recurrence {
                    gates: $gates,
                    input_size: self.input_size,
                    hidden_size: self.hidden_size,
                    output_size: if projected > 0 { projected } else { self.hidden_size },
                    num_layers: self.num_layers,
                    bias: self.bias,
                    batch_first: self.batch_first,
                    dropout: self.dropout,
                    bidirectional: self.bidirectional,
                }
            }
        }

        impl LayerClass for $name {
            fn check(&self) -> Result<(), Refusal> {
                let projected: fn(&Self) -> i64 = $projected;
                self.recurrence().check(projected(self))
            }

            fn output(&self, input: &[i64]) -> Result<Vec<i64>, Refusal> {
                self.recurrence().output(input)
            }

            fn state(&self) -> Vec<Variable> {
                self.recurrence().state()
            }
        }
    )+};
}

recurrent! {
    RNN, 1, |_| 0;
    LSTM, 4, |lstm| lstm.proj_size;
    GRU, 3, |_| 0;
}

impl Recurrence {
    fn check(&self, projected: i64) -> Result<(), Refusal> {
        at_least(self.input_size, 1, "input_size")?;
        at_least(self.hidden_size, 1, "hidden_size")?;
        layers(self.num_layers)?;
        probability(self.dropout, "dropout")?;
        if !(0..self.hidden_size).contains(&projected) {
            return Err(
                Refusal::argument(format!("`proj_size` cannot be {projected}"))
                    .with_hint("choose less than `hidden_size`, or 0 for all"),
            );
        }
        Ok(())
    }

    fn output(&self, input: &[i64]) -> Result<Vec<i64>, Refusal> {
        let [lead @ .., features] = sequence(input)? else {
            return Err(Refusal::shape("expected sequences, found none"));
        };
        last(*features, self.input_size)?;
        let length = if self.batch_first && lead.len() == 2 {
            lead[1]
        } else {
            lead[0]
        };
        if length == 0 {
            return Err(Refusal::shape("expected sequences that are not empty"));
        }
        let directions = if self.bidirectional { 2 } else { 1 };
        Ok([lead, &[self.output_size.saturating_mul(directions)]].concat())
    }

    fn state(&self) -> Vec<Variable> {
        let gates = self.hidden_size.saturating_mul(self.gates);
        let directions = if self.bidirectional {
            &["", "_reverse"][..]
        } else {
            &[""]
        };
        let init = uniform([self.hidden_size]);
        let mut state = Vec::new();
        for layer in 0..self.num_layers {
            let input = match layer {
                0 => self.input_size,
                _ if self.bidirectional => self.output_size.saturating_mul(2),
                _ => self.output_size,
            };
            for direction in directions {
                let mut add = |name: &str, shape: &[i64]| {
                    let name = format!("{name}_l{layer}{direction}");
                    state.push(Variable::trained(&name, shape, init));
                };
                add("weight_ih", &[gates, input]);
                add("weight_hh", &[gates, self.output_size]);
                if self.bias {
                    add("bias_ih", &[gates]);
                    add("bias_hh", &[gates]);
                }
                if self.output_size != self.hidden_size {
                    add("weight_hr", &[self.output_size, self.hidden_size]);
                }
            }
        }
        state
    }
}

/// A sequence of vectors, in a batch or alone.
pub(super) fn sequence(input: &[i64]) -> Result<&[i64], Refusal> {
    if (2..=3).contains(&input.len()) {
        return Ok(input);
    }
    Err(Refusal::shape(format!(
        "expected 2 dimensions or 3, found {}",
        dimensions(input)
    )))
}

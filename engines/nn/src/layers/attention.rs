//! Layers in which each element of a sequence looks at all.

use super::linear::last;
use super::recurrent::sequence;
use crate::layer::LayerClass;
use crate::size::{at_least, layers, probability};
use crate::state::{scale_and_shift, uniform, weight_and_bias};
use crate::{Init, Layer, Refusal, Variable};
use registry_core::Entity;
use serde::{Deserialize, Serialize};

/// Each element of a sequence looks at all, in several ways at once.
///
/// The input is query, key and value, so `kdim` and `vdim` are no parameters. It reads
/// `(length, batch, features)`.
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(registry = LayerClass, new, check = LayerClass::check, skip_default)]
pub struct MultiheadAttention {
    /// The features of an element.
    pub embed_dim: i64,
    /// The ways; they share the features among them.
    pub num_heads: i64,
    /// The probability that an element is not looked at while training.
    #[register(default = 0.0)]
    pub dropout: f64,
    /// Whether numbers are added that are learned.
    #[register(default = true)]
    pub bias: bool,
    /// Whether there is one more element to look at, which is learned.
    #[register(default = false)]
    pub add_bias_kv: bool,
    /// Whether there is one more element to look at, which is zero.
    #[register(default = false)]
    pub add_zero_attn: bool,
    /// Whether the input is `(batch, length, features)`; by name, for in PyTorch `kdim` is before it.
    #[register(default = false, keyword)]
    pub batch_first: bool,
}

impl LayerClass for MultiheadAttention {
    fn check(&self) -> Result<(), Refusal> {
        heads(self.embed_dim, "embed_dim", self.num_heads, "num_heads")?;
        probability(self.dropout, "dropout")
    }

    fn output(&self, input: &[i64]) -> Result<Vec<i64>, Refusal> {
        attended(input, self.embed_dim)
    }

    fn state(&self) -> Vec<Variable> {
        let (size, all) = (self.embed_dim, self.embed_dim.saturating_mul(3));
        let [uniform_of_both, normal] = xavier(all, size);
        let mut state = vec![Variable::trained(
            "in_proj_weight",
            &[all, size],
            uniform_of_both,
        )];
        let zero = Init::Constant(0.0);
        if self.bias {
            state.push(Variable::trained("in_proj_bias", &[all], zero));
        }
        if self.add_bias_kv {
            let shape = [1, 1, size];
            state.push(Variable::trained("bias_k", &shape, normal));
            state.push(Variable::trained("bias_v", &shape, normal));
        }
        state.push(Variable::trained(
            "out_proj.weight",
            &[size, size],
            uniform([size]),
        ));
        if self.bias {
            state.push(Variable::trained("out_proj.bias", &[size], zero));
        }
        state
    }
}

/// The features can be shared among the heads.
fn heads(size: i64, parameter: &str, heads: i64, of: &str) -> Result<(), Refusal> {
    at_least(size, 1, parameter)?;
    at_least(heads, 1, of)?;
    if size % heads == 0 {
        return Ok(());
    }
    Err(
        Refusal::argument(format!("`{parameter}` cannot be {size} with {heads} heads"))
            .with_hint(format!("choose a multiple of `{of}`")),
    )
}

/// The weights of the projection, and the elements that are learned, as PyTorch draws them.
#[expect(
    clippy::cast_precision_loss,
    reason = "a layer has fewer than 2^53 weights"
)]
fn xavier(outputs: i64, inputs: i64) -> [Init; 2] {
    let bound = (6.0 / (outputs as f64 + inputs as f64)).sqrt();
    // Of `[1, 1, inputs]` PyTorch counts `inputs` as inputs and as outputs.
    let std = (2.0 / (inputs as f64 + inputs as f64)).sqrt();
    [Init::Uniform { bound }, Init::Normal { std, zero: None }]
}

fn attended(input: &[i64], size: i64) -> Result<Vec<i64>, Refusal> {
    let input = sequence(input)?;
    last(input[input.len() - 1], size)?;
    Ok(input.to_vec())
}

/// A layer of a transformer: attention and a network for each element, both with a shortcut and
/// normalized.
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(registry = LayerClass, new, check = LayerClass::check, skip_default)]
pub struct TransformerEncoderLayer {
    /// The features of an element.
    pub d_model: i64,
    /// The heads of the attention.
    pub nhead: i64,
    /// The hidden numbers of the network.
    #[register(default = 2048)]
    pub dim_feedforward: i64,
    /// The probability that an element is left out while training.
    #[register(default = 0.1)]
    pub dropout: f64,
    /// The activation of the network.
    #[register(default)]
    pub activation: TransformerActivation,
    /// Added to the variances.
    #[register(default = 1e-5)]
    pub layer_norm_eps: f64,
    /// Whether the input is `(batch, length, features)`.
    #[register(default = false)]
    pub batch_first: bool,
    /// Whether what goes in is normalized, and not what comes out.
    #[register(default = false)]
    pub norm_first: bool,
    /// Whether numbers are added that are learned.
    #[register(default = true)]
    pub bias: bool,
}

/// The activation of a transformer, by the words that PyTorch has for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TransformerActivation {
    /// `max(0, x)`.
    #[default]
    Relu,
    /// `x` times the probability that a normal number is below `x`.
    Gelu,
}

impl TransformerEncoderLayer {
    /// Its attention.
    pub fn self_attn(&self) -> MultiheadAttention {
        MultiheadAttention::new(self.d_model, self.nhead)
            .with_dropout(self.dropout)
            .with_bias(self.bias)
            .with_batch_first(self.batch_first)
    }
}

impl LayerClass for TransformerEncoderLayer {
    fn check(&self) -> Result<(), Refusal> {
        heads(self.d_model, "d_model", self.nhead, "nhead")?;
        at_least(self.dim_feedforward, 0, "dim_feedforward")?;
        probability(self.dropout, "dropout")
    }

    fn output(&self, input: &[i64]) -> Result<Vec<i64>, Refusal> {
        attended(input, self.d_model)
    }

    fn state(&self) -> Vec<Variable> {
        let (size, hidden) = (self.d_model, self.dim_feedforward);
        let linear = |from, to| weight_and_bias(&[to, from], self.bias.then_some(to));
        let norm = || scale_and_shift(&[size], true, self.bias);
        let parts = [
            ("self_attn", self.self_attn().state()),
            ("linear1", linear(size, hidden)),
            ("linear2", linear(hidden, size)),
            ("norm1", norm()),
            ("norm2", norm()),
        ];
        let inside = |(place, state): (&'static str, Vec<Variable>)| {
            state
                .into_iter()
                .map(move |variable| variable.inside(place))
        };
        parts.into_iter().flat_map(inside).collect()
    }
}

/// Layers of a transformer, each of which has weights of its own.
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(registry = LayerClass, new, check = LayerClass::check, skip_default)]
pub struct TransformerEncoder {
    /// One of the layers.
    pub encoder_layer: TransformerEncoderLayer,
    /// How many there are.
    pub num_layers: i64,
    /// What normalizes the output, where anything does.
    #[register(default)]
    pub norm: Option<Box<Layer>>,
}

impl LayerClass for TransformerEncoder {
    fn check(&self) -> Result<(), Refusal> {
        let layer = Layer::from(self.encoder_layer.clone());
        layer
            .check()
            .map_err(|refusal| refusal.inside("encoder_layer"))?;
        layers(self.num_layers)?;
        self.norm.as_ref().map_or(Ok(()), |norm| {
            norm.check().map_err(|refusal| refusal.inside("norm"))
        })
    }

    fn output(&self, input: &[i64]) -> Result<Vec<i64>, Refusal> {
        let layer = Layer::from(self.encoder_layer.clone());
        let output = layer
            .output_shape(input)
            .map_err(|refusal| refusal.inside("encoder_layer"))?;
        match &self.norm {
            None => Ok(output),
            Some(norm) => norm
                .output_shape(&output)
                .map_err(|refusal| refusal.inside("norm")),
        }
    }

    fn state(&self) -> Vec<Variable> {
        let of_one = self.encoder_layer.state();
        let layers = (0..self.num_layers).flat_map(|index| {
            let place = format!("layers.{index}");
            let of_one = of_one.iter().cloned();
            of_one.map(move |variable| variable.inside(&place))
        });
        let norm = self.norm.iter().flat_map(|norm| norm.state());
        layers
            .chain(norm.map(|variable| variable.inside("norm")))
            .collect()
    }
}

/// Adds to each element of a sequence where it stands: sines and cosines of its place, as PyTorch's
/// tutorial for transformers has it. It reads `(length, batch, features)`.
///
/// `sin(place / 10000^(2i / d_model))` is added to feature `2i`, and the cosine to the one behind it.
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(registry = LayerClass, new, check = LayerClass::check, skip_default)]
pub struct PositionalEncoding {
    /// The features of an element; an even number.
    pub d_model: i64,
    /// The probability that an element is left out while training.
    #[register(default = 0.1)]
    pub dropout: f64,
    /// The longest sequence.
    #[register(default = 5000)]
    pub max_len: i64,
    /// Whether the input is `(batch, length, features)`.
    #[register(default = false)]
    pub batch_first: bool,
}

impl PositionalEncoding {
    /// What is added to the elements of a sequence of `length`, one row after the other.
    #[expect(
        clippy::cast_precision_loss,
        reason = "a place and a feature are below 2^53"
    )]
    pub fn table(&self, length: i64) -> Vec<f64> {
        let size = self.d_model as f64;
        let value = |place: i64, feature: i64| {
            let rate = (-(10_000f64.ln()) * (feature - feature % 2) as f64 / size).exp();
            let angle = place as f64 * rate;
            if feature % 2 == 0 {
                angle.sin()
            } else {
                angle.cos()
            }
        };
        let features = 0..self.d_model;
        (0..length)
            .flat_map(|place| features.clone().map(move |feature| value(place, feature)))
            .collect()
    }
}

impl LayerClass for PositionalEncoding {
    fn check(&self) -> Result<(), Refusal> {
        at_least(self.d_model, 1, "d_model")?;
        at_least(self.max_len, 1, "max_len")?;
        if self.d_model % 2 != 0 {
            return Err(
                Refusal::argument(format!("`d_model` cannot be {}", self.d_model))
                    .with_hint("choose an even number"),
            );
        }
        probability(self.dropout, "dropout")
    }

    fn output(&self, input: &[i64]) -> Result<Vec<i64>, Refusal> {
        let output = attended(input, self.d_model)?;
        let length = if self.batch_first && input.len() == 3 {
            input[1]
        } else {
            input[0]
        };
        if length > self.max_len {
            return Err(Refusal::shape(format!(
                "expected sequences of {} at most, found {length}",
                self.max_len
            )));
        }
        Ok(output)
    }
}

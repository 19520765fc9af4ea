//! The models that a configuration can name, and their activations.

use candle_core::{Result, Tensor};
use candle_nn::{Linear, Module, VarBuilder, linear, ops};
use entia::prelude::*;
use fastrand::Rng;

use crate::range::check;

/// Widest layer that is built: a typing error should not ask for all of the memory.
const WIDEST: usize = 65_536;

/// What tells digits apart.
#[registry(context = VarBuilder<'_>)]
pub trait Model {
    /// The scores of each class, `(images, classes)`, for images of shape `(images, pixels)`.
    ///
    /// Training passes the `dropout` generator, testing passes `None`.
    ///
    /// # Errors
    ///
    /// When the images do not have the shape that the model was built for.
    fn forward(&self, images: &Tensor, dropout: Option<&mut Rng>) -> Result<Tensor>;
}

/// Bends the output of a layer.
#[derive(Clone, Debug, Entity)]
pub enum Activation {
    /// `max(0, x)`.
    ReLU,
    /// `x` where positive, else `slope * x`.
    LeakyReLU {
        /// Slope below zero, usually 0.01.
        slope: f64,
    },
    /// The hyperbolic tangent.
    Tanh,
}

impl Module for Activation {
    fn forward(&self, xs: &Tensor) -> Result<Tensor> {
        match self {
            Self::ReLU => xs.relu(),
            Self::LeakyReLU { slope } => ops::leaky_relu(xs, *slope),
            Self::Tanh => xs.tanh(),
        }
    }
}

/// A multilayer perceptron with one hidden layer.
#[derive(Debug)]
pub struct Mlp {
    hidden: Linear,
    output: Linear,
    dropout: f64,
    activation: Activation,
}

#[register(name = "MLP", exclude = "vb", registry = Model)]
impl Mlp {
    /// Builds the layers with their weights from `vb`.
    ///
    /// # Errors
    ///
    /// When a size is not in `1..=65536`, `dropout` is not in `0.0..1.0`, or `vb` holds weights of
    /// another shape.
    pub fn new(
        vb: VarBuilder<'_>,
        input_size: usize,
        hidden_size: usize,
        output_size: usize,
        #[register(default = 0.2)] dropout: f64,
        activation: Activation,
    ) -> Result<Self> {
        let sizes = [
            ("input_size", input_size),
            ("hidden_size", hidden_size),
            ("output_size", output_size),
        ];
        for (name, size) in sizes {
            check(
                name,
                size,
                (1..=WIDEST).contains(&size),
                "choose a size from 1 to 65536",
            )?;
        }
        let hint = "choose a number from 0 to below 1, such as 0.2";
        check("dropout", dropout, (0.0..1.0).contains(&dropout), hint)?;
        Ok(Self {
            hidden: linear(input_size, hidden_size, vb.pp("hidden"))?,
            output: linear(hidden_size, output_size, vb.pp("output"))?,
            dropout,
            activation,
        })
    }
}

impl Model for Mlp {
    fn forward(&self, images: &Tensor, rng: Option<&mut Rng>) -> Result<Tensor> {
        let mut hidden = self.activation.forward(&self.hidden.forward(images)?)?;
        if let Some(rng) = rng {
            hidden = drop_out(&hidden, self.dropout, rng)?;
        }
        self.output.forward(&hidden)
    }
}

/// candle's own dropout cannot be seeded on a CPU.
fn drop_out(xs: &Tensor, chance: f64, rng: &mut Rng) -> Result<Tensor> {
    let mut keep = || if rng.f64() < chance { 0f32 } else { 1.0 };
    let mask = (0..xs.elem_count()).map(|_| keep()).collect();
    (xs * Tensor::from_vec(mask, xs.shape(), xs.device())?)? / (1.0 - chance)
}

//! The models that a configuration can name, and their activations.

use candle_core::{Result, Tensor, bail};
use candle_nn::{Linear, Module, VarBuilder, linear, ops};
use fastrand::Rng;

/// Widest layer that is built: a typing error should not ask for all of the memory.
const WIDEST: usize = 65_536;

/// What tells digits apart.
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
#[derive(Clone, Debug)]
pub enum Activation {
    /// `max(0, x)`.
    ReLU,
    /// `x` where positive, else `slope * x`.
    LeakyReLU {
        /// Slope below zero, usually 0.01.
        slope: f64,
    },
    /// `x` times the chance that a normal variable is below it.
    GELU,
    /// The hyperbolic tangent.
    Tanh,
}

impl Module for Activation {
    fn forward(&self, xs: &Tensor) -> Result<Tensor> {
        match self {
            Self::ReLU => xs.relu(),
            Self::LeakyReLU { slope } => ops::leaky_relu(xs, *slope),
            Self::GELU => xs.gelu_erf(),
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
        dropout: f64,
        activation: Activation,
    ) -> Result<Self> {
        let sizes = [("input_size", input_size), ("hidden_size", hidden_size), ("output_size", output_size)];
        if let Some((name, size)) = sizes.iter().find(|(_, size)| !(1..=WIDEST).contains(size)) {
            bail!("`{name}` must be from 1 to {WIDEST}, got {size}");
        }
        if !(0.0..1.0).contains(&dropout) {
            bail!("`dropout` must be at least 0 and below 1, got {dropout}");
        }
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
    let kept = (1.0 / (1.0 - chance)) as f32;
    let mask = (0..xs.elem_count()).map(|_| if rng.f64() < chance { 0.0 } else { kept });
    xs * Tensor::from_vec(mask.collect(), xs.shape(), xs.device())?
}

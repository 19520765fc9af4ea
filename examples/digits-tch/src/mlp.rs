//! A model of one's own: a struct with layers, and one attribute.

use entia::tch::layers::{Activation, Dropout, Linear};
use entia::tch::tch::{Tensor, nn};
use entia::tch::{AnyModule, Module, TorchError, layer, module_t};

/// Two linear layers, with dropout and an activation between them.
#[derive(Debug)]
pub struct Mlp {
    input_layer: AnyModule,
    dropout: AnyModule,
    activation: AnyModule,
    output_layer: AnyModule,
}

#[entia::register(name = "MLP", exclude = "vs", registry = Module)]
impl Mlp {
    /// A model of `input_size` numbers.
    ///
    /// # Errors
    ///
    /// Where a size is negative, or there is no memory for the weights.
    pub fn new(
        vs: &nn::Path<'_>,
        input_size: i64,
        hidden_size: i64,
        output_size: i64,
        #[register(default = 0.5)] dropout: f64,
        activation: Activation,
    ) -> Result<Self, TorchError> {
        Ok(Self {
            input_layer: layer(Linear::new(input_size, hidden_size), vs / "input_layer")?,
            dropout: layer(Dropout::new().with_p(dropout), vs)?,
            activation: layer(activation, vs)?,
            output_layer: layer(Linear::new(hidden_size, output_size), vs / "output_layer")?,
        })
    }
}

impl Module for Mlp {
    fn try_forward_t(&self, features: &Tensor, train: bool) -> Result<Tensor, TorchError> {
        let features = self.input_layer.try_forward_t(features, train)?;
        let features = self.dropout.try_forward_t(&features, train)?;
        let features = self.activation.try_forward_t(&features, train)?;
        self.output_layer.try_forward_t(&features, train)
    }
}

module_t!(Mlp);

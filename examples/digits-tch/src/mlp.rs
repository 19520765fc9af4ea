//! A model of one's own: a struct with layers, and one attribute.

use entia::Registered;
use entia::tch::layers::{Activation, Dropout, Linear};
use entia::tch::tch::{Tensor, nn};
use entia::tch::{Module, TorchError, module_t};

/// Two linear layers, with dropout and an activation between them.
#[derive(Debug)]
pub struct Mlp {
    input_layer: Registered<Linear>,
    dropout: Dropout,
    activation: Activation,
    output_layer: Registered<Linear>,
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
            input_layer: Linear::new(&(vs / "input_layer"), input_size, hidden_size, true)?,
            dropout: Dropout {
                p: dropout,
                ..Dropout::new()
            },
            activation,
            output_layer: Linear::new(&(vs / "output_layer"), hidden_size, output_size, true)?,
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

//! The example in the documentation of the Python package `torchsystem.registry`: the same modules,
//! the same calls, the same answers.

use std::error::Error;

use entia::prelude::*;
use entia::tch::criteria::CrossEntropyLoss;
use entia::tch::layers::{Activation, Dropout, Linear};
use entia::tch::optimizers::Adam;
use entia::tch::tch::{Device, Kind, Tensor, nn};
use entia::tch::{AnyModule, TorchError, layer, optimizer};

/// A registry of its own: libtorch has a `GLU` among its modules already.
#[registry(context = nn::Path<'_>)]
trait Model {
    /// The scores of the classes.
    fn forward(&self, features: &Tensor, train: bool) -> Result<Tensor, TorchError>;
}

/// Two linear layers, with dropout and an activation between them.
struct Mlp {
    input_layer: AnyModule,
    dropout: AnyModule,
    activation: AnyModule,
    output_layer: AnyModule,
}

#[register(name = "MLP", exclude = "vs", registry = Model)]
impl Mlp {
    /// A model of `input_size` numbers.
    fn new(
        vs: &nn::Path<'_>,
        input_size: i64,
        hidden_size: i64,
        output_size: i64,
        dropout: f64,
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

impl Model for Mlp {
    fn forward(&self, features: &Tensor, train: bool) -> Result<Tensor, TorchError> {
        let features = self.input_layer.try_forward_t(features, train)?;
        let features = self.dropout.try_forward_t(&features, train)?;
        let features = self.activation.try_forward_t(&features, train)?;
        self.output_layer.try_forward_t(&features, train)
    }
}

/// Like an MLP, with a second input layer that the activation lets through.
struct Glu {
    gate: AnyModule,
    input_layer: AnyModule,
    dropout: AnyModule,
    activation: AnyModule,
    output_layer: AnyModule,
}

#[register(name = "GLU", exclude = "vs", registry = Model)]
impl Glu {
    /// A model of `input_size` numbers.
    fn new(
        vs: &nn::Path<'_>,
        input_size: i64,
        hidden_size: i64,
        output_size: i64,
        dropout: f64,
        activation: Activation,
    ) -> Result<Self, TorchError> {
        Ok(Self {
            gate: layer(Linear::new(input_size, hidden_size), vs / "gate")?,
            input_layer: layer(Linear::new(input_size, hidden_size), vs / "input_layer")?,
            dropout: layer(Dropout::new().with_p(dropout), vs)?,
            activation: layer(activation, vs)?,
            output_layer: layer(Linear::new(hidden_size, output_size), vs / "output_layer")?,
        })
    }
}

impl Model for Glu {
    fn forward(&self, features: &Tensor, train: bool) -> Result<Tensor, TorchError> {
        let gate = self.gate.try_forward_t(features, train)?;
        let gate = self.activation.try_forward_t(&gate, train)?;
        let features = self
            .input_layer
            .try_forward_t(features, train)?
            .f_mul(&gate)?;
        let features = self.dropout.try_forward_t(&features, train)?;
        self.output_layer.try_forward_t(&features, train)
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let vs = nn::VarStore::new(Device::Cpu);
    let relu = Activation::ReLU { inplace: false };
    let model = Mlp::new(&vs.root(), 784, 256, 10, 0.5, relu)?;
    let criterion = CrossEntropyLoss::new();
    let optimizer = optimizer(Adam::new().with_lr(0.001), &vs)?;

    println!("{}", model.hash());
    println!("{}", model.arguments());
    println!("{}", criterion.arguments());
    println!("{}", optimizer.arguments());

    let registry = Registry::<dyn Model>::new().with::<Mlp>()?.with::<Glu>()?;
    println!("{:?}", registry.names());
    let images = Tensor::zeros([1, 784], (Kind::Float, Device::Cpu));
    for name in registry.names() {
        let arguments = (
            json!([784, 256, 10]),
            json!({"dropout": 0.5, "activation": "ReLU"}),
        );
        let model = registry.build(name, arguments, &vs.root())?;
        let scores = model.forward(&images, false)?;
        println!("{name}{}: {:?}", model.signature(), scores.size());
    }
    Ok(())
}

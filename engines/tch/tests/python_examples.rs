//! The examples of the Python packages `torchsystem` and `mlregistry`, line by line.

#![allow(clippy::disallowed_methods, reason = "what fails here may panic")]

use registry_core::{Entity, Metadata, Registry, register, registry};
use registry_tch::criteria::CrossEntropyLoss;
use registry_tch::datasets::{Digits, Folder};
use registry_tch::layers::Activation;
use registry_tch::optimizers::Adam;
use registry_tch::{AnyModule, Criterion, Dataset, Optimizer, criterion, layer, optimizer};
use serde_json::json;
use std::path::Path;
use tch::{Device, Kind, Tensor, nn};

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// A registry beside that of all modules, which has a `GLU` already.
#[registry(context = nn::Path<'_>)]
trait Model: nn::ModuleT {}

/// Both models: the second has a gate in place of the dropout.
#[derive(Debug)]
struct TwoLayers {
    input_layer: nn::Linear,
    gate: Option<nn::Linear>,
    dropout: f64,
    activation: AnyModule,
    output_layer: nn::Linear,
}

impl TwoLayers {
    fn build(
        vs: &nn::Path<'_>,
        [input, hidden, output]: [i64; 3],
        dropout: f64,
        activation: AnyModule,
        has_gate: bool,
    ) -> Self {
        let linear = |name, from, to| nn::linear(vs / name, from, to, nn::LinearConfig::default());
        Self {
            input_layer: linear("input_layer", input, hidden),
            gate: has_gate.then(|| linear("gate", input, hidden)),
            dropout,
            activation,
            output_layer: linear("output_layer", hidden, output),
        }
    }
}

impl nn::ModuleT for TwoLayers {
    fn forward_t(&self, features: &Tensor, train: bool) -> Tensor {
        let mut hidden = features
            .apply(&self.input_layer)
            .dropout(self.dropout, train);
        hidden = hidden.apply_t(&*self.activation, train);
        if let Some(gate) = &self.gate {
            hidden *= features.apply(gate);
        }
        hidden.apply(&self.output_layer)
    }
}

#[derive(Debug)]
struct Mlp(TwoLayers);

#[register(name = "MLP", exclude = "vs", registry = Model)]
impl Mlp {
    fn new(
        vs: &nn::Path<'_>,
        input_size: i64,
        hidden_size: i64,
        output_size: i64,
        dropout: f64,
        activation: AnyModule,
    ) -> Self {
        let sizes = [input_size, hidden_size, output_size];
        Self(TwoLayers::build(vs, sizes, dropout, activation, false))
    }
}

#[derive(Debug)]
struct Glu(TwoLayers);

#[register(name = "GLU", exclude = "vs", registry = Model)]
impl Glu {
    fn new(
        vs: &nn::Path<'_>,
        input_size: i64,
        hidden_size: i64,
        output_size: i64,
        dropout: f64,
        activation: AnyModule,
    ) -> Self {
        let sizes = [input_size, hidden_size, output_size];
        Self(TwoLayers::build(vs, sizes, dropout, activation, true))
    }
}

impl nn::ModuleT for Mlp {
    fn forward_t(&self, features: &Tensor, train: bool) -> Tensor {
        self.0.forward_t(features, train)
    }
}

impl nn::ModuleT for Glu {
    fn forward_t(&self, features: &Tensor, train: bool) -> Tensor {
        self.0.forward_t(features, train)
    }
}

impl Model for Mlp {}
impl Model for Glu {}

#[test]
fn torchsystem_models_are_entities() -> Outcome {
    let vs = nn::VarStore::new(Device::Cpu);
    let relu = layer(Activation::ReLU { inplace: false }, vs.root())?;
    let model = Mlp::new(&vs.root(), 784, 256, 10, 0.5, relu);
    let criterion = criterion(CrossEntropyLoss::new())?;
    let optimizer = optimizer(Adam::new().with_lr(0.001), &vs)?;

    assert_eq!(model.hash().to_string(), "af51a51a38f7ad81f9523360fafe7068");
    assert_eq!(
        model.arguments().to_string(),
        r#"{"input_size": 784, "hidden_size": 256, "output_size": 10, "dropout": 0.5, "activation": "ReLU"}"#
    );
    assert_eq!(criterion.arguments().to_string(), "{}");
    assert_eq!(optimizer.arguments().to_string(), r#"{"lr": 0.001}"#);
    Ok(())
}

#[test]
fn torchsystem_models_come_from_the_registry() -> Outcome {
    let vs = nn::VarStore::new(Device::Cpu);
    let registry = Registry::<dyn Model>::new().with::<Mlp>()?.with::<Glu>()?;
    assert_eq!(registry.names(), ["GLU", "MLP"]);
    for name in registry.names() {
        let signature = registry.signature(name).ok_or("no signature")?;
        assert_eq!(
            signature.to_string(),
            "(input_size: i64, hidden_size: i64, output_size: i64, dropout: f64, \
             activation: AnyModule)"
        );
        let kwargs = json!({"dropout": 0.5, "activation": "ReLU"});
        let model = registry.build(name, (json!([784, 256, 10]), kwargs), &vs.root())?;
        let output = model.forward_t(&Tensor::zeros([1, 784], (Kind::Float, Device::Cpu)), true);
        assert_eq!(output.size(), [1, 10]);
    }
    Ok(())
}

#[test]
fn mlregistry_has_a_registry_for_each_kind_of_component() -> Outcome {
    let criterions = Registry::<dyn Criterion>::global()?;
    let optimizers = Registry::<dyn Optimizer>::global()?;
    let datasets = Registry::<dyn Dataset>::new().with::<Digits>()?;

    let vs = nn::VarStore::new(Device::Cpu);
    let _ = vs.root().zeros("weight", &[1]);
    let folder = Folder {
        path: Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/digits/data"),
        device: Device::Cpu,
    };
    let criterion = criterions.build("CrossEntropyLoss", (), &())?;
    let optimizer = optimizers.build("Adam", json!({"lr": 1e-3}), &vs)?;
    let dataset = datasets.build("Digits", json!({"train": true}), &folder)?;

    // What is known of each can be stored, and is enough to build it again.
    let text = serde_json::to_string(&dataset.metadata()?)?;
    let record: Metadata = serde_json::from_str(&text)?;
    let again = datasets.build(&record.name, record.exact_arguments(), &folder)?;
    assert_eq!((again.hash(), again.len()), (dataset.hash(), 1438));
    let record = optimizer.metadata()?;
    let again = optimizers.build(&record.name, record.exact_arguments(), &vs)?;
    assert_eq!(again.hash(), optimizer.hash());
    let record = criterion.metadata()?;
    let again = criterions.build(&record.name, record.exact_arguments(), &())?;
    assert_eq!(again.hash(), criterion.hash());
    Ok(())
}

//! The code that the library was designed for, with a small store of tensors in the place of
//! libtorch.

#![expect(
    missing_docs,
    unreachable_pub,
    clippy::float_cmp,
    reason = "the code is kept as it was designed, and its floats are exact"
)]

use entia::prelude::*;

/// A store of parameters that is borrowed while a model is built, as tch's `nn` does.
mod nn {
    use std::cell::RefCell;

    #[derive(Default)]
    pub struct VarStore {
        sizes: RefCell<Vec<usize>>,
    }

    impl VarStore {
        pub fn root(&self) -> Path<'_> {
            Path { store: self }
        }

        pub fn sizes(&self) -> Vec<usize> {
            self.sizes.borrow().clone()
        }
    }

    pub struct Path<'a> {
        store: &'a VarStore,
    }

    #[derive(Debug)]
    pub struct Linear {
        pub weight: Vec<f64>,
    }

    pub fn linear(vs: &Path<'_>, inputs: i64, outputs: i64) -> Linear {
        let size = usize::try_from(inputs * outputs).unwrap_or(0);
        vs.store.sizes.borrow_mut().push(size);
        Linear {
            weight: vec![0.0; size],
        }
    }

    pub trait ModuleT {
        fn forward_t(&self, x: f64, train: bool) -> f64;
    }

    impl ModuleT for Linear {
        fn forward_t(&self, x: f64, _train: bool) -> f64 {
            x
        }
    }
}

use nn::ModuleT as _;

#[derive(Clone, Debug)]
pub struct Params(pub Vec<f64>);

#[derive(Clone, Debug, Entity)]
#[register(exclude = "params")]
pub struct Adam {
    pub params: Params,
    pub lr: f64,
    #[register(default = 0.9)]
    pub beta1: f64,
}

#[derive(Clone, Debug, Entity)]
pub enum Activation {
    ReLU,
    LeakyReLU { slope: f64 },
}

pub struct Mlp {
    layer: nn::Linear,
    dropout: f64,
}

#[register(name = "MLP", exclude = "vs", registry = Model)]
impl Mlp {
    pub fn new(
        vs: &nn::Path,
        input_size: i64,
        hidden_size: i64,
        output_size: i64,
        #[register(default = 0.5)] dropout: f64,
        activation: Activation,
    ) -> Self {
        let _ = (output_size, activation);
        Self {
            layer: nn::linear(vs, input_size, hidden_size),
            dropout,
        }
    }
}

impl nn::ModuleT for Mlp {
    fn forward_t(&self, x: f64, train: bool) -> f64 {
        if train {
            self.dropout
        } else {
            self.layer.forward_t(x, train)
        }
    }
}

impl Model for Mlp {}

#[register(name = "Linear", exclude = "vs", registry = Layer)]
pub fn linear(vs: &nn::Path, in_features: i64, out_features: i64) -> nn::Linear {
    nn::linear(vs, in_features, out_features)
}

impl Layer for nn::Linear {}

#[registry(context = nn::Path<'_>)]
pub trait Layer: nn::ModuleT {}

#[registry(context = nn::Path<'_>)]
pub trait Model: nn::ModuleT {}

/// A list of entities, each built with the context of the whole.
pub struct Sequential {
    layers: Vec<Registered<Box<dyn Layer>>>,
}

#[register(registry = Model)]
impl Sequential {
    pub fn new(layers: Vec<Registered<Box<dyn Layer>>>) -> Self {
        Self { layers }
    }
}

impl nn::ModuleT for Sequential {
    fn forward_t(&self, x: f64, train: bool) -> f64 {
        self.layers
            .iter()
            .fold(x, |x, layer| layer.forward_t(x, train))
    }
}

impl Model for Sequential {}

const _: () = assert!(Mlp::SIGNATURE.parameter("dropout").is_some());

type Outcome = Result<(), Box<dyn std::error::Error>>;

#[test]
fn a_constructor_gives_an_entity() {
    let vs = nn::VarStore::default();
    let model = Mlp::new(&vs.root(), 784, 256, 10, 0.5, Activation::ReLU);
    assert_eq!(model.forward_t(2.0, true), 0.5);
    assert_eq!(model.name(), "MLP");
    assert_eq!(model.hash().to_string(), "af51a51a38f7ad81f9523360fafe7068");
    assert_eq!(
        model.arguments().to_string(),
        r#"{"input_size": 784, "hidden_size": 256, "output_size": 10, "dropout": 0.5, "activation": "ReLU"}"#
    );
    assert_eq!(
        Mlp::SIGNATURE.to_string(),
        "(input_size: i64, hidden_size: i64, output_size: i64, dropout: f64 = 0.5, activation: Activation)"
    );
}

#[test]
fn a_typed_registry_builds_with_its_context() -> Outcome {
    let models = Registry::<dyn Model>::global()?;
    assert_eq!(models.names(), ["MLP", "Sequential"]);
    let vs = nn::VarStore::default();
    let arguments = json!({
        "input_size": 784, "hidden_size": 256, "output_size": 10,
        "activation": {"name": "LeakyReLU", "arguments": {"slope": 0.01}},
    });
    let model = models.build("MLP", arguments, &vs.root())?;
    assert_eq!(vs.sizes(), [784 * 256]);
    assert_eq!(model.forward_t(2.0, false), 2.0);
    assert_eq!(
        model.hash(),
        Mlp::new(
            &vs.root(),
            784,
            256,
            10,
            0.5,
            Activation::LeakyReLU { slope: 0.01 }
        )
        .hash()
    );
    let local = Registry::<dyn Model>::new().with::<Mlp>()?;
    assert_eq!(local.names(), ["MLP"]);
    let layers = Registry::<dyn Layer>::new().with_function(LINEAR_FUNCTION)?;
    let layer = layers.build("Linear", json!([3, 2]), &vs.root())?;
    assert_eq!(layer.name(), "Linear");
    Ok(())
}

#[test]
fn a_nested_entity_gets_the_same_context() -> Outcome {
    let vs = nn::VarStore::default();
    let text = r#"{"name": "Sequential", "arguments": {"layers": [
        {"name": "Linear", "arguments": {"in_features": 4, "out_features": 3}},
        {"name": "Linear", "arguments": {"in_features": 3, "out_features": 2}}]}}"#;
    let model = Registry::<dyn Model>::global()?.build_json(text, &vs.root())?;
    assert_eq!(vs.sizes(), [12, 6]);
    let again = serde_json::to_string(&model)?;
    let rebuilt = Registry::<dyn Model>::global()?.build_json(&again, &vs.root())?;
    assert_eq!(rebuilt.hash(), model.hash());
    Ok(())
}

#[test]
fn an_excluded_field_is_no_part_of_identity() -> Outcome {
    let adam = Adam {
        params: Params(vec![1.0]),
        lr: 1e-3,
        beta1: 0.9,
    };
    assert_eq!(
        adam.arguments().to_string(),
        r#"{"lr": 0.001, "beta1": 0.9}"#
    );
    assert_eq!(adam.params.0, [1.0]);
    let error = Registry::<dyn std::any::Any>::global()?
        .build("Adam", json!({"lr": 0.1}), &())
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("params: an excluded parameter that nothing fills"),
        "{error}"
    );
    Ok(())
}

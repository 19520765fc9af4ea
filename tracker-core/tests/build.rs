//! A stored module gives its object back.

use registry_core::{Entity, Registry, register, registry};
use tracker_core::{Aggregate, Tracker};

/// What a model cannot be stored with.
struct Weights(Vec<f64>);

#[registry(context = Weights)]
trait Model: std::fmt::Debug {
    fn output(&self) -> f64;
}

#[derive(Debug)]
struct Mlp {
    weights: Vec<f64>,
    rate: f64,
    dropout: f64,
}

#[register(name = "MLP", exclude = "weights", registry = Model)]
impl Mlp {
    fn new(
        weights: &Weights,
        rate: f64,
        #[register(default = 0.5, skip_default)] dropout: f64,
    ) -> Self {
        Self {
            weights: weights.0.clone(),
            rate,
            dropout,
        }
    }
}

impl Model for Mlp {
    fn output(&self) -> f64 {
        self.weights.iter().sum::<f64>() * self.rate * self.dropout
    }
}

/// The same component in a later version of the program, where the default is another.
mod later {
    use registry_core::{register, registry};

    #[registry]
    pub(crate) trait Model: std::fmt::Debug {
        fn settings(&self) -> (f64, f64);
    }

    #[derive(Debug)]
    pub(crate) struct Mlp {
        rate: f64,
        dropout: f64,
    }

    #[register(name = "MLP", registry = Model)]
    impl Mlp {
        fn new(rate: f64, #[register(default = 0.1, skip_default)] dropout: f64) -> Self {
            Self { rate, dropout }
        }
    }

    impl Model for Mlp {
        fn settings(&self) -> (f64, f64) {
            (self.rate, self.dropout)
        }
    }
}

fn weights() -> Weights {
    Weights(vec![1.0, 2.0])
}

fn tracked(dropout: f64) -> Aggregate {
    let experiment = Tracker::open("memory:")
        .unwrap()
        .experiment("digits")
        .unwrap();
    experiment
        .track(&Mlp::new(&weights(), 1e-5, dropout))
        .unwrap()
}

#[test]
fn the_object_comes_back_from_its_record() {
    let original = Mlp::new(&weights(), 1e-5, 0.25);
    let models = Registry::<dyn Model>::global().unwrap();
    let module = tracked(0.25).module("model").unwrap();
    let built = module.build(models, &weights()).unwrap();
    assert_eq!(built.hash(), original.hash());
    assert_eq!(built.hash(), *module.hash());
    assert_eq!(built.output().to_bits(), original.output().to_bits());
}

#[test]
fn what_identity_skips_is_kept() {
    let module = tracked(0.5).module("model").unwrap();
    assert_eq!(module.arguments().to_string(), r#"{"rate": 1e-05}"#);
    let exact = module.record.exact.as_ref().unwrap();
    assert_eq!(exact.to_string(), r#"{"rate": 1e-05, "dropout": 0.5}"#);
    let built = module
        .build(Registry::<dyn Model>::global().unwrap(), &weights())
        .unwrap();
    assert_eq!(
        built.output().to_bits(),
        Mlp::new(&weights(), 1e-5, 0.5).output().to_bits()
    );
}

#[test]
fn the_object_is_exact_after_a_default_has_changed() {
    let module = tracked(0.5).module("model").unwrap();
    let models = Registry::<dyn later::Model>::global().unwrap();
    let built = module.build(models, &()).unwrap();
    assert_eq!(built.settings(), (1e-5, 0.5));
    assert_eq!(built.hash(), *module.hash());
    assert_ne!(
        module.build_changed(models, &()).unwrap().hash(),
        *module.hash()
    );
}

#[test]
fn a_registry_without_the_name_says_so() {
    let module = tracked(0.5).module("model").unwrap();
    let error = module
        .build(&Registry::<dyn Model>::new(), &weights())
        .unwrap_err();
    assert!(error.to_string().contains("`MLP`"), "{error}");
}

#[test]
fn handles_can_be_shared_and_cloned() {
    fn shared<T: Clone + Send + Sync + 'static>() {}
    shared::<Tracker>();
    shared::<tracker_core::Experiment>();
    shared::<tracker_core::Aggregates>();
    shared::<Aggregate>();
    shared::<tracker_core::Metrics>();
    shared::<tracker_core::Iterations>();
    shared::<tracker_core::ModuleRecord>();
    shared::<tracker_core::Error>();
}

//! The learning rates of the optimizers, and what they refuse.

#![allow(clippy::disallowed_methods, reason = "what fails here may panic")]

use registry_core::{Entity, Registered, Registry};
use registry_tch::layers::Embedding;
use registry_tch::optimizers::SGD;
use registry_tch::{Optimizer, RefusalKind, layer, optimizer};
use serde_json::{Value, json};
use tch::{Device, Tensor, nn};

fn build(name: &str, arguments: Value) -> Result<Registered<Box<dyn Optimizer>>, String> {
    let vs = nn::VarStore::new(Device::Cpu);
    let _ = vs.root().var("x", &[1], nn::Init::Const(1.0));
    let optimizers = Registry::<dyn Optimizer>::global().unwrap();
    optimizers
        .build(name, arguments, &vs)
        .map_err(|error| error.to_string())
}

#[test]
fn learning_rates_are_those_of_pytorch_and_always_written() {
    for (name, lr) in [
        ("SGD", 0.001),
        ("Adam", 0.001),
        ("AdamW", 0.001),
        ("RMSprop", 0.01),
        ("Adamax", 0.002),
        ("NAdam", 0.002),
        ("RAdam", 0.001),
        ("Adagrad", 0.01),
    ] {
        let optimizer = build(name, json!({})).unwrap();
        assert_eq!(
            optimizer.arguments().to_string(),
            format!("{{\"lr\": {lr}}}")
        );
        assert_eq!(optimizer.lr().to_string(), lr.to_string());
    }
}

const NAMES: [&str; 8] = [
    "SGD", "Adam", "AdamW", "RMSprop", "Adamax", "NAdam", "RAdam", "Adagrad",
];

#[test]
fn a_learning_rate_is_set_but_not_to_less_than_nothing() {
    for name in NAMES {
        let mut optimizer = build(name, json!({"lr": 0.5})).unwrap();
        optimizer.set_lr(0.25).unwrap();
        for bad in [-0.5, f64::NAN, f64::INFINITY] {
            assert_eq!(
                optimizer.set_lr(bad).unwrap_err().to_string(),
                format!(
                    "`{name}`: `lr` cannot be {bad}\nhint: choose 0 or more, and no infinite number"
                )
            );
        }
        assert_eq!(optimizer.lr().to_string(), "0.25");
        assert_eq!(optimizer.arguments().to_string(), r#"{"lr": 0.5}"#);
    }
}

#[test]
fn a_momentum_is_set_where_there_is_one() {
    for name in NAMES {
        let mut optimizer = build(name, json!({})).unwrap();
        let is_set = optimizer.set_momentum(0.5);
        assert_eq!(is_set.is_ok(), name != "Adagrad", "{name}");
    }
    let step = |momentum: Option<f64>| {
        let vs = nn::VarStore::new(Device::Cpu);
        let x = vs.root().var("x", &[1], nn::Init::Const(1.0));
        let mut sgd = optimizer(SGD::new().with_lr(0.25).with_momentum(0.5), &vs).unwrap();
        sgd.backward_step(&x.sum(None)).unwrap();
        if let Some(momentum) = momentum {
            sgd.set_momentum(momentum).unwrap();
        }
        sgd.backward_step(&x.sum(None)).unwrap();
        f64::try_from(&x).unwrap()
    };
    assert_eq!(
        (step(None).to_string(), step(Some(0.0)).to_string()),
        ("0.375".into(), "0.5".into())
    );
}

#[test]
fn what_moves_nothing_is_refused() {
    let vs = nn::VarStore::new(Device::Cpu);
    assert_eq!(
        optimizer(SGD::new(), &vs).unwrap_err().to_string(),
        "the variable store has no trainable variables\nhint: build the model before its optimizer"
    );
    let _ = vs.root().var("x", &[1], nn::Init::Const(1.0));
    let refused = optimizer(SGD::new().with_lr(f64::INFINITY), &vs).unwrap_err();
    assert_eq!(
        (refused.name(), refused.kind()),
        ("SGD", RefusalKind::Argument)
    );
    // Nothing was learned yet, and nothing moves.
    for name in NAMES {
        build(name, json!({})).unwrap().step().unwrap();
    }
}

#[test]
fn sparse_gradients_are_taken_or_refused() {
    for name in NAMES {
        let vs = nn::VarStore::new(Device::Cpu);
        let table = layer(Embedding::new(3, 2).with_sparse(true), vs.root()).unwrap();
        let optimizers = Registry::<dyn Optimizer>::global().unwrap();
        let mut optimizer = optimizers.build(name, (), &vs).unwrap();
        let rows = Tensor::from_slice(&[0i64, 2]);
        let loss = table.try_forward_t(&rows, true).unwrap().sum(None);
        let stepped = optimizer.backward_step(&loss);
        if let Err(error) = &stepped {
            assert_eq!(error.name(), name, "{error}");
        }
        assert_eq!(stepped.is_ok(), name == "SGD", "{name}");
    }
}

//! The learning rates of the optimizers, and what they refuse.

use registry_core::{Entity, Registered, Registry};
use registry_tch::Optimizer;
use serde_json::{Value, json};
use tch::{Device, nn};

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
    ] {
        let optimizer = build(name, json!({})).unwrap();
        assert_eq!(
            optimizer.arguments().to_string(),
            format!("{{\"lr\": {lr}}}")
        );
        assert_eq!(optimizer.lr().to_string(), lr.to_string());
    }
}

#[test]
fn a_learning_rate_is_set_but_not_to_less_than_nothing() {
    for name in ["SGD", "Adam", "AdamW", "RMSprop"] {
        let mut optimizer = build(name, json!({"lr": 0.5})).unwrap();
        optimizer.set_lr(0.25).unwrap();
        for bad in [-0.5, f64::NAN] {
            assert_eq!(
                optimizer.set_lr(bad).unwrap_err().to_string(),
                format!("`lr` of `{name}` is {bad}\nhint: give 0 or more")
            );
        }
        assert_eq!(optimizer.lr().to_string(), "0.25");
        assert_eq!(optimizer.arguments().to_string(), r#"{"lr": 0.5}"#);
    }
}

#[test]
fn bad_values_are_refused_by_name() {
    let negative = [
        ("SGD", "lr momentum weight_decay"),
        ("Adam", "lr eps weight_decay"),
        ("AdamW", "lr eps weight_decay"),
        ("RMSprop", "lr alpha eps weight_decay momentum"),
    ];
    for (name, parameters) in negative {
        for parameter in parameters.split(' ') {
            let error = build(name, json!({parameter: -0.5})).unwrap_err();
            let text = format!(
                "`{name}` refused: `{parameter}` of `{name}` is -0.5\n  hint: give 0 or more"
            );
            assert!(error.contains(&text), "{error}");
        }
    }
    for name in ["Adam", "AdamW"] {
        for (place, betas) in [(0, [1.0, 0.5]), (1, [0.5, -0.5])] {
            let error = build(name, json!({"betas": betas})).unwrap_err();
            let text = format!(
                "`betas[{place}]` of `{name}` is {}\n  hint: give 0 or more, and less than 1",
                betas[place]
            );
            assert!(error.contains(&text), "{error}");
        }
    }
}

#[test]
fn nesterov_needs_a_momentum_and_no_dampening() {
    let bad = [
        json!({"nesterov": true}),
        json!({"nesterov": true, "momentum": 0.9, "dampening": 0.1}),
    ];
    for arguments in bad {
        let error = build("SGD", arguments).unwrap_err();
        assert!(error.contains("`nesterov` of `SGD`"), "{error}");
    }
    assert!(build("SGD", json!({"nesterov": true, "momentum": 0.9})).is_ok());
}

//! Weights that follow from a seed. The generator of random numbers is one for all threads, so nothing
//! else is tested here.

#![allow(clippy::disallowed_methods, reason = "what fails here may panic")]

use registry_nn::Layer;
use registry_tch::layer;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use tch::{Device, Kind, nn};

#[derive(Deserialize)]
struct Seeded {
    name: String,
    arguments: Value,
    weights: BTreeMap<String, Vec<f64>>,
}

#[test]
fn a_seed_gives_the_weights_that_it_gives_in_pytorch() -> Result<(), Box<dyn std::error::Error>> {
    let cases: Vec<Seeded> = serde_json::from_str(include_str!("vectors/seeds.json"))?;
    for case in cases {
        let description: Layer =
            serde_json::from_value(json!({"name": case.name, "arguments": case.arguments}))?;
        let vs = nn::VarStore::new(Device::Cpu);
        tch::manual_seed(0);
        let _ = layer(description, vs.root())?;
        let variables = vs.variables();
        assert_eq!(variables.len(), case.weights.len());
        for (name, expected) in &case.weights {
            let flat = variables[name].f_to_kind(Kind::Double)?.f_reshape([-1])?;
            let found = Vec::<f64>::try_from(flat)?;
            let near = |(found, expected): (&f64, &f64)| (found - expected).abs() < 1e-5;
            let is_alike = found.len() == expected.len() && found.iter().zip(expected).all(near);
            assert!(is_alike, "`{name}` of `{}`: {found:?}", case.name);
        }
    }
    Ok(())
}

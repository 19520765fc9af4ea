//! Optimizers that go on where others have stopped.

use candle_core::{DType, Device, Tensor};
use candle_nn::{ModuleT, Optimizer as _, VarMap};
use registry_candle::{
    AnyModule, AnyOptimizer, layer, manual_seed, optimizer, var_builder, variables,
};
use registry_nn::Optimizer;
use registry_nn::layers::Linear;
use serde_json::json;

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn begun(
    class: &Optimizer,
) -> Result<(VarMap, AnyModule, AnyOptimizer), Box<dyn std::error::Error>> {
    manual_seed(1, &Device::Cpu)?;
    let map = VarMap::new();
    let model = layer(
        Linear::new(3, 2),
        var_builder(&map, DType::F32, &Device::Cpu),
    )?;
    let optimizer = optimizer(class, &map)?;
    Ok((map, model, optimizer))
}

fn train(model: &AnyModule, optimizer: &mut AnyOptimizer, steps: usize) -> candle_core::Result<()> {
    let xs = Tensor::new(&[[1f32, 2.0, -1.0], [0.5, -2.0, 3.0]], &Device::Cpu)?;
    for _ in 0..steps {
        optimizer.backward_step(&model.forward_t(&xs, true)?.sqr()?.sum_all()?)?;
    }
    Ok(())
}

#[test]
fn one_that_was_kept_goes_on() -> Outcome {
    let classes = json!([
        {"name": "SGD", "arguments": {"momentum": 0.9, "dampening": 0.5}},
        {"name": "Adam", "arguments": {"amsgrad": true}},
        "AdamW", "Adamax", "NAdam", "RAdam", "Adagrad",
        {"name": "RMSprop", "arguments": {"momentum": 0.5, "centered": true}},
    ]);
    for class in serde_json::from_value::<Vec<Optimizer>>(classes)? {
        let (map, model, mut whole) = begun(&class)?;
        train(&model, &mut whole, 8)?;

        let (first, other, mut half) = begun(&class)?;
        train(&other, &mut half, 4)?;
        let (second, next, mut rest) = begun(&class)?;
        for (to, from) in [
            (variables(&second), variables(&first)),
            (rest.state(), half.state()),
        ] {
            assert!(to.keys().eq(from.keys()));
            for (name, variable) in to {
                variable.set(&from[&name])?;
            }
        }
        train(&next, &mut rest, 4)?;
        let weight = |map| variables(map)["weight"].to_vec2::<f32>();
        assert_eq!(weight(&second)?, weight(&map)?, "{class:?}");
        assert_ne!(weight(&first)?, weight(&map)?);
    }
    Ok(())
}

#[test]
fn the_names_of_what_is_remembered_are_those_of_pytorch() -> Outcome {
    let (_, _, adam) = begun(&serde_json::from_value(json!("Adam"))?)?;
    let names: Vec<_> = adam.state().into_keys().collect();
    assert_eq!(
        names,
        [
            "Adam.exp_avg.bias",
            "Adam.exp_avg.weight",
            "Adam.exp_avg_sq.bias",
            "Adam.exp_avg_sq.weight",
            "Adam.step.bias",
            "Adam.step.weight"
        ]
    );
    Ok(())
}

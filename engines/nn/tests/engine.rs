//! How an engine uses the descriptions: one `match`, and one function that joins its registry.

use registry_core::{Entity, Registry, register, registry};
use registry_nn::layers::{Activation, Conv, Linear, Sequential};
use registry_nn::{Layer, Refusal};
use serde_json::json;

/// Where weights are called after.
struct Prefix(String);

/// What an engine's modules can do: here they say how they were built.
#[registry(context = Prefix)]
trait Module {
    fn text(&self) -> String;
}

struct Built(String);

impl Module for Built {
    fn text(&self) -> String {
        self.0.clone()
    }
}

fn built(text: String) -> Box<dyn Module> {
    Box::new(Built(text))
}

#[register(of = Layer, registry = Module)]
fn module(layer: &Layer, prefix: &Prefix) -> Result<Box<dyn Module>, Refusal> {
    Ok(match layer {
        Layer::Linear(Linear {
            in_features,
            out_features,
            ..
        }) => built(format!("{}: {in_features} to {out_features}", prefix.0)),
        // One function for all dimensions.
        Layer::Conv1d(conv) => convolution(conv, &prefix.0),
        Layer::Conv2d(conv) => convolution(conv, &prefix.0),
        Layer::Conv3d(conv) => convolution(conv, &prefix.0),
        Layer::Activation(Activation::ReLU { .. }) => built("relu".to_owned()),
        Layer::Sequential(Sequential { layers }) => {
            let inside = |(index, layer)| {
                let made: Result<Box<dyn Module>, _> =
                    module(layer, &Prefix(format!("{}.{index}", prefix.0)));
                made.map_err(|refusal| refusal.of(layer.name()).inside(&format!("layers[{index}]")))
            };
            let made: Result<Vec<_>, _> = layers.iter().enumerate().map(inside).collect();
            built(
                made?
                    .iter()
                    .map(|it| it.text())
                    .collect::<Vec<_>>()
                    .join(", "),
            )
        }
        other => {
            return Err(Refusal::unsupported(
                "texts",
                &format!("`{}`", other.name()),
                "choose `Linear`",
            ));
        }
    })
}

fn convolution<const N: usize>(conv: &Conv<N>, prefix: &str) -> Box<dyn Module> {
    built(format!("{prefix}: {:?} in {N}", conv.kernel_size.each()))
}

/// One of the user's own.
#[derive(Entity)]
#[register(registry = Module)]
struct Mine;

impl Module for Mine {
    fn text(&self) -> String {
        "mine".to_owned()
    }
}

#[test]
fn every_class_is_built_by_its_name_with_its_own_identity() -> Result<(), Box<dyn std::error::Error>>
{
    let modules = Registry::<dyn Module>::global()?;
    let linear = modules.build(
        "Linear",
        json!({"in_features": 4, "out_features": 5}),
        &Prefix("w".to_owned()),
    )?;
    assert_eq!(linear.text(), "w: 4 to 5");
    assert_eq!(linear.hash(), Linear::new(4, 5).hash());
    assert_eq!(
        modules.build("Mine", (), &Prefix(String::new()))?.text(),
        "mine"
    );

    let conv = json!({"name": "Conv1d", "arguments": {"in_channels": 1, "out_channels": 2, "kernel_size": 3}});
    let network = modules.build(
        "Sequential",
        json!({"layers": [conv, "ReLU"]}),
        &Prefix("w".to_owned()),
    )?;
    assert_eq!(network.text(), "w.0: [3] in 1, relu");
    Ok(())
}

#[test]
fn what_an_engine_lacks_and_what_cannot_be_is_told_with_its_place()
-> Result<(), Box<dyn std::error::Error>> {
    let modules = Registry::<dyn Module>::global()?;
    let refused = |layers: serde_json::Value| {
        let built = modules.build(
            "Sequential",
            json!({"layers": layers}),
            &Prefix(String::new()),
        );
        built
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default()
    };
    insta::assert_snapshot!(refused(json!(["ReLU", "Softmax2d"])));
    insta::assert_snapshot!(refused(
        json!(["ReLU", {"name": "Dropout", "arguments": {"p": 1.5}}])
    ));
    Ok(())
}

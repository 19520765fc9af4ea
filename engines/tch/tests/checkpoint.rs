//! Weights that go into a file and come back, and files that do not fit.

use registry_core::{Entity, Registry, Value, register};
use registry_tch::checkpoint::{self, CheckpointError, Mismatch};
use registry_tch::{AnyModule, Module, TorchError};
use serde_json::json;
use std::error::Error;
use std::fs;
use tch::nn::VarStore;
use tch::{Device, Kind, Tensor};

type Outcome = Result<(), Box<dyn Error>>;

/// Two layers from 4 to 3 by way of `hidden`, with the weights of a seed.
fn model(hidden: i64, seed: i64) -> Result<(VarStore, Box<dyn Module>), Box<dyn Error>> {
    tch::manual_seed(seed);
    let vs = VarStore::new(Device::Cpu);
    let layers = json!({"layers": [
        {"name": "Linear", "arguments": {"in_features": 4, "out_features": hidden}},
        "ReLU",
        {"name": "Linear", "arguments": {"in_features": hidden, "out_features": 3, "bias": false}},
    ]});
    let modules = Registry::<dyn Module>::global()?;
    let model = modules.build("Sequential", layers, &vs.root())?;
    Ok((vs, registry_core::Registered::into_inner(model)))
}

#[test]
fn a_model_built_again_gives_the_same_to_the_last_bit() -> Outcome {
    let folder = tempfile::tempdir()?;
    let inputs = Tensor::arange(8, (Kind::Float, Device::Cpu)).view([2, 4]);
    for name in ["model.safetensors", "model.ot", "model"] {
        let path = folder.path().join(name);
        let (vs, first) = model(5, 1)?;
        checkpoint::save(&vs, &path)?;
        let (vs, second) = model(5, 2)?;
        let before = second.forward_t(&inputs, false);
        checkpoint::load(&vs, &path)?;
        let (expected, found) = (
            first.forward_t(&inputs, false),
            second.forward_t(&inputs, false),
        );
        assert_ne!(before, expected);
        assert_eq!(found, expected, "{name}");
        assert!(vs.trainable_variables().iter().all(Tensor::requires_grad));
    }
    assert_eq!(fs::read_dir(&folder)?.count(), 3, "no other file is left");
    Ok(())
}

#[test]
fn tensors_that_differ_are_named_and_nothing_is_loaded() -> Outcome {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("model.safetensors");
    let (vs, _) = model(5, 1)?;
    let _ = vs.root().zeros("extra", &[1]);
    checkpoint::save(&vs, &path)?;

    let (vs, _) = model(6, 2)?;
    let _ = vs.root().zeros("steps", &[]);
    let before: Vec<_> = vs
        .variables()
        .into_iter()
        .map(|(name, it)| (name, it.copy()))
        .collect();
    let error = checkpoint::load(&vs, &path).unwrap_err();
    let CheckpointError::Mismatch { tensors, .. } = &error else {
        panic!("{error}");
    };
    let shape = |expected: &[i64], found: &[i64]| Mismatch::Shape {
        expected: expected.to_vec(),
        found: found.to_vec(),
    };
    let found: Vec<_> = tensors.values().cloned().collect();
    for expected in [
        Mismatch::Missing,
        Mismatch::Unexpected,
        shape(&[6], &[5]),
        shape(&[6, 4], &[5, 4]),
        shape(&[3, 6], &[3, 5]),
    ] {
        assert!(found.contains(&expected), "{expected}: {error}");
    }
    assert_eq!(found.len(), 5, "{error}");
    assert_eq!(tensors["steps"], Mismatch::Missing);
    assert_eq!(tensors["extra"], Mismatch::Unexpected);
    assert!(
        error
            .to_string()
            .contains("\n  steps: missing from the file\n"),
        "{error}"
    );
    for (name, tensor) in before {
        assert_eq!(vs.variables()[&name], tensor, "{name}");
    }
    Ok(())
}

#[test]
fn files_that_are_no_checkpoints_are_refused() -> Outcome {
    let folder = tempfile::tempdir()?;
    let (vs, _) = model(5, 1)?;
    for name in ["model.safetensors", "model.ot", "model.pt"] {
        let path = folder.path().join(name);
        let error = checkpoint::load(&vs, &path).unwrap_err();
        assert!(matches!(error, CheckpointError::File { .. }), "{error}");
        fs::write(&path, "no tensors")?;
        let error = checkpoint::load(&vs, &path).unwrap_err();
        assert!(matches!(error, CheckpointError::Torch { .. }), "{error}");
        assert!(error.to_string().contains("\nhint: "), "{error}");
    }
    Ok(())
}

#[test]
fn a_failed_save_keeps_what_was_there() -> Outcome {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("model.safetensors");
    fs::create_dir_all(path.join("in the way"))?;
    let (vs, _) = model(5, 1)?;
    assert!(checkpoint::save(&vs, &path).is_err());
    assert!(path.join("in the way").exists());
    assert_eq!(fs::read_dir(&folder)?.count(), 1);
    Ok(())
}

#[derive(Debug)]
struct Pair(AnyModule, AnyModule);

#[register(registry = Module)]
impl Pair {
    fn new(first: AnyModule, second: AnyModule) -> Self {
        Self(first, second)
    }
}

impl Module for Pair {
    fn try_forward_t(&self, xs: &Tensor, train: bool) -> Result<Tensor, TorchError> {
        let hidden = self.0.try_forward_t(xs, train)?;
        self.1.try_forward_t(&hidden, train)
    }
}

registry_tch::module_t!(Pair);

#[test]
fn the_names_of_weights_do_not_follow_the_order_of_arguments() -> Outcome {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("pair.ot");
    let modules = Registry::<dyn Module>::global()?;
    // Both have one shape, so that nothing else would tell them apart.
    let layer = json!({"name": "Linear", "arguments": {"in_features": 3, "out_features": 3}});
    let [first, second] = [
        format!(r#""first": {layer}"#),
        format!(
            r#""second": {{"name": "Sequential", "arguments": {{"layers": ["Tanh", {layer}]}}}}"#
        ),
    ];
    let build = |arguments: String| -> Result<_, Box<dyn Error>> {
        let vs = VarStore::new(Device::Cpu);
        let arguments = serde_json::from_str::<Value>(&arguments)?;
        let model = modules.build("Pair", arguments, &vs.root())?;
        Ok((vs, model))
    };
    let (vs, model) = build(format!("{{{first}, {second}}}"))?;
    checkpoint::save(&vs, &path)?;
    let (other_vs, other) = build(format!("{{{second}, {first}}}"))?;
    assert_eq!(other.hash(), model.hash());
    checkpoint::load(&other_vs, &path)?;
    let xs = Tensor::rand([2, 3], (Kind::Float, Device::Cpu));
    assert_eq!(
        other.try_forward_t(&xs, false)?,
        model.try_forward_t(&xs, false)?
    );
    Ok(())
}

//! Weights that go into a file and come back, and files that do not fit.

#![allow(clippy::disallowed_methods, reason = "what fails here may panic")]

use registry_core::{Entity, Registry, Value, register};
use registry_tch::checkpoint::{self, CheckpointError, Mismatch};
use registry_tch::layers::BatchNorm1d;
use registry_tch::{AnyModule, Layer, Module, TorchError, layer};
use serde_json::json;
use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::Command;
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
    for name in ["model.safetensors", "model.ot", "model.pt", "model.bin"] {
        let path = folder.path().join(name);
        let error = checkpoint::load(&vs, &path).unwrap_err();
        assert!(matches!(error, CheckpointError::File { .. }), "{error}");
        fs::create_dir(&path)?;
        let error = checkpoint::load(&vs, &path).unwrap_err();
        assert!(matches!(error, CheckpointError::File { .. }), "{error}");
        fs::remove_dir(&path)?;
        fs::write(&path, "no tensors")?;
        let error = checkpoint::load(&vs, &path).unwrap_err();
        assert!(matches!(error, CheckpointError::Content { .. }), "{error}");
        assert_eq!(error.to_string().lines().count(), 2, "{error}");
        assert!(error.to_string().contains("\nhint: "), "{error}");
    }
    Ok(())
}

/// The network that `python/make.py` has saved with the real PyTorch, and its weights.
fn python() -> Result<(VarStore, std::path::PathBuf), Box<dyn Error>> {
    let vs = VarStore::new(Device::Cpu);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors");
    let network: Layer = serde_json::from_str(&fs::read_to_string(folder.join("state.json"))?)?;
    let _ = layer(network, vs.root())?;
    Ok((vs, folder))
}

#[test]
fn what_python_has_saved_is_loaded_by_name() -> Outcome {
    let (vs, folder) = python()?;
    checkpoint::load(&vs, folder.join("state.safetensors"))?;
    let (other, _) = python()?;
    checkpoint::load(&other, folder.join("state.pt"))?;
    let (one, other) = (vs.variables(), other.variables());
    assert!(one.len() > 100, "{}", one.len());
    for (name, tensor) in &one {
        assert_eq!(tensor, &other[name], "{name}");
        // Python has set all to others than they are at first.
        let is_counter = name.ends_with("num_batches_tracked");
        let sum = f64::try_from(tensor.to_kind(Kind::Double).sum(None))?;
        assert!(
            if is_counter {
                (sum - 5.0).abs() < 1e-9
            } else {
                sum > 0.0
            },
            "{name}"
        );
        assert!(is_counter || f64::try_from(tensor.min())? >= 0.0, "{name}");
    }
    Ok(())
}

#[test]
fn what_is_saved_here_has_pythons_names_and_types() -> Outcome {
    type Kinds = BTreeMap<String, (Vec<i64>, Kind)>;
    let (vs, folder) = python()?;
    let path = tempfile::tempdir()?.keep().join("state.safetensors");
    checkpoint::save(&vs, &path)?;
    let kinds = |path: &Path| -> Result<Kinds, Box<dyn Error>> {
        let tensors = Tensor::read_safetensors(path)?.into_iter();
        Ok(tensors
            .map(|(name, it)| (name, (it.size(), it.kind())))
            .collect())
    };
    assert_eq!(kinds(&path)?, kinds(&folder.join("state.safetensors"))?);
    fs::remove_dir_all(path.parent().ok_or("no folder")?)?;
    Ok(())
}

/// Loads weights into PyTorch's own module, strictly, and saves them in PyTorch's own way.
const PYTHON: &str = r"
import json, sys
import safetensors.torch, torch
vectors, description, weights, saved = sys.argv[1:]
sys.path.append(vectors)
from network import build
model = build(json.load(open(description)))
model.load_state_dict(safetensors.torch.load_file(weights))
torch.save(model.state_dict(), saved)
";

#[test]
#[ignore = "needs a Python with torch and safetensors, whose path is in TORCH_TEST_PYTHON"]
fn python_loads_what_is_saved_here_and_the_other_way_round() -> Outcome {
    let (vs, folder) = python()?;
    let place = tempfile::tempdir()?;
    let path = |name: &str| place.path().join(name);
    checkpoint::save(&vs, path("state.safetensors"))?;
    let status = Command::new(std::env::var("TORCH_TEST_PYTHON")?)
        .args(["-c", PYTHON])
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("../nn/vectors"))
        .args([
            folder.join("state.json"),
            path("state.safetensors"),
            path("state.bin"),
        ])
        .status()?;
    assert!(status.success());
    let (other, _) = python()?;
    checkpoint::load(&other, path("state.bin"))?;
    let other = other.variables();
    for (name, tensor) in vs.variables() {
        assert_eq!(tensor, other[&name], "{name}");
    }
    Ok(())
}

/// Each byte of a file may be lost, or be another.
#[test]
fn a_damaged_file_of_python_is_refused_and_ends_no_program() -> Outcome {
    let (vs, folder) = python()?;
    let bytes = fs::read(folder.join("state.pt"))?;
    let place = tempfile::tempdir()?;
    let path = place.path().join("state.pt");
    let pickle = bytes
        .windows(2)
        .position(|it| it == [0x80, 2])
        .ok_or("no pickle")?;
    for at in 0..200 {
        let mut other = bytes.clone();
        other[pickle + 7 * at] ^= 0x55;
        fs::write(&path, &other)?;
        // What it holds may be whole, but for a name.
        let _ = checkpoint::load(&vs, &path);
        fs::write(&path, &bytes[..at * bytes.len() / 200])?;
        let error = checkpoint::load(&vs, &path).unwrap_err();
        assert!(matches!(error, CheckpointError::Content { .. }), "{error}");
    }
    Ok(())
}

#[test]
fn counts_of_batches_may_be_missing() -> Outcome {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("norm.safetensors");
    let vs = VarStore::new(Device::Cpu);
    let _ = layer(BatchNorm1d::new(2), vs.root())?;
    let variables = vs.variables();
    let kept: Vec<_> = variables
        .iter()
        .filter(|(name, _)| *name != "num_batches_tracked")
        .collect();
    Tensor::write_safetensors(&kept, &path)?;
    checkpoint::load(&vs, &path)?;
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
    let mut names: Vec<_> = vs.variables().into_keys().collect();
    names.sort();
    assert_eq!(
        names,
        [
            "first.bias",
            "first.weight",
            "second.1.bias",
            "second.1.weight"
        ]
    );
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

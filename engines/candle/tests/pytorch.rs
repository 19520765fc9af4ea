//! Weights that PyTorch has saved, and weights for PyTorch.

use candle_core::{DType, Device, Tensor, safetensors};
use candle_nn::{ModuleT, VarMap};
use registry_candle::{AnyModule, layer, load, load_buffer, var_builder, variables};
use registry_nn::Layer;
use registry_nn::layers::{Linear, Sequential};
use std::collections::HashMap;
use std::process::Command;

type Outcome = Result<(), Box<dyn std::error::Error>>;

const WEIGHTS: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/pytorch/weights.safetensors"
);
const RUN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/pytorch/run.safetensors");

fn network() -> Result<(VarMap, AnyModule), Box<dyn std::error::Error>> {
    let description: Layer = serde_json::from_str(include_str!("pytorch/network.json"))?;
    let map = VarMap::new();
    let model = layer(description, var_builder(&map, DType::F32, &Device::Cpu))?;
    Ok((map, model))
}

fn difference(one: &Tensor, other: &Tensor) -> candle_core::Result<f32> {
    (one - other)?.abs()?.max_all()?.to_scalar()
}

#[test]
fn what_pytorch_saved_gives_its_output() -> Outcome {
    let (map, model) = network()?;
    let run = safetensors::load(RUN, &Device::Cpu)?;
    assert!(difference(&model.forward_t(&run["input"], false)?, &run["output"])? > 1e-3);
    load(&map, WEIGHTS)?;
    assert!(difference(&model.forward_t(&run["input"], false)?, &run["output"])? < 1e-5);
    Ok(())
}

#[test]
#[ignore = "needs a Python with torch and safetensors, which PYTORCH names"]
fn what_is_saved_is_taken_by_pytorch() -> Outcome {
    let (map, model) = network()?;
    let input = safetensors::load(RUN, &Device::Cpu)?["input"].clone();
    model.forward_t(&input, true)?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("candle.safetensors");
    let mut saved: HashMap<String, Tensor> = HashMap::new();
    saved.insert("output".to_owned(), model.forward_t(&input, false)?);
    saved.insert("input".to_owned(), input);
    saved.extend(
        variables(&map)
            .into_iter()
            .map(|(name, variable)| (name, variable.into_inner())),
    );
    safetensors::save(&saved, &file)?;
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/pytorch/check.py");
    let python = std::env::var("PYTORCH")?;
    let done = Command::new(python)
        .args([script, "read"])
        .arg(&file)
        .output()?;
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    Ok(())
}

#[test]
fn what_does_not_match_is_told_by_name_and_changes_nothing() -> Outcome {
    let map = VarMap::new();
    let linear = |from, to| Layer::from(Linear::new(from, to));
    let network = Sequential::new(vec![linear(4, 3), linear(3, 2)]);
    layer(network, var_builder(&map, DType::F32, &Device::Cpu))?;
    let before = variables(&map)["0.weight"].to_vec2::<f32>()?;

    let ones = |shape: &[usize]| Tensor::ones(shape, DType::F32, &Device::Cpu);
    let mut file = HashMap::from([
        ("0.weight".to_owned(), ones(&[3, 4])?),
        ("0.bias".to_owned(), ones(&[4])?),
        ("layers.1.weight".to_owned(), ones(&[2, 3])?),
        ("1.bias".to_owned(), ones(&[2])?),
    ]);
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("weights.safetensors");
    safetensors::save(&file, &path)?;
    insta::assert_snapshot!(load(&map, &path).unwrap_err());
    assert_eq!(variables(&map)["0.weight"].to_vec2::<f32>()?, before);

    file.retain(|name, _| name == "0.weight");
    safetensors::save(&file, &path)?;
    insta::assert_snapshot!(load(&map, &path).unwrap_err());

    std::fs::write(&path, "no weights")?;
    let error = load(&map, &path).unwrap_err().to_string();
    insta::assert_snapshot!(error.replace(&path.display().to_string(), "PATH"));
    insta::assert_snapshot!(load_buffer(&map, b"no weights").unwrap_err());
    Ok(())
}

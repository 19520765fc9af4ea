//! Datasets as torchvision reads them: see `python/mnist.py`.

#![allow(clippy::disallowed_methods, reason = "what fails here may panic")]

use registry_core::{Entity, Registry, Value};
use registry_tch::Dataset;
use registry_tch::datasets::Folder;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;
use tch::{Device, Kind, Tensor};

#[derive(Deserialize)]
struct Case {
    name: String,
    /// What Python's `json.dumps` has written.
    arguments: String,
    hash: String,
    files: BTreeMap<String, Vec<u8>>,
    inputs: Numbers,
    targets: Numbers,
}

#[derive(Deserialize)]
struct Numbers {
    shape: Vec<i64>,
    data: Vec<f64>,
}

impl Numbers {
    fn tensor(&self, kind: Kind) -> Tensor {
        Tensor::from_slice(&self.data)
            .to_kind(kind)
            .view(&self.shape[..])
    }
}

#[test]
fn datasets_hold_what_torchvision_reads() -> Result<(), Box<dyn std::error::Error>> {
    for case in serde_json::from_str::<Vec<Case>>(include_str!("vectors/mnist.json"))? {
        let folder = tempfile::tempdir()?;
        for (name, content) in &case.files {
            fs::write(folder.path().join(name), content)?;
        }
        let device = Device::Cpu;
        let path = folder.path().to_owned();
        let datasets = Registry::<dyn Dataset>::global()?;
        let arguments: Value = serde_json::from_str(&case.arguments)?;
        let dataset = datasets.build(&case.name, arguments, &Folder { path, device })?;
        assert_eq!(dataset.arguments().to_string(), case.arguments);
        assert_eq!(dataset.hash().to_string(), case.hash);
        assert_eq!(dataset.inputs(), &case.inputs.tensor(Kind::Float));
        assert_eq!(dataset.targets(), &case.targets.tensor(Kind::Int64));
    }
    Ok(())
}

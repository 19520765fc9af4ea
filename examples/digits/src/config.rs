//! The configuration: which model, criterion and optimizer to build, and how to train.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use candle_core::{DType, Device, Tensor};
use candle_nn::{VarBuilder, VarMap};
use entia::prelude::*;
use entia::{BuildError, DuplicateName, Value};
use serde::Deserialize;
use thiserror::Error;

use crate::criterion::Criterion;
use crate::data::{CLASSES, PIXELS};
use crate::model::Model;
use crate::optimizer::{Optimizer, Variables};
use crate::train;

/// Why a configuration cannot be used.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("`{}`: {source}\nhint: name a configuration with `--config FILE`", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The file is not JSON, or not with these keys.
    #[error("`{}`: {source}\nhint: write it as the `digits.json` of this example", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        source: serde_json::Error,
    },
    /// A count is zero.
    #[error("`{key}` is 0\nhint: set it to 1 or more")]
    Zero {
        /// The key in the file.
        key: &'static str,
    },
    /// The library found names or arguments that it does not know.
    #[error("{}", .0.iter().map(|(key, error)| format!("`{key}`: {error}")).collect::<Vec<_>>().join("\n"))]
    Build(Vec<(&'static str, BuildError)>),
    /// candle cannot set the first weights.
    #[error(transparent)]
    Weights(#[from] candle_core::Error),
    /// Two components have one name.
    #[error(transparent)]
    Names(#[from] DuplicateName),
    /// The model is built, but not for these images.
    #[error(
        "`model` does not fit the digits\n\
         hint: give it {PIXELS} inputs for the pixels and {CLASSES} outputs for the classes"
    )]
    Shape,
}

/// What `digits.json` holds.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The model: its name, or `{"name": ..., "arguments": {...}}`, as for the next two.
    pub model: Value,
    /// The criterion.
    pub criterion: Value,
    /// The optimizer.
    pub optimizer: Value,
    /// Epochs to train for, 1 or more.
    pub epochs: u32,
    /// Images in a step of the optimizer, 1 or more.
    pub batch_size: usize,
    /// What the first weights, the order of the images and the dropout follow from.
    pub seed: u64,
}

/// What a configuration names, built.
pub struct Components {
    /// The model.
    pub model: Registered<Box<dyn Model>>,
    /// The criterion.
    pub criterion: Registered<Box<dyn Criterion>>,
    /// The optimizer of `weights`.
    pub optimizer: Registered<Box<dyn Optimizer>>,
    /// The variables of the model.
    pub weights: Variables,
}

impl Config {
    /// Reads a configuration.
    ///
    /// # Errors
    ///
    /// When there is no such file, or it holds no configuration.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = fs::read_to_string(path).map_err(|source| ConfigError::Read {
            path: path.to_owned(),
            source,
        })?;
        let config: Self = serde_json::from_str(&text).map_err(|source| ConfigError::Json {
            path: path.to_owned(),
            source,
        })?;
        if config.epochs == 0 {
            return Err(ConfigError::Zero { key: "epochs" });
        }
        if config.batch_size == 0 {
            return Err(ConfigError::Zero { key: "batch_size" });
        }
        Ok(config)
    }

    /// Builds what the configuration names, with first weights that follow from the seed.
    ///
    /// # Errors
    ///
    /// Every unknown name and every wrong argument of all three at once; or when the model cannot
    /// score the digits.
    pub fn build(&self) -> Result<Components, ConfigError> {
        let map = VarMap::new();
        let vb = VarBuilder::from_varmap(&map, DType::F32, &Device::Cpu);
        let model = Registry::<dyn Model>::global()?.build_value(self.model.clone(), &vb);
        let weights = train::variables(&map);
        let criterion =
            Registry::<dyn Criterion>::global()?.build_value(self.criterion.clone(), &());
        let optimizer =
            Registry::<dyn Optimizer>::global()?.build_value(self.optimizer.clone(), &weights);
        match (model, criterion, optimizer) {
            (Ok(model), Ok(criterion), Ok(optimizer)) => {
                if !fits(&**model) {
                    return Err(ConfigError::Shape);
                }
                train::initialize(&weights, self.seed)?;
                Ok(Components {
                    model,
                    criterion,
                    optimizer,
                    weights,
                })
            }
            (model, criterion, optimizer) => Err(ConfigError::Build(
                [
                    ("model", model.err()),
                    ("criterion", criterion.err()),
                    ("optimizer", optimizer.err()),
                ]
                .into_iter()
                .filter_map(|(key, error)| Some((key, error?)))
                .collect(),
            )),
        }
    }
}

/// Whether the model can score a blank image, so that a wrong size is found before anything is
/// written.
fn fits(model: &dyn Model) -> bool {
    Tensor::zeros((1, PIXELS), DType::F32, &Device::Cpu)
        .and_then(|blank| model.forward(&blank, None))
        .is_ok_and(|scores| scores.dims() == [1, CLASSES])
}

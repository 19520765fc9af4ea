//! The configuration: which model, criterion and optimizer to build, and how to train.

use std::fs;
use std::io;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::{Path, PathBuf};

use candle_core::{DType, Device, Tensor};
use candle_nn::{VarBuilder, VarMap};
use entia::prelude::*;
use entia::{ArgumentError, BuildError, DuplicateName, Value};
use serde::Deserialize;
use thiserror::Error;

use crate::criterion::Criterion;
use crate::data::{CLASSES, PIXELS};
use crate::model::Model;
use crate::optimizer::{Optimizer, Variables};
use crate::train;

/// A configuration that cannot be used.
#[derive(Debug, Error)]
#[error("`{}`: {problem}", path.display())]
pub struct ConfigError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub problem: Box<Problem>,
}

/// Why a configuration cannot be used.
#[derive(Debug, Error)]
pub enum Problem {
    /// The file cannot be read.
    #[error("{0}\nhint: name a configuration with `--config FILE`")]
    Read(#[from] io::Error),
    /// The file is not JSON, or not with these keys and values.
    #[error("{}", with_hint(.0))]
    Content(#[from] ArgumentError),
    /// The file is JSON without keys.
    #[error("expected an object\nhint: {EXAMPLE}")]
    NoObject,
    /// The library found names or arguments that it does not know.
    #[error("{}", .0.iter().map(|(key, error)| format!("{key}: {error}")).collect::<Vec<_>>().join("\n"))]
    Build(Vec<(&'static str, BuildError)>),
    /// candle cannot set the first weights.
    #[error(transparent)]
    Weights(#[from] candle_core::Error),
    /// Two components have one name.
    #[error(transparent)]
    Names(#[from] DuplicateName),
    /// The model is built, but not for these images.
    #[error(
        "model: it does not fit the digits\n\
         hint: give it {PIXELS} inputs for the pixels and {CLASSES} outputs for the classes"
    )]
    Shape,
}

const EXAMPLE: &str = "write it as the `digits.json` of this example";

fn with_hint(error: &ArgumentError) -> String {
    match error.hint() {
        Some(_) => error.to_string(),
        None => format!("{error}\nhint: {EXAMPLE}"),
    }
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
    /// Epochs to train for.
    pub epochs: NonZeroU32,
    /// Images in a step of the optimizer.
    pub batch_size: NonZeroUsize,
    /// What the first weights, the order of the images and the dropout follow from.
    pub seed: u64,
    /// The file, for messages.
    #[serde(skip)]
    path: PathBuf,
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
        let path = path.to_owned();
        match parse(&path) {
            Ok(config) => Ok(Self { path, ..config }),
            Err(problem) => Err(ConfigError {
                path,
                problem: problem.into(),
            }),
        }
    }

    /// Builds what the configuration names, with first weights that follow from the seed.
    ///
    /// # Errors
    ///
    /// Every unknown name and every wrong argument of all three at once; or when the model cannot
    /// score the digits.
    pub fn build(&self) -> Result<Components, ConfigError> {
        self.components().map_err(|problem| ConfigError {
            path: self.path.clone(),
            problem: problem.into(),
        })
    }

    fn components(&self) -> Result<Components, Problem> {
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
                    return Err(Problem::Shape);
                }
                train::initialize(&weights, self.seed)?;
                Ok(Components {
                    model,
                    criterion,
                    optimizer,
                    weights,
                })
            }
            (model, criterion, optimizer) => Err(Problem::Build(
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

fn parse(path: &Path) -> Result<Config, Problem> {
    // By way of a value, whose errors name the key.
    let value: Value = fs::read_to_string(path)?.parse()?;
    // A list would be read too, as the values without their keys.
    if value.members().is_none() {
        return Err(Problem::NoObject);
    }
    Ok(value.to()?)
}

/// Whether the model can score a blank image, so that a wrong size is found before anything is
/// written.
fn fits(model: &dyn Model) -> bool {
    Tensor::zeros((1, PIXELS), DType::F32, &Device::Cpu)
        .and_then(|blank| model.forward(&blank, None))
        .is_ok_and(|scores| scores.dims() == [1, CLASSES])
}

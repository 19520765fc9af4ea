//! The configuration: which classifiers to validate, and how.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use entia::prelude::*;
use entia::{ArgumentError, BuildError, DuplicateName, Value};
use serde::Deserialize;
use thiserror::Error;

use crate::classifiers::Classifier;
use crate::data::Moons;
use crate::validation::CrossValidation;

/// A configuration that cannot be used.
#[derive(Debug, Error)]
#[error("`{}`: {problem}", path.display())]
pub struct ConfigError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub problem: Problem,
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
    /// Names or arguments that no classifier has.
    #[error("{}", .0.iter().map(|(at, error)| format!("classifiers[{at}]: {error}")).collect::<Vec<_>>().join("\n"))]
    Build(Vec<(usize, BuildError)>),
    /// Two classifiers have one name.
    #[error(transparent)]
    Names(#[from] DuplicateName),
    /// The data cannot be cut so.
    #[error("folds: {folds} parts of {samples} samples\nhint: choose a number from 2 to {}", .samples / 2)]
    Folds {
        /// As many parts.
        folds: usize,
        /// Of so many points.
        samples: usize,
    },
    /// Nothing to do.
    #[error("{0}: it is empty\nhint: give one or more")]
    Empty(&'static str),
}

fn with_hint(error: &ArgumentError) -> String {
    match error.hint() {
        Some(_) => error.to_string(),
        None => format!("{error}\nhint: write it as the `classical.json` of this example"),
    }
}

/// What `classical.json` holds.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// What is learned from.
    pub data: Moons,
    /// The parts that the data are cut into.
    pub folds: usize,
    /// Each is another order of the data before they are cut.
    pub seeds: Vec<u64>,
    /// Each a name, or `{"name": ..., "arguments": {...}}`.
    pub classifiers: Vec<Value>,
}

impl Config {
    /// Reads a configuration, and builds what it names: the validations of each classifier.
    ///
    /// # Errors
    ///
    /// When there is no such file, or it holds no configuration: every unknown name and every wrong
    /// argument at once.
    pub fn read(path: &Path) -> Result<Vec<Vec<CrossValidation>>, ConfigError> {
        let config = parse(path).and_then(|config| config.validations());
        config.map_err(|problem| ConfigError {
            path: path.to_owned(),
            problem,
        })
    }

    fn validations(&self) -> Result<Vec<Vec<CrossValidation>>, Problem> {
        for (name, is_empty) in [
            ("seeds", self.seeds.is_empty()),
            ("classifiers", self.classifiers.is_empty()),
        ] {
            if is_empty {
                return Err(Problem::Empty(name));
            }
        }
        let (folds, samples) = (self.folds, self.data.samples);
        if !(2..=samples / 2).contains(&folds) {
            return Err(Problem::Folds { folds, samples });
        }
        let registry = Registry::<dyn Classifier>::global()?;
        let validation = |classifier: &Value, seed: &u64| {
            Ok(CrossValidation {
                classifier: registry.build_value(classifier.clone(), &())?,
                data: self.data.clone(),
                folds,
                seed: *seed,
            })
        };
        let (mut built, mut refused) = (Vec::new(), Vec::new());
        for (at, classifier) in self.classifiers.iter().enumerate() {
            let all = self.seeds.iter().map(|seed| validation(classifier, seed));
            match all.collect() {
                Ok(validations) => built.push(validations),
                Err(error) => refused.push((at, error)),
            }
        }
        if refused.is_empty() {
            return Ok(built);
        }
        Err(Problem::Build(refused))
    }
}

fn parse(path: &Path) -> Result<Config, Problem> {
    // By way of a value, whose errors name the key.
    let value: Value = fs::read_to_string(path)?.parse()?;
    Ok(value.to()?)
}

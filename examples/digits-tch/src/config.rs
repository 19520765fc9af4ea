//! The configuration: which models to train, and how.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use entia::{ArgumentError, Value};
use serde::Deserialize;
use thiserror::Error;

/// What a configuration holds.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The name of a dataset that is told whether it is to `train` with.
    pub dataset: String,
    /// The models: each a name, or `{"name": ..., "arguments": {...}}`, as for the next two.
    pub models: Vec<Value>,
    /// The criterion.
    pub criterion: Value,
    /// The optimizer.
    pub optimizer: Value,
    /// Epochs to train for.
    pub epochs: u32,
    /// Images in a step of the optimizer.
    pub batch_size: i64,
    /// What the first weights, the order of the images and the dropout follow from.
    pub seed: i64,
}

/// Why a configuration cannot be used.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("`{}`: {error}\nhint: name a configuration with `--config FILE`", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// The file is not JSON, or not with these keys and values.
    #[error("`{}`: {}", path.display(), with_hint(error))]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        error: ArgumentError,
    },
}

impl Config {
    /// Reads a configuration.
    ///
    /// # Errors
    ///
    /// Where there is no such file, or it holds no configuration.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let path = path.to_owned();
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) => return Err(ConfigError::Read { path, error }),
        };
        // By way of a value, whose errors name the key.
        let config = text.parse().and_then(|value: Value| value.to());
        config.map_err(|error| ConfigError::Content { path, error })
    }
}

fn with_hint(error: &ArgumentError) -> String {
    match error.hint() {
        Some(_) => error.to_string(),
        None => format!("{error}\nhint: write it as the `digits.json` of this example"),
    }
}

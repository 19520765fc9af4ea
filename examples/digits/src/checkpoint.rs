//! Weights, optimizer state and epoch in one safetensors file, replaced as a whole.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use candle_core::{Device, Tensor};
use safetensors::SafeTensors;
use thiserror::Error;

use crate::optimizer::Variables;

const EPOCH: &str = "epoch";

/// Why a checkpoint could not be read or written.
#[derive(Debug, Error)]
pub enum CheckpointError {
    /// The operating system refused.
    #[error("`{}`: {source}\nhint: choose a folder that this program may write with `--dir`", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The file is no checkpoint of this model.
    #[error("`{}` does not hold this model: {reason}\nhint: move the file away to train anew", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

/// A file that holds how far training has come.
#[derive(Debug)]
pub struct Checkpoint {
    path: PathBuf,
}

impl Checkpoint {
    /// The checkpoint of the model with this hash.
    pub fn new(dir: &Path, hash: &str) -> Self {
        Self { path: dir.join(format!("{hash}.safetensors")) }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Sets `weights` and `state` to what the file holds and returns the epochs trained so far, or
    /// returns `None` where there is no file.
    ///
    /// The file may lack `state`, as it does after a change of optimizer.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or is no checkpoint with these weights.
    pub fn load(&self, weights: &Variables, state: &Variables) -> Result<Option<u64>, CheckpointError> {
        let bytes = match fs::read(&self.path) {
            Ok(bytes) => bytes,
            Err(source) if source.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(self.io(source)),
        };
        let (_, header) = SafeTensors::read_metadata(&bytes).map_err(|error| self.content(error))?;
        let epoch = header.metadata().as_ref().and_then(|entries| entries.get(EPOCH)?.parse().ok());
        let epoch = epoch.ok_or_else(|| self.content("it names no epoch"))?;
        let stored = candle_core::safetensors::load_buffer(&bytes, &Device::Cpu).map_err(|error| self.content(error))?;
        if let Some(name) = weights.keys().find(|name| !stored.contains_key(*name)) {
            return Err(self.content(format!("it lacks `{name}`")));
        }
        for (name, variable) in weights.iter().chain(state) {
            if let Some(tensor) = stored.get(name) {
                variable.set(tensor).map_err(|error| self.content(format!("`{name}`: {error}")))?;
            }
        }
        Ok(Some(epoch))
    }

    /// Replaces the file, so that a reader finds the old checkpoint or the new one, whole.
    ///
    /// # Errors
    ///
    /// When the file cannot be written; the old one is then still there.
    pub fn save(&self, weights: &Variables, state: &Variables, epoch: u64) -> Result<(), CheckpointError> {
        let tensors: BTreeMap<&String, &Tensor> =
            weights.iter().chain(state).map(|(name, variable)| (name, variable.as_tensor())).collect();
        let header = HashMap::from([(EPOCH.to_owned(), epoch.to_string())]);
        let bytes = safetensors::serialize(tensors, Some(header)).map_err(|error| self.content(error))?;
        let fresh = self.path.with_extension("safetensors.new");
        let write = || {
            let mut file = File::create(&fresh)?;
            file.write_all(&bytes)?;
            file.sync_all()?;
            fs::rename(&fresh, &self.path)
        };
        write().map_err(|source| self.io(source))
    }

    fn io(&self, source: io::Error) -> CheckpointError {
        CheckpointError::Io { path: self.path.clone(), source }
    }

    fn content(&self, reason: impl ToString) -> CheckpointError {
        CheckpointError::Content { path: self.path.clone(), reason: reason.to_string() }
    }
}

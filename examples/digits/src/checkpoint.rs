//! Weights, optimizer state and epoch in one safetensors file, replaced as a whole.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Display;
use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use candle_core::{Device, Tensor};
use safetensors::SafeTensors;
use thiserror::Error;

use crate::files::FileError;
use crate::optimizer::Variables;

const EPOCH: &str = "epoch";

/// Why a checkpoint could not be read or written.
#[derive(Debug, Error)]
pub enum CheckpointError {
    /// The operating system refused.
    #[error(transparent)]
    File(#[from] FileError),
    /// Another process trains the same model.
    #[error("`{}` is in use by another process\nhint: wait for it, or choose another folder with `--dir`", path.display())]
    Busy {
        /// The file.
        path: PathBuf,
    },
    /// The file is no checkpoint of this model.
    #[error(
        "`{}` does not hold this model: {reason}\n\
         hint: restore it from a copy; or train anew in another `--dir` and another `--store`",
        path.display()
    )]
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
    /// Held until the end: two processes would overwrite each other's weights.
    _lock: File,
}

impl Checkpoint {
    /// The checkpoint of the model with this hash, which no other process can open meanwhile.
    ///
    /// # Errors
    ///
    /// When the folder cannot be written, or another process has opened the checkpoint.
    pub fn open(dir: &Path, hash: &str) -> Result<Self, CheckpointError> {
        let path = dir.join(format!("{hash}.safetensors"));
        let lock_path = path.with_extension("lock");
        let lock = File::create(&lock_path).map_err(FileError::at(&lock_path))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path, _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(CheckpointError::Busy { path }),
            Err(TryLockError::Error(error)) => Err(FileError::at(&lock_path)(error).into()),
        }
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
    pub fn load(
        &self,
        weights: &Variables,
        state: &Variables,
    ) -> Result<Option<u64>, CheckpointError> {
        let bytes = match fs::read(&self.path) {
            Ok(bytes) => bytes,
            Err(source) if source.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(FileError::at(&self.path)(error).into()),
        };
        let (_, header) =
            SafeTensors::read_metadata(&bytes).map_err(|error| self.content(&error))?;
        let epoch = header
            .metadata()
            .as_ref()
            .and_then(|entries| entries.get(EPOCH)?.parse().ok());
        let epoch = epoch.ok_or_else(|| self.content(&"it names no epoch"))?;
        let stored = candle_core::safetensors::load_buffer(&bytes, &Device::Cpu)
            .map_err(|error| self.content(&error))?;
        if let Some(name) = weights.keys().find(|name| !stored.contains_key(*name)) {
            return Err(self.content(&format!("it lacks `{name}`")));
        }
        for (name, variable) in weights.iter().chain(state) {
            let Some(tensor) = stored.get(name) else {
                continue;
            };
            let (found, expected) = (kind(tensor), kind(variable));
            if found != expected {
                return Err(self.content(&format!("`{name}` is {found}, not {expected}")));
            }
            variable.set(tensor).map_err(|error| self.content(&error))?;
        }
        Ok(Some(epoch))
    }

    /// Replaces the file, so that a reader finds the old checkpoint or the new one, whole.
    ///
    /// # Errors
    ///
    /// When the file cannot be written; the old one is then still there.
    pub fn save(
        &self,
        weights: &Variables,
        state: &Variables,
        epoch: u64,
    ) -> Result<(), CheckpointError> {
        let tensors: BTreeMap<&String, &Tensor> = weights
            .iter()
            .chain(state)
            .map(|(name, variable)| (name, variable.as_tensor()))
            .collect();
        let header = HashMap::from([(EPOCH.to_owned(), epoch.to_string())]);
        let bytes =
            safetensors::serialize(tensors, Some(header)).map_err(|error| self.content(&error))?;
        let fresh = self.path.with_extension("safetensors.new");
        let write = || {
            let mut file = File::create(&fresh)?;
            file.write_all(&bytes)?;
            file.sync_all()?;
            fs::rename(&fresh, &self.path)
        };
        write().map_err(|error| {
            // A part of a file helps nobody, and takes room on a disk that may be full.
            let _ = fs::remove_file(&fresh);
            FileError::at(&self.path)(error).into()
        })
    }

    fn content(&self, reason: &dyn Display) -> CheckpointError {
        CheckpointError::Content {
            path: self.path.clone(),
            reason: reason.to_string(),
        }
    }
}

/// What a tensor is, without its values: `F32 [10, 128]`.
fn kind(tensor: &Tensor) -> String {
    format!("{:?} {:?}", tensor.dtype(), tensor.dims())
}

#[cfg(test)]
mod tests {
    use candle_core::Var;

    use super::*;

    fn variables(name: &str, value: u32) -> candle_core::Result<Variables> {
        Ok(Variables::from([(
            name.to_owned(),
            Var::new(value, &Device::Cpu)?,
        )]))
    }

    fn other_kind(name: &str) -> candle_core::Result<Variables> {
        let var = Var::new(&[1f32, 2.0], &Device::Cpu)?;
        Ok(Variables::from([(name.to_owned(), var)]))
    }

    #[test]
    fn holds_weights_state_and_epoch() -> Result<(), Box<dyn std::error::Error>> {
        let dir = tempfile::tempdir()?;
        let checkpoint = Checkpoint::open(dir.path(), "hash")?;
        let (weights, state) = (variables("output.bias", 1)?, variables("SGD.velocity", 2)?);
        assert_eq!(checkpoint.load(&weights, &state)?, None);
        checkpoint.save(&weights, &state, 7)?;

        let (weights, state) = (variables("output.bias", 0)?, variables("SGD.velocity", 0)?);
        assert_eq!(checkpoint.load(&weights, &state)?, Some(7));
        assert_eq!(weights["output.bias"].to_scalar::<u32>()?, 1);
        assert_eq!(state["SGD.velocity"].to_scalar::<u32>()?, 2);

        let fresh = variables("AdamW.steps", 0)?;
        assert_eq!(
            checkpoint.load(&weights, &fresh)?,
            Some(7),
            "another optimizer starts anew"
        );
        Ok(())
    }

    #[test]
    fn refuses_what_is_no_checkpoint_of_the_model() -> Result<(), Box<dyn std::error::Error>> {
        let dir = tempfile::tempdir()?;
        let checkpoint = Checkpoint::open(dir.path(), "hash")?;
        let refusal = |name| -> Result<String, Box<dyn std::error::Error>> {
            let loaded = checkpoint.load(&variables(name, 0)?, &Variables::new());
            Ok(loaded
                .err()
                .map(|error| error.to_string())
                .unwrap_or_default())
        };
        checkpoint.save(&variables("output.bias", 1)?, &Variables::new(), 7)?;
        assert!(refusal("hidden.bias")?.contains("it lacks `hidden.bias`"));
        checkpoint.save(&other_kind("output.bias")?, &Variables::new(), 7)?;
        assert!(refusal("output.bias")?.contains("`output.bias` is F32 [2], not U32 []"));
        fs::write(checkpoint.path(), "{}")?;
        assert!(refusal("output.bias")?.contains("\nhint: restore it from a copy"));
        Ok(())
    }

    #[test]
    fn a_failed_save_leaves_no_part_of_a_file() -> Result<(), Box<dyn std::error::Error>> {
        let dir = tempfile::tempdir()?;
        let checkpoint = Checkpoint::open(dir.path(), "hash")?;
        fs::create_dir_all(checkpoint.path().join("in the way"))?;
        let saved = checkpoint.save(&variables("output.bias", 1)?, &Variables::new(), 7);
        let message = saved.err().map(|error| error.to_string());
        assert!(message.is_some_and(|it| it.contains("\nhint: ")));
        let mut names = Vec::new();
        for entry in fs::read_dir(dir.path())? {
            names.push(entry?.file_name());
        }
        names.sort();
        assert_eq!(names, ["hash.lock", "hash.safetensors"]);
        Ok(())
    }

    #[test]
    fn is_open_once() -> Result<(), Box<dyn std::error::Error>> {
        let dir = tempfile::tempdir()?;
        let first = Checkpoint::open(dir.path(), "hash")?;
        assert!(matches!(
            Checkpoint::open(dir.path(), "hash"),
            Err(CheckpointError::Busy { .. })
        ));
        Checkpoint::open(dir.path(), "another")?;
        drop(first);
        Checkpoint::open(dir.path(), "hash")?;
        Ok(())
    }
}

//! Weights as checkpoints of a run.
//!
//! libtorch reads and writes files of safetensors only, so they pass through one.

use entia::tch::checkpoint::{self, CheckpointError};
use entia::tch::tch::nn::VarStore;
use entia::tracker::{Aggregate, Checkpoint};
use tempfile::TempDir;

use crate::error::Error;

/// Keeps the weights as the checkpoint of an epoch: the last one stays, and the best.
///
/// # Errors
///
/// Where they cannot be written.
pub fn keep(vs: &VarStore, run: &Aggregate, epoch: u64) -> Result<(), Error> {
    let folder = TempDir::new().map_err(Error::File)?;
    let path = folder.path().join("weights.safetensors");
    checkpoint::save(vs, &path)?;
    let checkpoint = run.checkpoint(epoch)?;
    checkpoint
        .keep_last(1)
        .keep_best("accuracy", "test")
        .put(path)?;
    Ok(())
}

/// Sets the weights to those of a checkpoint.
///
/// # Errors
///
/// Where it cannot be read, or holds other weights than the model.
pub fn load(vs: &VarStore, kept: &Checkpoint) -> Result<(), Error> {
    let folder = TempDir::new().map_err(Error::File)?;
    let path = folder.path().join("weights.safetensors");
    kept.save_to(&path)?;
    let loaded = checkpoint::load(vs, &path);
    Ok(loaded.map_err(|error| named(error, kept.artifact().name()))?)
}

/// The error with the name of the checkpoint in place of that of a file that is gone by then.
fn named(mut error: CheckpointError, name: &str) -> CheckpointError {
    let (CheckpointError::File { path, .. }
    | CheckpointError::Content { path, .. }
    | CheckpointError::Mismatch { path, .. }) = &mut error;
    *path = name.into();
    error
}

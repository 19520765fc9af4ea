//! Why the program had to end.

use std::io;

use entia::tch::TorchError;
use entia::tch::checkpoint::CheckpointError;
use entia::{BuildError, DuplicateName};
use thiserror::Error;

/// Why a model could not be trained, or not built again.
#[derive(Debug, Error)]
pub enum Error {
    /// There is no such component, or it takes other arguments.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// Two components have one name.
    #[error(transparent)]
    Names(#[from] DuplicateName),
    /// libtorch refuses.
    #[error(transparent)]
    Torch(#[from] TorchError),
    /// The weights cannot be saved or loaded.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The store cannot be used.
    #[error(transparent)]
    Tracker(#[from] entia::tracker::Error),
    /// A checkpoint cannot pass through a file of its own.
    #[error(
        "cannot make a temporary file: {0}\nhint: name a folder that can be written in `TMPDIR`"
    )]
    File(io::Error),
    /// What is to be printed is lost.
    #[error(
        "cannot write to standard output: {0}\nhint: what was trained so far is kept; send the output to where there is room"
    )]
    Output(io::Error),
    /// Checkpoints are gone, or scores are.
    #[error(
        "the scores of `{id}` are at epoch {scores}, but its checkpoints are at epoch {checkpoint}\n\
         hint: restore the store and its artifacts from a copy, or train anew in another `--store`"
    )]
    Apart {
        /// The id of the run.
        id: String,
        /// Epochs whose scores are in the store.
        scores: u64,
        /// Epochs that the weights of the latest checkpoint were trained for, 0 where there is none.
        checkpoint: u64,
    },
    /// Somebody else trains the run.
    #[error(
        "another process trains `{0}` in this store\n\
         hint: wait until it has ended, or train in another `--store`"
    )]
    Shared(String),
    /// The loss is infinite or not a number.
    #[error(
        "the loss of epoch {0} is not finite\nhint: choose a smaller `lr`; nothing of it is kept"
    )]
    Diverged(u64),
    /// The store has no trained model.
    #[error(
        "the experiment `{0}` has no trained model\nhint: name one in the configuration, and train it"
    )]
    Untrained(String),
    /// A record lacks the data that its model was tested with.
    #[error("the record of `{0}` has no test data\nhint: train it further")]
    Untested(String),
    /// A model that was built again is not what it was.
    #[error(
        "`{id}` had a test accuracy of {recorded}, and has {found} now\n\
         hint: restore the store and its artifacts from a copy, or train it further"
    )]
    Differs {
        /// Its id.
        id: String,
        /// The accuracy in the store.
        recorded: f64,
        /// The accuracy of the model that was built again.
        found: f64,
    },
}

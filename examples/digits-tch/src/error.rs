//! Why the program had to end.

use std::io;
use std::path::PathBuf;

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
    /// A file cannot be removed.
    #[error("`{}`: {error}\nhint: get the right to write it, or choose another folder with `--dir`", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
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
         hint: name the folder with its weights, or train it further"
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

//! Datasets, read from files.
//!
//! No file comes with this crate. [`Digits`] reads that of scikit-learn, which lies in the sources of
//! Entia; [`Mnist`] says where its own are to be had.

mod digits;
mod mnist;

pub use digits::Digits;
pub use mnist::Mnist;

use crate::TorchError;
use registry_core::registry;
use std::fmt::Debug;
use std::io;
use std::path::{Path, PathBuf};
use tch::data::Iter2;
use tch::{Device, TchError, Tensor};
use thiserror::Error;

/// Inputs and their targets: what a `Registry::<dyn Dataset>` builds.
///
/// # Examples
///
/// ```
/// use registry_core::{Entity, Registry};
/// use registry_tch::{Dataset, datasets::Folder};
/// use serde_json::json;
/// use tch::Device;
///
/// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/digits/data").into();
/// let folder = Folder { path, device: Device::Cpu };
/// let datasets = Registry::<dyn Dataset>::global()?;
/// let digits = datasets.build("Digits", json!({"train": false}), &folder)?;
/// assert_eq!(digits.arguments().to_string(), r#"{"train": false}"#);
/// assert_eq!(digits.len(), 359);
/// for (images, labels) in digits.batches(64).shuffle() {
///     assert_eq!(images.size()[0], labels.size()[0]);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[registry(context = Folder)]
pub trait Dataset: Debug + Send {
    /// The inputs, along the first dimension.
    fn inputs(&self) -> &Tensor;

    /// The target of each input.
    fn targets(&self) -> &Tensor;

    /// Number of inputs.
    fn len(&self) -> usize {
        let size = self.inputs().size();
        size.first()
            .map_or(0, |size| usize::try_from(*size).unwrap_or(0))
    }

    /// Whether there is no input.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Inputs with their targets, `size` at a time.
    fn batches(&self, size: i64) -> Iter2 {
        let mut batches = Iter2::new(self.inputs(), self.targets(), size);
        // Else it takes them to the CPU.
        batches.to_device(self.inputs().device());
        batches.return_smaller_last_batch();
        batches
    }
}

/// Where files are read from, and the device that their content is put on; no part of identity.
#[derive(Clone, Debug)]
pub struct Folder {
    /// The folder.
    pub path: PathBuf,
    /// The device.
    pub device: Device,
}

/// Why a dataset could not be read.
#[derive(Error)]
pub enum DataError {
    /// A file is not there, or does not unpack.
    #[error("`{}`: {error}\nhint: give the folder that holds the dataset's files", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// A file is not what it should be.
    #[error("`{}`: {problem}\nhint: restore the file", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// libtorch refuses.
    #[error(transparent)]
    Torch(TorchError),
}

impl From<TchError> for DataError {
    fn from(error: TchError) -> Self {
        Self::Torch(error.into())
    }
}

// What `main` returns is shown by `Debug`, and a person should read the same there.
impl std::fmt::Debug for DataError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

impl DataError {
    fn file(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |error| Self::File {
            path: path.to_owned(),
            error,
        }
    }

    fn content(path: &Path) -> impl FnOnce(String) -> Self {
        move |problem| Self::Content {
            path: path.to_owned(),
            problem,
        }
    }
}

//! Weights in files.

mod pickle;

use crate::error::message;
use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::PoisonError;
use tch::Tensor;
use tch::nn::VarStore;
use thiserror::Error;

/// Why a checkpoint could not be saved or loaded.
#[derive(Error)]
pub enum CheckpointError {
    /// The file cannot be read or written.
    #[error("`{}`: {error}\nhint: give the folder that the checkpoints are in", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// The content of the file cannot be read, or not be written.
    #[error("`{}`: {problem}\nhint: restore the file, or save it again", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// The file holds other tensors than the model.
    #[error(
        "`{}` does not fit the model\n{}\nhint: load it into the model that it was saved from",
        path.display(),
        tensors.iter().map(|(name, mismatch)| format!("  {name}: {mismatch}")).collect::<Vec<_>>().join("\n")
    )]
    Mismatch {
        /// The file.
        path: PathBuf,
        /// The tensors in which they differ, by name.
        tensors: BTreeMap<String, Mismatch>,
    },
}

// What `main` returns is shown by `Debug`, and a person should read the same there.
impl fmt::Debug for CheckpointError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// How a tensor of a file differs from the one of a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mismatch {
    /// The model has it, the file has not.
    Missing,
    /// The file has it, the model has not.
    Unexpected,
    /// It has another shape.
    Shape {
        /// The one in the model.
        expected: Vec<i64>,
        /// The one in the file.
        found: Vec<i64>,
    },
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("missing from the file"),
            Self::Unexpected => f.write_str("not in the model"),
            Self::Shape { expected, found } => write!(f, "expected {expected:?}, found {found:?}"),
        }
    }
}

/// Saves every variable of `vs`, so that a reader finds the old file or the new one, whole.
///
/// A path that ends in `.safetensors` gets a file of that format, any other the format of
/// libtorch, which by custom ends in `.ot`.
///
/// # Errors
///
/// Where the file cannot be written; an old one is then still there.
///
/// # Examples
///
/// ```
/// use registry_tch::{checkpoint, layer, layers::Linear};
/// use tch::{Device, nn};
///
/// let path = std::env::temp_dir().join(format!("registry-tch-{}.safetensors", std::process::id()));
/// let vs = nn::VarStore::new(Device::Cpu);
/// layer(Linear::new(4, 3), vs.root())?;
/// checkpoint::save(&vs, &path)?;
///
/// let same = nn::VarStore::new(Device::Cpu);
/// layer(Linear::new(4, 3), same.root())?;
/// checkpoint::load(&same, &path)?;
/// assert_eq!(vs.variables()["weight"], same.variables()["weight"]);
///
/// let other = nn::VarStore::new(Device::Cpu);
/// layer(Linear::new(5, 3).with_bias(false), other.root())?;
/// let error = checkpoint::load(&other, &path).unwrap_err().to_string();
/// assert_eq!(error.lines().collect::<Vec<_>>()[1..], [
///     "  bias: not in the model",
///     "  weight: expected [3, 5], found [3, 4]",
///     "hint: load it into the model that it was saved from",
/// ]);
/// # std::fs::remove_file(path)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn save(vs: &VarStore, path: impl AsRef<Path>) -> Result<(), CheckpointError> {
    let path = path.as_ref();
    // The format follows from the end of the name.
    let fresh = match path.extension() {
        Some(format) => path.with_extension(format!("new.{}", format.display())),
        None => path.with_extension("new"),
    };
    let written = vs
        .save(&fresh)
        .map_err(|error| content_error(path)(message(error)))
        .and_then(|()| replace(&fresh, path).map_err(file_error(path)));
    if written.is_err() {
        // A part of a file helps nobody, and takes room on a disk that may be full.
        let _ = fs::remove_file(&fresh);
    }
    written
}

fn replace(fresh: &Path, path: &Path) -> io::Result<()> {
    // Windows syncs only what is open for writing.
    File::options().write(true).open(fresh)?.sync_all()?;
    fs::rename(fresh, path)
}

/// Sets every variable of `vs` to the tensor of its name in the file, or none of them.
///
/// A tensor of another kind is converted. Besides the formats of [`save`], it reads what Python writes:
/// `torch.save(model.state_dict(), "model.pt")`, as a file whose name ends in `.pt` or `.bin`. As PyTorch
/// does, it lets `num_batches_tracked` be missing.
///
/// # Errors
///
/// Where the file cannot be read, or holds other tensors than `vs`: each that is missing,
/// unexpected or of another shape is named.
///
/// # Examples
///
/// See [`save`].
pub fn load(vs: &VarStore, path: impl AsRef<Path>) -> Result<(), CheckpointError> {
    let path = path.as_ref();
    let file = File::open(path).map_err(file_error(path))?;
    if file.metadata().map_err(file_error(path))?.is_dir() {
        return Err(file_error(path)(io::ErrorKind::IsADirectory.into()));
    }
    let stored = read(path, file).map_err(content_error(path))?;
    let variables = vs.variables_.lock();
    let variables = &mut variables
        .unwrap_or_else(PoisonError::into_inner)
        .named_variables;
    let mut tensors = BTreeMap::new();
    for (name, variable) in &*variables {
        let expected = variable.size();
        match stored.get(name).map(Tensor::size) {
            None if name.ends_with("num_batches_tracked") => None,
            None => tensors.insert(name.clone(), Mismatch::Missing),
            Some(found) if found != expected => {
                tensors.insert(name.clone(), Mismatch::Shape { expected, found })
            }
            Some(_) => None,
        };
    }
    for name in stored.keys().filter(|name| !variables.contains_key(*name)) {
        tensors.insert(name.clone(), Mismatch::Unexpected);
    }
    if !tensors.is_empty() {
        let path = path.to_owned();
        return Err(CheckpointError::Mismatch { path, tensors });
    }
    tch::no_grad(|| {
        let mut found = variables
            .iter_mut()
            .filter_map(|(name, variable)| Some((variable, stored.get(name)?)));
        found.try_for_each(|(variable, stored)| variable.f_copy_(stored))
    })
    .map_err(|error| content_error(path)(message(error)))
}

fn read(path: &Path, file: File) -> Result<BTreeMap<String, Tensor>, String> {
    let tensors = match path.extension().and_then(|format| format.to_str()) {
        Some("safetensors") => Tensor::read_safetensors(path),
        Some("bin" | "pt") => return pickle::read(file),
        _ => Tensor::load_multi(path),
    };
    Ok(tensors.map_err(message)?.into_iter().collect())
}

fn file_error(path: &Path) -> impl FnOnce(io::Error) -> CheckpointError {
    let path = path.to_owned();
    move |error| CheckpointError::File { path, error }
}

fn content_error(path: &Path) -> impl FnOnce(String) -> CheckpointError {
    let path = path.to_owned();
    move |problem| CheckpointError::Content { path, problem }
}

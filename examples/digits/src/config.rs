//! The configuration: which network, criterion and optimizer to build, and how to train.

use std::fs;
use std::io;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::{Path, PathBuf};

use entia::{ArgumentError, Value};
use registry_nn::{Criterion, Layer, Optimizer, Refusal, Variable};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

use crate::data::{CLASSES, SHAPE};

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
    /// There are no such classes, or they take other arguments.
    #[error("{}", .0.iter().map(|(key, error)| format!("{key}: {error}")).collect::<Vec<_>>().join("\n"))]
    Classes(Vec<(&'static str, ArgumentError)>),
    /// The network, or the criterion, does not take such images, or what the engine lacks.
    #[error("{0}: {1}")]
    Refused(&'static str, Refusal),
    /// The network gives something else than scores.
    #[error(
        "model: it gives the shape {0:?} for an image\n\
         hint: give it {CLASSES} outputs for the classes"
    )]
    Scores(Vec<i64>),
    /// A typing error should not ask for all of the memory.
    #[error(
        "model: it has {0:.1e} weights\n\
         hint: make its layers smaller; {MOST_WEIGHTS:.0e} are the most that this program trains"
    )]
    Weights(f64),
    /// The criterion gives a loss for each image.
    #[error("criterion: it gives several numbers\nhint: leave out `reduction`, for their mean")]
    Losses,
}

/// More weights than any network for images of 8 x 8 pixels needs.
const MOST_WEIGHTS: f64 = 1e8;

const EXAMPLE: &str = "write it as the `digits.json` of this example";

fn with_hint(error: &ArgumentError) -> String {
    match error.hint() {
        Some(_) => error.to_string(),
        None => format!("{error}\nhint: {EXAMPLE}"),
    }
}

/// What `digits.json` holds.
#[derive(Clone, Debug)]
pub struct Config {
    /// The network.
    pub model: Layer,
    /// The criterion.
    pub criterion: Criterion,
    /// The optimizer.
    pub optimizer: Optimizer,
    /// Epochs to train for.
    pub epochs: NonZeroU32,
    /// Images in a step of the optimizer.
    pub batch_size: NonZeroUsize,
    /// What the first weights, the order of the images and the dropout follow from.
    pub seed: u64,
    /// The file, for messages.
    path: PathBuf,
}

/// The keys of the file, with the classes as they stand there.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    model: Value,
    criterion: Value,
    optimizer: Value,
    epochs: NonZeroU32,
    batch_size: NonZeroUsize,
    seed: u64,
}

impl Config {
    /// Reads a configuration.
    ///
    /// # Errors
    ///
    /// When there is no such file, it names what is not there (every unknown name and every wrong argument
    /// at once), or the network cannot score the digits.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        parse(path).map_err(|problem| ConfigError {
            path: path.to_owned(),
            problem: problem.into(),
        })
    }

    /// That an engine refuses one of the classes.
    pub fn refused(&self, key: &'static str, refusal: Refusal) -> ConfigError {
        ConfigError {
            path: self.path.clone(),
            problem: Problem::Refused(key, refusal).into(),
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
    let content: Content = value.to()?;
    let mut errors = Vec::new();
    let model = class("model", &content.model, &mut errors);
    let criterion = class("criterion", &content.criterion, &mut errors);
    let optimizer = class("optimizer", &content.optimizer, &mut errors);
    let (Some(model), Some(criterion), Some(optimizer)) = (model, criterion, optimizer) else {
        return Err(Problem::Classes(errors));
    };
    check(&model, &criterion)?;
    Ok(Config {
        model,
        criterion,
        optimizer,
        epochs: content.epochs,
        batch_size: content.batch_size,
        seed: content.seed,
        path: path.to_owned(),
    })
}

/// What a value stands for; none with an error more.
fn class<T: DeserializeOwned>(
    key: &'static str,
    value: &Value,
    errors: &mut Vec<(&'static str, ArgumentError)>,
) -> Option<T> {
    value.to().map_err(|error| errors.push((key, error))).ok()
}

/// Whether the network scores images and the criterion takes that, so that it is known before anything
/// is built.
fn check(model: &Layer, criterion: &Criterion) -> Result<(), Problem> {
    // Of a single image some criterions cannot tell labels from scores.
    let images = 2;
    let [channels, height, width] = SHAPE.map(i64::from);
    let output = model.output_shape(&[images, channels, height, width]);
    let output = output.map_err(|refusal| Problem::Refused("model", refusal))?;
    if output != [images, CLASSES.into()] {
        return Err(Problem::Scores(output));
    }
    let weights = model.state().iter().map(size).sum();
    if weights > MOST_WEIGHTS {
        return Err(Problem::Weights(weights));
    }
    let loss = criterion.output_shape(&[&output, &[images]]);
    let loss = loss.map_err(|refusal| Problem::Refused("criterion", refusal))?;
    if loss.is_empty() {
        return Ok(());
    }
    Err(Problem::Losses)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "it is compared with a limit that is far from exact"
)]
fn size(variable: &Variable) -> f64 {
    variable.shape.iter().map(|size| *size as f64).product()
}

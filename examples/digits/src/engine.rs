//! The frameworks that a network is built and trained in.

#[cfg(feature = "burn")]
mod burn;
#[cfg(feature = "candle")]
mod candle;
#[cfg(feature = "tch")]
mod tch;

use std::error::Error;
use std::fmt::{self, Display};

use clap::ValueEnum;
use registry_nn::{Criterion, Layer, Optimizer, Refusal};
use thiserror::Error;

use crate::data::Digits;

/// A framework.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Engine {
    /// Hugging Face's candle
    Candle,
    /// Tracel's burn
    Burn,
    /// libtorch, which PyTorch is built on
    Tch,
}

/// Why a network cannot be built or trained.
#[derive(Debug, Error)]
pub enum EngineError {
    /// The framework was left out of the program.
    #[error(
        "this program was built without {0}\n\
         hint: build it with: cargo run --release -p digits --features {0} -- --engine {0}"
    )]
    Missing(Engine),
    /// The framework lacks a class of the network, of the criterion or of the optimizer.
    #[error("{0}: {1}")]
    Refused(&'static str, Refusal),
    /// The framework cannot compute.
    #[error("{0}")]
    Framework(#[from] Box<dyn Error>),
    /// The checkpoint is not of this network.
    #[error(
        "the checkpoint does not hold this model: {0}\n\
         hint: restore the store from a copy, or train anew in another `--store`"
    )]
    Checkpoint(String),
}

impl EngineError {
    /// What a framework, or a file, refuses.
    pub fn framework(error: impl Error + 'static) -> Self {
        Self::Framework(error.into())
    }

    /// What is wrong with a checkpoint.
    pub fn checkpoint(error: impl Display) -> Self {
        Self::Checkpoint(error.to_string())
    }
}

/// A network under training: its weights, and what the optimizer remembers from step to step.
pub trait Network {
    /// From here on dropout follows from `seed`.
    ///
    /// # Errors
    ///
    /// When the framework cannot be seeded.
    fn seed(&mut self, seed: u64) -> Result<(), EngineError>;

    /// Takes a step of the optimizer, and gives what the network has answered before it.
    ///
    /// # Errors
    ///
    /// When the framework cannot compute.
    fn learn(&mut self, digits: &Digits) -> Result<Answer, EngineError>;

    /// What the network answers when it does not learn.
    ///
    /// # Errors
    ///
    /// When the framework cannot compute.
    fn answer(&self, digits: &Digits) -> Result<Answer, EngineError>;

    /// The weights, as a safetensors file of PyTorch's `state_dict`: the same bytes for the same values.
    ///
    /// # Errors
    ///
    /// When they cannot be written.
    fn weights(&self) -> Result<Vec<u8>, EngineError>;

    /// Sets the weights.
    ///
    /// # Errors
    ///
    /// When they are those of another network.
    fn set_weights(&mut self, file: &[u8]) -> Result<(), EngineError>;

    /// What the optimizer remembers from step to step, as a safetensors file.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    fn memory(&self) -> Result<Vec<u8>, EngineError>;

    /// Sets what the optimizer remembers; nothing of what another optimizer did.
    ///
    /// # Errors
    ///
    /// When it is that of another network.
    fn set_memory(&mut self, file: &[u8]) -> Result<(), EngineError>;
}

/// What a network answers to some images.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The mean loss.
    pub loss: f64,
    /// The scores of each class, one image after the other.
    pub scores: Vec<f32>,
}

impl Engine {
    /// Those that this program was built with; the first is the one that trains where nobody chooses.
    pub const BUILT: &[Self] = &[
        #[cfg(feature = "candle")]
        Self::Candle,
        #[cfg(feature = "burn")]
        Self::Burn,
        #[cfg(feature = "tch")]
        Self::Tch,
    ];

    /// As it is called in options, features and records.
    pub fn name(self) -> &'static str {
        match self {
            Self::Candle => "candle",
            Self::Burn => "burn",
            Self::Tch => "tch",
        }
    }

    /// Builds a network, with first weights that follow from `seed`.
    ///
    /// # Errors
    ///
    /// When the program was built without the framework, or the framework lacks one of the classes.
    #[cfg_attr(
        not(any(feature = "candle", feature = "burn", feature = "tch")),
        expect(unused_variables, reason = "there is nothing to build with")
    )]
    pub fn build(
        self,
        model: &Layer,
        criterion: &Criterion,
        optimizer: &Optimizer,
        seed: u64,
    ) -> Result<Box<dyn Network>, EngineError> {
        match self {
            #[cfg(feature = "candle")]
            Self::Candle => candle::build(model, criterion, optimizer, seed),
            #[cfg(feature = "burn")]
            Self::Burn => burn::build(model, criterion, optimizer, seed),
            #[cfg(feature = "tch")]
            Self::Tch => tch::build(model, criterion, optimizer, seed),
            #[allow(unreachable_patterns, reason = "a program may have all of them")]
            missing => Err(EngineError::Missing(missing)),
        }
    }
}

impl Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

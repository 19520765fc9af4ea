//! Why something cannot be built.

use registry_core::Entity;
use registry_nn::{Layer, Refusal};
use thiserror::Error;

/// What may fail in candle, or for another reason.
pub(crate) type Result<T, E = candle_core::Error> = std::result::Result<T, E>;

/// Why a layer, a loss or an optimizer cannot be built, or weights cannot be loaded.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CandleError {
    /// PyTorch refuses its arguments, or candle cannot do it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// candle cannot make a variable, or finds none in a file.
    #[error(transparent)]
    Candle(#[from] candle_core::Error),
    /// A file has other weights than the network.
    #[error("the weights are those of another network: {problems}\nhint: {hint}")]
    Weights {
        /// What is missing, not known, or of another shape.
        problems: String,
        /// What to do about it.
        hint: String,
    },
}

impl CandleError {
    /// The same, where a refusal knows what refuses.
    pub(crate) fn of(self, layer: &Layer) -> Self {
        match self {
            Self::Refused(refusal) => Self::Refused(refusal.of(layer.name())),
            other => other,
        }
    }

    /// The same, where a refusal knows where the layer is.
    pub(crate) fn inside(self, place: &str) -> Self {
        match self {
            Self::Refused(refusal) => Self::Refused(refusal.inside(place)),
            other => other,
        }
    }
}

/// So that `?` passes it on in what gives candle's errors.
impl From<CandleError> for candle_core::Error {
    fn from(error: CandleError) -> Self {
        match error {
            CandleError::Candle(error) => error,
            other => Self::Wrapped(Box::new(other)),
        }
    }
}

/// A refusal as candle's error, without the frames that candle adds to its own where `RUST_BACKTRACE` asks for them.
pub(crate) fn refused(refusal: Refusal) -> candle_core::Error {
    candle_core::Error::Wrapped(Box::new(refusal))
}

/// What candle cannot do.
pub(crate) fn unsupported(what: &str, hint: &str) -> Refusal {
    Refusal::unsupported("candle", what, hint)
}

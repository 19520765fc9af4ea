//! What libtorch refuses.

use registry_nn::Refusal;
use std::fmt;
use std::ops::Deref;
use tch::{TchError, Tensor};

/// Why something cannot be built, or not computed, and where in the network: a [`Refusal`], of which
/// libtorch may be the author.
///
/// # Examples
///
/// ```
/// use registry_tch::{TorchError, layer, layers::Linear};
/// use tch::{Device, Kind, Tensor, nn};
///
/// let vs = nn::VarStore::new(Device::Cpu);
/// let linear = layer(Linear::new(4, 3), vs.root())?;
/// let error = linear.try_forward_t(&Tensor::zeros([2, 5], (Kind::Float, Device::Cpu)), false);
/// assert_eq!(
///     error.unwrap_err().to_string(),
///     "`Linear`: expected 4 features in the last dimension, found 5\n\
///      hint: its input has the shape [2, 5]"
/// );
/// # Ok::<(), TorchError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct TorchError(Refusal);

impl TorchError {
    /// An error of a module of one's own.
    pub fn new(message: impl Into<String>) -> Self {
        Self(Refusal::framework(message))
    }

    /// The same, of the module `name` and its input, where none is named yet.
    ///
    /// # Examples
    ///
    /// ```
    /// use registry_tch::TorchError;
    /// use tch::Tensor;
    ///
    /// fn doubled(xs: &Tensor) -> Result<Tensor, TorchError> {
    ///     xs.f_matmul(xs).map_err(TorchError::of("Doubled", xs))
    /// }
    ///
    /// let error = doubled(&Tensor::from_slice2(&[[1.0, 2.0]])).unwrap_err();
    /// assert_eq!((error.name(), error.hint()), ("Doubled", "its input has the shape [1, 2]"));
    /// ```
    pub fn of<E: Into<Self>>(name: &str, input: &Tensor) -> impl FnOnce(E) -> Self {
        move |error| {
            let shape = || format!("its input has the shape {:?}", input.size());
            error.into().named(name, shape)
        }
    }

    pub(crate) fn named(self, name: &str, hint: impl FnOnce() -> String) -> Self {
        if !self.name().is_empty() {
            return self;
        }
        let is_without = self.hint().is_empty();
        let refusal = self.0.of(name);
        Self(if is_without {
            refusal.with_hint(hint())
        } else {
            refusal
        })
    }

    pub(crate) fn hinted(self, hint: impl Into<String>) -> Self {
        Self(self.0.with_hint(hint))
    }

    /// The same with the place that the module has in the one around it, as `layers[0]`.
    #[must_use]
    pub fn inside(self, place: &str) -> Self {
        Self(self.0.inside(place))
    }
}

/// Name, path, message and hint.
impl Deref for TorchError {
    type Target = Refusal;

    fn deref(&self) -> &Refusal {
        &self.0
    }
}

impl From<Refusal> for TorchError {
    fn from(refusal: Refusal) -> Self {
        Self(refusal)
    }
}

impl From<TchError> for TorchError {
    fn from(error: TchError) -> Self {
        let text = message(error);
        // Then libtorch lists all devices that it knows.
        let device = text
            .strip_prefix("Could not run 'aten::")
            .and_then(|rest| rest.split_once(" with arguments from the '"))
            .and_then(|(_, rest)| rest.split_once('\''));
        match device {
            Some((device, _)) => Self::new(format!("there is no `{device}` here"))
                .hinted("choose `Device::Cpu`, or `Device::cuda_if_available()`"),
            None => Self::new(text),
        }
    }
}

/// What libtorch says, without the frames of its own that it lists behind.
pub(crate) fn message(error: TchError) -> String {
    let text = match error {
        TchError::Torch(text) => text,
        other => other.to_string(),
    };
    // Where memory has run out, the frames come alone.
    let ends = ["\nException raised from", "\nframe #0: "];
    let end = ends.iter().filter_map(|end| text.find(end)).min();
    text[..end.unwrap_or(text.len())].trim().to_owned()
}

impl fmt::Display for TorchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

// What `main` returns is shown by `Debug`, and a person should read the same there.
impl fmt::Debug for TorchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl std::error::Error for TorchError {}

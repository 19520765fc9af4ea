//! What libtorch refuses.

use std::fmt;
use tch::{TchError, Tensor};

/// What libtorch refuses, with the component that was asked and its place in the model.
///
/// # Examples
///
/// ```
/// use registry_tch::{Module, layers::Linear};
/// use tch::{Device, Kind, Tensor, nn};
///
/// let vs = nn::VarStore::new(Device::Cpu);
/// let linear = Linear::new(&vs.root(), 4, 5, true)?;
/// let error = linear.try_forward_t(&Tensor::zeros([2, 3], (Kind::Float, Device::Cpu)), false);
/// assert_eq!(
///     error.unwrap_err().to_string(),
///     "`Linear`: mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)\n\
///      hint: its input has the shape [2, 3]"
/// );
/// # Ok::<(), registry_tch::TorchError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct TorchError {
    inner: Box<Inner>,
}

#[derive(Clone, Default, PartialEq, Eq)]
struct Inner {
    name: String,
    path: String,
    message: String,
    hint: String,
}

impl TorchError {
    /// An error of a component's own.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            inner: Box::new(Inner {
                message: message.into(),
                ..Inner::default()
            }),
        }
    }

    /// Names the component `name` as the one that refuses `input`; for `map_err`.
    pub fn of<E: Into<Self>>(name: &str, input: &Tensor) -> impl FnOnce(E) -> Self {
        move |error| error.into().named(name, || shape(input))
    }

    /// Names the loss `name` as the one that refuses `input` with `target`; for `map_err`.
    pub(crate) fn of_loss<E: Into<Self>>(
        name: &str,
        input: &Tensor,
        target: &Tensor,
    ) -> impl FnOnce(E) -> Self {
        let hint = move || format!("{}, its target {:?}", shape(input), target.size());
        move |error| error.into().named(name, hint)
    }

    fn named(mut self, name: &str, hint: impl FnOnce() -> String) -> Self {
        if self.inner.name.is_empty() {
            name.clone_into(&mut self.inner.name);
            self.inner.hint = hint();
        }
        self
    }

    pub(crate) fn hinted(mut self, hint: String) -> Self {
        self.inner.hint = hint;
        self
    }

    /// Adds the place that the component has in the one around it, as `layers[0]`.
    #[must_use]
    pub fn inside(mut self, place: &str) -> Self {
        let path = &mut self.inner.path;
        if !path.is_empty() {
            path.insert(0, '.');
        }
        path.insert_str(0, place);
        self
    }

    /// The name of the component; empty where it is not known.
    pub fn name(&self) -> &str {
        &self.inner.name
    }

    /// Where the component is, as `layers[2].hidden`; empty for the whole model.
    pub fn path(&self) -> &str {
        &self.inner.path
    }

    /// What libtorch says.
    pub fn message(&self) -> &str {
        &self.inner.message
    }
}

fn shape(input: &Tensor) -> String {
    format!("its input has the shape {:?}", input.size())
}

impl From<TchError> for TorchError {
    fn from(error: TchError) -> Self {
        let text = match error {
            TchError::Torch(text) => text,
            other => other.to_string(),
        };
        // Behind that libtorch lists its own frames; where memory has run out, the frames alone.
        let ends = ["\nException raised from", "\nframe #0: "];
        let end = ends.iter().filter_map(|end| text.find(end)).min();
        Self::new(text[..end.unwrap_or(text.len())].trim())
    }
}

impl fmt::Display for TorchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner {
            name,
            path,
            message,
            hint,
        } = &*self.inner;
        match (name.as_str(), path.as_str()) {
            ("", "") => {}
            ("", path) => write!(f, "`{path}`: ")?,
            (name, "") => write!(f, "`{name}`: ")?,
            (name, path) => write!(f, "`{name}` at `{path}`: ")?,
        }
        f.write_str(message)?;
        match hint.as_str() {
            "" => Ok(()),
            hint => write!(f, "\nhint: {hint}"),
        }
    }
}

// What `main` returns is shown by `Debug`, and a person should read the same there.
impl fmt::Debug for TorchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for TorchError {}

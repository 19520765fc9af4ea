//! Why something cannot be built, or not on an input.

use std::fmt;

/// Why a layer, a loss, an optimizer or a schedule cannot be built or used, and where in the network.
///
/// # Examples
///
/// ```
/// use registry_nn::layers::{Linear, Sequential};
/// use registry_nn::{Layer, RefusalKind};
///
/// let network = Layer::from(Sequential::new(vec![Linear::new(4, 8).into(), Linear::new(9, 2).into()]));
/// let refusal = network.output_shape(&[32, 4]).unwrap_err();
/// assert_eq!(refusal.kind(), RefusalKind::Shape);
/// assert_eq!((refusal.name(), refusal.path()), ("Linear", "layers[1]"));
/// assert_eq!(
///     refusal.to_string(),
///     "`Linear` at `layers[1]`: expected 9 features in the last dimension, found 8\n\
///      hint: its input has the shape [32, 8]"
/// );
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Refusal {
    inner: Box<Inner>,
}

/// What it is that cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RefusalKind {
    /// An argument, or several that do not go together: PyTorch refuses it as well.
    Argument,
    /// The shape of an input.
    Shape,
    /// PyTorch can do it, and the engine cannot.
    Unsupported,
    /// The engine's framework has refused.
    Framework,
}

#[derive(Clone, PartialEq, Eq)]
struct Inner {
    kind: RefusalKind,
    name: String,
    path: String,
    message: String,
    hint: String,
}

impl Refusal {
    fn new(kind: RefusalKind, message: impl Into<String>) -> Self {
        Self {
            inner: Box::new(Inner {
                kind,
                name: String::new(),
                path: String::new(),
                message: message.into(),
                hint: String::new(),
            }),
        }
    }

    /// An argument that cannot be.
    pub fn argument(message: impl Into<String>) -> Self {
        Self::new(RefusalKind::Argument, message)
    }

    /// A shape that does not fit.
    pub fn shape(message: impl Into<String>) -> Self {
        Self::new(RefusalKind::Shape, message)
    }

    /// Something that an engine cannot do, with what to do instead.
    pub fn unsupported(engine: &str, what: &str, hint: impl Into<String>) -> Self {
        Self::new(
            RefusalKind::Unsupported,
            format!("{engine} does not support {what}"),
        )
        .with_hint(hint)
    }

    /// What the framework of an engine refuses, in its words.
    pub fn framework(message: impl Into<String>) -> Self {
        Self::new(RefusalKind::Framework, message)
    }

    /// The same with another hint.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.inner.hint = hint.into();
        self
    }

    /// The same with the class that refuses, where none is known yet.
    #[must_use]
    pub fn of(mut self, name: &str) -> Self {
        if self.inner.name.is_empty() {
            name.clone_into(&mut self.inner.name);
        }
        self
    }

    /// The same, and what the shapes were, where nothing better is known to say.
    #[must_use]
    pub(crate) fn shown(self, shapes: &str) -> Self {
        if self.inner.kind == RefusalKind::Shape && self.inner.hint.is_empty() {
            return self.with_hint(shapes);
        }
        self
    }

    /// The same with the place that the component has in the one around it, as `layers[0]`.
    #[must_use]
    pub fn inside(mut self, place: &str) -> Self {
        let path = &mut self.inner.path;
        if !path.is_empty() {
            path.insert(0, '.');
        }
        path.insert_str(0, place);
        self
    }

    /// What it is that cannot be.
    pub fn kind(&self) -> RefusalKind {
        self.inner.kind
    }

    /// The name of the class; empty where it is not known.
    pub fn name(&self) -> &str {
        &self.inner.name
    }

    /// Where it is, as `layers[2].norm`; empty for the whole network.
    pub fn path(&self) -> &str {
        &self.inner.path
    }

    /// Why.
    pub fn message(&self) -> &str {
        &self.inner.message
    }

    /// What to do about it; may be empty.
    pub fn hint(&self) -> &str {
        &self.inner.hint
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner {
            name,
            path,
            message,
            hint,
            ..
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
impl fmt::Debug for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Refusal {}

//! What can go wrong when a value is written or read.

use crate::names::{listed, nearest, shortened};
use std::fmt;

/// What kind of problem it is, so that a program need not read the message.
///
/// # Examples
///
/// ```
/// use registry_core::{DefaultRegistry, ProblemKind};
///
/// let error = DefaultRegistry::new().build("MLP", (), &()).unwrap_err();
/// assert_eq!(error.kind(), ProblemKind::UnknownName);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ProblemKind {
    /// The text is not JSON.
    Syntax,
    /// A value of another type or form than the parameter takes.
    WrongType,
    /// A number that the parameter's type cannot hold, or not exactly.
    OutOfRange,
    /// More levels of objects and arrays than are read or written.
    TooDeep,
    /// A required argument that is missing.
    Missing,
    /// An argument, key, field or variant that is unknown.
    Unexpected,
    /// An argument or a key that is given twice.
    GivenTwice,
    /// No component of this name is registered.
    UnknownName,
    /// Two components of the registry have this name.
    DuplicateName,
    /// A value that has no JSON form, so that it has no identity.
    Unwritable,
    /// An excluded parameter that was given, or that neither a context nor a default fills.
    Excluded,
    /// The constructor refused; see [`Problem::constructor_error`](crate::Problem::constructor_error).
    Refused,
    /// What was built has another identity than its record says.
    Changed,
    /// What a type's own `Serialize` or `Deserialize` says.
    Custom,
}

/// An argument that cannot be written as canonical text, or a text that cannot be read as the
/// expected type; with the path to the place.
///
/// # Examples
///
/// ```
/// use std::collections::BTreeMap;
///
/// let weights = BTreeMap::from([("conv", BTreeMap::from([((1, 2), 0.5)]))]);
/// let error = registry_core::Value::of(&weights).unwrap_err();
/// assert_eq!(error.path(), "conv");
/// assert!(error.to_string().contains("a map key must be a string, a number, a boolean or a char"));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ArgumentError {
    inner: Box<Inner>,
}

#[derive(Clone, PartialEq, Eq)]
struct Inner {
    kind: ProblemKind,
    path: String,
    message: String,
    hint: Option<String>,
}

impl ArgumentError {
    pub(crate) fn new(kind: ProblemKind, message: impl Into<String>) -> Self {
        Self {
            inner: Box::new(Inner {
                kind,
                path: String::new(),
                message: message.into(),
                hint: None,
            }),
        }
    }

    /// Something is given twice.
    pub(crate) fn twice() -> Self {
        Self::new(ProblemKind::GivenTwice, "given twice").with_hint("leave one of the two out")
    }

    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.inner.hint = Some(hint.into());
        self
    }

    /// Adds the name that encloses the place.
    pub(crate) fn inside(mut self, name: &str) -> Self {
        let path = &mut self.inner.path;
        if !path.is_empty() && !path.starts_with('[') {
            path.insert(0, '.');
        }
        path.insert_str(0, &shortened(name));
        self
    }

    /// Adds the position that encloses the place.
    pub(crate) fn inside_index(mut self, index: usize) -> Self {
        let path = &mut self.inner.path;
        let separator = if path.is_empty() || path.starts_with('[') {
            ""
        } else {
            "."
        };
        path.insert_str(0, &format!("[{index}]{separator}"));
        self
    }

    /// What kind of problem it is.
    pub fn kind(&self) -> ProblemKind {
        self.inner.kind
    }

    /// Where the problem is, as `layers[2].size`; empty for the whole value.
    pub fn path(&self) -> &str {
        &self.inner.path
    }

    /// What is wrong, without the path.
    pub fn message(&self) -> &str {
        &self.inner.message
    }

    /// How to mend it, where that is known.
    pub fn hint(&self) -> Option<&str> {
        self.inner.hint.as_deref()
    }
}

impl fmt::Display for ArgumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.inner.path.is_empty() {
            write!(f, "{}: ", self.inner.path)?;
        }
        f.write_str(&self.inner.message)?;
        match &self.inner.hint {
            Some(hint) => write!(f, "\nhint: {hint}"),
            None => Ok(()),
        }
    }
}

// What `main` returns is shown by `Debug`, and a person should read the same there.
impl fmt::Debug for ArgumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for ArgumentError {}

impl serde::ser::Error for ArgumentError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(ProblemKind::Custom, message.to_string())
    }
}

impl serde::de::Error for ArgumentError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(ProblemKind::Custom, message.to_string())
    }

    fn invalid_type(found: serde::de::Unexpected<'_>, expected: &dyn serde::de::Expected) -> Self {
        Self::new(
            ProblemKind::WrongType,
            format!("expected {expected}, found {}", in_words(found)),
        )
    }

    fn invalid_value(found: serde::de::Unexpected<'_>, expected: &dyn serde::de::Expected) -> Self {
        Self::new(
            ProblemKind::WrongType,
            format!(
                "expected {expected}, found {}",
                shortened(&found.to_string())
            ),
        )
    }

    fn invalid_length(length: usize, expected: &dyn serde::de::Expected) -> Self {
        Self::new(
            ProblemKind::WrongType,
            format!("expected {expected}, found {length} elements"),
        )
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new(
            ProblemKind::Missing,
            format!("the field `{field}` is missing"),
        )
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::twice().inside(field)
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        unknown("variant", variant, expected)
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        unknown("field", field, expected)
    }
}

fn unknown(what: &str, name: &str, known: &[&str]) -> ArgumentError {
    let hint = match nearest(name, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there are {}", listed(known)),
    };
    let message = format!("unknown {what} `{}`", shortened(name));
    ArgumentError::new(ProblemKind::Unexpected, message).with_hint(hint)
}

/// What was found, in words; a string is not repeated, for it may be long.
fn in_words(found: serde::de::Unexpected<'_>) -> String {
    use serde::de::Unexpected;
    match found {
        Unexpected::Str(_) => "a string".to_owned(),
        Unexpected::Map => "an object".to_owned(),
        Unexpected::Seq => "an array".to_owned(),
        Unexpected::Unit | Unexpected::Option => "null".to_owned(),
        Unexpected::Bool(value) => format!("the boolean `{value}`"),
        Unexpected::Float(value) => format!("the float `{value:?}`"),
        Unexpected::Unsigned(value) => format!("the integer `{value}`"),
        Unexpected::Signed(value) => format!("the integer `{value}`"),
        other => other.to_string(),
    }
}

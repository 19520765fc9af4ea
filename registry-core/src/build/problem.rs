//! What is wrong with the arguments of a component.

use crate::error::ProblemKind;
use std::error::Error;
use std::fmt;
use std::sync::Arc;

/// Why a component could not be built: every problem of its arguments, in their order.
///
/// # Examples
///
/// The text that a person reads:
///
/// ```text
/// cannot build `MLP`
///   hiden_size: unexpected argument
///     hint: did you mean `hidden_size`?
///   hidden_size: missing argument of type `i64`
///     hint: the signature is (input_size: i64, hidden_size: i64, activation: Activation)
///   activation.arguments.slope: expected f64, found a string
///     hint: the parameter is `slope: f64`
/// ```
#[derive(Clone)]
pub struct BuildError {
    pub(crate) name: Option<String>,
    pub(crate) problems: Vec<Problem>,
}

/// One problem, and where it is.
#[derive(Clone)]
pub struct Problem {
    pub(crate) kind: ProblemKind,
    pub(crate) path: String,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
    pub(crate) source: Option<Arc<dyn Error + Send + Sync>>,
}

impl BuildError {
    /// The name of the component, where the reference gave one.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The kind of the first problem, which is the only one where the name is unknown or the text is
    /// no JSON.
    pub fn kind(&self) -> ProblemKind {
        self.problems
            .first()
            .map_or(ProblemKind::Custom, Problem::kind)
    }

    /// The problems.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

impl Problem {
    pub(crate) fn new(kind: ProblemKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            path: String::new(),
            message: message.into(),
            hint: None,
            source: None,
        }
    }

    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// What kind of problem it is.
    pub fn kind(&self) -> ProblemKind {
        self.kind
    }

    /// Where it is, as `activation.arguments.slope`; empty for the component itself.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What is wrong, without the path.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// How to mend it, where that is known.
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// The constructor's own error, where it was the constructor that refused.
    pub fn constructor_error(&self) -> Option<&(dyn Error + Send + Sync + 'static)> {
        self.source.as_deref()
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.message)?;
        match &self.hint {
            Some(hint) => write!(f, "\n  hint: {hint}"),
            None => Ok(()),
        }
    }
}

/// How many problems an error shows; the rest is counted.
const SHOWN: usize = 20;

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "cannot build `{name}`")?,
            None => f.write_str("cannot build a component")?,
        }
        for problem in self.problems.iter().take(SHOWN) {
            for line in problem.to_string().lines() {
                write!(f, "\n  {line}")?;
            }
        }
        match self.problems.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(f, "\n  and {more} more"),
        }
    }
}

impl Error for BuildError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        let source = self
            .problems
            .iter()
            .find_map(|problem| problem.source.as_deref())?;
        Some(source)
    }
}

// What `main` returns is shown by `Debug`, and a person should read the same there.
impl fmt::Debug for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

//! Where the problems of one build gather.

use super::problem::{BuildError, Problem};
use crate::canonical::{DEPTH_LIMIT, too_deep};
use crate::error::{ArgumentError, ProblemKind};
use crate::identity::{ComponentInfo, Parameter};
use crate::names::shortened;
use std::any::Any;
use std::borrow::Cow;
use std::fmt;

/// The problems found so far, the place that is being read, and the registry that was asked.
pub(crate) struct Report<'r> {
    problems: Vec<Problem>,
    /// The place that is being read, from the component that was asked for.
    path: Vec<Segment>,
    /// The parameter under that path, which joins it only when something is to be said.
    parameter: Option<&'static Parameter>,
    /// The component whose arguments are being read.
    component: Current,
    /// How deep the objects and arrays nest that have been entered.
    depth: usize,
    /// The registry that the build began with: a nested component of the same interface comes from
    /// it, so that a local registry never reaches for global state.
    registry: Option<&'r dyn Any>,
}

/// A component whose arguments are being read.
#[derive(Clone, Copy, Default)]
pub(super) struct Current {
    item: Option<&'static ComponentInfo>,
    /// How many segments of the path lead to it.
    base: usize,
    /// Whether its signature was shown; once is enough.
    has_hinted: bool,
}

/// One step from a component to what is inside it.
enum Segment {
    Parameter(&'static str),
    /// An argument that may be none of the component's parameters.
    Argument(String),
    Key(String),
    Index(usize),
}

impl<'r> Report<'r> {
    pub(crate) fn new(registry: Option<&'r dyn Any>) -> Self {
        Self {
            problems: Vec::new(),
            path: Vec::new(),
            parameter: None,
            component: Current::default(),
            depth: 0,
            registry,
        }
    }

    pub(crate) fn registry<R: 'static>(&self) -> Option<&'r R> {
        self.registry?.downcast_ref()
    }

    /// Adds a problem at the place that is being read.
    pub(crate) fn add(&mut self, mut problem: Problem) {
        self.settle();
        let mut path = String::new();
        for segment in &self.path {
            match segment {
                Segment::Index(index) => push_index(&mut path, *index),
                Segment::Key(name) => join(&mut path, ".", name),
                Segment::Parameter(name) => join(&mut path, ".arguments.", name),
                Segment::Argument(name) => join(&mut path, ".arguments.", name),
            }
        }
        if problem.path.starts_with('[') {
            path.push_str(&problem.path);
        } else if !problem.path.is_empty() {
            join(&mut path, ".", &problem.path);
        }
        problem.path = path;
        self.problems.push(problem);
    }

    pub(crate) fn add_error(&mut self, error: &ArgumentError) {
        let mut problem = Problem::new(error.kind(), error.message());
        error.path().clone_into(&mut problem.path);
        problem.hint = match (error.hint(), self.parameter) {
            (Some(hint), _) => Some(hint.to_owned()),
            (None, Some(parameter)) => Some(format!("the parameter is `{parameter}`")),
            (None, None) => None,
        };
        self.add(problem);
    }

    /// Adds that the argument that is being read is missing.
    pub(super) fn add_missing(&mut self) {
        let message = match self.parameter {
            Some(parameter) => format!("missing argument of type `{}`", parameter.type_name),
            None => "missing argument".to_owned(),
        };
        let problem = self.with_signature(Problem::new(ProblemKind::Missing, message));
        self.add(problem);
    }

    /// Shows the signature of the component, the first time.
    pub(super) fn with_signature(&mut self, problem: Problem) -> Problem {
        match self.component.item {
            Some(item) if !self.component.has_hinted => {
                self.component.has_hinted = true;
                problem.with_hint(format!("the signature is {}", item.signature))
            }
            _ => problem,
        }
    }

    pub(crate) fn count(&self) -> usize {
        self.problems.len()
    }

    /// Begins with the arguments of a component that stands at the present place.
    pub(super) fn begin(&mut self, item: &'static ComponentInfo) {
        self.settle();
        self.component = Current {
            item: Some(item),
            base: self.path.len(),
            has_hinted: false,
        };
    }

    /// Goes back to the component whose arguments are being read.
    pub(super) fn back(&mut self) {
        self.path.truncate(self.component.base);
        self.parameter = None;
    }

    /// Goes to a parameter of the component.
    pub(super) fn enter_parameter(&mut self, parameter: &'static Parameter) {
        self.back();
        self.parameter = Some(parameter);
    }

    /// Goes to an argument that may be none of the component's parameters.
    pub(super) fn enter_name(&mut self, name: &str) {
        self.back();
        let name = shortened(name).into_owned();
        self.path.push(Segment::Argument(name));
    }

    fn settle(&mut self) {
        if let Some(parameter) = self.parameter.take() {
            self.path.push(Segment::Parameter(parameter.name));
        }
    }

    /// The place that is being read, from the component whose argument it is in.
    pub(super) fn argument_path(&self) -> ArgumentPath<'_> {
        ArgumentPath {
            inside: self.path.get(self.component.base..).unwrap_or_default(),
            parameter: self.parameter,
        }
    }

    /// Reads what lies under the key `name` of the present place.
    pub(super) fn inside<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Option<T> {
        self.within(Segment::Key(shortened(name).into_owned()), read)
    }

    /// Reads the element at `index` of the present place.
    pub(super) fn inside_index<T>(
        &mut self,
        index: usize,
        read: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Option<T> {
        self.within(Segment::Index(index), read)
    }

    fn within<T>(
        &mut self,
        segment: Segment,
        read: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Option<T> {
        self.settle();
        let length = self.path.len();
        self.path.push(segment);
        let value = self.deeper(1, read);
        self.path.truncate(length);
        value
    }

    /// Reads a component at the present place; afterwards the arguments of the outer one go on.
    pub(super) fn component<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let outer = self.component;
        let value = self.deeper(2, read);
        self.component = outer;
        value
    }

    /// Reads what lies `levels` deeper, unless a hostile document goes too deep for the stack.
    fn deeper<T>(&mut self, levels: usize, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        self.depth += levels;
        let value = if self.depth > DEPTH_LIMIT {
            self.add_error(&too_deep());
            None
        } else {
            read(self)
        };
        self.depth -= levels;
        value
    }

    /// The error of the build of `name`.
    pub(crate) fn into_error(self, name: Option<&str>) -> BuildError {
        BuildError {
            name: name.map(|name| shortened(name).into_owned()),
            problems: self.problems,
        }
    }
}

fn push_index(path: &mut String, index: usize) {
    path.push('[');
    path.push_str(itoa::Buffer::new().format(index));
    path.push(']');
}

fn join(path: &mut String, separator: &str, name: &str) {
    if !path.is_empty() {
        path.push_str(separator);
    }
    path.push_str(name);
}

/// Where a component stands inside the arguments of another one, as `layers.0`.
///
/// `#[registry(nested = ...)]` gets it, so that the weights of each component have names of their
/// own.
///
/// # Examples
///
/// ```
/// # #[cfg(feature = "derive")] {
/// use registry_core::{ArgumentPath, Entity, Registered, Registry, registry};
/// use serde_json::json;
///
/// #[registry(context = String, nested = |outer: &String, path: &ArgumentPath<'_>| format!("{outer}.{path}"))]
/// trait Layer {
///     fn weights(&self) -> Vec<String>;
/// }
///
/// #[derive(Entity)]
/// #[register(registry = Layer)]
/// struct Linear {
///     #[register(exclude)]
///     weight: String,
/// }
///
/// #[derive(Entity)]
/// #[register(registry = Layer)]
/// struct Sequential {
///     layers: Vec<Registered<Box<dyn Layer>>>,
/// }
///
/// impl Layer for Linear {
///     fn weights(&self) -> Vec<String> {
///         vec![format!("{}.weight", self.weight)]
///     }
/// }
///
/// impl Layer for Sequential {
///     fn weights(&self) -> Vec<String> {
///         self.layers.iter().flat_map(|layer| layer.weights()).collect()
///     }
/// }
///
/// let layers = Registry::<dyn Layer>::new().with::<Linear>().unwrap().with::<Sequential>().unwrap();
/// let arguments = json!({"layers": ["Linear", "Linear"]});
/// let net = layers.build("Sequential", arguments, &"net".to_owned()).unwrap();
/// assert_eq!(net.weights(), ["net.layers.0.weight", "net.layers.1.weight"]);
/// # }
/// ```
pub struct ArgumentPath<'p> {
    inside: &'p [Segment],
    parameter: Option<&'static Parameter>,
}

impl ArgumentPath<'_> {
    /// The parameter's name, and the keys and indices inside its argument.
    pub fn names(&self) -> impl Iterator<Item = Cow<'_, str>> {
        let parameter = self
            .parameter
            .map(|parameter| Cow::Borrowed(parameter.name));
        let inside = self.inside.iter().map(|segment| match segment {
            Segment::Parameter(name) => Cow::Borrowed(*name),
            Segment::Argument(name) | Segment::Key(name) => Cow::Borrowed(name.as_str()),
            Segment::Index(index) => index.to_string().into(),
        });
        inside.chain(parameter)
    }
}

/// The names, separated by points.
impl fmt::Display for ArgumentPath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, name) in self.names().enumerate() {
            let separator = if index > 0 { "." } else { "" };
            write!(f, "{separator}{name}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for ArgumentPath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ArgumentPath({self})")
    }
}

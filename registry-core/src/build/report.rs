//! Where the problems of one build gather.

use super::argument::name_of;
use super::problem::{BuildError, Problem};
use crate::error::ArgumentError;
use crate::reader;
use crate::signature::Parameter;
use crate::suggest::shortened;
use crate::writer::{DEPTH_LIMIT, too_deep};
use std::any::Any;

/// The problems found so far, the place that is being read, and the registry that was asked.
pub(crate) struct Report<'r> {
    problems: Vec<Problem>,
    path: String,
    /// The parameter under that path, which joins it only when something is to be said.
    parameter: Option<&'static Parameter>,
    /// How deep the objects and arrays nest that have been entered.
    depth: usize,
    /// The registry that the build began with: a nested component of the same interface comes from
    /// it, so that a local registry never reaches for global state.
    registry: Option<&'r dyn Any>,
}

impl<'r> Report<'r> {
    pub(crate) fn new(registry: Option<&'r dyn Any>) -> Self {
        Self {
            problems: Vec::new(),
            path: String::new(),
            parameter: None,
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
        problem.path = match (self.path.as_str(), problem.path.as_str()) {
            ("", inner) => inner.to_owned(),
            (outer, "") => outer.to_owned(),
            (outer, inner) if inner.starts_with('[') => format!("{outer}{inner}"),
            (outer, inner) => format!("{outer}.{inner}"),
        };
        self.problems.push(problem);
    }

    pub(crate) fn add_error(&mut self, error: &ArgumentError) {
        let mut problem = Problem::new(error.message());
        error.path().clone_into(&mut problem.path);
        problem.hint = match (error.hint(), self.parameter) {
            (Some(hint), _) => Some(hint.to_owned()),
            (None, Some(parameter)) => Some(format!("the parameter is `{parameter}`")),
            (None, None) => None,
        };
        self.add(problem);
    }

    pub(crate) fn count(&self) -> usize {
        self.problems.len()
    }

    /// How long the path of the present place is.
    pub(crate) fn base(&mut self) -> usize {
        self.settle();
        self.path.len()
    }

    /// Goes back to the component whose path has `base` bytes.
    pub(crate) fn return_to(&mut self, base: usize) {
        self.path.truncate(base);
        self.parameter = None;
    }

    /// Goes to a parameter of the component whose path has `base` bytes.
    pub(crate) fn enter_parameter(&mut self, base: usize, parameter: &'static Parameter) {
        self.return_to(base);
        self.parameter = Some(parameter);
    }

    /// Goes to an argument that may be none of the component's parameters.
    pub(crate) fn enter_name(&mut self, base: usize, name: &str) {
        self.return_to(base);
        if base > 0 {
            self.path.push_str(".arguments.");
        }
        self.path.push_str(name);
    }

    fn settle(&mut self) {
        if let Some(parameter) = self.parameter.take() {
            self.enter_name(self.path.len(), parameter.name);
        }
    }

    /// Reads what lies under the key `name` of the present place.
    pub(crate) fn inside<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Option<T> {
        let base = self.base();
        self.path.push_str(if base > 0 { "." } else { "" });
        self.path.push_str(&shortened(name));
        let value = self.deeper(1, read);
        self.path.truncate(base);
        value
    }

    /// Reads the element at `index` of the present place.
    pub(crate) fn inside_index<T>(
        &mut self,
        index: usize,
        read: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Option<T> {
        let base = self.base();
        self.path.push('[');
        self.path.push_str(itoa::Buffer::new().format(index));
        self.path.push(']');
        let value = self.deeper(1, read);
        self.path.truncate(base);
        value
    }

    /// Reads what lies `levels` deeper, unless a hostile document goes too deep for the stack.
    pub(crate) fn deeper<T>(
        &mut self,
        levels: usize,
        read: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Option<T> {
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

    /// The error of the build of the reference `text`. Where that is no JSON, it is all there is to
    /// say, with the line and column in the whole.
    pub(crate) fn into_error_of(mut self, text: &str) -> BuildError {
        if let Err(error) = reader::check(text) {
            self.problems.clear();
            self.return_to(0);
            self.add_error(&error);
        }
        self.into_error(name_of(text).as_deref())
    }
}

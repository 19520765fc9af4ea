//! Where the problems of one build gather.

use super::problem::{BuildError, Problem};
use crate::error::ArgumentError;
use std::any::Any;

/// The problems found so far, the place that is being read, and the registry that was asked.
pub(crate) struct Report<'r> {
    problems: Vec<Problem>,
    path: String,
    /// The registry that the build began with: a nested component of the same interface comes from
    /// it, so that a local registry never reaches for global state.
    registry: Option<&'r dyn Any>,
}

impl<'r> Report<'r> {
    pub(crate) fn new(registry: Option<&'r dyn Any>) -> Self {
        Self {
            problems: Vec::new(),
            path: String::new(),
            registry,
        }
    }

    pub(crate) fn registry<R: 'static>(&self) -> Option<&'r R> {
        self.registry?.downcast_ref()
    }

    /// Adds a problem at the place that is being read.
    pub(crate) fn add(&mut self, mut problem: Problem) {
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
        problem.path = error.path().to_owned();
        problem.hint = error.hint().map(str::to_owned);
        self.add(problem);
    }

    pub(crate) fn count(&self) -> usize {
        self.problems.len()
    }

    /// How long the path of the present place is.
    pub(crate) fn base(&self) -> usize {
        self.path.len()
    }

    /// Goes to the parameter `name` of the component whose path has `base` bytes, or to the
    /// component itself.
    pub(crate) fn set_name(&mut self, base: usize, name: Option<&str>) {
        self.path.truncate(base);
        if let Some(name) = name {
            if base > 0 {
                self.path.push_str(".arguments.");
            }
            self.path.push_str(name);
        }
    }

    /// Reads what lies under the key `name` of the present place.
    pub(crate) fn inside<T>(&mut self, name: &str, read: impl FnOnce(&mut Self) -> T) -> T {
        let base = self.base();
        self.path.push_str(if base > 0 { "." } else { "" });
        self.path.push_str(name);
        let value = read(self);
        self.path.truncate(base);
        value
    }

    /// Reads the element at `index` of the present place.
    pub(crate) fn inside_index<T>(&mut self, index: usize, read: impl FnOnce(&mut Self) -> T) -> T {
        let base = self.base();
        self.path.push_str(&format!("[{index}]"));
        let value = read(self);
        self.path.truncate(base);
        value
    }

    /// The error of the build of `name`.
    pub(crate) fn into_error(self, name: Option<&str>) -> BuildError {
        BuildError {
            name: name.map(str::to_owned),
            problems: self.problems,
        }
    }
}

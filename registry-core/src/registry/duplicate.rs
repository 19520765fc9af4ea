//! Two components of one name.

use crate::build::{Interface, Problem};
use crate::error::ProblemKind;
use crate::identity::{ComponentInfo, Location};
use std::fmt;

/// Two components of one registry have the same name.
#[derive(Clone, PartialEq, Eq)]
pub struct DuplicateName {
    /// The name.
    pub name: &'static str,
    /// The registry.
    pub registry: &'static str,
    /// Where one of the two is defined.
    pub first: Location,
    /// Where the other is defined.
    pub second: Location,
}

impl DuplicateName {
    pub(super) fn new<I: Interface + ?Sized>(
        name: &'static str,
        left: &ComponentInfo,
        right: &ComponentInfo,
    ) -> Self {
        // The order of registration is the linker's; the message should not depend on it.
        let key = |item: &ComponentInfo| (item.location.file, item.location.line);
        let (first, second) = if key(left) <= key(right) {
            (left, right)
        } else {
            (right, left)
        };
        Self {
            name,
            registry: I::NAME,
            first: first.location,
            second: second.location,
        }
    }
}

impl DuplicateName {
    /// As a problem of a build.
    pub(super) fn to_problem(&self) -> Problem {
        let text = self.to_string();
        match text.split_once("\nhint: ") {
            Some((message, hint)) => {
                Problem::new(ProblemKind::DuplicateName, message).with_hint(hint)
            }
            None => Problem::new(ProblemKind::DuplicateName, text),
        }
    }
}

impl fmt::Display for DuplicateName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name,
            registry,
            first,
            second,
        } = self;
        write!(
            f,
            "the name `{name}` is registered twice in the registry `{registry}`: "
        )?;
        if first == second {
            return write!(
                f,
                "both times by {first}\nhint: a type stands in a registry once; of a generic type, \
                 give each instance a constructor and a name: \
                 `#[register(name = \"...\")] impl Type<f32>`"
            );
        }
        write!(
            f,
            "at {first} and at {second}\n\
             hint: give one of them another name with `#[register(name = \"...\")]`"
        )
    }
}

// What `main` returns is shown by `Debug`, and a person should read the same there.
impl fmt::Debug for DuplicateName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for DuplicateName {}

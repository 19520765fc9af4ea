//! What is known of a component before any is built.

use crate::signature::Signature;
use std::fmt;

/// What is known of a component: name, signature, documentation, and where it is defined.
#[derive(Clone, Copy, Debug)]
pub struct ComponentInfo {
    /// The name it is registered under.
    pub name: &'static str,
    /// Its parameters.
    pub signature: Signature,
    /// Its documentation; empty where there is none.
    pub doc: &'static str,
    /// The type that it makes, as the source code writes it.
    pub type_name: &'static str,
    /// The module that it is defined in.
    pub module: &'static str,
    /// Where it is defined.
    pub location: Location,
}

/// A place in the source code; displays as `file:line`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Location {
    /// The file, as `file!()` gives it.
    pub file: &'static str,
    /// The line, from 1.
    pub line: u32,
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

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
    pub(crate) fn new(registry: &'static str, left: &ComponentInfo, right: &ComponentInfo) -> Self {
        // The order of registration is the linker's; the message should not depend on it.
        let key = |item: &ComponentInfo| (item.location.file, item.location.line);
        let (first, second) = if key(left) <= key(right) {
            (left, right)
        } else {
            (right, left)
        };
        Self {
            name: left.name,
            registry,
            first: first.location,
            second: second.location,
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

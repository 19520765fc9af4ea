//! What is known of a component before any is built.

use super::signature::Signature;
use std::fmt;

/// What is known of a component: name, signature, documentation, and where it is defined.
#[derive(Clone, Copy, Debug)]
pub struct ComponentInfo {
    /// The name it is registered under.
    pub name: &'static str,
    /// Names that it had: records that have one of them are still found.
    pub aliases: &'static [&'static str],
    /// Its parameters.
    pub signature: Signature,
    /// Its documentation; empty where there is none.
    pub doc: &'static str,
    /// The type that it makes, as the source code writes it.
    pub type_name: &'static str,
    /// The module that it is defined in, as `module_path!()` gives it.
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

//! Signatures: the parameters that an entity is built from.

use crate::json::Value;
use std::fmt;

/// The parameters of an entity, in the order of its constructor or its fields.
///
/// A signature is a constant, so what it says can be asserted while compiling.
///
/// # Examples
///
/// ```
/// use registry_core::{Parameter, Signature};
///
/// const SIGNATURE: Signature = Signature::new(&[
///     Parameter::new("lr", "f64"),
///     Parameter::new("beta1", "f64").with_default("0.9", None),
/// ]);
/// const _: () = assert!(SIGNATURE.parameter("beta1").is_some());
///
/// assert_eq!(SIGNATURE.to_string(), "(lr: f64, beta1: f64 = 0.9)");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Signature {
    parameters: &'static [Parameter],
}

/// One parameter of a [`Signature`].
#[derive(Clone, Copy)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a property that stands by itself"
)]
#[non_exhaustive]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// Its type, as the source code writes it.
    pub type_name: &'static str,
    /// Its default, as the source code writes it.
    pub default: Option<&'static str>,
    /// Whether it can be given by name only.
    pub keyword: bool,
    /// Whether it is no part of identity, as weights, paths and devices.
    pub excluded: bool,
    /// Whether it is left out of identity while it equals its default.
    pub skip_default: bool,
    /// Whether it is a generic parameter of the type, as in `Conv<const N: usize>`: its argument is
    /// what the type itself says, and it cannot be given by position.
    pub generic: bool,
    /// Names that it had: records that have one of them are still built.
    pub aliases: &'static [&'static str],
    /// Its documentation.
    pub doc: &'static str,
    default_value: Option<fn() -> Option<Value>>,
}

impl Parameter {
    /// A required parameter.
    pub const fn new(name: &'static str, type_name: &'static str) -> Self {
        Self {
            name,
            type_name,
            default: None,
            keyword: false,
            excluded: false,
            skip_default: false,
            generic: false,
            aliases: &[],
            doc: "",
            default_value: None,
        }
    }

    /// With a default: its source text, and what gives its value.
    #[must_use]
    pub const fn with_default(
        mut self,
        text: &'static str,
        value: Option<fn() -> Option<Value>>,
    ) -> Self {
        self.default = Some(text);
        self.default_value = value;
        self
    }

    /// With documentation.
    #[must_use]
    pub const fn with_doc(mut self, doc: &'static str) -> Self {
        self.doc = doc;
        self
    }

    /// To be given by name only.
    #[must_use]
    pub const fn with_keyword(mut self) -> Self {
        self.keyword = true;
        self
    }

    /// No part of identity.
    #[must_use]
    pub const fn with_exclude(mut self) -> Self {
        self.excluded = true;
        self
    }

    /// Left out of identity while it equals its default.
    #[must_use]
    pub const fn with_skip_default(mut self) -> Self {
        self.skip_default = true;
        self
    }

    /// A generic parameter of the type, and what gives its argument.
    #[must_use]
    pub const fn with_generic(mut self, value: fn() -> Option<Value>) -> Self {
        self.generic = true;
        self.default_value = Some(value);
        self
    }

    /// With names that it had.
    #[must_use]
    pub const fn with_aliases(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }

    /// Whether `name` is its name or one that it had.
    pub fn is_named(&self, name: &str) -> bool {
        self.name == name || self.aliases.contains(&name)
    }

    /// The default as a value, where there is one that has a JSON form; for a generic parameter
    /// what the type says.
    pub fn default_value(&self) -> Option<Value> {
        self.default_value.and_then(|value| value())
    }
}

impl Signature {
    /// A signature without parameters.
    pub const EMPTY: Self = Self::new(&[]);

    /// The signature of these parameters.
    pub const fn new(parameters: &'static [Parameter]) -> Self {
        Self { parameters }
    }

    /// Every parameter in order, excluded ones included.
    pub const fn parameters(&self) -> &'static [Parameter] {
        self.parameters
    }

    /// The parameter of this name.
    pub const fn parameter(&self, name: &str) -> Option<&'static Parameter> {
        let mut at = 0;
        while at < self.parameters.len() {
            if same(self.parameters[at].name, name) {
                return Some(&self.parameters[at]);
            }
            at += 1;
        }
        None
    }

    /// The parameters that are part of identity.
    pub fn identifying(&self) -> impl Iterator<Item = &'static Parameter> + Clone {
        self.parameters
            .iter()
            .filter(|parameter| !parameter.excluded)
    }
}

/// `==` for strings is not `const` yet.
const fn same(left: &str, right: &str) -> bool {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    if left.len() != right.len() {
        return false;
    }
    let mut at = 0;
    while at < left.len() {
        if left[at] != right[at] {
            return false;
        }
        at += 1;
    }
    true
}

/// `(lr: f64, *, beta1: f64 = 0.9)`, without the excluded ones; what follows `*` is given by name.
impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut keyword = false;
        f.write_str("(")?;
        for (at, parameter) in self.identifying().enumerate() {
            if at > 0 {
                f.write_str(", ")?;
            }
            if parameter.keyword && !keyword {
                keyword = true;
                f.write_str("*, ")?;
            }
            write!(f, "{parameter}")?;
        }
        f.write_str(")")
    }
}

impl fmt::Display for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.generic, self.type_name) {
            (true, "type") => write!(f, "type {}", self.name)?,
            (true, _) => write!(f, "const {}: {}", self.name, self.type_name)?,
            (false, _) => write!(f, "{}: {}", self.name, self.type_name)?,
        }
        match self.default {
            Some(default) => write!(f, " = {default}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Parameter({self}")?;
        for (set, word) in [
            (self.keyword, "keyword"),
            (self.excluded, "excluded"),
            (self.skip_default, "skip_default"),
        ] {
            if set {
                write!(f, ", {word}")?;
            }
        }
        f.write_str(")")
    }
}

impl PartialEq for Signature {
    fn eq(&self, other: &Self) -> bool {
        self.parameters == other.parameters
    }
}

/// Compares what the source code says; the function that gives the default is not compared.
impl PartialEq for Parameter {
    fn eq(&self, other: &Self) -> bool {
        (self.name, self.type_name, self.default, self.doc)
            == (other.name, other.type_name, other.default, other.doc)
            && (self.keyword, self.excluded, self.skip_default, self.generic)
                == (
                    other.keyword,
                    other.excluded,
                    other.skip_default,
                    other.generic,
                )
            && self.aliases == other.aliases
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_what_a_caller_may_give() {
        const SIGNATURE: Signature = Signature::new(&[
            Parameter::new("vs", "&Path").with_exclude(),
            Parameter::new("size", "i64"),
            Parameter::new("p", "f64")
                .with_default("0.5", None)
                .with_keyword(),
        ]);
        assert_eq!(SIGNATURE.to_string(), "(size: i64, *, p: f64 = 0.5)");
        assert!(
            SIGNATURE
                .parameter("vs")
                .is_some_and(|parameter| parameter.excluded)
        );
        assert!(SIGNATURE.parameter("siz").is_none());
    }
}

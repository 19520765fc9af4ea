//! Registered functions.

use super::by_name::{Build, Registry, build_erased};
use super::duplicate::DuplicateName;
use crate::build::{ComponentOf, Interface};
use crate::identity::{ComponentInfo, Signature};
use std::fmt;

impl<I: Interface + ?Sized> Registry<I> {
    /// Adds a registered function, by the constant that stands beside it: `LINEAR_FUNCTION` for `linear`.
    ///
    /// # Errors
    ///
    /// Where the name, or one of its aliases, is taken.
    pub fn with_function(self, function: Function<I>) -> Result<Self, DuplicateName> {
        self.with_items(function.items, function.build)
    }
}

/// A registered function, for [`Registry::with_function`]; it is the constant beside the function.
pub struct Function<I: Interface + ?Sized> {
    items: &'static [ComponentInfo],
    build: Build<I>,
}

impl<I: Interface + ?Sized> Function<I> {
    /// For the code that the macros write.
    #[doc(hidden)]
    pub const fn of<T: ComponentOf<I>>() -> Self {
        Self {
            items: T::ITEMS,
            build: build_erased::<T, I>,
        }
    }

    /// The name that it is registered under.
    pub const fn name(&self) -> &'static str {
        match self.items {
            [item, ..] => item.name,
            [] => "",
        }
    }

    /// Its parameters.
    pub const fn signature(&self) -> Signature {
        match self.items {
            [item, ..] => item.signature,
            [] => Signature::EMPTY,
        }
    }
}

impl<I: Interface + ?Sized> Clone for Function<I> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<I: Interface + ?Sized> Copy for Function<I> {}

impl<I: Interface + ?Sized> fmt::Debug for Function<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Function({}{})", self.name(), self.signature())
    }
}

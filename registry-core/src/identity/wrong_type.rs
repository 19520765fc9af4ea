//! A component of another type than was asked for.

use super::entity::Entity;
use super::registered::Registered;
use std::error::Error;
use std::fmt;
use std::ops::Deref;

/// A component is of another type than was asked for; it derefs to the component, which
/// [`into_inner`](Self::into_inner) gives back.
pub struct WrongType<T> {
    component: Registered<T>,
    expected: &'static str,
}

impl<T> WrongType<T> {
    pub(crate) fn new<E>(component: Registered<T>) -> Self {
        Self {
            component,
            expected: std::any::type_name::<E>(),
        }
    }

    /// The component.
    pub fn into_inner(self) -> Registered<T> {
        self.component
    }
}

impl<T> Deref for WrongType<T> {
    type Target = Registered<T>;

    fn deref(&self) -> &Registered<T> {
        &self.component
    }
}

impl<T> fmt::Display for WrongType<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the component `{}` is of another type than `{}`\n\
             hint: ask for the type that its constructor makes",
            self.component.name(),
            self.expected
        )
    }
}

// What `main` returns is shown by `Debug`, and a person should read the same there.
impl<T> fmt::Debug for WrongType<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<T> Error for WrongType<T> {}

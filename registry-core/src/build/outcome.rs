//! What a constructor may return, asked of the type and not of how it is spelt.

use super::builder::Builder;
use crate::identity::{Capture, Registered};
use std::convert::Infallible;
use std::error::Error;
use std::fmt;
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::Arc;

/// What a constructor of `T` may return: `T`, or a `Result` of it, under whatever name.
#[diagnostic::on_unimplemented(
    message = "a constructor of `{T}` cannot return `{Self}`",
    label = "neither `{T}` nor a `Result` of it",
    note = "return `Self`, or `Result<Self, E>` with an error that says why it refuses"
)]
pub trait Construction<T> {
    /// The same with what was built as a `Registered<T>`.
    type Registered;

    /// Joins what was built and what it was built from.
    fn register(self, capture: Capture) -> Self::Registered;
}

impl<T> Construction<T> for T {
    type Registered = Registered<T>;

    #[inline]
    fn register(self, capture: Capture) -> Registered<T> {
        Registered::captured(self, capture)
    }
}

impl<T, E> Construction<T> for Result<T, E> {
    type Registered = Result<Registered<T>, E>;

    #[inline]
    fn register(self, capture: Capture) -> Self::Registered {
        self.map(|value| Registered::captured(value, capture))
    }
}

/// Of what kind a type is that a function returns, whose `Self` is unknown: what is built, a
/// `Result` of it, or something that says nothing of why nothing was built.
///
/// The inherent constant is found first, the one of [`FormFallback`] else.
pub struct Form<T>(PhantomData<T>);

impl<T, E> Form<Result<T, E>> {
    /// A `Result`.
    pub const KIND: u8 = 1;
}

impl<T> Form<Option<T>> {
    /// Refused.
    pub const KIND: u8 = 2;
}

impl Form<()> {
    /// Refused.
    pub const KIND: u8 = 2;
}

macro_rules! boxed {
    ($($pointer:ident),*) => {$(
        impl<T, E> Form<$pointer<Result<T, E>>> {
            /// Refused: what it holds may never have been built.
            pub const KIND: u8 = 2;
        }

        impl<T> Form<$pointer<Option<T>>> {
            /// Refused.
            pub const KIND: u8 = 2;
        }
    )*};
}

boxed!(Box, Rc, Arc, Vec);

/// See [`Form`].
pub trait FormFallback {
    /// What is built.
    const KIND: u8 = 0;
}

impl<T> FormFallback for Form<T> {}

/// What a function returns, by its [`Form`].
pub trait Returned<const KIND: u8> {
    /// What is built.
    type Built;

    /// Why it is not.
    type Error;

    /// The same with what was built as a `Registered`.
    type Registered;

    /// What was built, or why not.
    ///
    /// # Errors
    ///
    /// The function's own.
    fn split(self) -> Result<Self::Built, Self::Error>;

    /// Joins what was built and what it was built from.
    fn register(self, capture: Capture) -> Self::Registered;
}

impl<T> Returned<0> for T {
    type Built = T;
    type Error = Infallible;
    type Registered = Registered<T>;

    fn split(self) -> Result<T, Infallible> {
        Ok(self)
    }

    #[inline]
    fn register(self, capture: Capture) -> Registered<T> {
        Registered::captured(self, capture)
    }
}

/// Refused elsewhere, so that it is one error.
impl<T> Returned<2> for T {
    type Built = T;
    type Error = Infallible;
    type Registered = Registered<T>;

    fn split(self) -> Result<T, Infallible> {
        Ok(self)
    }

    fn register(self, capture: Capture) -> Registered<T> {
        Registered::captured(self, capture)
    }
}

impl<T, E> Returned<1> for Result<T, E> {
    type Built = T;
    type Error = E;
    type Registered = Result<Registered<T>, E>;

    fn split(self) -> Self {
        self
    }

    #[inline]
    fn register(self, capture: Capture) -> Self::Registered {
        self.map(|value| Registered::captured(value, capture))
    }
}

/// Says that what a constructor builds is its own type.
#[diagnostic::on_unimplemented(
    message = "a constructor of `{T}` cannot give `{Self}`",
    label = "neither `{T}` nor a `Result` of it",
    note = "return `Self`, or `Result<Self, E>` with an error that says why it refuses"
)]
pub trait Built<T> {}

impl<T> Built<T> for T {}

/// Compiles where a constructor of `T` builds a `T`.
pub fn is_built<B: Built<T>, T>() {}

/// What a captured constructor returns.
pub trait Outcome {
    /// What is built.
    type Built;

    /// Why it is not.
    type Error;

    /// What was built, or why not.
    ///
    /// # Errors
    ///
    /// The constructor's own.
    fn split(self) -> Result<Registered<Self::Built>, Self::Error>;
}

impl<T> Outcome for Registered<T> {
    type Built = T;
    type Error = Infallible;

    #[inline]
    fn split(self) -> Result<Self, Infallible> {
        Ok(self)
    }
}

impl<T, E> Outcome for Result<Registered<T>, E> {
    type Built = T;
    type Error = E;

    #[inline]
    fn split(self) -> Self {
        self
    }
}

/// The error of a constructor on its way into a report: as the error that it is where it can go to
/// other threads, else as its text.
///
/// The inherent method is found first, the one of [`RefusedFallback`] else.
pub struct Refused<E>(pub E);

impl<E: Into<Box<dyn Error + Send + Sync>>> Refused<E> {
    /// Reports it.
    pub fn report(self, builder: &mut Builder<'_, '_>) {
        builder.refused(self.0);
    }
}

/// See [`Refused`].
pub trait RefusedFallback {
    /// The error.
    type Error;

    /// Reports it.
    fn report(self, builder: &mut Builder<'_, '_>)
    where
        Self::Error: ConstructorError;
}

impl<E> RefusedFallback for Refused<E> {
    type Error = E;

    fn report(self, builder: &mut Builder<'_, '_>)
    where
        E: ConstructorError,
    {
        builder.refused(self.0.to_string());
    }
}

/// An error that can say why a constructor refused.
#[diagnostic::on_unimplemented(
    message = "the error of a constructor, `{Self}`, cannot say why it refused",
    label = "neither an error nor a text",
    note = "implement `std::error::Error` for it, or return a `String`"
)]
pub trait ConstructorError: fmt::Display {}

impl<E: fmt::Display> ConstructorError for E {}

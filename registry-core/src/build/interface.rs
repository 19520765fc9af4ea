//! The traits that typed registries stand for.

use super::argument::Argument;
use super::report::ArgumentPath;
use crate::identity::Registered;
use std::any::Any;
use std::sync::OnceLock;

/// A trait with a registry of its own: `dyn Trait` implements this.
///
/// `#[registry]` on the trait writes it. `dyn Any` has the default registry.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no registry",
    note = "add `#[registry]` to the trait"
)]
pub trait Interface: 'static {
    /// What excluded parameters are filled from; `()` where there is nothing.
    type Context<'c>;

    /// The trait's name.
    const NAME: &'static str;

    /// The module that the trait is defined in.
    const MODULE: &'static str;

    /// Where the registry of all linked crates is kept.
    #[doc(hidden)]
    fn global() -> &'static OnceLock<Box<dyn Any + Send + Sync>>;

    /// A component as what can be downcast to its type.
    #[doc(hidden)]
    fn any(component: &Self) -> &(dyn Any + 'static);

    /// The same, as its owner.
    #[doc(hidden)]
    fn into_any(component: Box<Self>) -> Box<dyn Any>;

    /// The context of a component that stands at `path` inside another one with this context, where
    /// `#[registry(nested = ...)]` says so; none where it is the same.
    #[doc(hidden)]
    fn nested<'c>(
        context: &Self::Context<'c>,
        path: &ArgumentPath<'_>,
    ) -> Option<Self::Context<'c>> {
        let _ = (context, path);
        None
    }
}

/// What builds a `T` with the context of `I`.
type Build<I, T> =
    for<'a, 'r, 'x, 'c> fn(Argument<'a, 'r>, &'x <I as Interface>::Context<'c>) -> Option<T>;

/// Says that components of this interface can be built where the context is a `C`: it is their own
/// context, or [gives](super::ContextFor) it, or they need none.
pub trait Admits<C: ?Sized>: Interface {
    /// Calls `build` with the context of this interface.
    fn enter<T>(context: &C, argument: Argument<'_, '_>, build: Build<Self, T>) -> Option<T>;
}

/// Calls `build` with the context for the place of the argument.
pub fn enter<I: Interface + ?Sized, T>(
    context: &I::Context<'_>,
    argument: Argument<'_, '_>,
    build: Build<I, T>,
) -> Option<T> {
    match I::nested(context, &argument.path()) {
        Some(context) => build(argument, &context),
        None => build(argument, context),
    }
}

/// The default registry: for every type that names no other.
impl Interface for dyn Any {
    type Context<'c> = ();

    const NAME: &'static str = "default";
    const MODULE: &'static str = "";

    fn global() -> &'static OnceLock<Box<dyn Any + Send + Sync>> {
        static GLOBAL: OnceLock<Box<dyn Any + Send + Sync>> = OnceLock::new();
        &GLOBAL
    }

    fn any(component: &Self) -> &(dyn Any + 'static) {
        component
    }

    fn into_any(component: Box<Self>) -> Box<dyn Any> {
        component
    }
}

impl<C: ?Sized> Admits<C> for dyn Any {
    fn enter<T>(_context: &C, argument: Argument<'_, '_>, build: Build<Self, T>) -> Option<T> {
        build(argument, &())
    }
}

/// Says that components of this interface are built without a context, in terms that a generated
/// `Deserialize` implementation can ask for: only the lifetime keeps the bound from being checked
/// where the macro stands, which cannot know whether the registry has a context. So [`Admits`] is
/// no supertrait, for a supertrait would be checked there.
#[diagnostic::on_unimplemented(
    message = "components of `{Self}` cannot be deserialized: their registry has a context",
    label = "needs a context",
    note = "build them with `Registry::build_value(value, &context)`"
)]
pub trait ContextFree<'de, T> {
    /// Builds a `T`.
    fn build(argument: Argument<'_, '_>) -> Option<Registered<T>>;
}

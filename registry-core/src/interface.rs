//! The traits that typed registries stand for.

use crate::build::{Argument, Component};
use crate::registered::Registered;
use crate::registry::{DuplicateName, Registry};
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

    /// Where the registry of all linked crates is kept.
    #[doc(hidden)]
    fn global() -> &'static OnceLock<Result<Registry<Self>, DuplicateName>>;
}

/// Says that components of this interface can be built where the context is a `C`: either it is
/// their own context, or they need none.
#[diagnostic::on_unimplemented(
    message = "a component of `{Self}` cannot be built from the context `{C}`",
    note = "put the outer component in a registry with the context that the inner one needs"
)]
pub trait Admits<C: ?Sized> {
    /// Calls `build` with the context of this interface.
    fn enter<T>(
        context: &C,
        argument: Argument<'_, '_>,
        build: for<'a, 'r, 'x, 'c> fn(Argument<'a, 'r>, &'x Self::Context<'c>) -> Option<T>,
    ) -> Option<T>
    where
        Self: Interface;
}

/// The default registry: for every type that names no other.
impl Interface for dyn Any {
    type Context<'c> = ();

    const NAME: &'static str = "default";

    fn global() -> &'static OnceLock<Result<Registry<Self>, DuplicateName>> {
        static GLOBAL: OnceLock<Result<Registry<dyn Any>, DuplicateName>> = OnceLock::new();
        &GLOBAL
    }
}

impl<C: ?Sized> Admits<C> for dyn Any {
    fn enter<T>(
        _context: &C,
        argument: Argument<'_, '_>,
        build: for<'a, 'r, 'x, 'c> fn(Argument<'a, 'r>, &'x ()) -> Option<T>,
    ) -> Option<T> {
        build(argument, &())
    }
}

/// Builds a boxed component by the name in its reference: from the registry that the build began
/// with where that has this interface, else from the global one.
pub fn build_boxed<I: Interface + ?Sized>(
    argument: Argument<'_, '_>,
    context: &I::Context<'_>,
) -> Option<Registered<Box<I>>> {
    match argument.registry::<Registry<I>>() {
        Some(registry) => registry.build_argument(argument, context),
        None => match Registry::<I>::global() {
            Ok(registry) => registry.build_argument(argument, context),
            Err(error) => {
                argument.fail(&error);
                None
            }
        },
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

impl<I, T> ContextFree<'_, T> for I
where
    I: Interface + Admits<()> + ?Sized,
    T: Component<Output = T, Interface = I>,
{
    fn build(argument: Argument<'_, '_>) -> Option<Registered<T>> {
        I::enter(&(), argument, T::build)
    }
}

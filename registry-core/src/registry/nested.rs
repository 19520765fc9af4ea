//! Components behind a trait inside other components.

use super::by_name::Registry;
use crate::build::{Argument, Component, Interface};
use crate::identity::{ComponentInfo, Registered};
use std::rc::Rc;
use std::sync::Arc;

/// Builds a boxed component by the name in its reference: from the registry that the build began
/// with where that has this interface, else from the global one.
pub fn build_boxed<I: Interface + ?Sized>(
    argument: Argument<'_, '_>,
    context: &I::Context<'_>,
) -> Option<Registered<Box<I>>> {
    match argument.registry::<Registry<I>>() {
        Some(registry) => registry.build_argument(argument, context),
        None => Registry::<I>::linked().build_argument(argument, context),
    }
}

macro_rules! shared {
    ($($pointer:ident),*) => {$(
        impl<I: Interface + ?Sized> Component for $pointer<I> {
            type Output = Self;
            type Interface = I;

            const ITEMS: &'static [ComponentInfo] = &[];

            fn build(
                argument: Argument<'_, '_>,
                context: &I::Context<'_>,
            ) -> Option<Registered<Self>> {
                let built = build_boxed::<I>(argument, context)?;
                let (boxed, identity) = built.into_parts();
                Some(Registered::from_parts(Self::from(boxed), identity, |shared| {
                    Some(I::any(shared))
                }))
            }
        }
    )*};
}

shared!(Rc, Arc);

//! The types that a registry can build.

use super::argument::{Argument, FromArgument};
use super::builder::Builder;
use super::interface::{Admits, ContextFree, Interface};
use super::outcome::Returned;
use super::reference::unknown_name;
use crate::identity::{ComponentInfo, Registered};

/// A type that a registry can build. The macros implement it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not registered",
    note = "add `#[derive(Entity)]` to the type, or `#[register]` to the `impl` block with its constructor",
    note = "a component behind a trait is `Registered<Box<dyn Trait>>`, `Registered<Rc<dyn Trait>>` or `Registered<Arc<dyn Trait>>`; where it must be `Send`, let the trait extend `Send`"
)]
pub trait Component: 'static {
    /// What is built: the type itself, but for a function what it returns.
    type Output: 'static;

    /// The trait whose registry it is in; the first, where there are several.
    type Interface: Interface + ?Sized;

    /// What is known of each of its constructors: one for a struct, one for each variant of an enum.
    const ITEMS: &'static [ComponentInfo];

    /// Builds it from a reference, or reports why not.
    fn build(
        argument: Argument<'_, '_>,
        context: &<Self::Interface as Interface>::Context<'_>,
    ) -> Option<Registered<Self::Output>>;
}

/// A component in the registry of `I`. The macros implement it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not registered in the registry of `{I}`",
    note = "add `#[derive(Entity)]` to the type, or `#[register]` to the `impl` block with its constructor, and there name the trait: `registry = Trait`, or `registry = [First, Second]`"
)]
pub trait ComponentOf<I: Interface + ?Sized>: Component {
    /// Reads the arguments of the constructor at `index` of [`ITEMS`](Component::ITEMS) and calls it.
    fn call(
        index: usize,
        builder: &mut Builder<'_, '_>,
        context: &I::Context<'_>,
    ) -> Option<Registered<Self::Output>>;

    /// As the registry holds it.
    fn erase(built: Self::Output) -> Box<I>;
}

/// Builds the component that a reference names, by the constructor of that name.
pub fn construct<T: ComponentOf<I>, I: Interface + ?Sized>(
    argument: Argument<'_, '_>,
    context: &I::Context<'_>,
) -> Option<Registered<T::Output>> {
    argument.resolve(|name, arguments, report| {
        let known = |item: &ComponentInfo| item.name == name || item.aliases.contains(&name);
        let Some(index) = T::ITEMS.iter().position(known) else {
            report.add(unknown_name(name, T::ITEMS.iter().map(|item| item.name)));
            return None;
        };
        let mut builder = Builder::bind(&T::ITEMS[index], None, arguments, report);
        T::call(index, &mut builder, context)
    })
}

/// Builds a component as an argument that keeps no identity.
pub fn unregistered<T, C>(argument: Argument<'_, '_>, context: &C) -> Option<T>
where
    T: Component<Output = T>,
    T::Interface: Admits<C>,
    C: ?Sized,
{
    Registered::from_argument(argument, context).map(Registered::into_inner)
}

/// Builds an entity of the set `S` and hands it to a function that makes of it what another registry
/// holds, under the identity of the entity.
pub fn join<S, H, I, R, const KIND: u8>(
    index: usize,
    builder: &mut Builder<'_, '_>,
    make: impl FnOnce(&S) -> R,
    refuse: impl FnOnce(R::Error, &mut Builder<'_, '_>),
) -> Option<Registered<Box<I>>>
where
    S: ComponentOf<H, Output = S>,
    H: for<'c> Interface<Context<'c> = ()> + ?Sized,
    I: Interface + ?Sized,
    R: Returned<KIND, Built = Box<I>>,
{
    let entity = <S as ComponentOf<H>>::call(index, builder, &())?;
    match make(&entity).split() {
        Ok(made) => Some(Registered::map(entity, |_| made)),
        Err(error) => {
            refuse(error, builder);
            None
        }
    }
}

impl<C: ?Sized, T: Component<Output = T>> FromArgument<C> for Registered<T>
where
    T::Interface: Admits<C>,
{
    fn from_argument(argument: Argument<'_, '_>, context: &C) -> Option<Self> {
        <T::Interface as Admits<C>>::enter(context, argument, T::build)
    }
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

//! The declarative macros, and the functions that generated code calls.

use crate::build::{Argument, Component, FromArgument, Report};
use crate::entity::Entity;
use crate::interface::{Admits, ContextFree};
use crate::registered::{Identity, Registered};
use crate::signature::Signature;
use crate::transcode::text_from;
use crate::writer::{EntityReference, serialize_with_handoff};
use serde::de::{Deserializer, Error as _};
use serde::ser::Serializer;

/// Keeps crates whose components are only ever found by name.
///
/// The linker drops a crate that nothing names, and the types that it registers with it.
///
/// # Examples
///
/// ```
/// registry_core::link!(std); // instead of `std`: the crate with your models
/// ```
#[macro_export]
macro_rules! link {
    ($($crate_name:ident),+ $(,)?) => {
        $(use $crate_name as _;)+
    };
}

/// Checks that each of the names is registered, in whatever registry.
///
/// It gives a `Result`, so that a program can say at its start what it would miss later.
///
/// # Examples
///
/// ```
/// let missing = registry_core::expect_registered!("MLP", "Adam").unwrap_err();
/// assert_eq!(missing.name(), "MLP");
/// ```
#[macro_export]
macro_rules! expect_registered {
    ($($name:expr),+ $(,)?) => {
        $crate::__private::Expected::check(&[$($name),+])
    };
}

/// Registers an instance of a generic type in the registry of all linked crates.
///
/// Types without type parameters are registered by their macro.
///
/// # Examples
///
/// ```
/// # #[cfg(feature = "derive")] {
/// use registry_core::{DefaultRegistry, Entity};
///
/// #[derive(Entity)]
/// struct Buffer<T> {
///     value: T,
/// }
///
/// registry_core::submit!(Buffer<f32>);
///
/// assert!(DefaultRegistry::global().is_ok_and(|registry| registry.names().contains(&"Buffer")));
/// # }
/// ```
#[macro_export]
macro_rules! submit {
    ($component:ty) => {
        $crate::__private::inventory::submit! {
            $crate::__private::Registration::of::<$component>()
        }
    };
}

/// Serializes an entity in its reference form.
///
/// # Errors
///
/// Where an argument has no JSON form, or the serializer fails.
pub fn serialize<E: Entity + ?Sized, S: Serializer>(
    entity: &E,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serialize_with_handoff(&EntityReference(entity), serializer)
}

/// Deserializes an entity that needs no context from its reference form.
///
/// # Errors
///
/// Where the reference cannot be built; the text lists every problem.
pub fn deserialize<'de, T, D>(deserializer: D) -> Result<Registered<T>, D::Error>
where
    T: Component<Output = T>,
    T::Interface: ContextFree<'de, T>,
    D: Deserializer<'de>,
{
    let text = text_from(deserializer)?;
    let mut report = Report::new(None);
    T::Interface::build(Argument::new(&text, &mut report))
        .ok_or_else(|| D::Error::custom(report.into_error_of(&text)))
}

/// A derived entity that a registry has built, with its identity.
#[inline]
pub fn registered<T: Entity>(
    built: T,
    name: &'static str,
    signature: Signature,
) -> Option<Registered<T>> {
    let identity = Identity::capture(name, signature, &|writer| built.write_arguments(writer));
    Some(Registered::new(built, identity))
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

/// Calls the body of a constructor, so that its `return` and `?` end it and nothing else.
pub fn call<R>(body: impl FnOnce() -> R) -> R {
    body()
}

impl<'de, T> serde::Deserialize<'de> for Registered<T>
where
    T: Component<Output = T>,
    T::Interface: ContextFree<'de, T>,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize(deserializer)
    }
}

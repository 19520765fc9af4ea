//! What excluded parameters and nested components are given.

use super::interface::Interface;

/// A parameter that is filled from a registry's context `C`.
///
/// Implemented for `&C` and, where `C: Clone`, for `C` itself. Implement it for the other types
/// that your context can give: one value for each type, so two parameters that get different values
/// need types of their own.
///
/// # Examples
///
/// ```
/// use registry_core::FromContext;
///
/// #[derive(Clone, Copy, PartialEq, Debug)]
/// enum Device { Cpu }
/// struct Context { device: Device }
///
/// impl FromContext<'_, Context> for Device {
///     fn from_context(context: &Context) -> Self {
///         context.device
///     }
/// }
///
/// assert_eq!(Device::from_context(&Context { device: Device::Cpu }), Device::Cpu);
/// ```
#[diagnostic::on_unimplemented(
    message = "an excluded parameter of type `{Self}` cannot be filled from the context `{C}`",
    label = "not a part of the registry's context",
    note = "give the parameter a default with `#[register(default = ...)]`, or implement `FromContext<'_, {C}>` for `{Self}`"
)]
pub trait FromContext<'c, C: ?Sized> {
    /// Takes it from the context.
    fn from_context(context: &'c C) -> Self;
}

impl<'c, C: ?Sized> FromContext<'c, C> for &'c C {
    fn from_context(context: &'c C) -> Self {
        context
    }
}

impl<C: Clone> FromContext<'_, C> for C {
    fn from_context(context: &C) -> Self {
        context.clone()
    }
}

/// Says how the context of an outer component gives the context of the components in it that are of
/// the registry of `I`.
///
/// A component is built with the context of its own registry. Where it holds components of another
/// registry that needs a context, implement this for the outer one.
///
/// # Examples
///
/// ```
/// # #[cfg(feature = "derive")] {
/// use registry_core::{ContextFor, Entity, Registered, Registry, registry};
///
/// #[registry(context = String)]
/// trait Model {}
///
/// #[registry(context = i64)]
/// trait Optimizer {}
///
/// struct Both {
///     device: String,
///     weights: i64,
/// }
///
/// impl ContextFor<dyn Model> for Both {
///     fn context_for(&self) -> String {
///         self.device.clone()
///     }
/// }
///
/// impl ContextFor<dyn Optimizer> for Both {
///     fn context_for(&self) -> i64 {
///         self.weights
///     }
/// }
///
/// #[registry(context = Both)]
/// trait Training {}
///
/// #[derive(Entity)]
/// #[register(registry = Training)]
/// struct Run {
///     model: Registered<Box<dyn Model>>,
///     optimizer: Registered<Box<dyn Optimizer>>,
/// }
///
/// impl Training for Run {}
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "the context `{Self}` does not give the context of `{I}`",
    label = "holds a component of `{I}`, which needs that context",
    note = "implement `ContextFor<{I}>` for `{Self}`"
)]
pub trait ContextFor<I: Interface + ?Sized> {
    /// The context of `I`, made from this one or a part of it.
    fn context_for(&self) -> I::Context<'_>;
}

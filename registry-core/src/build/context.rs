//! What excluded parameters are filled from.

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

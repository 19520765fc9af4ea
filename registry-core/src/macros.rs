//! The declarative macros.

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
            $crate::__private::Registration::of::<
                $component,
                <$component as $crate::__private::Component>::Interface,
            >()
        }
    };
}

/// Calls the body of a constructor, so that its `return` and `?` end it and nothing else.
pub fn call<R>(body: impl FnOnce() -> R) -> R {
    body()
}

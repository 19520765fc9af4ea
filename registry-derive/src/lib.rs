//! The macros of Entia. Users reach them through `entia` or `registry-core`, where they are
//! documented beside the traits that they implement.
//!
//! Each macro goes the same way: `parse` reads the item and its options, `check` refuses what
//! cannot work, `expand` writes the code. Errors gather on the way and come out together, and the
//! user's item is kept in any case, so that one mistake is one error.

mod check;
mod errors;
mod expand;
mod features;
mod named;
mod options;
mod parameter;
mod parse;
mod root;
mod text;
mod types;
mod words;

use proc_macro::TokenStream;
use root::Root;

#[doc = include_str!("../docs/entity.md")]
///
/// # Examples
///
/// ```
/// use registry_core::Entity;
///
/// #[derive(Clone, Debug, Entity)]
/// pub struct Adam {
///     pub lr: f64,
///     #[register(default = 0.9)]
///     pub beta1: f64,
/// }
///
/// let adam = Adam { lr: 0.001, beta1: 0.9 };
/// assert_eq!(adam.arguments().to_string(), r#"{"lr": 0.001, "beta1": 0.9}"#);
/// assert_eq!(Adam::SIGNATURE.to_string(), "(lr: f64, beta1: f64 = 0.9)");
/// ```
#[proc_macro_derive(Entity, attributes(register))]
pub fn derive_entity(item: TokenStream) -> TokenStream {
    expand::derive(item.into(), Root::RegistryCore).into()
}

#[doc = include_str!("../docs/register.md")]
///
/// # Examples
///
/// ```
/// use registry_core::{Entity, register};
///
/// pub struct Mlp { weights: Vec<f64> }
///
/// #[register(name = "MLP", exclude = "seed")]
/// impl Mlp {
///     pub fn new(#[register(default = 0)] seed: u64, size: usize) -> Self {
///         Self { weights: vec![seed as f64; size] }
///     }
/// }
///
/// let mlp = Mlp::new(7, 3);
/// assert_eq!(mlp.weights.len(), 3);
/// assert_eq!((mlp.name(), mlp.arguments().to_string()), ("MLP", r#"{"size": 3}"#.to_owned()));
/// ```
#[proc_macro_attribute]
pub fn register(options: TokenStream, item: TokenStream) -> TokenStream {
    expand::register(&options.into(), &item.into(), Root::RegistryCore).into()
}

#[doc = include_str!("../docs/registry.md")]
///
/// # Examples
///
/// ```
/// use registry_core::{Entity, Registry, registry};
/// use serde_json::json;
///
/// #[registry]
/// pub trait Activation {
///     fn apply(&self, x: f64) -> f64;
/// }
///
/// #[derive(Entity)]
/// #[register(registry = Activation)]
/// pub struct LeakyReLU { slope: f64 }
///
/// impl Activation for LeakyReLU {
///     fn apply(&self, x: f64) -> f64 { if x < 0.0 { self.slope * x } else { x } }
/// }
///
/// let activations = Registry::<dyn Activation>::global()?;
/// let leaky = activations.build("LeakyReLU", json!({"slope": 0.5}), &())?;
/// assert_eq!(leaky.apply(-2.0), -1.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[proc_macro_attribute]
pub fn registry(options: TokenStream, item: TokenStream) -> TokenStream {
    expand::registry(options.into(), &item.into(), Root::RegistryCore).into()
}

// A macro cannot see which crate it was reached through, so the facade re-exports these under the
// names of the ones above, and runs their examples.

#[doc = include_str!("../docs/entity.md")]
#[cfg_attr(not(doctest), doc = include_str!("../docs/entity-example.md"))]
#[proc_macro_derive(EntityOfEntia, attributes(register))]
pub fn derive_entity_of_entia(item: TokenStream) -> TokenStream {
    expand::derive(item.into(), Root::Entia).into()
}

#[doc = include_str!("../docs/register.md")]
#[cfg_attr(not(doctest), doc = include_str!("../docs/register-example.md"))]
#[proc_macro_attribute]
pub fn register_of_entia(options: TokenStream, item: TokenStream) -> TokenStream {
    expand::register(&options.into(), &item.into(), Root::Entia).into()
}

#[doc = include_str!("../docs/registry.md")]
#[cfg_attr(not(doctest), doc = include_str!("../docs/registry-example.md"))]
#[proc_macro_attribute]
pub fn registry_of_entia(options: TokenStream, item: TokenStream) -> TokenStream {
    expand::registry(options.into(), &item.into(), Root::Entia).into()
}

/// The features of the crate that it stands in, for `provenance!`. No part of the public API: it
/// changes without notice.
#[doc(hidden)]
#[proc_macro]
pub fn __features(_: TokenStream) -> TokenStream {
    features::of_the_crate().into()
}

/// The program in the README runs with the other examples.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadMe;

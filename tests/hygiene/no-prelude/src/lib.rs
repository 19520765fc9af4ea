//! Every macro in a crate without the prelude, where the names of the prelude mean other things.

#![no_implicit_prelude]

use ::entia::{Entity, Registered, register, registry};

macro_rules! shadow {
    ($($name:ident)*) => {$(
        /// Stands in the way.
        #[derive(::core::fmt::Debug)]
        pub struct $name;
    )*};
}

shadow! {
    Result Option String Vec Box Some None Ok Err Send Sync Sized Default Clone Copy Debug Drop Fn From Into
    Iterator ToString ToOwned AsRef Serialize Deserialize Serializer Deserializer Registry Signature
    Parameter Value Identity Argument Interface Component Constructor Any PhantomData
}

/// Modules of the names that paths begin with.
pub mod core {}
/// See [`core`].
pub mod std {}
/// See [`core`].
pub mod serde {}
/// See [`core`].
pub mod entia {}
/// See [`core`].
pub mod inventory {}

/// A registry without a context.
#[registry]
pub trait Model {
    /// What the model predicts.
    fn predict(&self, x: f64) -> f64;
}

/// A registry with a context that borrows.
#[registry(context = &[f64])]
pub trait Layer: Entity {}

/// How a model ends.
#[derive(::core::fmt::Debug, Entity)]
pub enum Activation {
    /// Leaves everything as it is.
    Linear,
    /// Keeps a part of what is negative.
    LeakyReLU {
        /// Which part.
        #[register(default = 0.01, skip_default)]
        slope: f64,
    },
}

/// Multiplies.
#[derive(::core::fmt::Debug, Entity)]
#[register(registry = Model, new)]
pub struct Scale {
    /// By what.
    pub by: f64,
    /// How often.
    #[register(default)]
    pub times: i64,
    /// No part of identity.
    #[register(exclude, default = 0)]
    pub seed: i64,
}

/// Generic.
#[derive(::core::fmt::Debug, Entity)]
pub struct Pair<T> {
    /// Both.
    pub both: (T, T),
}

/// A scale and an end.
pub struct Mlp {
    size: i64,
}

#[register(name = "MLP", registry = Model)]
impl Mlp {
    /// With a size.
    ///
    /// # Errors
    ///
    /// Where the size is negative.
    pub fn new(
        size: i64,
        #[register(default = Activation::Linear)] activation: Activation,
        scale: Registered<Scale>,
    ) -> ::core::result::Result<Self, ::std::string::String> {
        let _ = (activation, scale);
        if size < 0 {
            return ::core::result::Result::Err(::std::string::String::new());
        }
        ::core::result::Result::Ok(Self { size })
    }
}

/// Of another crate.
#[register(name = "Unit", registry = Model, skip_default)]
pub fn unit(#[register(default = 1)] size: i64) -> Mlp {
    Mlp { size }
}

impl Model for Scale {
    fn predict(&self, x: f64) -> f64 {
        self.by * x
    }
}

impl Model for Mlp {
    fn predict(&self, x: f64) -> f64 {
        if self.size > 1 { x } else { -x }
    }
}

#[cfg(test)]
mod tests {
    use super::{Mlp, Model, Pair, Scale};
    use ::core::prelude::rust_2024::{assert, assert_eq, test};
    use ::entia::{Entity, Registry};
    use ::std::string::ToString;

    #[test]
    fn a_model_is_built_and_hashed() {
        let models = Registry::<dyn Model>::new()
            .with::<Mlp>()
            .and_then(Registry::with::<Scale>);
        let models = models.unwrap();
        let text = r#"{"name": "MLP", "arguments": {"size": 3, "scale": {"name": "Scale", "arguments": {"by": 2.0}}}}"#;
        let model = models.build_json(text, &()).unwrap();
        assert_eq!(model.predict(2.0).to_string(), "2");
        assert_eq!(
            model.arguments().to_string(),
            r#"{"size": 3, "activation": "Linear", "scale": {"name": "Scale", "arguments": {"by": 2.0, "times": 0}}}"#
        );
        assert_eq!(super::unit(1).arguments().to_string(), "{}");
        assert_eq!(
            Pair { both: (1, 2) }.arguments().to_string(),
            r#"{"T": "i32", "both": [1, 2]}"#
        );
        assert!(Scale::new(1.0).with_times(2).hash().is_valid());
    }
}

//! The macros on what is deprecated or oddly named: generated code warns of nothing.

#![deny(warnings, missing_docs, missing_debug_implementations, unreachable_pub)]
#![deny(clippy::all, clippy::pedantic)]
#![deny(
    deprecated,
    non_snake_case,
    rust_2018_idioms,
    single_use_lifetimes,
    trivial_casts,
    trivial_numeric_casts,
    unused_lifetimes,
    unused_qualifications,
    unused_results
)]
use entia::{Entity, register, registry};

/// A registry.
#[registry]
pub trait Model {}

/// An old optimizer.
#[deprecated = "use `Adam`"]
#[derive(Clone, Debug, Entity)]
#[register(new)]
pub struct OldAdam {
    /// How far.
    pub lr: f64,
    /// How long.
    #[deprecated]
    #[register(default = 3)]
    pub steps: i64,
}

/// One that goes on.
#[derive(Clone, Debug, Entity)]
#[register(new)]
#[allow(non_snake_case)]
pub struct Cosine {
    /// As the paper has it.
    pub T_0: i64,
    /// The same.
    #[register(default = 10, skip_default)]
    pub T_max: i64,
    /// Not any more.
    #[deprecated]
    pub eta: f64,
    /// Nothing of identity.
    #[deprecated]
    #[register(exclude, default)]
    pub last: Option<f64>,
}

/// Variants, some of them old.
#[derive(Clone, Debug, Entity)]
pub enum Ending {
    /// New.
    Linear,
    /// Old.
    #[deprecated]
    Softmax {
        /// Along what.
        #[deprecated]
        dim: i64,
    },
}

/// An old enum.
#[deprecated]
#[derive(Clone, Debug, Entity)]
pub enum Old {
    /// Its only form.
    Only,
}

/// A network.
#[derive(Debug)]
pub struct Net {
    size: i64,
}

#[register(registry = Model)]
impl Net {
    /// As it was made.
    ///
    /// # Errors
    ///
    /// Where there is no size.
    #[deprecated]
    #[allow(non_snake_case)]
    pub fn new(
        size: i64,
        #[register(default = 3, skip_default)] T_max: i64,
    ) -> Result<Self, std::fmt::Error> {
        if size == 0 {
            return Err(std::fmt::Error);
        }
        Ok(Self { size: size + T_max })
    }

    /// How large it is.
    #[must_use]
    pub const fn size(&self) -> i64 {
        self.size
    }
}

impl Model for Net {}

/// A type that is old itself.
#[deprecated]
#[derive(Debug)]
pub struct OldNet {
    /// How large.
    pub size: i64,
}

#[register]
#[allow(deprecated)]
impl OldNet {
    /// Makes it.
    #[must_use]
    pub fn new(size: i64) -> Self {
        Self { size }
    }
}

/// A function that is old.
#[deprecated]
#[register(exclude = "seed")]
#[must_use]
pub fn linear(size: i64, #[register(default = 0)] seed: i64) -> Vec<i64> {
    vec![size, seed]
}

/// A function that gives what is old.
#[allow(deprecated)]
#[register]
#[must_use]
pub fn old_net(ending: i64, #[register(default = OldNet::SIZE)] size: i64) -> OldNet {
    let _ = ending;
    OldNet { size }
}

#[allow(deprecated)]
impl OldNet {
    /// How large it was.
    #[deprecated]
    pub const SIZE: i64 = 3;
}

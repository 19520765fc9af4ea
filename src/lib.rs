//! Entia
extern crate self as entia;

#[doc(hidden)]
pub use registry_core::__private;
pub use registry_core::*;
#[doc(inline)]
pub use registry_derive::{
    EntityOfEntia as Entity, register_of_entia as register, registry_of_entia as registry,
};
#[doc(inline)]
pub use tracker_core as tracker;

/// What most programs use.
pub mod prelude {
    pub use crate::{Entity, Registered, Registry, register, registry};
    pub use serde_json::json;
}

//! Deterministic identity, signatures and registries for machine-learning components.
//!
//! An [`Entity`] knows its name, its [`Arguments`], its [`Signature`] and its [`Hash`](struct@Hash); the hash is
//! the one that the Python package `mlregistry` 1.2.3 computes for the same name and arguments. A
//! [`Registry`] finds components by name and builds them from JSON.
//!
//! Most users depend on `entia`, which adds the macros and the tracker to what is here. With the
//! feature `derive` this crate alone gives the macros too.
//!
//! # Words
//!
//! - A *component* is a type that a registry can build; an *entity* is a value with an identity.
//! - An *interface* is a trait with a registry: `#[registry] trait Model`, `Registry::<dyn Model>`.
//! - The *context* of a registry fills the parameters that are excluded from identity.
//! - The *reference form* of an entity is its name, or an object of `name` and `arguments`. Entities
//!   serialize in it and are built from it.
//! - The *record* of an entity is its [`Metadata`].
//!
//! # What is written
//!
//! - Floats as Python's `repr` writes them; `f32` by its own shortest digits.
//! - Structs in the order of declaration, maps in the order of their keys.
//! - Enums of plain data as `serde_json` writes them.
//! - An entity inside an argument as its name where it has no arguments, else as
//!   `{"name": ..., "arguments": {...}}`.

mod arguments;
mod build;
mod catalog;
mod diff;
mod entity;
mod error;
mod float;
mod hash;
mod interface;
mod macros;
mod metadata;
mod reader;
mod registered;
mod registry;
mod schema;
mod signature;
mod sink;
mod suggest;
mod transcode;
mod value;
mod writer;

pub use arguments::Arguments;
pub use build::{BuildError, Call, Component, FromContext, Problem};
pub use catalog::{CatalogEntry, catalog, manifest};
pub use diff::{Difference, diff};
pub use entity::Entity;
pub use error::ArgumentError;
pub use hash::Hash;
pub use interface::Interface;
pub use metadata::Metadata;
pub use registered::Registered;
pub use registry::{
    ComponentInfo, DefaultRegistry, DuplicateName, Location, NotRegistered, Registry,
};
pub use signature::{Parameter, Signature};
pub use suggest::nearest;
pub use value::Value;
pub use writer::ArgumentWriter;

#[cfg(feature = "derive")]
pub use registry_derive::{Entity, register, registry};

/// What the other crates of Entia and the code that the macros write call. No part of the public API: it changes without notice.
#[doc(hidden)]
pub mod __private {
    pub use crate::build::{
        Argument, ArgumentType, Builder, Component, FromArgument, FromContext, Probe, ProbeFallback,
    };
    pub use crate::interface::{Admits, ContextFree, Interface, build_boxed};
    pub use crate::macros::{call, deserialize, registered, serialize, unregistered};
    pub use crate::registered::Identity;
    pub use crate::registry::{
        ComponentInfo, DuplicateName, Expected, Location, Registration, Registry,
    };
    pub use crate::value::Value;
    pub use crate::writer::ArgumentWriter;
    pub use crate::{ArgumentError, Entity, Parameter, Registered, Signature};
    pub use inventory;
    pub use serde;
    pub use std::boxed::Box;
}

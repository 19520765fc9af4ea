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

mod build;
mod canonical;
mod error;
mod identity;
mod json;
mod macros;
mod names;
mod registry;
#[cfg(feature = "schema")]
mod schemas;

pub use build::{
    ArgumentPath, BuildError, Call, Component, ComponentOf, ContextFor, FromContext, Interface,
    Problem, Reference,
};
pub use error::{ArgumentError, ProblemKind};
pub use identity::{
    ArgumentWriter, Arguments, ComponentInfo, Difference, Entity, Hash, Location, Metadata,
    Parameter, Registered, Signature, WrongType, diff,
};
pub use json::Value;
pub use names::nearest;
pub use registry::{
    CatalogEntry, Change, DefaultRegistry, DuplicateName, Function, ManifestError, NotRegistered,
    Registry, catalog, manifest,
};

#[cfg(feature = "derive")]
pub use registry_derive::{Entity, register, registry};

/// What the other crates of Entia and the code that the macros write call. No part of the public API: it changes without notice.
#[doc(hidden)]
pub mod __private {
    pub use crate::build::ContextFree;
    pub use crate::build::{
        Admits, Argument, ArgumentPath, ArgumentType, Builder, Component, ComponentOf,
        Construction, ContextFor, Form, FormFallback, FromArgument, FromContext, Interface,
        Outcome, Probe, ProbeFallback, Refused, RefusedFallback, Returned, construct, deserialize,
        enter, is_built, join, unregistered,
    };
    pub use crate::identity::{
        Capture, ComponentInfo, Location, ReferenceForm, Written, WrittenFallback, serialize,
        type_name,
    };
    pub use crate::json::Value;
    pub use crate::macros::call;
    pub use crate::registry::{
        Expected, Function, Names, Registration, Registry, build_boxed, check_manifest,
        is_named_in, refer, reference,
    };
    pub use crate::{ArgumentError, ArgumentWriter, Entity, Parameter, Registered, Signature};
    pub use inventory;
    pub use serde;
    pub use std::boxed::Box;
}

/// The program in the README runs with the other examples.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadMe;

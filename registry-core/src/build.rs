//! Building a component from its reference form.
//!
//! A reference is a tree, from text or from another program's value: each parameter reads its own
//! part. All problems go into one [`Report`], so that a caller sees them at once.

mod argument;
mod builder;
mod call;
mod component;
mod containers;
mod context;
mod deserialize;
mod interface;
mod outcome;
mod problem;
mod reference;
mod report;

pub use argument::{Argument, ArgumentType, FromArgument, Probe, ProbeFallback};
pub use builder::Builder;
pub use call::{Call, Reference};
pub use component::{Component, ComponentOf, construct, join, unregistered};
pub use context::{ContextFor, FromContext};
pub use deserialize::deserialize;
pub use interface::{Admits, ContextFree, Interface, enter};
pub use outcome::{
    Construction, Form, FormFallback, Outcome, Refused, RefusedFallback, Returned, is_built,
};
pub use problem::{BuildError, Problem};
pub(crate) use reference::{reference, unknown_name};
pub use report::ArgumentPath;
pub(crate) use report::Report;

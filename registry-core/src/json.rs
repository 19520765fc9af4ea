//! JSON as identity reads it.
//!
//! `serde_json` reads `NaN` and integers above 64 bits not at all or as floats; Python writes both.
//! So JSON from outside becomes a tree of [`Node`]s, which borrows from its text: numbers keep their
//! digits until it is known which type reads them, objects keep their order, nesting is bounded, and
//! every error carries the path to its place.

mod access;
mod deserialize;
mod format;
mod handoff;
mod node;
mod number;
mod parse;
mod split;
mod string;
mod value;

pub(crate) use access::key;
pub(crate) use format::node_from;
pub(crate) use handoff::{Fragment, is_flattened, serialize_with_handoff};
pub(crate) use node::Node;
pub(crate) use parse::parse;
pub use value::Value;

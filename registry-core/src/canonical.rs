//! Canonical text: what Python's `json.dumps` writes, and what the hash covers.
//!
//! One serde `Serializer`, the [`Writer`], writes it.

mod compound;
mod depth;
mod float;
mod key;
mod serialize;
mod text;
mod writer;

pub(crate) use depth::{DEPTH_LIMIT, too_deep};
pub(crate) use text::quoted;
pub(crate) use writer::{ASKED, HANDOFF, Mode, SLOT, Writer, with_text};

//! What makes a component the one it is: name, arguments, signature, and the hash of them.

mod argument_writer;
mod arguments;
mod capture;
mod diff;
mod entity;
mod hash;
mod info;
mod metadata;
mod registered;
mod signature;
mod transparent;
mod type_name;
mod written;
mod wrong_type;

pub use argument_writer::ArgumentWriter;
pub use arguments::Arguments;
pub use capture::Capture;
pub use diff::{Difference, diff};
pub use entity::{Entity, serialize};
pub use hash::Hash;
pub use info::{ComponentInfo, Location};
pub use metadata::Metadata;
pub use registered::Registered;
pub(crate) use registered::itself;
pub use signature::{Parameter, Signature};
pub use type_name::type_name;
pub use written::{ReferenceForm, Written, WrittenFallback};
pub use wrong_type::WrongType;

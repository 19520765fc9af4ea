//! Registries: components by name, and all that are linked into the program.

mod by_name;
mod catalog;
mod changes;
mod collect;
mod downcast;
mod duplicate;
mod function;
mod manifest_file;
mod nested;
mod record;
mod schema;

pub use by_name::{DefaultRegistry, Registry};
pub use catalog::{CatalogEntry, catalog};
pub use changes::Change;
pub use collect::{Expected, NotRegistered, Registration};
pub use duplicate::DuplicateName;
pub use function::Function;
pub use manifest_file::{ManifestError, check_manifest};
pub use nested::build_boxed;
pub use record::{Names, is_named_in, refer, reference};
pub use schema::manifest;

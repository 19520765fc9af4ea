//! Everything that is registered in the linked crates.

use crate::registry::{ComponentInfo, registrations};
use crate::schema::Definitions;

/// One registered component.
#[derive(Clone, Copy, Debug)]
pub struct CatalogEntry {
    /// The trait of its registry, or `default`.
    pub registry: &'static str,
    /// Name, signature, documentation, file and line.
    pub item: &'static ComponentInfo,
}

/// Every component of every registry, sorted by registry and name.
///
/// # Examples
///
/// ```
/// for entry in registry_core::catalog() {
///     let item = entry.item;
///     println!("{}: {}{} at {}", entry.registry, item.name, item.signature, item.location);
/// }
/// ```
pub fn catalog() -> Vec<CatalogEntry> {
    let mut entries: Vec<_> = registrations()
        .flat_map(|registration| {
            let registry = registration.interface_name();
            registration
                .items()
                .iter()
                .map(move |item| CatalogEntry { registry, item })
        })
        .collect();
    entries.sort_by_key(|entry| {
        (
            entry.registry,
            entry.item.name,
            entry.item.location.file,
            entry.item.location.line,
        )
    });
    entries
}

/// The catalog as a JSON Schema document (draft 2020-12), laid out for people to read.
///
/// `#/$defs/registries/<Trait>` describes a reference to any component of that registry, and
/// `#/$defs/types/<Type>` one to a component that makes that type; a form or an API can be made
/// from it. It holds no file and no line, so a committed copy changes only when a signature does.
///
/// # Examples
///
/// ```
/// assert!(registry_core::manifest().contains("https://json-schema.org/draft/2020-12/schema"));
/// ```
pub fn manifest() -> String {
    Definitions::new(&catalog()).document()
}

//! Everything that is registered in the linked crates.

use super::collect::registrations;
use crate::identity::ComponentInfo;

/// One registered component.
#[derive(Clone, Copy, Debug)]
pub struct CatalogEntry {
    /// The trait of its registry, or `default`.
    pub registry: &'static str,
    /// The module of that trait; empty for the default registry.
    pub module: &'static str,
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
            registration.items().iter().map(|item| CatalogEntry {
                registry: registration.interface_name(),
                module: registration.interface_module(),
                item,
            })
        })
        .collect();
    entries.sort_by_key(|entry| {
        (
            entry.registry,
            entry.module,
            entry.item.name,
            entry.item.location.file,
            entry.item.location.line,
        )
    });
    entries
}

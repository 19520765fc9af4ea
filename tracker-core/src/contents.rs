//! Where the contents of artifacts are kept: in a folder, or in memory.

mod checked;
mod folder;
mod memory;
mod whole;

pub use checked::ArtifactReader;
pub use folder::FolderContents;
pub use memory::MemoryContents;

pub(crate) use checked::damage;
pub(crate) use whole::{WholeFile, parent};

//! Where generated code finds the library.

use crate::options::Options;
use syn::Path;

/// The crate that a macro was reached through.
#[derive(Clone, Copy)]
pub(crate) enum Root {
    RegistryCore,
    Entia,
}

impl Root {
    /// What `crate = ...` says, else this crate's name.
    pub(crate) fn path(self, options: &Options) -> Path {
        match (&options.krate, self) {
            (Some(path), _) => path.clone(),
            (None, Self::RegistryCore) => syn::parse_quote!(::registry_core),
            (None, Self::Entia) => syn::parse_quote!(::entia),
        }
    }
}

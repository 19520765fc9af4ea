//! The code that the macros write.

mod captured;
mod component;
mod constructor;
mod derive;
mod fallback;
mod function;
mod generics;
mod registry;
#[cfg(test)]
mod tests;

use crate::check::Errors;
use crate::options::{Options, Place};
use proc_macro2::TokenStream;
use quote::quote;
use syn::{DeriveInput, Item, Path};

/// The crate that a macro was reached through.
#[derive(Clone, Copy)]
pub(crate) enum Root {
    RegistryCore,
    Entia,
}

impl Root {
    /// Where generated code finds the library: what `crate = ...` says, else this crate's name.
    fn path(self, options: &Options) -> Path {
        match (&options.krate, self) {
            (Some(path), _) => path.clone(),
            (None, Self::RegistryCore) => syn::parse_quote!(::registry_core),
            (None, Self::Entia) => syn::parse_quote!(::entia),
        }
    }
}

/// `#[derive(Entity)]`.
pub(crate) fn derive(item: TokenStream, root: Root) -> TokenStream {
    let mut errors = Errors::default();
    match syn::parse2::<DeriveInput>(item) {
        Ok(input) => derive::expand(input, root, errors),
        Err(error) => {
            errors.push(error);
            errors.into_tokens()
        }
    }
}

/// `#[register]`.
pub(crate) fn register(options: TokenStream, item: &TokenStream, root: Root) -> TokenStream {
    let mut errors = Errors::default();
    match syn::parse2::<Item>(item.clone()) {
        Ok(Item::Impl(block)) => {
            let options = Options::of_macro(options, Place::Impl, &mut errors);
            constructor::expand(block, &options, root, errors)
        }
        Ok(Item::Fn(function)) => {
            let options = Options::of_macro(options, Place::Function, &mut errors);
            function::expand(function, &options, root, errors)
        }
        Ok(other) => {
            errors.at(&other, misplaced(&other));
            let errors = errors.into_tokens();
            quote!(#other #errors)
        }
        Err(error) => {
            errors.push(error);
            let errors = errors.into_tokens();
            quote!(#item #errors)
        }
    }
}

fn misplaced(item: &Item) -> &'static str {
    match item {
        Item::Struct(_) | Item::Enum(_) => {
            "`#[register]` stands on an `impl` block or a function\n\
             hint: add `#[derive(Entity)]` before `#[register]`, or put it on the `impl` block \
             with the constructor"
        }
        _ => {
            "`#[register]` stands on an `impl` block or a function\n\
             hint: put it where the constructor is"
        }
    }
}

/// `#[registry]`.
pub(crate) fn registry(options: TokenStream, item: &TokenStream, root: Root) -> TokenStream {
    let mut errors = Errors::default();
    let options = Options::of_macro(options, Place::Trait, &mut errors);
    match syn::parse2::<Item>(item.clone()) {
        Ok(Item::Trait(interface)) => registry::expand(&interface, &options, root, errors),
        Ok(other) => {
            errors.at(
                &other,
                "`#[registry]` stands on a trait\nhint: put it on the trait that the components implement",
            );
            let errors = errors.into_tokens();
            quote!(#other #errors)
        }
        Err(error) => {
            errors.push(error);
            let errors = errors.into_tokens();
            quote!(#item #errors)
        }
    }
}

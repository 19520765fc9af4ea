//! The code that the macros write.

mod arguments;
mod captured;
mod component;
mod conditional;
mod constructor;
mod derive;
mod fallback;
mod forward;
mod function;
mod generics;
mod join;
mod nested;
mod new;
mod output;
mod place;
mod registry;
#[cfg(test)]
mod tests;

use crate::errors::Errors;
use crate::options::Options;
use crate::root::Root;
use crate::words::Place;
use proc_macro2::TokenStream;
use quote::quote;
use syn::{DeriveInput, Item};

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
pub(crate) fn register(said: &TokenStream, item: &TokenStream, root: Root) -> TokenStream {
    let mut errors = Errors::default();
    match syn::parse2::<Item>(item.clone()) {
        Ok(Item::Impl(block)) => {
            let options = Options::of_macro(said.clone(), Place::Impl, &mut errors);
            let path = root.path(&options);
            if let Some(both) = conditional::block(&block, &options, said, &path) {
                let errors = errors.into_tokens();
                return quote!(#both #errors);
            }
            constructor::expand(block, &options, &path, errors)
        }
        Ok(Item::Fn(function)) => {
            let options = Options::of_macro(said.clone(), Place::Function, &mut errors);
            let path = root.path(&options);
            if let Some(both) = conditional::function(&function, said, &path) {
                let errors = errors.into_tokens();
                return quote!(#both #errors);
            }
            if options.of.is_some() {
                return join::expand(&function, &options, &path, errors);
            }
            function::expand(function, &options, &path, errors)
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
        Ok(Item::Trait(interface)) => {
            registry::expand(interface, &options, &root.path(&options), errors)
        }
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

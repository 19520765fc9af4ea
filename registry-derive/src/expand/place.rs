//! Where messages point, and which lints generated code is free of.

use crate::text;
use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::quote;
use std::collections::HashSet;
use syn::Path;
use syn::spanned::Spanned;

/// The same tokens, at the user's place in messages.
pub(super) fn located(tokens: TokenStream, place: Span) -> TokenStream {
    tokens
        .into_iter()
        .map(|token| {
            let span = token.span().located_at(place);
            let mut token = match token {
                TokenTree::Group(group) => {
                    Group::new(group.delimiter(), located(group.stream(), place)).into()
                }
                other => other,
            };
            token.set_span(span);
            token
        })
        .collect()
}

/// The traits of the registries: those that `registry = ...` names, or the default one.
pub(super) fn interfaces(registries: &[Path]) -> Vec<TokenStream> {
    if registries.is_empty() {
        return vec![quote!((dyn ::core::any::Any + 'static))];
    }
    let mut said = HashSet::new();
    registries
        .iter()
        // One that is named twice is told elsewhere.
        .filter(|path| said.insert(text::of(path)))
        // All at the user's path, where a missing `#[registry]` is to be told.
        .map(|path| located(quote!((dyn #path + 'static)), path.span()))
        .collect()
}

/// What the user's own names and deprecations would say of code that the user did not write.
pub(super) fn quiet() -> TokenStream {
    quote! {
        #[allow(
            deprecated,
            non_snake_case,
            non_upper_case_globals,
            unused_imports,
            unused_qualifications,
            clippy::all,
            clippy::pedantic
        )]
    }
}

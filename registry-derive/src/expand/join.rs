//! `#[register(of = Set)]` on a function: a set of entities joins another registry.

use super::arguments::from_context;
use super::component::ComponentImpl;
use super::function::constant_of;
use super::output::kind;
use super::place::{interfaces, located};
use crate::errors::Errors;
use crate::options::Options;
use crate::types::bare;
use proc_macro2::TokenStream;
use quote::quote;
use syn::spanned::Spanned;
use syn::{FnArg, Generics, ItemFn, Path, ReturnType, Type};

pub(super) fn expand(
    function: &ItemFn,
    options: &Options,
    root: &Path,
    mut errors: Errors,
) -> TokenStream {
    let component = component(function, options, root, &mut errors);
    let errors = errors.into_tokens();
    quote!(#function #component #errors)
}

fn component(
    function: &ItemFn,
    options: &Options,
    root: &Path,
    errors: &mut Errors,
) -> Option<TokenStream> {
    let set = options.of.as_ref()?;
    if options.registries.is_empty() && !options.broken {
        errors.at(
            set,
            "the components of a set join the registry of a trait\nhint: add `registry = Trait`",
        );
    }
    if options.registries.len() > 1 {
        errors.at(
            &options.registries[1],
            "one function gives components of one trait\nhint: write a function for each trait",
        );
    }
    let said = [
        options.name.as_ref().map(Spanned::span),
        options.aliases.first().map(Spanned::span),
        options.skip_default,
    ];
    if let Some(span) = said.into_iter().flatten().next() {
        errors.at_span(
            span,
            "each component keeps the name and the arguments that it has in the set\n\
             hint: leave this out here, and put it on the set",
        );
    }
    let takes_it = match function.sig.inputs.first() {
        Some(FnArg::Typed(first)) => {
            matches!(bare(&first.ty), Type::Reference(it) if it.mutability.is_none())
        }
        _ => false,
    };
    let ReturnType::Type(_, written) = &function.sig.output else {
        errors.at(
            &function.sig.ident,
            "the function returns nothing\nhint: return `Box<dyn Trait>`, or a `Result` of it",
        );
        return None;
    };
    if !takes_it {
        errors.at(
            &function.sig,
            "the function makes something of a component of the set\n\
             hint: take a reference to it first, and then what the context gives",
        );
    }
    if !errors.is_empty() {
        return None;
    }
    let interface = &interfaces(&options.registries)[0];
    let (ident, home) = (
        &function.sig.ident,
        quote!(<#set as #root::__private::Component>::Interface),
    );
    let kind = kind(root, &quote!(#written));
    let given = function
        .sig
        .inputs
        .iter()
        .skip(1)
        .map(|argument| from_context(root, argument.span()));
    let given: Vec<_> = given.collect();
    let refused = located(
        quote!(#root::__private::Refused(error).report(builder)),
        written.span(),
    );
    let call = |_is_typed: bool| {
        quote! {
            #root::__private::join::<#set, #home, #interface, #written, #kind>(
                __index,
                __builder,
                |entity| #ident(entity, #(#given),*),
                |error, builder| #refused,
            )
        }
    };
    let component = ComponentImpl {
        root,
        registries: &options.registries,
        ty: quote!(__Function),
        output: quote!(#root::__private::Box<#interface>),
        generics: Generics::default(),
        items: quote!(<#set as #root::__private::Component>::ITEMS),
        call: &call,
        is_boxed: true,
    };
    Some(constant_of(
        ident,
        &function.vis,
        options,
        root,
        &quote!(),
        &component,
    ))
}

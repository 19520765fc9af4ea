//! `#[registry(forward)]`: what holds an implementor is one.

use crate::errors::Errors;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Attribute, FnArg, ItemTrait, Path, ReceiverKind, TraitItem, TraitItemFn};

/// The trait for `Registered<T>`, and for a box of it, so that a function that is generic over the
/// trait takes what a constructor and what a registry gives.
pub(super) fn forward(interface: &ItemTrait, root: &Path, errors: &mut Errors) -> TokenStream {
    let ident = &interface.ident;
    let mut methods = Vec::new();
    for item in &interface.items {
        match item {
            TraitItem::Fn(method) => methods.extend(forwarded(method, ident, errors)),
            other => errors.at(
                other,
                "`forward` can pass on methods alone\nhint: leave `forward` out, and implement the \
                 trait for `Registered<T>` by hand",
            ),
        }
    }
    quote! {
        #[automatically_derived]
        impl<__T: #ident> #ident for #root::__private::Registered<__T> {
            #(#methods)*
        }

        #[automatically_derived]
        impl #ident for #root::__private::Box<dyn #ident> {
            #(#methods)*
        }
    }
}

fn forwarded(
    method: &TraitItemFn,
    interface: &syn::Ident,
    errors: &mut Errors,
) -> Option<TokenStream> {
    let signature = &method.sig;
    let through = match signature.receiver().map(|receiver| &receiver.kind) {
        Some(ReceiverKind::Reference(_, _, Some(_))) => quote!(&mut **self),
        Some(ReceiverKind::Reference(_, _, None)) => quote!(&**self),
        // It keeps the body that the trait gives it.
        _ if method.default.is_some() => return None,
        _ => {
            errors.at(
                signature,
                "`forward` can pass on methods that take `&self` or `&mut self`\n\
                 hint: give this one a body, or leave `forward` out",
            );
            return None;
        }
    };
    let conditions: Vec<&Attribute> = method
        .attrs
        .iter()
        .filter(|attribute| attribute.path().is_ident("cfg"))
        .collect();
    let mut sig = signature.clone();
    let mut arguments = Vec::new();
    for (index, input) in sig.inputs.iter_mut().enumerate() {
        if let FnArg::Typed(argument) = input {
            let name = format_ident!("__argument_{index}");
            *argument.pat = syn::parse_quote!(#name);
            argument
                .attrs
                .retain(|attribute| attribute.path().is_ident("cfg"));
            arguments.push(name);
        }
    }
    let name = &signature.ident;
    Some(quote! {
        #(#conditions)*
        #sig {
            #interface::#name(#through, #(#arguments),*)
        }
    })
}

//! `#[registry(forward)]`: what holds an implementor is one.

use crate::errors::Errors;
use crate::text;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Attribute, FnArg, ItemTrait, Path, ReceiverKind, Signature, TraitItem, TraitItemFn};

/// The trait for `Registered<T>`, and for a box of it, so that a function that is generic over the
/// trait takes what a constructor and what a registry gives.
pub(super) fn forward(interface: &ItemTrait, root: &Path, errors: &mut Errors) -> TokenStream {
    let ident = &interface.ident;
    let (mut of_sized, mut of_boxed) = (Vec::new(), Vec::new());
    for item in &interface.items {
        match item {
            TraitItem::Fn(method) => {
                let Ok(through) = through(method, errors) else {
                    return TokenStream::new();
                };
                of_sized.push(forwarded(method, &quote!(__T), through.as_ref()));
                // The box holds what is not `Sized`, so it keeps the body that the trait gives.
                if !needs_sized(&method.sig) {
                    let dynamic = quote!(<dyn #ident as #ident>);
                    of_boxed.push(forwarded(method, &dynamic, through.as_ref()));
                }
            }
            other => {
                errors.at(
                    other,
                    "`forward` can pass on methods alone\nhint: leave `forward` out, and implement \
                     the trait for `Registered<T>` by hand",
                );
                return TokenStream::new();
            }
        }
    }
    quote! {
        #[automatically_derived]
        impl<__T: #ident> #ident for #root::__private::Registered<__T> {
            #(#of_sized)*
        }

        #[automatically_derived]
        impl #ident for #root::__private::Box<dyn #ident> {
            #(#of_boxed)*
        }
    }
}

/// How a method gets at what is held; nothing where it is no method. The error is told already.
fn through(method: &TraitItemFn, errors: &mut Errors) -> Result<Option<TokenStream>, ()> {
    let signature = &method.sig;
    let through = match signature.receiver().map(|receiver| &receiver.kind) {
        Some(ReceiverKind::Reference(_, _, Some(_))) => Some(quote!(&mut **self)),
        Some(ReceiverKind::Reference(_, _, None)) => Some(quote!(&**self)),
        Some(_) => {
            errors.at(
                signature,
                "`forward` can pass on methods that take `&self` or `&mut self`\n\
                 hint: leave `forward` out, and implement the trait for `Registered<T>` by hand",
            );
            return Err(());
        }
        None => None,
    };
    if needs_sized(signature) && method.default.is_none() {
        errors.at(
            signature,
            "`forward` cannot pass this on to a box, which holds what is not `Sized`\n\
             hint: give it a body, or leave `forward` out",
        );
        return Err(());
    }
    Ok(through)
}

/// Whether a method is there for sized types alone.
fn needs_sized(signature: &Signature) -> bool {
    let predicates = signature.generics.where_clause.iter();
    let mut predicates = predicates.flat_map(|clause| &clause.predicates);
    predicates.any(|predicate| {
        let said = text::of(predicate).replace(' ', "");
        said.starts_with("Self:") && said.contains("Sized")
    })
}

fn forwarded(
    method: &TraitItemFn,
    held: &TokenStream,
    through: Option<&TokenStream>,
) -> TokenStream {
    let conditions: Vec<&Attribute> = method
        .attrs
        .iter()
        .filter(|attribute| attribute.path().is_ident("cfg"))
        .collect();
    let mut sig = method.sig.clone();
    let mut arguments: Vec<_> = through.cloned().into_iter().collect();
    for (index, input) in sig.inputs.iter_mut().enumerate() {
        if let FnArg::Typed(argument) = input {
            let name = format_ident!("__argument_{index}");
            *argument.pat = syn::parse_quote!(#name);
            argument
                .attrs
                .retain(|attribute| attribute.path().is_ident("cfg"));
            arguments.push(quote!(#name));
        }
    }
    let name = &method.sig.ident;
    quote! {
        #(#conditions)*
        #sig {
            #held::#name(#(#arguments),*)
        }
    }
}

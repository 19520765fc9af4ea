//! What stands in for the implementations of a derived type after an error.

use super::component::{ComponentImpl, unbuildable};
use super::generics::{borrows, buildable, with_where};
use super::nested::{read, written};
use super::new::new;
use super::place::{interfaces, quiet};
use crate::parse::{Body, Derived};
use proc_macro2::TokenStream;
use quote::quote;
use syn::Path;

/// What stands in for the implementations after an error.
pub(super) fn fallback(derived: &Derived, root: &Path) -> TokenStream {
    let (ident, vis) = (&derived.ident, &derived.vis);
    let (impl_generics, ty_generics, where_clause) = derived.generics.split_for_impl();
    let component = (!borrows(&derived.generics)).then(|| component_without(derived, root));
    let constant = match &derived.body {
        Body::Struct(form) => {
            let new = derived.options.new.map(|span| new(vis, form, span));
            quote! {
                #vis const SIGNATURE: #root::__private::Signature = #root::__private::Signature::EMPTY;
                #new
            }
        }
        Body::Enum(_) => quote! {
            #vis const SIGNATURES: &'static [(&'static str, #root::__private::Signature)] = &[];
        },
    };
    let written = written(derived, root, &derived.generics);
    let quiet = quiet();
    quote! {
        #[allow(dead_code, missing_docs)]
        impl #impl_generics #ident #ty_generics #where_clause {
            #constant
        }
        #quiet
        const _: () = {
            impl #impl_generics #root::__private::Entity for #ident #ty_generics #where_clause {
                fn name(&self) -> &str {
                    ""
                }
                fn signature(&self) -> #root::__private::Signature {
                    #root::__private::Signature::EMPTY
                }
                fn write_arguments(
                    &self,
                    _: &mut #root::__private::ArgumentWriter<'_>,
                ) -> ::core::result::Result<(), #root::__private::ArgumentError> {
                    ::core::result::Result::Ok(())
                }
            }
            #written
            #component
        };
    }
}

/// The place in a registry of what cannot be built.
fn component_without(derived: &Derived, root: &Path) -> TokenStream {
    let ident = &derived.ident;
    let generics = with_where(
        &derived.generics,
        buildable(root, &derived.generics, &derived.all_parameters()),
    );
    let (_, ty_generics, _) = generics.split_for_impl();
    let component = ComponentImpl {
        root,
        registries: &derived.options.registries,
        ty: quote!(#ident #ty_generics),
        output: quote!(#ident #ty_generics),
        generics: generics.clone(),
        items: quote!(&[]),
        call: &unbuildable,
        is_boxed: false,
    };
    let interface = &interfaces(&derived.options.registries)[0];
    let read = read(derived, root, interface, &generics);
    quote!(#component #read)
}

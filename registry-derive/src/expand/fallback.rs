//! What stands in for the implementations of a derived type after an error.

use super::component::{ComponentImpl, interface, unbuildable};
use super::derive::{nested, new};
use super::generics::{borrows, buildable, with_where};
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
    quote! {
        #[allow(dead_code, missing_docs)]
        impl #impl_generics #ident #ty_generics #where_clause {
            #constant
        }
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
            impl #impl_generics #root::__private::serde::Serialize for #ident #ty_generics #where_clause {
                fn serialize<__S: #root::__private::serde::Serializer>(
                    &self,
                    serializer: __S,
                ) -> ::core::result::Result<__S::Ok, __S::Error> {
                    #root::__private::serialize(self, serializer)
                }
            }
            #component
        };
    }
}

/// The place in a registry of what cannot be built.
fn component_without(derived: &Derived, root: &Path) -> TokenStream {
    let ident = &derived.ident;
    let interface = interface(derived.options.registry.as_ref());
    let generics = with_where(
        &derived.generics,
        buildable(root, &derived.generics, &derived.all_parameters()),
    );
    let (_, ty_generics, _) = generics.split_for_impl();
    let component = ComponentImpl {
        root,
        interface: &interface,
        ty: quote!(#ident #ty_generics),
        output: quote!(#ident #ty_generics),
        generics: generics.clone(),
        items: Vec::new(),
        call: unbuildable(),
    };
    let nested = nested(derived, root, &interface, &generics);
    quote!(#component #nested)
}

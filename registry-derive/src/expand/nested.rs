//! A derived type as an argument of another component, and read and written by serde.

use super::generics::with_where;
use crate::parse::Derived;
use proc_macro2::TokenStream;
use quote::quote;
use syn::{GenericParam, Generics, Path, WherePredicate};

/// Whether the type is read and written by serde in the reference form. Where it is not, its own
/// serde holds wherever it stands.
pub(super) fn has_serde(derived: &Derived) -> bool {
    derived
        .options
        .serde
        .as_ref()
        .is_none_or(|serde| serde.value)
}

/// How it is written.
pub(super) fn written(derived: &Derived, root: &Path, generics: &Generics) -> TokenStream {
    if !has_serde(derived) {
        return TokenStream::new();
    }
    let ident = &derived.ident;
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #impl_generics #root::__private::ReferenceForm for #ident #ty_generics #where_clause {}

        #[automatically_derived]
        impl #impl_generics #root::__private::serde::Serialize for #ident #ty_generics #where_clause {
            fn serialize<__S: #root::__private::serde::Serializer>(
                &self,
                serializer: __S,
            ) -> ::core::result::Result<__S::Ok, __S::Error> {
                #root::__private::serialize(self, serializer)
            }
        }
    }
}

/// How it is read.
pub(super) fn read(
    derived: &Derived,
    root: &Path,
    interface: &TokenStream,
    generics: &Generics,
) -> TokenStream {
    if !has_serde(derived) {
        return TokenStream::new();
    }
    let ident = &derived.ident;
    let (_, ty_generics, _) = generics.split_for_impl();
    let with = |generic: GenericParam, bound: WherePredicate| {
        let mut generics = with_where(generics, vec![bound]);
        let at = usize::from(!matches!(generic, GenericParam::Lifetime(_))) * generics.params.len();
        generics.params.insert(at, generic);
        generics
    };
    let of_any = with(
        syn::parse_quote!(__C: ?::core::marker::Sized),
        syn::parse_quote!(#interface: #root::__private::Admits<__C>),
    );
    let of_serde = with(
        syn::parse_quote!('de),
        syn::parse_quote!(#interface: #root::__private::ContextFree<'de, #ident #ty_generics>),
    );
    let (any_generics, _, any_where) = of_any.split_for_impl();
    let (serde_generics, _, serde_where) = of_serde.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #any_generics #root::__private::FromArgument<__C> for #ident #ty_generics #any_where {
            fn from_argument(
                argument: #root::__private::Argument<'_, '_>,
                context: &__C,
            ) -> ::core::option::Option<Self> {
                #root::__private::unregistered::<Self, __C>(argument, context)
            }
        }

        #[automatically_derived]
        impl #serde_generics #root::__private::serde::Deserialize<'de> for #ident #ty_generics #serde_where {
            fn deserialize<__D: #root::__private::serde::Deserializer<'de>>(
                deserializer: __D,
            ) -> ::core::result::Result<Self, __D::Error> {
                #root::__private::deserialize(deserializer).map(#root::__private::Registered::into_inner)
            }
        }
    }
}

//! What every kind of component shares: what is known of it, and its places in registries.

use super::arguments::{reads, unread, unwraps, values};
use super::generics::is_concrete;
use super::place::{interfaces, located};
use crate::parameter::Parameter;
use crate::parse::Name;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::spanned::Spanned;
use syn::{Generics, LitStr, Path};

/// One way to make a component: what is known of it, and how its arguments are read.
pub(super) struct Constructor<'a> {
    pub(super) root: &'a Path,
    pub(super) name: &'a Name,
    pub(super) aliases: &'a [LitStr],
    pub(super) doc: &'a TokenStream,
    pub(super) type_name: String,
    pub(super) signature: TokenStream,
    pub(super) parameters: &'a [Parameter],
    /// The code that builds, given the values of all parameters in order; it gives an `Option`.
    pub(super) construct: &'a dyn Fn(&[TokenStream]) -> TokenStream,
}

impl Constructor<'_> {
    /// What is known of it.
    pub(super) fn item(&self) -> TokenStream {
        let Self {
            root,
            name,
            aliases,
            doc,
            type_name,
            signature,
            ..
        } = self;
        quote! {
            #root::__private::ComponentInfo {
                name: #name,
                aliases: &[#(#aliases),*],
                signature: #signature,
                doc: #doc,
                type_name: #type_name,
                module: ::core::module_path!(),
                location: #root::__private::Location {
                    file: ::core::file!(),
                    line: ::core::line!(),
                },
            }
        }
    }

    /// Reads the arguments and constructs. Where the registry is a typed one, a context can be
    /// expected.
    pub(super) fn call(&self, is_typed: bool) -> TokenStream {
        let Self {
            root, parameters, ..
        } = self;
        let reads = reads(root, parameters);
        let unfilled: Vec<_> = parameters
            .iter()
            .filter(|parameter| parameter.excluded && parameter.default.is_none() && !is_typed)
            .map(Parameter::name)
            .collect();
        if !unfilled.is_empty() {
            // Nothing can be built, but what is wrong with the other arguments is told as well.
            let unread = unread(parameters);
            return quote! {
                #reads
                #unread
                #(__builder.unfilled(#unfilled);)*
                ::core::option::Option::None
            };
        }
        let unwraps = unwraps(parameters);
        let construct = (self.construct)(&values(root, parameters));
        quote! {
            #reads
            if !__builder.is_well() {
                return ::core::option::Option::None;
            }
            #unwraps
            #construct
        }
    }
}

/// Calls the constructor at an index of several.
pub(super) fn by_index(calls: &[TokenStream]) -> TokenStream {
    if let [call] = calls {
        return quote! {
            let _ = __index;
            #call
        };
    }
    let indices = 0..calls.len();
    quote! {
        match __index {
            #(#indices => { #calls })*
            _ => ::core::option::Option::None,
        }
    }
}

/// The call of what cannot be built, for it was not understood.
pub(super) fn unbuildable(_is_typed: bool) -> TokenStream {
    quote! {
        let _ = (__index, __builder, __context);
        ::core::option::Option::None
    }
}

/// The component and its places in registries, for the inside of a constant; a type that needs no
/// choice is registered.
pub(super) struct ComponentImpl<'a> {
    pub(super) root: &'a Path,
    pub(super) registries: &'a [Path],
    /// The type that implements `Component`.
    pub(super) ty: TokenStream,
    pub(super) output: TokenStream,
    pub(super) generics: Generics,
    /// The items, as a slice.
    pub(super) items: TokenStream,
    /// Constructs by the index of the item.
    pub(super) call: &'a dyn Fn(bool) -> TokenStream,
    /// Whether what is built is in its box already.
    pub(super) is_boxed: bool,
}

impl ToTokens for ComponentImpl<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self {
            root,
            ty,
            output,
            items,
            ..
        } = self;
        let (impl_generics, _, where_clause) = self.generics.split_for_impl();
        let interfaces = interfaces(self.registries);
        let home = &interfaces[0];
        let places: Vec<_> = interfaces.iter().map(|it| self.place(it)).collect();
        // Several would define one name.
        let places = match places.as_slice() {
            [one] => quote!(#one),
            several => quote!(#(const _: () = { #several };)*),
        };
        tokens.extend(quote! {
            #[automatically_derived]
            impl #impl_generics #root::__private::Component for #ty #where_clause {
                type Output = #output;
                type Interface = #home;

                const ITEMS: &'static [#root::__private::ComponentInfo] = #items;

                // Compiled only where it is used.
                #[inline]
                fn build(
                    __argument: #root::__private::Argument<'_, '_>,
                    __context: &<#home as #root::__private::Interface>::Context<'_>,
                ) -> ::core::option::Option<#root::__private::Registered<#output>> {
                    #root::__private::construct::<Self, #home>(__argument, __context)
                }
            }

            #places
        });
    }
}

impl ComponentImpl<'_> {
    /// Its place in the registry of one trait.
    fn place(&self, interface: &TokenStream) -> TokenStream {
        let Self {
            root, ty, output, ..
        } = self;
        let (impl_generics, _, where_clause) = self.generics.split_for_impl();
        let call = (self.call)(!self.registries.is_empty());
        // At the trait, for there it is told that the type does not implement it.
        let erased = if self.is_boxed {
            quote!(built)
        } else {
            located(quote!(#root::__private::Box::new(built)), interface.span())
        };
        let submit = is_concrete(&self.generics).then(|| {
            quote! {
                #root::__private::inventory::submit! {
                    #root::__private::Registration::of::<#ty, #interface>()
                }
            }
        });
        quote! {
                use #root::__private::{ProbeFallback as _, RefusedFallback as _};

                type __Context<'c> = <#interface as #root::__private::Interface>::Context<'c>;

                #[automatically_derived]
                impl #impl_generics #root::__private::ComponentOf<#interface> for #ty #where_clause {
                    fn call(
                        __index: usize,
                        __builder: &mut #root::__private::Builder<'_, '_>,
                        __context: &__Context<'_>,
                    ) -> ::core::option::Option<#root::__private::Registered<#output>> {
                        #call
                    }

                    fn erase(built: #output) -> #root::__private::Box<#interface> {
                        #erased
                    }
                }

                #submit
        }
    }
}

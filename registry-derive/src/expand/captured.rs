//! A constructor whose arguments are captured.

use super::arguments::writes;
use super::output::Output;
use super::place::located;
use crate::parameter::Parameter;
use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::spanned::Spanned;
use syn::{Block, Ident, Path, Signature};

/// A constructor, read and checked.
pub(super) struct Captured {
    pub(super) parameters: Vec<Parameter>,
    pub(super) output: Output,
}

impl Captured {
    /// Puts the capture before the body, and `Registered` around what it gives.
    pub(super) fn wrap(
        &self,
        signature: &mut Signature,
        body: &mut Block,
        name: &TokenStream,
        constant: &TokenStream,
        root: &Path,
    ) {
        let writes = writes(root, &self.parameters, |_, parameter| {
            let ident = &parameter.ident;
            quote!(&#ident)
        });
        let Output {
            written,
            registered,
            join,
            ..
        } = &self.output;
        signature.output = syn::parse_quote!(-> #registered);
        let capture = Ident::new("__capture", Span::mixed_site());
        let value = Ident::new("__value", Span::mixed_site());
        let finish = located(
            quote!(<#written as #join>::register(#value, #capture)),
            written.span(),
        );
        // The braces keep their place, so that lints about the function point at it.
        let braces = body.brace_token;
        *body = syn::parse_quote!({
            let #capture = #root::__private::Capture::of(#name, #constant, &|__writer| {
                #writes
                ::core::result::Result::Ok(())
            });
            let #value = #root::__private::call(move || -> #written #body);
            #finish
        });
        body.brace_token = braces;
    }

    /// Calls the constructor, and tells the registry why it refused.
    pub(super) fn construct(
        &self,
        function: &TokenStream,
        values: &[TokenStream],
        root: &Path,
    ) -> TokenStream {
        // At the type of the error.
        let refused = located(
            quote!(#root::__private::Refused(error).report(__builder)),
            self.output.written.span(),
        );
        quote! {
            match #root::__private::Outcome::split(#function(#(#values),*)) {
                ::core::result::Result::Ok(built) => ::core::option::Option::Some(built),
                ::core::result::Result::Err(error) => {
                    #refused;
                    ::core::option::Option::None
                }
            }
        }
    }
}

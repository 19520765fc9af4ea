//! A constructor whose arguments are captured.

use super::component::{ComponentImpl, Constructor, interface, located, unbuildable, writes};
use crate::check::{self, Errors};
use crate::options::Options;
use crate::parameter::Parameter;
use crate::parse::{Output, constructor_parameters, type_text, unraw};
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::spanned::Spanned;
use syn::{Block, Generics, Ident, ImplItemFn, ItemFn, Path, Type};

/// A constructor, read and checked.
pub(super) struct Captured {
    pub(super) parameters: Vec<Parameter>,
    pub(super) output: Output,
    pub(super) is_well: bool,
}

/// What has a signature and a body.
pub(super) trait Function {
    fn signature(&mut self) -> &mut syn::Signature;
}

impl Function for ImplItemFn {
    fn signature(&mut self) -> &mut syn::Signature {
        &mut self.sig
    }
}

impl Function for ItemFn {
    fn signature(&mut self) -> &mut syn::Signature {
        &mut self.sig
    }
}

impl Captured {
    pub(super) fn parse(
        function: &mut impl Function,
        options: &Options,
        root: &Path,
        errors: &mut Errors,
    ) -> Option<Self> {
        let signature = function.signature();
        check::constructor(signature, errors);
        let mut parameters = constructor_parameters(signature, options, errors);
        let output = Output::parse(signature, root, errors)?;
        let is_well = errors.is_empty();
        if !is_well {
            // What the function gives still is an entity, so that its uses are no further errors.
            parameters.clear();
            signature.constness = None;
        }
        Some(Self {
            parameters,
            output,
            is_well,
        })
    }

    /// Puts the capture before the body, and `Registered` around what it gives.
    pub(super) fn wrap(
        &self,
        signature: &mut syn::Signature,
        body: &mut Block,
        name: &TokenStream,
        constant: &TokenStream,
        root: &Path,
    ) {
        let writes = writes(&self.parameters, |_, parameter| {
            let ident = &parameter.ident;
            quote!(&#ident)
        });
        let Output {
            written,
            registered,
            fallible,
            ..
        } = &self.output;
        signature.output = syn::parse_quote!(-> #registered);
        let value = quote!(#root::__private::call(move || -> #written #body));
        let identity = Ident::new("__identity", Span::mixed_site());
        let finish = if *fallible {
            quote! {
                match #value {
                    ::core::result::Result::Ok(value) => ::core::result::Result::Ok(
                        #root::__private::Registered::new(value, #identity),
                    ),
                    ::core::result::Result::Err(error) => ::core::result::Result::Err(error),
                }
            }
        } else {
            quote!(#root::__private::Registered::new(#value, #identity))
        };
        // The braces keep their place, so that lints about the function point at it.
        let braces = body.brace_token;
        *body = syn::parse_quote!({
            let #identity = #root::__private::Identity::capture(#name, #constant, &|__writer| {
                #writes
                ::core::result::Result::Ok(())
            });
            #finish
        });
        body.brace_token = braces;
    }
}

/// The code beside a captured constructor.
pub(super) struct Component<'a> {
    pub(super) root: &'a Path,
    pub(super) options: &'a Options,
    pub(super) name: &'a str,
    pub(super) doc: &'a str,
    pub(super) ty: TokenStream,
    pub(super) output: TokenStream,
    pub(super) function: TokenStream,
    pub(super) generics: Generics,
    pub(super) captured: &'a Captured,
}

impl ToTokens for Component<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self {
            root,
            options,
            function,
            ty,
            output,
            ..
        } = self;
        let interface = interface(options.registry.as_ref());
        let construct = |values: &[TokenStream]| {
            if self.captured.output.fallible {
                // At the type of the error.
                let place = self.captured.output.written.span();
                let refused = located(quote!(__builder.refused(error)), place);
                quote! {
                    match #function(#(#values),*) {
                        ::core::result::Result::Ok(built) => ::core::option::Option::Some(built),
                        ::core::result::Result::Err(error) => {
                            #refused;
                            ::core::option::Option::None
                        }
                    }
                }
            } else {
                quote!(::core::option::Option::Some(#function(#(#values),*)))
            }
        };
        let constructor = Constructor {
            root,
            name: self.name,
            doc: self.doc,
            type_name: type_name(output),
            signature: quote!(<#ty>::SIGNATURE),
            parameters: &self.captured.parameters,
            typed: options.registry.is_some(),
            construct: &construct,
        };
        let (items, call) = if self.captured.is_well {
            let call = constructor.call();
            (vec![constructor.item()], quote!(let _ = __index; #call))
        } else {
            (Vec::new(), unbuildable())
        };
        let component = ComponentImpl {
            root,
            interface: &interface,
            ty: ty.clone(),
            output: output.clone(),
            generics: self.generics.clone(),
            items,
            call,
        };
        tokens.extend(quote!(const _: () = { #component };));
    }
}

/// The last name of a type, without its arguments.
fn type_name(ty: &TokenStream) -> String {
    match syn::parse2::<Type>(ty.clone()) {
        Ok(Type::Path(path)) => path
            .path
            .segments
            .last()
            .map(|segment| unraw(&segment.ident))
            .unwrap_or_default(),
        _ => type_text(ty),
    }
}

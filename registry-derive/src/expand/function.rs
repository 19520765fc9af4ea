//! `#[register]` on a free function.

use super::Root;
use super::captured::{Captured, Component};
use super::component::signature;
use super::constructor::strip_parameter_options;
use super::generics::has_lifetime;
use crate::check::{self, Errors};
use crate::options::Options;
use crate::parse::name;
use crate::text;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Generics, ItemFn, Path};

pub(super) fn expand(
    mut function: ItemFn,
    options: &Options,
    root: Root,
    mut errors: Errors,
) -> TokenStream {
    let root = root.path(options);
    let component = capture_function(&mut function, options, &root, &mut errors);
    if !errors.is_empty() {
        strip_parameter_options(&mut function.sig);
    }
    let errors = errors.into_tokens();
    quote!(#function #component #errors)
}

fn capture_function(
    function: &mut ItemFn,
    options: &Options,
    root: &Path,
    errors: &mut Errors,
) -> Option<TokenStream> {
    let name = name(options, &function.sig.ident, errors);
    check::not_a_method(&function.sig, errors)?;
    let mut captured = Captured::parse(function, options, root, errors)?;
    if has_lifetime(&captured.output.built) {
        errors.at(
            &captured.output.built,
            "what borrows cannot be in a registry, which keeps what it builds\n\
             hint: return a type that owns its data",
        );
        return None;
    }
    captured.is_well = errors.is_empty();
    let (ident, vis) = (function.sig.ident.clone(), function.vis.clone());
    captured.wrap(
        &mut function.sig,
        &mut function.block,
        &quote!(#name),
        &quote!(#ident::SIGNATURE),
        root,
    );
    let signature = signature(root, &captured.parameters);
    let doc = text::doc(&function.attrs);
    let component = Component {
        root,
        options,
        name: &name,
        doc: &doc,
        ty: quote!(#ident),
        output: captured.output.built.to_token_stream(),
        function: quote!(#ident),
        generics: Generics::default(),
        captured: &captured,
    };
    let marker_doc =
        format!("`{name}` as a type, for `Registry::with`; the function has the same name.");
    let signature_doc = format!("The parameters of `{name}`.");
    Some(quote! {
        #[doc = #marker_doc]
        #[allow(non_camel_case_types)]
        #vis struct #ident {}

        #[automatically_derived]
        impl #ident {
            #[doc = #signature_doc]
            #vis const SIGNATURE: #root::__private::Signature = #signature;
        }

        #component
    })
}

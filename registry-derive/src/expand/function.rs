//! `#[register]` on a free function.

use super::arguments::signature;
use super::captured::Captured;
use super::component::{ComponentImpl, Constructor, unbuildable};
use super::output::Output;
use super::place::{interfaces, quiet};
use crate::check;
use crate::errors::Errors;
use crate::named::{Named, each_name_once};
use crate::options::Options;
use crate::parse::{Name, constructor_parameters};
use crate::text;
use crate::types::{argument_of, has_lifetime, last_segment, unraw};
use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::{FnArg, Generics, Ident, ItemFn, Path, Type};

pub(super) fn expand(
    mut function: ItemFn,
    options: &Options,
    root: &Path,
    mut errors: Errors,
) -> TokenStream {
    let component = capture(&mut function, options, root, &mut errors);
    if !errors.is_empty() {
        for argument in &mut function.sig.inputs {
            if let FnArg::Typed(argument) = argument {
                argument
                    .attrs
                    .retain(|attribute| !attribute.path().is_ident("register"));
            }
        }
    }
    let errors = errors.into_tokens();
    quote!(#function #component #errors)
}

fn capture(
    function: &mut ItemFn,
    options: &Options,
    root: &Path,
    errors: &mut Errors,
) -> Option<TokenStream> {
    let name = Name::of(options, &function.sig.ident, errors);
    check::not_a_method(&function.sig, errors)?;
    let none = Generics::default();
    let mut parameters = constructor_parameters(&mut function.sig, &none, options, errors);
    check::constructor(&function.sig, &parameters, errors);
    check::registries(options, errors);
    let named = Named {
        name: name.literal.clone().unwrap_or_default(),
        place: function.sig.ident.span(),
        aliases: &options.aliases,
    };
    each_name_once("function", &[named], errors);
    let output = Output::of_function(&function.sig, root, errors)?;
    if has_lifetime(&output.written) {
        errors.at(
            &output.written,
            "what borrows cannot be in a registry, which keeps what it builds\n\
             hint: return a type that owns its data",
        );
        return None;
    }
    let is_well = errors.is_empty();
    if !is_well {
        // What the function gives still is an entity, so that its uses are no further errors.
        parameters.clear();
        function.sig.constness = None;
    }
    let captured = Captured { parameters, output };
    let (ident, vis) = (function.sig.ident.clone(), function.vis.clone());
    let constant = constant(&ident);
    captured.wrap(
        &mut function.sig,
        &mut function.block,
        &name.to_token_stream(),
        &quote!(#constant.signature()),
        root,
    );
    let doc = text::doc(&function.attrs);
    let call = quote!(#ident);
    let construct = |values: &[TokenStream]| captured.construct(&call, values, root);
    let constructor = Constructor {
        root,
        name: &name,
        aliases: &options.aliases,
        doc: &doc,
        type_name: type_name(&captured.output.written),
        signature: quote!(__Function::SIGNATURE),
        parameters: &captured.parameters,
        construct: &construct,
    };
    let items: Vec<_> = is_well.then(|| constructor.item()).into_iter().collect();
    let call = |is_typed: bool| {
        if is_well {
            let call = constructor.call(is_typed);
            quote!(let _ = __index; #call)
        } else {
            unbuildable(is_typed)
        }
    };
    let component = ComponentImpl {
        root,
        registries: &options.registries,
        ty: quote!(__Function),
        output: captured.output.built.clone(),
        generics: Generics::default(),
        items: quote!(&[#(#items),*]),
        call: &call,
        is_boxed: false,
    };
    let signature = signature(root, &captured.parameters);
    let inside = quote!(const SIGNATURE: #root::__private::Signature = #signature;);
    let check = &captured.output.check;
    let constant = constant_of(&ident, &vis, options, root, &inside, &component);
    Some(quote!(#constant #check))
}

/// The constant beside a function, which is the component that it makes.
///
/// A constant, for a type of the function's name would stand in the way of a module of that name.
pub(super) fn constant_of(
    ident: &Ident,
    vis: &syn::Visibility,
    options: &Options,
    root: &Path,
    inside: &TokenStream,
    component: &ComponentImpl<'_>,
) -> TokenStream {
    let constant = constant(ident);
    let interface = &interfaces(&options.registries)[0];
    let doc = format!(
        "The function [`{ident}`]({ident}()) as a component, for `Registry::with_function`."
    );
    let quiet = quiet();
    // Only local registries, and who asks for the signature while compiling, use it.
    quote! {
        #[doc = #doc]
        #[allow(dead_code)]
        #quiet
        #vis const #constant: #root::__private::Function<#interface> = {
            struct __Function;

            impl __Function {
                #inside
            }

            #component

            #root::__private::Function::of::<__Function>()
        };
    }
}

/// The name of the constant beside a function: `LINEAR_FUNCTION` for `linear`.
fn constant(function: &Ident) -> Ident {
    let name = unraw(function).to_uppercase();
    format_ident!("{name}_FUNCTION", span = function.span())
}

/// The last name of what is built, without its arguments.
fn type_name(written: &Type) -> String {
    let built = argument_of(written, "Result").unwrap_or(written);
    last_segment(built).map_or_else(|| text::of(built), |last| unraw(&last.ident))
}

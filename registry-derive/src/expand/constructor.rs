//! `#[register]` on an `impl` block.

use super::Root;
use super::captured::{Captured, Component};
use super::component::signature;
use super::generics::{borrows, buildable, has_lifetime, with_where, writable};
use crate::check::Errors;
use crate::options::Options;
use crate::parse::{Output, name};
use crate::text;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Ident, ImplItem, ImplItemFn, ItemImpl, Path, Type};

pub(super) fn expand(
    mut block: ItemImpl,
    options: &Options,
    root: Root,
    mut errors: Errors,
) -> TokenStream {
    let root = root.path(options);
    let component = capture_in(&mut block, options, &root, &mut errors);
    if !errors.is_empty() {
        strip_options(&mut block);
    }
    let errors = errors.into_tokens();
    quote!(#block #component #errors)
}

/// Makes the constructor in `block` capture, and gives the code that goes beside the block.
fn capture_in(
    block: &mut ItemImpl,
    options: &Options,
    root: &Path,
    errors: &mut Errors,
) -> Option<TokenStream> {
    if let Some((path, _)) = &block.trait_ {
        errors.at(
            path,
            "`#[register]` stands on the type's own `impl` block\n\
             hint: move it from the trait's implementation to the one with the constructor",
        );
        return None;
    }
    let type_ident = type_ident(&block.self_ty, errors)?;
    let name = name(options, &type_ident, errors);
    let (generics, self_ty) = (block.generics.clone(), block.self_ty.clone());
    let borrows = borrows(&generics) || has_lifetime(&self_ty);
    if let (Some(path), true) = (&options.registry, borrows) {
        errors.at(
            path,
            "a type that borrows cannot be in a registry, which keeps what it builds\n\
             hint: own the data, or leave `registry` out: the identity needs no registry",
        );
    }
    let function = find_constructor(block, options, errors)?;
    let mut captured = Captured::parse(function, options, root, errors)?;
    returns_the_type(&captured.output, &type_ident, errors);
    captured.is_well = errors.is_empty();
    let doc = text::doc(&function.attrs);
    let signature_doc = format!("The parameters of `{name}`.");
    let (vis, function_ident) = (function.vis.clone(), function.sig.ident.clone());
    let borrowed: Vec<_> = captured.parameters.iter().collect();
    let predicates = writable(root, &generics, &borrowed);
    let asked: Vec<_> = function
        .sig
        .generics
        .where_clause
        .iter()
        .flat_map(|clause| clause.predicates.iter().cloned())
        .collect();
    captured.wrap(
        &mut function.sig,
        &mut function.block,
        &quote!(#name),
        &quote!(Self::SIGNATURE),
        root,
    );
    if !predicates.is_empty() {
        function
            .sig
            .generics
            .make_where_clause()
            .predicates
            .extend(predicates.clone());
    }
    let signature = signature(root, &captured.parameters);
    // In a block of its own, for a default can need what makes an argument writable.
    let with_writable = with_where(&generics, predicates);
    let (impl_generics, _, where_clause) = with_writable.split_for_impl();
    let constant = quote! {
        #[automatically_derived]
        impl #impl_generics #self_ty #where_clause {
            #[doc = #signature_doc]
            #vis const SIGNATURE: #root::__private::Signature = #signature;
        }
    };
    if borrows {
        return Some(constant);
    }
    let item = Component {
        root,
        options,
        name: &name,
        doc: &doc,
        ty: self_ty.to_token_stream(),
        output: self_ty.to_token_stream(),
        function: quote!(<#self_ty>::#function_ident),
        generics: with_where(
            &with_where(&generics, asked),
            buildable(root, &generics, &borrowed),
        ),
        captured: &captured,
    };
    Some(quote!(#constant #item))
}

/// The last name of the type, as in `models::Mlp<T>`.
fn type_ident(ty: &Type, errors: &mut Errors) -> Option<Ident> {
    let ident = match ty {
        Type::Path(path) => path
            .path
            .segments
            .last()
            .map(|segment| segment.ident.clone()),
        _ => None,
    };
    if ident.is_none() {
        errors.at(
            ty,
            "only a named type can be registered\nhint: give the type a name of its own",
        );
    }
    ident
}

fn find_constructor<'b>(
    block: &'b mut ItemImpl,
    options: &Options,
    errors: &mut Errors,
) -> Option<&'b mut ImplItemFn> {
    let wanted = options
        .constructor
        .as_ref()
        .map_or_else(|| "new".to_owned(), syn::LitStr::value);
    let known: Vec<_> = functions(block)
        .map(|function| function.sig.ident.to_string())
        .collect();
    let found = block.items.iter_mut().find_map(|item| match item {
        ImplItem::Fn(function) if function.sig.ident == wanted => Some(function),
        _ => None,
    });
    if found.is_none() {
        match &options.constructor {
            Some(name) => errors.unknown_name(name, "function of this block", &wanted, &known),
            None if options.broken => {}
            None => errors.at(
                &block.self_ty,
                "this `impl` block has no function `new`\n\
                 hint: name the one that constructs with `constructor = \"...\"`",
            ),
        }
    }
    found
}

fn functions(block: &ItemImpl) -> impl Iterator<Item = &ImplItemFn> {
    block.items.iter().filter_map(|item| match item {
        ImplItem::Fn(function) => Some(function),
        _ => None,
    })
}

fn returns_the_type(output: &Output, ident: &Ident, errors: &mut Errors) {
    let returned = match &output.built {
        Type::Path(path) => path.path.segments.last().map(|segment| &segment.ident),
        _ => None,
    };
    if !returned.is_some_and(|returned| returned == "Self" || returned == ident) {
        errors.at(
            &output.written,
            format!("the constructor of `{ident}` returns something else\nhint: return `Self`, or `Result<Self, E>`"),
        );
    }
}

/// After an error the block stays as the user wrote it, without what only the macro understands.
fn strip_options(block: &mut ItemImpl) {
    for item in &mut block.items {
        if let ImplItem::Fn(function) = item {
            strip_parameter_options(&mut function.sig);
        }
    }
}

pub(super) fn strip_parameter_options(signature: &mut syn::Signature) {
    for argument in &mut signature.inputs {
        let attributes = match argument {
            syn::FnArg::Receiver(receiver) => &mut receiver.attrs,
            syn::FnArg::Typed(argument) => &mut argument.attrs,
        };
        attributes.retain(|attribute| !attribute.path().is_ident("register"));
    }
}

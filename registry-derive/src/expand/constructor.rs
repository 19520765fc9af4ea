//! `#[register]` on an `impl` block and on a free function.

use super::Root;
use super::component::{
    ComponentImpl, Constructor, borrows, buildable, has_lifetime, interface, located, signature,
    unbuildable, with_where, writable, writes,
};
use crate::check::{self, Errors};
use crate::options::Options;
use crate::parameter::Parameter;
use crate::parse::{Output, constructor_parameters, name, type_text, unraw};
use crate::text;
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::spanned::Spanned;
use syn::{Block, Generics, Ident, ImplItem, ImplItemFn, ItemFn, ItemImpl, Path, Type};

pub(super) fn expand_impl(
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
        generics: with_where(&generics, buildable(root, &generics, &borrowed)),
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

fn strip_parameter_options(signature: &mut syn::Signature) {
    for argument in &mut signature.inputs {
        let attributes = match argument {
            syn::FnArg::Receiver(receiver) => &mut receiver.attrs,
            syn::FnArg::Typed(argument) => &mut argument.attrs,
        };
        attributes.retain(|attribute| !attribute.path().is_ident("register"));
    }
}

/// A constructor, read and checked.
struct Captured {
    parameters: Vec<Parameter>,
    output: Output,
    is_well: bool,
}

/// What has a signature and a body.
trait Function {
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
    fn parse(
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
    fn wrap(
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
struct Component<'a> {
    root: &'a Path,
    options: &'a Options,
    name: &'a str,
    doc: &'a str,
    ty: TokenStream,
    output: TokenStream,
    function: TokenStream,
    generics: Generics,
    captured: &'a Captured,
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

pub(super) fn expand_function(
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

//! `#[register]` on an `impl` block.

use super::arguments::signature;
use super::captured::Captured;
use super::component::{ComponentImpl, Constructor, by_index, unbuildable};
use super::generics::{borrows, buildable, with_where, writable};
use super::output::{Block, Output};
use super::place::quiet;
use crate::check;
use crate::errors::Errors;
use crate::named::{Named, each_name_once};
use crate::options::Options;
use crate::parameter::Parameter;
use crate::parse::{Name, constructor_parameters};
use crate::text;
use crate::types::{has_lifetime, last_segment, unraw};
use crate::words::Place;
use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::spanned::Spanned;
use syn::{
    Generics, Ident, ImplItem, ImplItemFn, ItemImpl, LitStr, Path, Type, Visibility, WherePredicate,
};

pub(super) fn expand(
    mut block: ItemImpl,
    options: &Options,
    root: &Path,
    mut errors: Errors,
) -> TokenStream {
    let component = capture_in(&mut block, options, root, &mut errors);
    if !errors.is_empty() {
        strip_options(&mut block);
    }
    let errors = errors.into_tokens();
    quote!(#block #component #errors)
}

/// A constructor of the block, captured.
struct Made {
    ident: Ident,
    name: Name,
    aliases: Vec<LitStr>,
    doc: TokenStream,
    vis: Visibility,
    captured: Captured,
    /// The predicates of the function itself.
    asked: Vec<WherePredicate>,
}

impl Made {
    /// The name of the constant with its signature.
    fn constant(&self, is_first: bool) -> Ident {
        if is_first {
            format_ident!("SIGNATURE")
        } else {
            format_ident!("{}_SIGNATURE", unraw(&self.ident).to_uppercase())
        }
    }
}

/// Makes the constructors in `block` capture, and gives the code that goes beside the block.
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
    let Some(type_ident) = last_segment(&block.self_ty).map(|last| last.ident.clone()) else {
        errors.at(
            &block.self_ty,
            "only a named type can be registered\nhint: give the type a name of its own",
        );
        return None;
    };
    let (generics, self_ty) = (block.generics.clone(), block.self_ty.clone());
    let borrows = borrows(&generics) || has_lifetime(&self_ty);
    if let (Some(path), true) = (options.registries.first(), borrows) {
        errors.at(
            path,
            "a type that borrows cannot be in a registry, which keeps what it builds\n\
             hint: own the data, or leave `registry` out: the identity needs no registry",
        );
    }
    for method in functions(block) {
        check::not_of_entity(method, errors);
    }
    let mut constructors = captured(block, &type_ident, options, root, errors)?;
    check::registries(options, errors);
    let names: Vec<_> = constructors
        .iter()
        .enumerate()
        .map(|(position, (_, made))| Named {
            name: made.name.literal.clone().unwrap_or_default(),
            place: if position == 0 {
                options
                    .name
                    .as_ref()
                    .map_or(type_ident.span(), Spanned::span)
            } else {
                made.ident.span()
            },
            aliases: &made.aliases,
        })
        .collect();
    each_name_once("constructor", &names, errors);
    let is_well = errors.is_empty();
    if !is_well {
        // What a constructor gives still is an entity, so that its uses are no further errors.
        for (_, made) in &mut constructors {
            made.captured.parameters.clear();
        }
    }
    let all: Vec<&Parameter> = constructors
        .iter()
        .flat_map(|(_, made)| &made.captured.parameters)
        .collect();
    let predicates = writable(root, &generics, &all);
    wrap(block, &constructors, &predicates, root, is_well);
    let constants = constants(&constructors, root);
    // In a block of its own, for a default can need what makes an argument writable.
    let with_writable = with_where(&generics, predicates);
    let (impl_generics, _, where_clause) = with_writable.split_for_impl();
    let quiet = quiet();
    let constants = quote! {
        #quiet
        #[automatically_derived]
        impl #impl_generics #self_ty #where_clause {
            #constants
        }
    };
    let checks = constructors
        .iter()
        .filter(|_| is_well)
        .map(|(_, made)| &made.captured.output.check);
    let constants = quote!(#constants #(#checks)*);
    if borrows {
        return Some(constants);
    }
    let asked = constructors.iter().flat_map(|(_, made)| made.asked.clone());
    let generics = with_where(
        &with_where(&generics, asked.collect()),
        buildable(root, &generics, &all),
    );
    let type_name = unraw(&type_ident);
    let component = component(
        &constructors,
        &self_ty,
        &type_name,
        generics,
        options,
        root,
        is_well,
    );
    let quiet = self::quiet();
    Some(quote! {
        #constants
        #quiet
        const _: () = { #component };
    })
}

/// The constructors of the block, the first one first, each with its position.
fn captured(
    block: &mut ItemImpl,
    type_ident: &Ident,
    options: &Options,
    root: &Path,
    errors: &mut Errors,
) -> Option<Vec<(usize, Made)>> {
    let main = find_constructor(block, options, errors)?;
    let (generics, self_ty) = (block.generics.clone(), block.self_ty.clone());
    let mut constructors = Vec::new();
    for (index, item) in block.items.iter_mut().enumerate() {
        let ImplItem::Fn(function) = item else {
            continue;
        };
        if index == main {
            check::first_has_none(function, errors);
            let name = Name::of(options, type_ident, errors);
            let made = capture(
                function,
                type_ident,
                (&generics, &self_ty),
                options,
                name,
                root,
                errors,
            )?;
            constructors.insert(0, (index, made));
        } else if is_further(function) {
            let own = Options::take(&mut function.attrs, Place::Constructor, errors);
            check::further_is_named(function, &own, errors);
            let name = Name::of(&own, &function.sig.ident, errors);
            let made = capture(
                function,
                type_ident,
                (&generics, &self_ty),
                &own,
                name,
                root,
                errors,
            )?;
            constructors.push((index, made));
        }
    }
    Some(constructors)
}

/// Makes the constructors capture, and give what is registered.
fn wrap(
    block: &mut ItemImpl,
    constructors: &[(usize, Made)],
    predicates: &[WherePredicate],
    root: &Path,
    is_well: bool,
) {
    for (position, (index, made)) in constructors.iter().enumerate() {
        if let ImplItem::Fn(function) = &mut block.items[*index] {
            let constant = made.constant(position == 0);
            let (name, constant) = (made.name.to_token_stream(), quote!(Self::#constant));
            function.sig.constness = function.sig.constness.take().filter(|_| is_well);
            let (signature, body) = (&mut function.sig, &mut function.block);
            made.captured.wrap(signature, body, &name, &constant, root);
            if !predicates.is_empty() {
                let clause = function.sig.generics.make_where_clause();
                clause.predicates.extend(predicates.iter().cloned());
            }
        }
    }
}

/// The signatures, as constants of the type.
fn constants(constructors: &[(usize, Made)], root: &Path) -> TokenStream {
    let constants = constructors
        .iter()
        .enumerate()
        .map(|(position, (_, made))| {
            let (vis, constant) = (&made.vis, made.constant(position == 0));
            let signature = signature(root, &made.captured.parameters);
            let doc = format!("The parameters of `{}`.", made.name.shown(&made.ident));
            quote! {
                #[doc = #doc]
                #vis const #constant: #root::__private::Signature = #signature;
            }
        });
    quote!(#(#constants)*)
}

fn component(
    constructors: &[(usize, Made)],
    self_ty: &Type,
    type_name: &str,
    generics: Generics,
    options: &Options,
    root: &Path,
    is_well: bool,
) -> TokenStream {
    let described = |position: usize, made: &Made, is_typed: bool| {
        let function = &made.ident;
        let function = quote!(<#self_ty>::#function);
        let construct = |values: &[TokenStream]| made.captured.construct(&function, values, root);
        let constant = made.constant(position == 0);
        let constructor = Constructor {
            root,
            name: &made.name,
            aliases: &made.aliases,
            doc: &made.doc,
            type_name: type_name.to_owned(),
            signature: quote!(<#self_ty>::#constant),
            parameters: &made.captured.parameters,
            construct: &construct,
        };
        (constructor.item(), constructor.call(is_typed))
    };
    let each = |is_typed: bool| -> (Vec<TokenStream>, Vec<TokenStream>) {
        let all = constructors.iter().enumerate();
        all.map(|(position, (_, made))| described(position, made, is_typed))
            .unzip()
    };
    let items = if is_well { each(false).0 } else { Vec::new() };
    let call = |is_typed: bool| {
        if is_well {
            by_index(&each(is_typed).1)
        } else {
            unbuildable(is_typed)
        }
    };
    ComponentImpl {
        root,
        registries: &options.registries,
        ty: self_ty.to_token_stream(),
        output: constructors
            .first()
            .map(|(_, made)| made.captured.output.built.clone())
            .unwrap_or_default(),
        generics,
        items: quote!(&[#(#items),*]),
        call: &call,
        is_boxed: false,
    }
    .to_token_stream()
}

fn capture(
    function: &mut ImplItemFn,
    type_ident: &Ident,
    (generics, self_ty): (&Generics, &Type),
    options: &Options,
    name: Name,
    root: &Path,
    errors: &mut Errors,
) -> Option<Made> {
    check::constructor_stays(function, errors);
    let parameters = constructor_parameters(&mut function.sig, generics, options, errors);
    check::constructor(&function.sig, &parameters, errors);
    let block = Block {
        self_ty,
        is_concrete: generics.params.is_empty() && !has_lifetime(self_ty),
    };
    let output = Output::of_constructor(&function.sig, type_ident, &block, root, errors)?;
    let clause = function.sig.generics.where_clause.iter();
    Some(Made {
        ident: function.sig.ident.clone(),
        name,
        aliases: options.aliases.clone(),
        doc: text::doc(&function.attrs),
        vis: function.vis.clone(),
        captured: Captured { parameters, output },
        asked: clause
            .flat_map(|clause| clause.predicates.iter().cloned())
            .collect(),
    })
}

/// The position of the constructor in the block.
fn find_constructor(block: &ItemImpl, options: &Options, errors: &mut Errors) -> Option<usize> {
    let wanted = options
        .constructor
        .as_ref()
        .map_or_else(|| "new".to_owned(), LitStr::value);
    let found = block.items.iter().position(
        |item| matches!(item, ImplItem::Fn(function) if unraw(&function.sig.ident) == wanted),
    );
    if found.is_none() {
        let known: Vec<_> = functions(block).map(|it| unraw(&it.sig.ident)).collect();
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

/// Whether a function of a registered block is a constructor beside the first.
pub(super) fn is_further(function: &ImplItemFn) -> bool {
    let mut attributes = function.attrs.iter();
    attributes.any(|attribute| attribute.path().is_ident("register"))
}

/// After an error the block stays as the user wrote it, without what only the macro understands.
fn strip_options(block: &mut ItemImpl) {
    for item in &mut block.items {
        if let ImplItem::Fn(function) = item {
            function
                .attrs
                .retain(|attribute| !attribute.path().is_ident("register"));
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

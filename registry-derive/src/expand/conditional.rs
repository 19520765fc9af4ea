//! `cfg` on what a macro looks at.
//!
//! An attribute macro sees `cfg` before the compiler has decided it. So the item is written twice,
//! once for each answer to its first question, each under that `cfg` and registered again: only the
//! one that stays is expanded, and asks the next question.

use super::constructor::is_further;
use crate::options::Options;
use crate::types::unraw;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Attribute, FnArg, ImplItem, ItemFn, ItemImpl, LitStr, Meta, Path, Signature, Token};

/// A block whose constructors ask.
pub(super) fn block(
    block: &ItemImpl,
    options: &Options,
    said: &TokenStream,
    root: &Path,
) -> Option<TokenStream> {
    let wanted = options
        .constructor
        .as_ref()
        .map_or_else(|| "new".to_owned(), LitStr::value);
    let is_candidate = |item: &ImplItem| match item {
        ImplItem::Fn(it) => {
            is_further(it)
                || unraw(&it.sig.ident) == wanted
                || it.attrs.iter().any(|it| registers(it).is_some())
        }
        _ => false,
    };
    let question = block
        .items
        .iter()
        .filter(|item| is_candidate(item))
        .find_map(|item| match item {
            ImplItem::Fn(it) => asked(&it.attrs).or_else(|| asked_in(&it.sig)),
            _ => None,
        })?;
    let answered = |answer: bool| {
        let mut block = block.clone();
        block.items.retain_mut(|item| {
            if !is_candidate(item) {
                return true;
            }
            match item {
                ImplItem::Fn(it) => {
                    let stays = resolve(&mut it.attrs, &question, answer);
                    resolve_in(&mut it.sig, &question, answer);
                    stays
                }
                _ => true,
            }
        });
        block.to_token_stream()
    };
    Some(both(&question, said, root, &answered))
}

/// A function whose parameters ask.
pub(super) fn function(function: &ItemFn, said: &TokenStream, root: &Path) -> Option<TokenStream> {
    let question = asked_in(&function.sig)?;
    let answered = |answer: bool| {
        let mut function = function.clone();
        resolve_in(&mut function.sig, &question, answer);
        function.to_token_stream()
    };
    Some(both(&question, said, root, &answered))
}

fn both(
    question: &TokenStream,
    said: &TokenStream,
    root: &Path,
    answered: &dyn Fn(bool) -> TokenStream,
) -> TokenStream {
    let (yes, no) = (answered(true), answered(false));
    quote! {
        #[cfg(#question)]
        #[#root::register(#said)]
        #yes

        #[cfg(not(#question))]
        #[#root::register(#said)]
        #no
    }
}

/// The first predicate that decides over what has these attributes, or over options on it.
fn asked(attributes: &[Attribute]) -> Option<TokenStream> {
    attributes
        .iter()
        .find_map(|attribute| match &attribute.meta {
            Meta::List(list) if list.path.is_ident("cfg") => Some(list.tokens.clone()),
            _ => registers(attribute).map(|(question, _)| question),
        })
}

/// The predicate and the attributes of a `cfg_attr` that gives options, or documentation.
fn registers(attribute: &Attribute) -> Option<(TokenStream, Vec<Meta>)> {
    let Meta::List(list) = &attribute.meta else {
        return None;
    };
    if !list.path.is_ident("cfg_attr") {
        return None;
    }
    let parser = Punctuated::<Meta, Token![,]>::parse_terminated;
    let mut parts = parser.parse2(list.tokens.clone()).ok()?.into_iter();
    let question = parts.next()?.to_token_stream();
    let given: Vec<_> = parts.collect();
    let mut paths = given.iter().map(Meta::path);
    paths
        .any(|path| path.is_ident("register") || path.is_ident("doc") || path.is_ident("cfg"))
        .then_some((question, given))
}

fn asked_in(signature: &Signature) -> Option<TokenStream> {
    signature
        .inputs
        .iter()
        .find_map(|argument| asked(attributes_of(argument)))
}

fn attributes_of(argument: &FnArg) -> &[Attribute] {
    match argument {
        FnArg::Receiver(receiver) => &receiver.attrs,
        FnArg::Typed(argument) => &argument.attrs,
    }
}

/// Puts the answer in the place of the question. `false` where what has the attributes goes.
fn resolve(attributes: &mut Vec<Attribute>, question: &TokenStream, answer: bool) -> bool {
    let asks = |asked: &TokenStream| asked.to_string() == question.to_string();
    let mut stays = true;
    let mut resolved = Vec::new();
    for attribute in attributes.drain(..) {
        match (&attribute.meta, registers(&attribute)) {
            (Meta::List(list), _) if list.path.is_ident("cfg") && asks(&list.tokens) => {
                stays &= answer;
            }
            (_, Some((asked, given))) if asks(&asked) => {
                if answer {
                    let given = given.into_iter().map(|meta| syn::parse_quote!(#[#meta]));
                    resolved.extend::<Vec<Attribute>>(given.collect());
                }
            }
            _ => resolved.push(attribute),
        }
    }
    *attributes = resolved;
    stays
}

fn resolve_in(signature: &mut Signature, question: &TokenStream, answer: bool) {
    let inputs = std::mem::take(&mut signature.inputs);
    for mut argument in inputs {
        let attributes = match &mut argument {
            FnArg::Receiver(receiver) => &mut receiver.attrs,
            FnArg::Typed(argument) => &mut argument.attrs,
        };
        if resolve(attributes, question, answer) {
            signature.inputs.push(argument);
        }
    }
}

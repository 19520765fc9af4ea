//! What the generics of a type mean for its component.

use crate::parameter::Parameter;
use crate::types::mentions;
use syn::{GenericParam, Generics, Path, WherePredicate};

/// Whether a type is known when the macro runs, so that it registers itself.
pub(super) fn is_concrete(generics: &Generics) -> bool {
    generics.params.is_empty()
}

/// Whether a type borrows, so that no registry can hold it.
pub(super) fn borrows(generics: &Generics) -> bool {
    generics.lifetimes().next().is_some()
}

/// The types that count for identity and stand in the signature of the constructor.
fn held<'p>(parameters: &'p [&'p Parameter]) -> impl Iterator<Item = &'p syn::Type> {
    parameters
        .iter()
        .filter(|parameter| parameter.identifying() && parameter.generic.is_none())
        .map(|parameter| &parameter.ty)
}

/// The type parameters that identifying parameters use.
fn used<'g>(
    generics: &'g Generics,
    parameters: &'g [&'g Parameter],
) -> impl Iterator<Item = &'g syn::Ident> {
    generics
        .params
        .iter()
        .filter_map(move |generic| match generic {
            GenericParam::Type(generic) => held(parameters)
                .any(|ty| mentions(ty, &generic.ident))
                .then_some(&generic.ident),
            _ => None,
        })
}

/// The types of identifying parameters that hold a constant, as `[f64; N]`: serde has arrays of some
/// lengths only.
fn sized<'g>(
    generics: &'g Generics,
    parameters: &'g [&'g Parameter],
) -> impl Iterator<Item = &'g syn::Type> {
    held(parameters).filter(|ty| {
        generics
            .const_params()
            .any(|constant| mentions(ty, &constant.ident))
    })
}

/// What type parameters need so that arguments can be written.
pub(super) fn writable(
    root: &Path,
    generics: &Generics,
    parameters: &[&Parameter],
) -> Vec<WherePredicate> {
    let idents = used(generics, parameters)
        .map(|ident| syn::parse_quote!(#ident: #root::__private::serde::Serialize));
    let types = sized(generics, parameters)
        .map(|ty| syn::parse_quote!(#ty: #root::__private::serde::Serialize));
    idents.chain(types).collect()
}

/// What type parameters need so that a registry can build the type.
pub(super) fn buildable(
    root: &Path,
    generics: &Generics,
    parameters: &[&Parameter],
) -> Vec<WherePredicate> {
    let mut predicates = writable(root, generics, parameters);
    predicates.extend(used(generics, parameters).map(|ident| -> WherePredicate {
        syn::parse_quote!(#ident: #root::__private::ArgumentType)
    }));
    predicates
        .extend(sized(generics, parameters).map(|ty| -> WherePredicate {
            syn::parse_quote!(#ty: #root::__private::ArgumentType)
        }));
    predicates.extend(generics.type_params().map(|generic| -> WherePredicate {
        let ident = &generic.ident;
        syn::parse_quote!(#ident: 'static)
    }));
    predicates
}

/// `generics` with further predicates.
pub(super) fn with_where(generics: &Generics, predicates: Vec<WherePredicate>) -> Generics {
    let mut generics = generics.clone();
    if !predicates.is_empty() {
        generics.make_where_clause().predicates.extend(predicates);
    }
    generics
}

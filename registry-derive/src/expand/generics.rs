//! What the generics of a type mean for its component.

use crate::parameter::Parameter;
use syn::{GenericParam, Generics, Path, WherePredicate};

/// Whether a type is known when the macro runs, so that it registers itself.
pub(super) fn is_concrete(generics: &Generics) -> bool {
    generics.params.is_empty()
}

/// Whether a type borrows, so that no registry can hold it.
pub(super) fn borrows(generics: &Generics) -> bool {
    generics.lifetimes().next().is_some()
}

/// Whether a type, as it is written, holds what lives shorter than the program.
pub(super) fn has_lifetime(ty: &syn::Type) -> bool {
    struct Find(bool);
    impl<'t> syn::visit::Visit<'t> for Find {
        fn visit_lifetime(&mut self, lifetime: &'t syn::Lifetime) {
            self.0 |= lifetime.ident != "static";
        }

        fn visit_type_reference(&mut self, reference: &'t syn::TypeReference) {
            self.0 |= reference.lifetime.is_none();
            syn::visit::visit_type_reference(self, reference);
        }
    }
    let mut find = Find(false);
    syn::visit::Visit::visit_type(&mut find, ty);
    find.0
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
            GenericParam::Type(generic) => parameters
                .iter()
                .filter(|parameter| !parameter.excluded)
                .any(|parameter| mentions(&parameter.ty, &generic.ident))
                .then_some(&generic.ident),
            _ => None,
        })
}

fn mentions(ty: &syn::Type, ident: &syn::Ident) -> bool {
    struct Find<'i>(&'i syn::Ident, bool);
    impl<'t> syn::visit::Visit<'t> for Find<'_> {
        fn visit_ident(&mut self, ident: &'t syn::Ident) {
            self.1 |= ident == self.0;
        }
    }
    let mut find = Find(ident, false);
    syn::visit::Visit::visit_type(&mut find, ty);
    find.1
}

/// The types of identifying parameters that hold a constant, as `[f64; N]`: serde has arrays of some
/// lengths only.
fn sized<'g>(
    generics: &'g Generics,
    parameters: &'g [&'g Parameter],
) -> impl Iterator<Item = &'g syn::Type> {
    parameters
        .iter()
        .filter(|parameter| !parameter.excluded)
        .map(|parameter| &parameter.ty)
        .filter(|ty| {
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

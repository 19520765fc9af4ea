//! What a constructor returns. What it is, is asked of its type; its spelling decides only how the
//! new return type is written, so that documentation shows `Registered<Self>`.

use super::place::{located, quiet};
use crate::errors::Errors;
use crate::types::{argument_of, bare, last_segment};
use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::spanned::Spanned;
use syn::visit_mut::VisitMut;
use syn::{Path, ReturnType, Signature, Type, TypeImplTrait};

/// What a constructor returns.
pub(super) struct Output {
    /// The type as written.
    pub(super) written: Type,
    /// The same with `Registered` around what is built.
    pub(super) registered: TokenStream,
    /// The trait that says so, for the type as written.
    pub(super) join: TokenStream,
    /// What is built.
    pub(super) built: TokenStream,
    /// An item that checks that it is the right type.
    pub(super) check: TokenStream,
}

/// The block that a constructor stands in.
pub(super) struct Block<'b> {
    pub(super) self_ty: &'b Type,
    /// Whether it has no parameters, so that constants may depend on its type.
    pub(super) is_concrete: bool,
}

/// Writes the type in the place of `Self`, which constants may not name.
struct NameSelf<'t>(&'t Type);

impl VisitMut for NameSelf<'_> {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        match ty {
            Type::Path(path) if path.path.is_ident("Self") => *ty = self.0.clone(),
            _ => syn::visit_mut::visit_type_mut(self, ty),
        }
    }
}

impl Output {
    /// Of a constructor in `block`, of the type `ident`: `Self`, or a `Result` of it.
    pub(super) fn of_constructor(
        signature: &Signature,
        ident: &Ident,
        block: &Block<'_>,
        root: &Path,
        errors: &mut Errors,
    ) -> Option<Self> {
        let written = written(signature, errors)?;
        let is_self = |ty: &Type| {
            last_segment(ty).is_some_and(|last| last.ident == "Self" || last.ident == *ident)
        };
        let self_ty = block.self_ty;
        let join = located(quote!(#root::__private::Construction<Self>), written.span());
        let spelt = if is_self(&written) {
            Some(quote!(#root::__private::Registered<#written>))
        } else {
            result_of(&written, root, is_self)
        };
        if let Some(registered) = spelt {
            return Some(Self {
                registered,
                join,
                built: quote!(#self_ty),
                check: TokenStream::new(),
                written,
            });
        }
        if !block.is_concrete {
            return Some(Self {
                registered: located(quote!(<#written as #join>::Registered), written.span()),
                join,
                built: quote!(#self_ty),
                check: TokenStream::new(),
                written,
            });
        }
        // Whatever it is, it is built; that it is the type itself is checked beside it, so that
        // something else is one error.
        let mut named = written.clone();
        NameSelf(self_ty).visit_type_mut(&mut named);
        let kind = kind(root, &quote!(#named));
        let join = quote!(#root::__private::Returned<#kind>);
        let built = quote!(<#named as #join>::Built);
        let quiet = quiet();
        let check = located(
            quote!(#quiet const _: fn() = || #root::__private::is_built::<#built, #self_ty>();),
            written.span(),
        );
        Some(Self {
            registered: quote!(<#named as #join>::Registered),
            join,
            built,
            check,
            written,
        })
    }

    /// Of a function, whose type is unknown: anything, or a `Result` of it.
    pub(super) fn of_function(
        signature: &Signature,
        root: &Path,
        errors: &mut Errors,
    ) -> Option<Self> {
        let written = written(signature, errors)?;
        let kind = kind(root, &quote!(#written));
        let join = quote!(#root::__private::Returned<#kind>);
        let registered = result_of(&written, root, |_| true)
            .unwrap_or_else(|| quote!(<#written as #join>::Registered));
        let built = quote!(<#written as #join>::Built);
        let is_plain = self::kind(root, &built);
        // A `Result` inside of a `Result` would count as built.
        let quiet = quiet();
        let check = located(
            quote! {
                #quiet
                const _: () = ::core::assert!(
                    #is_plain == 0,
                    "a registered function returns what it builds, or a `Result` of it with an \
                     error that says why it refuses; no `Option`, no `()`, and no `Result` inside \
                     of something else"
                );
            },
            written.span(),
        );
        Some(Self {
            written,
            registered,
            join,
            built,
            check,
        })
    }
}

/// Of which `Form` a type is.
pub(super) fn kind(root: &Path, ty: &TokenStream) -> TokenStream {
    // Unused where the inherent constant is found.
    quote!({
        #[allow(unused_imports)]
        use #root::__private::FormFallback as _;
        #root::__private::Form::<#ty>::KIND
    })
}

/// `Result<Registered<T>, E>` of `Result<T, E>`, where the `T` is a wanted one.
fn result_of(written: &Type, root: &Path, wanted: impl Fn(&Type) -> bool) -> Option<TokenStream> {
    let built = argument_of(written, "Result").filter(|built| wanted(built))?;
    let mut result = bare(written).clone();
    let Type::Path(path) = &mut result else {
        return None;
    };
    let syn::PathArguments::AngleBracketed(arguments) =
        &mut path.path.segments.last_mut()?.arguments
    else {
        return None;
    };
    let slot = arguments
        .args
        .iter_mut()
        .find_map(|argument| match argument {
            syn::GenericArgument::Type(ty) => Some(ty),
            _ => None,
        })?;
    *slot = syn::parse_quote!(#root::__private::Registered<#built>);
    Some(quote!(#result))
}

fn written(signature: &Signature, errors: &mut Errors) -> Option<Type> {
    let ReturnType::Type(_, written) = &signature.output else {
        errors.at(
            &signature.ident,
            "the constructor returns nothing\nhint: return `Self`, the type, or a `Result` of it",
        );
        return None;
    };
    if let Some(unknown) = impl_trait(written) {
        errors.at(
            unknown,
            "a registry must know the type that it builds\nhint: write the type's name",
        );
        return None;
    }
    if argument_of(written, "Option").is_some() {
        errors.at(
            written,
            "a constructor that returns an `Option` cannot say why it refuses\n\
             hint: return a `Result` with an error that does",
        );
        return None;
    }
    Some((**written).clone())
}

fn impl_trait(ty: &Type) -> Option<&TypeImplTrait> {
    struct Find<'t>(Option<&'t TypeImplTrait>);

    impl<'t> syn::visit::Visit<'t> for Find<'t> {
        fn visit_type_impl_trait(&mut self, unknown: &'t TypeImplTrait) {
            self.0 = Some(unknown);
        }
    }

    let mut find = Find(None);
    syn::visit::Visit::visit_type(&mut find, ty);
    find.0
}

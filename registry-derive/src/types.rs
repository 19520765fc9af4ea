//! What the text of a type tells.

use proc_macro2::Ident;
use syn::visit::Visit;
use syn::{GenericArgument, PathArguments, PathSegment, Type};

/// An identifier without the mark of a raw one.
pub(crate) fn unraw(ident: &Ident) -> String {
    use syn::ext::IdentExt;
    ident.unraw().to_string()
}

/// A type without the groups that `macro_rules!` puts around it.
pub(crate) fn bare(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => bare(&group.elem),
        Type::Paren(group) => bare(&group.elem),
        other => other,
    }
}

/// The last segment of a type that is a path, as `Mlp<T>` of `models::Mlp<T>`.
pub(crate) fn last_segment(ty: &Type) -> Option<&PathSegment> {
    match bare(ty) {
        Type::Path(path) => path.path.segments.last(),
        _ => None,
    }
}

/// `T` of `name<T, ...>`, by whatever path `name` is reached.
pub(crate) fn argument_of<'t>(ty: &'t Type, name: &str) -> Option<&'t Type> {
    let last = last_segment(ty)?;
    if last.ident != name {
        return None;
    }
    let PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return None;
    };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

/// Whether a value of the type holds what `ident` stands for: not where it stands in `PhantomData`.
pub(crate) fn mentions(ty: &Type, ident: &Ident) -> bool {
    struct Find<'i>(&'i Ident, bool);

    impl<'t> Visit<'t> for Find<'_> {
        fn visit_path_segment(&mut self, segment: &'t PathSegment) {
            if segment.ident != "PhantomData" {
                syn::visit::visit_path_segment(self, segment);
            }
        }

        fn visit_ident(&mut self, ident: &'t Ident) {
            self.1 |= ident == self.0;
        }
    }

    let mut find = Find(ident, false);
    find.visit_type(ty);
    find.1
}

/// Whether a type, as it is written, holds what lives shorter than the program.
pub(crate) fn has_lifetime(ty: &Type) -> bool {
    struct Find(bool);

    impl<'t> Visit<'t> for Find {
        fn visit_lifetime(&mut self, lifetime: &'t syn::Lifetime) {
            self.0 |= lifetime.ident != "static";
        }

        fn visit_type_reference(&mut self, reference: &'t syn::TypeReference) {
            self.0 |= reference.lifetime.is_none();
            syn::visit::visit_type_reference(self, reference);
        }
    }

    let mut find = Find(false);
    find.visit_type(ty);
    find.0
}

//! `#[register(new)]`: `new(required, ...)` and `with_...`.

use super::arguments::typed;
use crate::parse::Fielded;
use crate::types::unraw;
use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};
use syn::Visibility;

pub(super) fn new(vis: &Visibility, form: &Fielded, span: Span) -> TokenStream {
    let fields = form.parameters.iter().filter(|it| it.generic.is_none());
    let (optional, required): (Vec<_>, Vec<_>) =
        fields.partition(|parameter| parameter.default.is_some());
    let (names, types): (Vec<_>, Vec<_>) = required
        .iter()
        .map(|parameter| (&parameter.ident, &parameter.ty))
        .unzip();
    let defaults = optional.iter().map(|parameter| {
        let name = &parameter.ident;
        let default = parameter
            .default
            .as_ref()
            .map(|default| typed(parameter, default));
        quote!(#name: #default)
    });
    let setters = optional.iter().map(|parameter| {
        let (name, ty) = (&parameter.ident, &parameter.ty);
        let setter = format_ident!("with_{}", unraw(name), span = name.span());
        let doc = format!("With another `{}`.", parameter.name());
        quote! {
            #[doc = #doc]
            #[must_use]
            #[allow(non_snake_case)]
            #vis fn #setter(mut self, #name: #ty) -> Self {
                self.#name = #name;
                self
            }
        }
    });
    let doc = format!(
        "Makes `{}`; what has a default has that.",
        form.name.shown(&form.ident)
    );
    let new = syn::Ident::new("new", span);
    let body = if form.unit {
        quote!(Self)
    } else {
        quote!(Self { #(#names,)* #(#defaults,)* })
    };
    quote! {
        #[doc = #doc]
        #[allow(non_snake_case, clippy::too_many_arguments, clippy::new_without_default)]
        #vis fn #new(#(#names: #types),*) -> Self {
            #body
        }
        #(#setters)*
    }
}

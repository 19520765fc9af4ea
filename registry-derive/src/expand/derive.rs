//! `#[derive(Entity)]`.

use super::Root;
use super::component::{ComponentImpl, Constructor, interface, signature, typed, writes};
use super::fallback::fallback;
use super::generics::{borrows, buildable, with_where, writable};
use crate::check::Errors;
use crate::parameter::Parameter;
use crate::parse::{Body, Derived, Fielded, unraw};
use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};
use syn::{DeriveInput, Path};

pub(super) fn expand(input: DeriveInput, root: Root, mut errors: Errors) -> TokenStream {
    let Some(derived) = Derived::parse(input, &mut errors) else {
        return errors.into_tokens();
    };
    if let (Some(path), true) = (&derived.options.registry, borrows(&derived.generics)) {
        errors.at(
            path,
            "a type that borrows cannot be in a registry, which keeps what it builds\n\
             hint: own the data, or leave `registry` out: the identity needs no registry",
        );
    }
    let root = root.path(&derived.options);
    if !errors.is_empty() {
        // The item still is an entity, so that its uses are no further errors.
        let (errors, fallback) = (errors.into_tokens(), fallback(&derived, &root));
        return quote!(#errors #fallback);
    }
    let inherent = inherent(&derived, &root);
    let entity = entity(&derived, &root);
    let component = (!borrows(&derived.generics)).then(|| component(&derived, &root));
    quote! {
        #inherent
        const _: () = {
            #entity
            #component
        };
    }
}

impl Derived {
    fn forms(&self) -> &[Fielded] {
        match &self.body {
            Body::Struct(form) => std::slice::from_ref(form),
            Body::Enum(forms) => forms,
        }
    }

    pub(super) fn all_parameters(&self) -> Vec<&Parameter> {
        self.forms()
            .iter()
            .flat_map(|form| &form.parameters)
            .collect()
    }
}

/// `SIGNATURE` or `SIGNATURES`, and what `new` asks for.
fn inherent(derived: &Derived, root: &Path) -> TokenStream {
    let Derived {
        ident,
        vis,
        generics,
        ..
    } = derived;
    let generics = with_where(
        generics,
        writable(root, generics, &derived.all_parameters()),
    );
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    let items = match &derived.body {
        Body::Struct(form) => {
            let signature = signature(root, &form.parameters);
            let doc = format!("The parameters of `{}`.", form.name);
            let new = derived.options.new.map(|span| new(vis, form, span));
            quote! {
                #[doc = #doc]
                #vis const SIGNATURE: #root::__private::Signature = #signature;
                #new
            }
        }
        Body::Enum(forms) => {
            let doc = format!("The parameters of each entity of `{ident}`, by its name.");
            let signatures = forms.iter().map(|form| {
                let (name, signature) = (&form.name, signature(root, &form.parameters));
                quote!((#name, #signature))
            });
            quote! {
                #[doc = #doc]
                #vis const SIGNATURES: &'static [(&'static str, #root::__private::Signature)] =
                    &[#(#signatures),*];
            }
        }
    };
    quote! {
        #[automatically_derived]
        impl #impl_generics #ident #ty_generics #where_clause {
            #items
        }
    }
}

/// `new(required, ...)` and `with_...`.
pub(super) fn new(vis: &syn::Visibility, form: &Fielded, span: Span) -> TokenStream {
    let (optional, required): (Vec<_>, Vec<_>) = form
        .parameters
        .iter()
        .partition(|parameter| parameter.default.is_some());
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
        let setter = format_ident!("with_{}", parameter.name(), span = parameter.ident.span());
        let doc = format!("With another `{}`.", parameter.name());
        quote! {
            #[doc = #doc]
            #[must_use]
            #vis fn #setter(mut self, #name: #ty) -> Self {
                self.#name = #name;
                self
            }
        }
    });
    let doc = format!("Makes `{}`; what has a default has that.", form.name);
    let new = syn::Ident::new("new", span);
    let body = if form.unit {
        quote!(Self)
    } else {
        quote!(Self { #(#names,)* #(#defaults,)* })
    };
    quote! {
        #[doc = #doc]
        #[allow(clippy::too_many_arguments, clippy::new_without_default)]
        #vis fn #new(#(#names: #types),*) -> Self {
            #body
        }
        #(#setters)*
    }
}

/// The identity: `Entity` and `Serialize`.
fn entity(derived: &Derived, root: &Path) -> TokenStream {
    let Derived {
        ident, generics, ..
    } = derived;
    let generics = with_where(
        generics,
        writable(root, generics, &derived.all_parameters()),
    );
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    let (name, signature, write) = match &derived.body {
        Body::Struct(form) => {
            let name = &form.name;
            let writes = writes(&form.parameters, |_, parameter| {
                let field = &parameter.ident;
                quote!(&self.#field)
            });
            (quote!(#name), quote!(Self::SIGNATURE), writes)
        }
        Body::Enum(forms) => of_variants(forms),
    };
    quote! {
        #[automatically_derived]
        impl #impl_generics #root::__private::Entity for #ident #ty_generics #where_clause {
            fn name(&self) -> &str {
                #name
            }

            fn signature(&self) -> #root::__private::Signature {
                #signature
            }

            fn write_arguments(
                &self,
                __writer: &mut #root::__private::ArgumentWriter<'_>,
            ) -> ::core::result::Result<(), #root::__private::ArgumentError> {
                #write
                ::core::result::Result::Ok(())
            }
        }

        #[automatically_derived]
        impl #impl_generics #root::__private::serde::Serialize for #ident #ty_generics #where_clause {
            fn serialize<__S: #root::__private::serde::Serializer>(
                &self,
                serializer: __S,
            ) -> ::core::result::Result<__S::Ok, __S::Error> {
                #root::__private::serialize(self, serializer)
            }
        }
    }
}

/// The name, the signature and the writes of an enum, each as a `match`.
fn of_variants(forms: &[Fielded]) -> (TokenStream, TokenStream, TokenStream) {
    let (mut names, mut signatures, mut writing) = (Vec::new(), Vec::new(), Vec::new());
    for (index, form) in forms.iter().enumerate() {
        let (ident, name) = (&form.ident, &form.name);
        let any = if form.unit {
            quote!(Self::#ident)
        } else {
            quote!(Self::#ident { .. })
        };
        names.push(quote!(#any => #name));
        signatures.push(quote!(#any => Self::SIGNATURES[#index].1));
        let bindings = form
            .parameters
            .iter()
            .enumerate()
            .filter(|(_, it)| !it.excluded)
            .map(|(index, parameter)| {
                let (field, binding) = (&parameter.ident, binding(index));
                quote!(#field: #binding)
            });
        let writes = writes(&form.parameters, |index, _| {
            let binding = binding(index);
            quote!(#binding)
        });
        let pattern = if form.unit {
            quote!(Self::#ident)
        } else {
            quote!(Self::#ident { #(#bindings,)* .. })
        };
        writing.push(quote!(#pattern => { #writes }));
    }
    (
        quote!(match self { #(#names,)* }),
        quote!(match self { #(#signatures,)* }),
        quote!(match self { #(#writing)* }),
    )
}

fn binding(index: usize) -> syn::Ident {
    format_ident!("__field_{index}", span = Span::mixed_site())
}

/// The place in a registry: `Component`, and what follows from it.
fn component(derived: &Derived, root: &Path) -> TokenStream {
    let Derived {
        ident,
        generics,
        options,
        ..
    } = derived;
    let interface = interface(options.registry.as_ref());
    let generics = with_where(
        generics,
        buildable(root, generics, &derived.all_parameters()),
    );
    let (_, ty_generics, _) = generics.split_for_impl();
    let (items, calls): (Vec<_>, Vec<_>) = derived
        .forms()
        .iter()
        .enumerate()
        .map(|(index, form)| item_and_call(derived, root, index, form))
        .unzip();
    let call = match derived.body {
        Body::Struct(_) => quote! {
            let _ = __index;
            #(#calls)*
        },
        Body::Enum(_) => {
            let indices = 0..calls.len();
            quote! {
                match __index {
                    #(#indices => { #calls })*
                    _ => ::core::option::Option::None,
                }
            }
        }
    };
    let component = ComponentImpl {
        root,
        interface: &interface,
        ty: quote!(#ident #ty_generics),
        output: quote!(#ident #ty_generics),
        generics: generics.clone(),
        items,
        call,
    };
    let nested = nested(derived, root, &interface, &generics);
    quote!(#component #nested)
}

/// What is known of a struct or a variant, and the code that builds it.
fn item_and_call(
    derived: &Derived,
    root: &Path,
    index: usize,
    form: &Fielded,
) -> (TokenStream, TokenStream) {
    let variant = &form.ident;
    let (path, signature) = match derived.body {
        Body::Struct(_) => (quote!(Self), quote!(Self::SIGNATURE)),
        Body::Enum(_) => (quote!(Self::#variant), quote!(Self::SIGNATURES[#index].1)),
    };
    let name = &form.name;
    let fields: Vec<_> = form
        .parameters
        .iter()
        .map(|parameter| &parameter.ident)
        .collect();
    let construct = |values: &[TokenStream]| {
        let value = if form.unit {
            path.clone()
        } else {
            quote!(#path { #(#fields: #values),* })
        };
        quote!(#root::__private::registered(#value, #name, #signature))
    };
    let constructor = Constructor {
        root,
        name,
        doc: &form.doc,
        type_name: unraw(&derived.ident),
        signature: signature.clone(),
        parameters: &form.parameters,
        typed: derived.options.registry.is_some(),
        construct: &construct,
    };
    (constructor.item(), constructor.call())
}

/// As an argument of another component, and read by serde.
pub(super) fn nested(
    derived: &Derived,
    root: &Path,
    interface: &TokenStream,
    generics: &syn::Generics,
) -> TokenStream {
    let ident = &derived.ident;
    let (_, ty_generics, _) = generics.split_for_impl();
    let with = |generic: syn::GenericParam, bound: syn::WherePredicate| {
        let mut generics = with_where(generics, vec![bound]);
        let at =
            usize::from(!matches!(generic, syn::GenericParam::Lifetime(_))) * generics.params.len();
        generics.params.insert(at, generic);
        generics
    };
    let of_any = with(
        syn::parse_quote!(__C: ?::core::marker::Sized),
        syn::parse_quote!(#interface: #root::__private::Admits<__C>),
    );
    let of_serde = with(
        syn::parse_quote!('de),
        syn::parse_quote!(#interface: #root::__private::ContextFree<'de, #ident #ty_generics>),
    );
    let (any_generics, _, any_where) = of_any.split_for_impl();
    let (serde_generics, _, serde_where) = of_serde.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #any_generics #root::__private::FromArgument<__C> for #ident #ty_generics #any_where {
            fn from_argument(
                argument: #root::__private::Argument<'_, '_>,
                context: &__C,
            ) -> ::core::option::Option<Self> {
                #root::__private::unregistered::<Self, __C>(argument, context)
            }
        }

        #[automatically_derived]
        impl #serde_generics #root::__private::serde::Deserialize<'de> for #ident #ty_generics #serde_where {
            fn deserialize<__D: #root::__private::serde::Deserializer<'de>>(
                deserializer: __D,
            ) -> ::core::result::Result<Self, __D::Error> {
                #root::__private::deserialize(deserializer).map(#root::__private::Registered::into_inner)
            }
        }
    }
}

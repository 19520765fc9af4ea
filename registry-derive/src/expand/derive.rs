//! `#[derive(Entity)]`.

use super::arguments::{signature, writes};
use super::component::{ComponentImpl, Constructor, by_index};
use super::fallback::fallback;
use super::generics::{borrows, buildable, with_where, writable};
use super::nested::{read, written};
use super::new::new;
use super::place::{interfaces, quiet};
use crate::check;
use crate::errors::Errors;
use crate::parse::{Body, Derived, Fielded};
use crate::root::Root;
use crate::types::unraw;
use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};
use syn::{DeriveInput, Path};

pub(super) fn expand(input: DeriveInput, root: Root, mut errors: Errors) -> TokenStream {
    let Some(derived) = Derived::parse(input, &mut errors) else {
        return errors.into_tokens();
    };
    check::derived(&derived, &mut errors);
    if let (Some(path), true) = (
        derived.options.registries.first(),
        borrows(&derived.generics),
    ) {
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
    let errors = errors.into_tokens();
    let inherent = inherent(&derived, &root);
    let entity = entity(&derived, &root);
    let component = (!borrows(&derived.generics)).then(|| component(&derived, &root));
    let quiet = quiet();
    quote! {
        #errors
        #inherent
        #quiet
        const _: () = {
            #entity
            #component
        };
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
            let doc = format!("The parameters of `{}`.", form.name.shown(ident));
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
    let quiet = quiet();
    quote! {
        #quiet
        #[automatically_derived]
        impl #impl_generics #ident #ty_generics #where_clause {
            #items
        }
    }
}

/// The identity: `Entity`, and how serde writes it.
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
            let writes = writes(root, &form.parameters, |_, parameter| {
                let field = &parameter.ident;
                quote!(&self.#field)
            });
            (quote!(#name), quote!(Self::SIGNATURE), writes)
        }
        Body::Enum(forms) => of_variants(forms, root),
    };
    let written = written(derived, root, &generics);
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

            #written
    }
}

/// The name, the signature and the writes of an enum, each as a `match`.
fn of_variants(forms: &[Fielded], root: &Path) -> (TokenStream, TokenStream, TokenStream) {
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
            .filter(|(_, it)| it.identifying() && it.generic.is_none())
            .map(|(index, parameter)| {
                let (field, binding) = (&parameter.ident, binding(index));
                quote!(#field: #binding)
            });
        let writes = writes(root, &form.parameters, |index, _| {
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
    let generics = with_where(
        generics,
        buildable(root, generics, &derived.all_parameters()),
    );
    let (_, ty_generics, _) = generics.split_for_impl();
    let each = |is_typed: bool| -> (Vec<TokenStream>, Vec<TokenStream>) {
        let forms = derived.forms().iter().enumerate();
        forms
            .map(|(index, form)| item_and_call(derived, root, index, form, is_typed))
            .unzip()
    };
    let items = each(false).0;
    let call = |is_typed: bool| match derived.body {
        Body::Struct(_) => by_index(&each(is_typed).1),
        Body::Enum(_) => {
            let calls = each(is_typed).1;
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
        registries: &options.registries,
        ty: quote!(#ident #ty_generics),
        output: quote!(#ident #ty_generics),
        generics: generics.clone(),
        items: quote!(&[#(#items),*]),
        call: &call,
        is_boxed: false,
    };
    let interface = &interfaces(&options.registries)[0];
    let read = read(derived, root, interface, &generics);
    quote! {
        #component
        #read
    }
}

/// The value with its identity, unless the function of `check` refuses it.
fn checked(derived: &Derived, root: &Path, value: &TokenStream) -> TokenStream {
    let Some(check) = &derived.options.check else {
        return quote!(::core::option::Option::Some(#root::__private::Registered::of(#value)));
    };
    quote! {{
        let __built = #value;
        match #check(&__built) {
            ::core::result::Result::Ok(()) => {
                ::core::option::Option::Some(#root::__private::Registered::of(__built))
            }
            ::core::result::Result::Err(__error) => {
                #root::__private::Refused(__error).report(__builder);
                ::core::option::Option::None
            }
        }
    }}
}

/// What is known of a struct or a variant, and the code that builds it.
fn item_and_call(
    derived: &Derived,
    root: &Path,
    index: usize,
    form: &Fielded,
    is_typed: bool,
) -> (TokenStream, TokenStream) {
    let variant = &form.ident;
    let (path, signature) = match derived.body {
        Body::Struct(_) => (quote!(Self), quote!(Self::SIGNATURE)),
        Body::Enum(_) => (quote!(Self::#variant), quote!(Self::SIGNATURES[#index].1)),
    };
    let fields: Vec<_> = form
        .parameters
        .iter()
        .filter(|parameter| parameter.generic.is_none())
        .map(|parameter| &parameter.ident)
        .collect();
    let construct = |values: &[TokenStream]| {
        let value = if form.unit {
            path.clone()
        } else {
            quote!(#path { #(#fields: #values),* })
        };
        checked(derived, root, &value)
    };
    let constructor = Constructor {
        root,
        name: &form.name,
        aliases: &form.aliases,
        doc: &form.doc,
        type_name: unraw(&derived.ident),
        signature: signature.clone(),
        parameters: &form.parameters,
        construct: &construct,
    };
    (constructor.item(), constructor.call(is_typed))
}

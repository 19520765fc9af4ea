//! What every kind of component shares: its signature, and the code that writes and reads its
//! arguments.

use super::generics::is_concrete;
use crate::parameter::Parameter;
use crate::parse::type_text;
use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Generics, Path};

/// The trait of the registry: what `registry = ...` says, or the default one.
pub(super) fn interface(registry: Option<&Path>) -> TokenStream {
    match registry {
        // All at the user's path, where a missing `#[registry]` is to be told.
        Some(path) => located(quote!((dyn #path + 'static)), path.span()),
        None => quote!((dyn ::core::any::Any + 'static)),
    }
}

/// The same tokens, at the user's place in messages.
pub(super) fn located(tokens: TokenStream, place: Span) -> TokenStream {
    tokens
        .into_iter()
        .map(|token| {
            let span = token.span().located_at(place);
            let mut token = match token {
                TokenTree::Group(group) => {
                    Group::new(group.delimiter(), located(group.stream(), place)).into()
                }
                other => other,
            };
            token.set_span(span);
            token
        })
        .collect()
}

/// A default as a value of the parameter's type; the same words everywhere, so that a default of
/// another type is one error.
pub(super) fn typed(parameter: &Parameter, default: &syn::Expr) -> TokenStream {
    let ty = &parameter.ty;
    quote!({
        let default: #ty = #default;
        default
    })
}

/// `Signature::new(&[...])`.
pub(super) fn signature(root: &Path, parameters: &[Parameter]) -> TokenStream {
    if parameters.is_empty() {
        return quote!(#root::__private::Signature::EMPTY);
    }
    let parameters = parameters.iter().map(|parameter| {
        let (name, type_name) = (parameter.name(), type_text(&parameter.ty));
        let default = parameter.default.as_ref().map(|default| default_of(root, parameter, default));
        let doc = (!parameter.doc.is_empty()).then(|| {
            let doc = &parameter.doc;
            quote!(.with_doc(#doc))
        });
        let keyword = parameter.keyword.then(|| quote!(.with_keyword()));
        let excluded = parameter.excluded.then(|| quote!(.with_exclude()));
        let skip = parameter.skip_default.then(|| quote!(.with_skip_default()));
        quote!(#root::__private::Parameter::new(#name, #type_name) #default #doc #keyword #excluded #skip)
    });
    quote!(#root::__private::Signature::new(&[#(#parameters),*]))
}

fn default_of(root: &Path, parameter: &Parameter, default: &syn::Expr) -> TokenStream {
    let text = type_text(default);
    // What `default` alone stands for, as a person would write it.
    let text = text.trim_start_matches("::core::default::");
    if parameter.excluded {
        return quote!(.with_default(#text, ::core::option::Option::None));
    }
    let default = typed(parameter, default);
    quote! {
        .with_default(#text, ::core::option::Option::Some(|| {
            #root::__private::Value::of(&#default).ok()
        }))
    }
}

/// One call of the writer for each identifying parameter; `place` gives the reference to its value.
pub(super) fn writes(
    parameters: &[Parameter],
    place: impl Fn(usize, &Parameter) -> TokenStream,
) -> TokenStream {
    let calls = parameters
        .iter()
        .enumerate()
        .filter(|(_, parameter)| !parameter.excluded)
        .map(|(index, parameter)| {
            let (name, ty) = (parameter.name(), &parameter.ty);
            let value = located(place(index, parameter), ty.span());
            match &parameter.default {
                Some(default) if parameter.skip_default => {
                    let default = typed(parameter, default);
                    quote!(__writer.argument_unless_default(#name, #value, &#default)?;)
                }
                // The key is laid out here, for it costs more to write than most values. A letter
                // outside ASCII is left to the writer, which knows how to escape it.
                _ if name.is_ascii() => {
                    let key = format!(", \"{name}\": ");
                    quote_spanned! {Span::call_site().located_at(ty.span())=>
                        __writer.keyed_argument(#name, #key, #value)?;
                    }
                }
                _ => quote_spanned! {Span::call_site().located_at(ty.span())=>
                    __writer.argument(#name, #value)?;
                },
            }
        });
    quote!(#(#calls)*)
}

/// One way to make a component: what is known of it, and how its arguments are read.
pub(super) struct Constructor<'a> {
    pub(super) root: &'a Path,
    pub(super) name: &'a str,
    pub(super) doc: &'a str,
    pub(super) type_name: String,
    pub(super) signature: TokenStream,
    pub(super) parameters: &'a [Parameter],
    /// Whether the registry is a typed one, so that a context can be expected.
    pub(super) typed: bool,
    /// The code that builds, given the values of all parameters in order; it gives an `Option`.
    pub(super) construct: &'a dyn Fn(&[TokenStream]) -> TokenStream,
}

impl Constructor<'_> {
    /// What is known of it.
    pub(super) fn item(&self) -> TokenStream {
        let Self {
            root,
            name,
            doc,
            type_name,
            signature,
            ..
        } = self;
        quote! {
            #root::__private::ComponentInfo {
                name: #name,
                signature: #signature,
                doc: #doc,
                type_name: #type_name,
                module: ::core::module_path!(),
                location: #root::__private::Location {
                    file: ::core::file!(),
                    line: ::core::line!(),
                },
            }
        }
    }

    /// Reads the arguments and constructs.
    pub(super) fn call(&self) -> TokenStream {
        let root = self.root;
        let unfilled: Vec<_> = self
            .parameters
            .iter()
            .filter(|parameter| parameter.excluded && parameter.default.is_none() && !self.typed)
            .map(Parameter::name)
            .collect();
        let reads = self
            .parameters
            .iter()
            .enumerate()
            .filter(|(_, parameter)| !parameter.excluded)
            .map(|(index, parameter)| read(root, index, parameter));
        if !unfilled.is_empty() {
            // Nothing can be built, but what is wrong with the other arguments is told as well.
            let variables = self
                .parameters
                .iter()
                .enumerate()
                .filter(|(_, parameter)| !parameter.excluded)
                .map(|(index, _)| variable(index));
            return quote! {
                #(#reads)*
                #(let _ = #variables;)*
                #(__builder.unfilled(#unfilled);)*
                ::core::option::Option::None
            };
        }
        let values: Vec<_> = self
            .parameters
            .iter()
            .enumerate()
            .map(
                |(index, parameter)| match (&parameter.default, parameter.excluded) {
                    (Some(default), true) => typed(parameter, default),
                    (None, true) => {
                        let span = parameter.ty.span();
                        located(
                            quote!(#root::__private::FromContext::from_context(__context)),
                            span,
                        )
                    }
                    (_, false) => {
                        let variable = variable(index);
                        quote!(#variable?)
                    }
                },
            )
            .collect();
        let construct = (self.construct)(&values);
        quote! {
            #(#reads)*
            if !__builder.is_well() {
                return ::core::option::Option::None;
            }
            #construct
        }
    }
}

fn variable(index: usize) -> syn::Ident {
    format_ident!("__argument_{index}", span = Span::mixed_site())
}

/// Reads one argument into a variable.
fn read(root: &Path, index: usize, parameter: &Parameter) -> TokenStream {
    let (variable, ty) = (variable(index), &parameter.ty);
    let take = located(
        quote!(#root::__private::Probe::<#ty, __Context<'_>>::take(__argument, __context)),
        ty.span(),
    );
    let (given, absent) = match &parameter.default {
        Some(default) => {
            let default = typed(parameter, default);
            (
                quote!(optional),
                quote!(::core::option::Option::Some(#default)),
            )
        }
        None => (quote!(required), quote!(::core::option::Option::None)),
    };
    quote! {
        let #variable = match __builder.#given(#index) {
            ::core::option::Option::Some(__argument) => #take,
            ::core::option::Option::None => #absent,
        };
    }
}

/// The call of what cannot be built, for it was not understood.
pub(super) fn unbuildable() -> TokenStream {
    quote! {
        let _ = (__index, __builder, __context);
        ::core::option::Option::None
    }
}

/// The `Component` implementation, and the registration of a type that needs no choice.
pub(super) struct ComponentImpl<'a> {
    pub(super) root: &'a Path,
    pub(super) interface: &'a TokenStream,
    /// The type that implements `Component`.
    pub(super) ty: TokenStream,
    pub(super) output: TokenStream,
    pub(super) generics: Generics,
    pub(super) items: Vec<TokenStream>,
    /// Constructs by the index of the item.
    pub(super) call: TokenStream,
}

impl ToTokens for ComponentImpl<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self {
            root,
            interface,
            ty,
            output,
            items,
            call,
            ..
        } = self;
        let (impl_generics, _, where_clause) = self.generics.split_for_impl();
        // At the trait, for there it is told that the type does not implement it.
        let place = interface.span();
        let erased = located(quote!(#root::__private::Box::new(built)), place);
        let submit = is_concrete(&self.generics).then(|| {
            quote! {
                #root::__private::inventory::submit! { #root::__private::Registration::of::<#ty>() }
            }
        });
        tokens.extend(quote! {
            // Unused where every parameter holds components.
            #[allow(unused_imports)]
            use #root::__private::ProbeFallback as _;

            type __Context<'c> = <#interface as #root::__private::Interface>::Context<'c>;

            #[automatically_derived]
            impl #impl_generics #root::__private::Component for #ty #where_clause {
                type Output = #output;
                type Interface = #interface;

                const ITEMS: &'static [#root::__private::ComponentInfo] = &[#(#items),*];

                fn call(
                    __index: usize,
                    __builder: &mut #root::__private::Builder<'_, '_>,
                    __context: &__Context<'_>,
                ) -> ::core::option::Option<#root::__private::Registered<#output>> {
                    #call
                }

                fn erase(built: #output) -> #root::__private::Box<#interface> {
                    #erased
                }
            }

            #submit
        });
    }
}

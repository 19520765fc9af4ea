//! How a signature is told, and how arguments are written and read.

use super::place::located;
use crate::parameter::{Generic, Parameter};
use crate::text;
use crate::types::{bare, last_segment};
use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::Path;
use syn::spanned::Spanned;

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
    let parameters = parameters
        .iter()
        .map(|parameter| described(root, parameter));
    quote!(#root::__private::Signature::new(&[#(#parameters),*]))
}

fn described(root: &Path, parameter: &Parameter) -> TokenStream {
    let name = parameter.name();
    if let Some(generic) = parameter.generic {
        let type_name = match generic {
            Generic::Constant => text::of(&parameter.ty),
            Generic::Type => "type".to_owned(),
        };
        let value = generic_value(root, parameter, generic);
        return quote! {
            #root::__private::Parameter::new(#name, #type_name)
                .with_generic(|| #root::__private::Value::of(#value).ok())
        };
    }
    let type_name = text::of(&parameter.ty);
    let default = parameter
        .default
        .as_ref()
        .map(|default| default_of(root, parameter, default));
    let doc = (parameter.doc.to_string() != "\"\"").then(|| {
        let doc = &parameter.doc;
        quote!(.with_doc(#doc))
    });
    let keyword = parameter.keyword.then(|| quote!(.with_keyword()));
    let excluded = parameter.excluded.then(|| quote!(.with_exclude()));
    let skip = parameter.skip_default.then(|| quote!(.with_skip_default()));
    let aliases = (!parameter.aliases.is_empty()).then(|| {
        let aliases = &parameter.aliases;
        quote!(.with_aliases(&[#(#aliases),*]))
    });
    quote! {
        #root::__private::Parameter::new(#name, #type_name)
            #default #doc #keyword #excluded #skip #aliases
    }
}

fn default_of(root: &Path, parameter: &Parameter, default: &syn::Expr) -> TokenStream {
    let text = text::of(default);
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

/// A reference to the argument of a generic parameter.
fn generic_value(root: &Path, parameter: &Parameter, generic: Generic) -> TokenStream {
    let ident = &parameter.ident;
    match generic {
        Generic::Constant => quote!(&#ident),
        Generic::Type => quote!(&#root::__private::type_name::<#ident>()),
    }
}

/// One call of the writer for each identifying parameter; `place` gives the reference to its value.
pub(super) fn writes(
    root: &Path,
    parameters: &[Parameter],
    place: impl Fn(usize, &Parameter) -> TokenStream,
) -> TokenStream {
    let calls = parameters
        .iter()
        .enumerate()
        .filter(|(_, parameter)| parameter.identifying())
        .map(|(index, parameter)| {
            let (name, ty) = (parameter.name(), &parameter.ty);
            let value = match parameter.generic {
                Some(generic) => generic_value(root, parameter, generic),
                None => located(place(index, parameter), ty.span()),
            };
            // The key is laid out here, for it costs more to write than most values. A letter that
            // is escaped is left to the writer, which knows how.
            let plain = |byte: u8| (b' '..=b'~').contains(&byte) && byte != b'"' && byte != b'\\';
            match &parameter.default {
                Some(default) if parameter.skip_default => {
                    let default = typed(parameter, default);
                    quote!(__writer.argument_unless_default(#name, #value, &#default)?;)
                }
                _ if name.bytes().all(plain) => {
                    let key = format!(", \"{name}\": ");
                    let place = Span::call_site().located_at(ty.span());
                    if parameter.generic.is_some() || is_plain_data(ty) {
                        quote_spanned! {place=> __writer.keyed_argument(#name, #key, #value)?; }
                    } else {
                        quote_spanned! {place=>
                            #root::__private::Written(#value).write(__writer, #name, #key)?;
                        }
                    }
                }
                _ => quote_spanned! {Span::call_site().located_at(ty.span())=>
                    __writer.argument(#name, #value)?;
                },
            }
        });
    // Unused where no parameter asks how it is written.
    quote! {
        #[allow(unused_imports)]
        use #root::__private::WrittenFallback as _;
        #(#calls)*
    }
}

/// Whether a type is written by serde and is no entity, as its spelling tells: it is then not asked.
fn is_plain_data(ty: &syn::Type) -> bool {
    const PLAIN: [&str; 16] = [
        "bool", "char", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16",
        "u32", "u64", "usize", "String",
    ];
    match bare(ty) {
        syn::Type::Path(path) => PLAIN.iter().any(|plain| path.path.is_ident(plain)),
        _ => false,
    }
}

/// Reads the arguments of all identifying parameters, each into a variable.
pub(super) fn reads(root: &Path, parameters: &[Parameter]) -> TokenStream {
    let reads = parameters
        .iter()
        .enumerate()
        .filter(|(_, parameter)| parameter.identifying() && parameter.generic.is_none())
        .map(|(index, parameter)| read(root, index, parameter));
    quote!(#(#reads)*)
}

/// Forgets what was read, where nothing can be built of it.
pub(super) fn unread(parameters: &[Parameter]) -> TokenStream {
    let variables = parameters
        .iter()
        .enumerate()
        .filter(|(_, parameter)| parameter.identifying() && parameter.generic.is_none())
        .map(|(index, _)| variable(index));
    quote!(#(let _ = #variables;)*)
}

/// The values of all parameters but the generic ones, after [`reads`].
pub(super) fn values(root: &Path, parameters: &[Parameter]) -> Vec<TokenStream> {
    parameters
        .iter()
        .enumerate()
        .filter(|(_, parameter)| parameter.generic.is_none())
        .map(
            |(index, parameter)| match (&parameter.default, parameter.excluded) {
                (Some(default), true) => typed(parameter, default),
                (None, true) => from_context(root, parameter.ty.span()),
                (_, false) => {
                    let variable = variable(index);
                    quote!(#variable)
                }
            },
        )
        .collect()
}

/// Takes what [`reads`] gave out of its options.
pub(super) fn unwraps(parameters: &[Parameter]) -> TokenStream {
    let variables: Vec<_> = parameters
        .iter()
        .enumerate()
        .filter(|(_, parameter)| parameter.identifying() && parameter.generic.is_none())
        .map(|(index, _)| variable(index))
        .collect();
    if variables.is_empty() {
        return TokenStream::new();
    }
    quote! {
        let (#(::core::option::Option::Some(#variables),)*) = (#(#variables,)*) else {
            return ::core::option::Option::None;
        };
    }
}

/// What the context gives, of the type that is asked for there.
pub(super) fn from_context(root: &Path, place: Span) -> TokenStream {
    located(
        quote!(#root::__private::FromContext::from_context(__context)),
        place,
    )
}

fn variable(index: usize) -> syn::Ident {
    format_ident!("__argument_{index}", span = Span::mixed_site())
}

/// Whether a type is spelt as a component with its identity, or as a container of such.
fn holds_registered(ty: &syn::Type) -> bool {
    let Some(last) = last_segment(ty) else {
        return false;
    };
    let syn::PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return false;
    };
    let mut types = arguments.args.iter().filter_map(|argument| match argument {
        syn::GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    match last.ident.to_string().as_str() {
        "Registered" => true,
        "Vec" | "Option" | "Box" | "Rc" | "Arc" => types.next().is_some_and(holds_registered),
        "BTreeMap" | "HashMap" => types.nth(1).is_some_and(holds_registered),
        _ => false,
    }
}

/// Reads one argument into a variable.
fn read(root: &Path, index: usize, parameter: &Parameter) -> TokenStream {
    let (variable, ty) = (variable(index), &parameter.ty);
    let take = if holds_registered(ty) {
        // Not asked, so that a context that does not fit is told as such.
        quote! {
            <#ty as #root::__private::FromArgument<__Context<'_>>>::from_argument(
                __argument,
                __context,
            )
        }
    } else {
        quote!(#root::__private::Probe::<#ty, __Context<'_>>::take(__argument, __context))
    };
    let take = located(take, ty.span());
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

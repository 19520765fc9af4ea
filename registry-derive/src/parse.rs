//! From the user's item to what the macros work on.

use crate::errors::Errors;
use crate::options::Options;
use crate::parameter::{self, Parameter, UNNAMED};
use crate::text::{self, literal};
use crate::types::unraw;
use crate::words::Place;
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::{
    Attribute, Data, DeriveInput, Fields, FnArg, Generics, LitStr, Pat, Signature, Visibility,
};

/// A type under `#[derive(Entity)]`.
pub(crate) struct Derived {
    pub(crate) ident: Ident,
    pub(crate) vis: Visibility,
    pub(crate) generics: Generics,
    pub(crate) options: Options,
    pub(crate) body: Body,
}

pub(crate) enum Body {
    Struct(Fielded),
    Enum(Vec<Fielded>),
}

/// A struct or a variant.
pub(crate) struct Fielded {
    pub(crate) ident: Ident,
    pub(crate) name: Name,
    pub(crate) aliases: Vec<LitStr>,
    pub(crate) doc: TokenStream,
    pub(crate) unit: bool,
    pub(crate) parameters: Vec<Parameter>,
}

/// The name that a component is registered under.
#[derive(Clone)]
pub(crate) struct Name {
    /// The text, where the macro can see it.
    pub(crate) literal: Option<String>,
    /// What gives it while compiling.
    pub(crate) tokens: TokenStream,
}

impl Name {
    /// The option, or the identifier.
    pub(crate) fn of(options: &Options, ident: &Ident, errors: &mut Errors) -> Self {
        let Some(expression) = &options.name else {
            let name = unraw(ident);
            return Self {
                tokens: quote!(#name),
                literal: Some(name),
            };
        };
        let literal = literal(expression).map(LitStr::value);
        if literal.as_deref() == Some("") {
            errors.at(
                expression,
                "a name cannot be empty\nhint: leave `name` out to use the identifier",
            );
        }
        let tokens = match &literal {
            Some(text) => quote!(#text),
            // Of one type in any case, so that another is one error.
            None => quote!({
                let name: &'static str = #expression;
                name
            }),
        };
        Self { literal, tokens }
    }

    /// For documentation.
    pub(crate) fn shown(&self, ident: &Ident) -> String {
        self.literal.clone().unwrap_or_else(|| unraw(ident))
    }
}

impl ToTokens for Name {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.tokens.to_tokens(tokens);
    }
}

impl Derived {
    pub(crate) fn parse(mut input: DeriveInput, errors: &mut Errors) -> Option<Self> {
        let place = match &input.data {
            Data::Struct(_) => Place::Struct,
            Data::Enum(_) => Place::Enum,
            Data::Union(data) => {
                errors.at(
                    data.union_token,
                    "a `union` cannot be an entity: which field counts is unknown\n\
                     hint: use an enum",
                );
                return None;
            }
        };
        let options = Options::take(&mut input.attrs, place, errors);
        let generics = &input.generics;
        let body = match input.data {
            Data::Struct(mut data) => Body::Struct(fielded(
                (input.ident.clone(), &input.attrs),
                &mut data.fields,
                generics,
                &options,
                errors,
            )),
            Data::Enum(data) => {
                if data.variants.is_empty() {
                    errors.at(
                        &input.ident,
                        "an enum without variants has no entities\nhint: add a variant",
                    );
                }
                let variants = data.variants.into_iter();
                let forms =
                    variants.map(|variant| self::variant(variant, generics, &options, errors));
                Body::Enum(forms.collect())
            }
            Data::Union(_) => return None,
        };
        Some(Self {
            ident: input.ident,
            vis: input.vis,
            generics: input.generics,
            options,
            body,
        })
    }

    pub(crate) fn forms(&self) -> &[Fielded] {
        match &self.body {
            Body::Struct(form) => std::slice::from_ref(form),
            Body::Enum(forms) => forms,
        }
    }

    pub(crate) fn all_parameters(&self) -> Vec<&Parameter> {
        self.forms()
            .iter()
            .flat_map(|form| &form.parameters)
            .collect()
    }
}

fn variant(
    mut variant: syn::Variant,
    generics: &Generics,
    of_enum: &Options,
    errors: &mut Errors,
) -> Fielded {
    let mut options = Options::take(&mut variant.attrs, Place::Variant, errors);
    options.skip_default = options.skip_default.or(of_enum.skip_default);
    fielded(
        (variant.ident, &variant.attrs),
        &mut variant.fields,
        generics,
        &options,
        errors,
    )
}

fn fielded(
    (ident, attributes): (Ident, &[Attribute]),
    fields: &mut Fields,
    generics: &Generics,
    options: &Options,
    errors: &mut Errors,
) -> Fielded {
    let mut parameters = Vec::new();
    let unit = matches!(fields, Fields::Unit);
    match fields {
        Fields::Unit => {}
        Fields::Named(named) => {
            for field in &mut named.named {
                if let Some(name) = field.ident.clone() {
                    let (ty, attributes) = (field.ty.clone(), &mut field.attrs);
                    parameters.push(Parameter::new(name, ty, attributes, errors));
                }
            }
        }
        Fields::Unnamed(unnamed) => errors.at(
            &*unnamed,
            "the fields of an entity are its parameters, so they need names\n\
             hint: write `{ name: Type }` instead of `(Type)`",
        ),
    }
    Fielded {
        name: Name::of(options, &ident, errors),
        aliases: options.aliases.clone(),
        doc: text::doc(attributes),
        ident,
        unit,
        parameters: parameter::all(generics, parameters, options, errors),
    }
}

/// The parameters of a constructor, their options taken out of it.
pub(crate) fn constructor_parameters(
    signature: &mut Signature,
    generics: &Generics,
    options: &Options,
    errors: &mut Errors,
) -> Vec<Parameter> {
    let mut parameters = Vec::new();
    for argument in &mut signature.inputs {
        let FnArg::Typed(argument) = argument else {
            continue;
        };
        let ident = match &*argument.pat {
            Pat::Ident(pattern) if pattern.by_ref.is_none() && pattern.subpat.is_none() => {
                pattern.ident.clone()
            }
            _ => quote::format_ident!("{}", UNNAMED),
        };
        let (ty, attributes) = ((*argument.ty).clone(), &mut argument.attrs);
        parameters.push(Parameter::new(ident, ty, attributes, errors));
        // Rust allows documentation here only where a macro takes it out.
        attributes.retain(|attribute| !attribute.path().is_ident("doc"));
    }
    parameter::all(generics, parameters, options, errors)
}

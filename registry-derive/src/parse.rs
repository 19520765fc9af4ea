//! From the user's item to what the macros work on.

use crate::check::{self, Errors};
use crate::options::{Options, Place};
use crate::parameter::{self, Parameter};
use crate::text;
use proc_macro2::Ident;
use quote::ToTokens;
use syn::{
    Attribute, Data, DeriveInput, Fields, GenericArgument, Generics, PathArguments, ReturnType,
    Signature, Type, Visibility,
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
    pub(crate) name: String,
    pub(crate) doc: String,
    pub(crate) unit: bool,
    pub(crate) parameters: Vec<Parameter>,
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
        let body = match input.data {
            Data::Struct(mut data) => Body::Struct(fielded(
                input.ident.clone(),
                &input.attrs,
                &mut data.fields,
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
                let forms: Vec<_> = data
                    .variants
                    .into_iter()
                    .map(|variant| self::variant(variant, &options, errors))
                    .collect();
                check::names(&forms, errors);
                Body::Enum(forms)
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
}

fn variant(mut variant: syn::Variant, of_enum: &Options, errors: &mut Errors) -> Fielded {
    let mut options = Options::take(&mut variant.attrs, Place::Variant, errors);
    options.skip_default = options.skip_default.or(of_enum.skip_default);
    fielded(
        variant.ident,
        &variant.attrs,
        &mut variant.fields,
        &options,
        errors,
    )
}

fn fielded(
    ident: Ident,
    attributes: &[Attribute],
    fields: &mut Fields,
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
                    parameters.push(Parameter::new(
                        name,
                        field.ty.clone(),
                        &mut field.attrs,
                        errors,
                    ));
                }
            }
        }
        Fields::Unnamed(unnamed) => errors.at(
            &*unnamed,
            "the fields of an entity are its parameters, so they need names\n\
             hint: write `{ name: Type }` instead of `(Type)`",
        ),
    }
    parameter::apply(options, &mut parameters, errors);
    check::parameters(&parameters, errors);
    Fielded {
        name: name(options, &ident, errors),
        doc: text::doc(attributes),
        ident,
        unit,
        parameters,
    }
}

/// An identifier without the mark of a raw one.
pub(crate) fn unraw(ident: &Ident) -> String {
    use syn::ext::IdentExt;
    ident.unraw().to_string()
}

/// The registered name: the option, or the identifier.
pub(crate) fn name(options: &Options, ident: &Ident, errors: &mut Errors) -> String {
    match &options.name {
        Some(name) if name.value().is_empty() => {
            errors.at(
                name,
                "a name cannot be empty\nhint: leave `name` out to use the identifier",
            );
            String::new()
        }
        Some(name) => name.value(),
        None => unraw(ident),
    }
}

/// What a constructor gives.
pub(crate) struct Output {
    /// The type as written.
    pub(crate) written: Type,
    /// The same with `Registered` around what is built.
    pub(crate) registered: Type,
    /// What is built.
    pub(crate) built: Type,
    pub(crate) fallible: bool,
}

impl Output {
    /// Reads `-> T` or `-> Result<T, E>`; `root` is where the library is.
    pub(crate) fn parse(
        signature: &Signature,
        root: &syn::Path,
        errors: &mut Errors,
    ) -> Option<Self> {
        let ReturnType::Type(_, written) = &signature.output else {
            errors.at(
                &signature.ident,
                "the constructor returns nothing\nhint: return `Self`, the type, or a `Result` of it",
            );
            return None;
        };
        let written = (**written).clone();
        if let Some(unknown) = impl_trait(&written) {
            errors.at(
                unknown,
                "a registry must know the type that it builds\nhint: write the type's name",
            );
            return None;
        }
        match argument_of(&written, "Option") {
            Some(_) => {
                errors.at(
                    &written,
                    "a constructor that returns an `Option` cannot say why it refuses\n\
                     hint: return a `Result` with an error that does",
                );
                None
            }
            None => Some(match argument_of(&written, "Result") {
                Some(built) => {
                    let mut registered = written.clone();
                    if let Some(slot) = argument_of_mut(&mut registered) {
                        *slot = syn::parse_quote!(#root::__private::Registered<#built>);
                    }
                    Self {
                        registered,
                        built,
                        written,
                        fallible: true,
                    }
                }
                None => Self {
                    registered: syn::parse_quote!(#root::__private::Registered<#written>),
                    built: written.clone(),
                    written,
                    fallible: false,
                },
            }),
        }
    }
}

fn impl_trait(ty: &Type) -> Option<&syn::TypeImplTrait> {
    struct Find<'t>(Option<&'t syn::TypeImplTrait>);

    impl<'t> syn::visit::Visit<'t> for Find<'t> {
        fn visit_type_impl_trait(&mut self, unknown: &'t syn::TypeImplTrait) {
            self.0 = Some(unknown);
        }
    }

    let mut find = Find(None);
    syn::visit::Visit::visit_type(&mut find, ty);
    find.0
}

/// `T` of `name<T, ...>`, by whatever path `name` is reached.
fn argument_of(ty: &Type, name: &str) -> Option<Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    if last.ident != name {
        return None;
    }
    let mut ty = ty.clone();
    argument_of_mut(&mut ty).map(|argument| argument.clone())
}

fn argument_of_mut(ty: &mut Type) -> Option<&mut Type> {
    let Type::Path(path) = ty else { return None };
    let PathArguments::AngleBracketed(arguments) = &mut path.path.segments.last_mut()?.arguments
    else {
        return None;
    };
    arguments
        .args
        .iter_mut()
        .find_map(|argument| match argument {
            GenericArgument::Type(ty) => Some(ty),
            _ => None,
        })
}

/// The parameters of a constructor, their options taken out of it.
pub(crate) fn constructor_parameters(
    signature: &mut Signature,
    options: &Options,
    errors: &mut Errors,
) -> Vec<Parameter> {
    let mut parameters = Vec::new();
    for argument in &mut signature.inputs {
        check::always_there(argument, errors);
        let ident =
            check::constructor_parameter(argument, errors).map(|pattern| pattern.ident.clone());
        if let syn::FnArg::Typed(argument) = argument {
            let ty = (*argument.ty).clone();
            let placeholder =
                ident.unwrap_or_else(|| quote::format_ident!("{}", parameter::UNNAMED));
            parameters.push(Parameter::new(placeholder, ty, &mut argument.attrs, errors));
            // Rust allows documentation here only where a macro takes it out.
            argument
                .attrs
                .retain(|attribute| !attribute.path().is_ident("doc"));
        }
    }
    parameter::apply(options, &mut parameters, errors);
    check::parameters(&parameters, errors);
    for parameter in &parameters {
        check::owned(parameter, errors);
    }
    parameters
}

/// The text of a type.
pub(crate) fn type_text(ty: &impl ToTokens) -> String {
    text::source(ty.to_token_stream())
}

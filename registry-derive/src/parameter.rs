//! One parameter of a signature: a field, a function's parameter, or a generic parameter of the type.

use crate::errors::Errors;
use crate::options::{DefaultValue, Exclude, Options};
use crate::text::{self, literal};
use crate::types::{mentions, unraw};
use crate::words::Place;
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::{Attribute, Expr, GenericParam, Generics, LitStr, Type};

#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a property that stands by itself"
)]
pub(crate) struct Parameter {
    pub(crate) ident: Ident,
    pub(crate) ty: Type,
    /// Its name in identity and JSON, where that is not the identifier.
    pub(crate) renamed: Option<LitStr>,
    pub(crate) aliases: Vec<LitStr>,
    pub(crate) default: Option<Expr>,
    pub(crate) excluded: bool,
    pub(crate) skip_default: bool,
    pub(crate) keyword: bool,
    /// What it is generic in, where it is no parameter of the constructor.
    pub(crate) generic: Option<Generic>,
    pub(crate) doc: TokenStream,
    /// Where `skip_default` was said on this parameter itself.
    pub(crate) skip_span: Option<Span>,
    /// Whether its options, or those of the item, were not all understood.
    pub(crate) broken: bool,
}

/// What a generic parameter stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Generic {
    Constant,
    Type,
}

/// Stands for the name of a parameter that has none, which is an error.
pub(crate) const UNNAMED: &str = "_unnamed";

impl Parameter {
    /// Reads the options on a field or parameter, and takes them out of its attributes.
    pub(crate) fn new(
        ident: Ident,
        ty: Type,
        attributes: &mut Vec<Attribute>,
        errors: &mut Errors,
    ) -> Self {
        let options = Options::take(attributes, Place::Parameter, errors);
        let default = options.default.map(|default| match default {
            DefaultValue::Expression(expression) => *expression,
            DefaultValue::OfType(span) => {
                syn::parse_quote_spanned!(span=> ::core::default::Default::default())
            }
        });
        let renamed = options.name.as_ref().and_then(literal).cloned();
        Self {
            ident,
            ty,
            renamed,
            aliases: options.aliases,
            default,
            excluded: matches!(options.exclude, Some(Exclude::Itself)),
            skip_default: options.skip_default.is_some(),
            keyword: options.keyword.is_some(),
            generic: None,
            doc: text::doc(attributes),
            skip_span: options.skip_default,
            broken: options.broken,
        }
    }

    fn of_generic(ident: &Ident, ty: Type, generic: Generic) -> Self {
        Self {
            ident: ident.clone(),
            ty,
            renamed: None,
            aliases: Vec::new(),
            default: None,
            excluded: false,
            skip_default: false,
            keyword: false,
            generic: Some(generic),
            doc: quote!(""),
            skip_span: None,
            broken: false,
        }
    }

    /// The name that a caller gives it by.
    pub(crate) fn name(&self) -> String {
        self.renamed
            .as_ref()
            .map_or_else(|| unraw(&self.ident), LitStr::value)
    }

    /// Whether it counts for identity.
    pub(crate) fn identifying(&self) -> bool {
        !self.excluded
    }
}

/// The parameters of a component: the generic ones that count, then those of its constructor.
///
/// A constant counts. A type counts where an identifying parameter holds one, for it then decides what
/// is held; one that stands in `PhantomData` or in excluded parameters alone, as a backend does,
/// does not.
///
/// Applies what stands on the item: `exclude = "a, b"` and `skip_default`; and makes each parameter
/// after a keyword one a keyword one.
pub(crate) fn all(
    generics: &Generics,
    mut parameters: Vec<Parameter>,
    options: &Options,
    errors: &mut Errors,
) -> Vec<Parameter> {
    let mut all: Vec<_> = generics.params.iter().filter_map(generic).collect();
    all.append(&mut parameters);
    if let Some(Exclude::Names(names)) = &options.exclude {
        exclude(names, &mut all, errors);
    }
    let mut keyword = false;
    for parameter in &mut all {
        keyword |= parameter.keyword;
        parameter.keyword = keyword;
        parameter.broken |= options.broken;
        parameter.skip_default |= options.skip_default.is_some() && parameter.default.is_some();
    }
    let held: Vec<Type> = all
        .iter()
        .filter(|parameter| parameter.generic.is_none() && parameter.identifying())
        .map(|parameter| parameter.ty.clone())
        .collect();
    all.retain(|parameter| match parameter.generic {
        None => true,
        Some(Generic::Constant) => !parameter.excluded,
        Some(Generic::Type) => {
            !parameter.excluded && held.iter().any(|ty| mentions(ty, &parameter.ident))
        }
    });
    all
}

fn generic(parameter: &GenericParam) -> Option<Parameter> {
    match parameter {
        GenericParam::Lifetime(_) => None,
        GenericParam::Const(constant) => Some(Parameter::of_generic(
            &constant.ident,
            constant.ty.clone(),
            Generic::Constant,
        )),
        GenericParam::Type(ty) => {
            let ident = &ty.ident;
            let placeholder = syn::parse_quote!(#ident);
            Some(Parameter::of_generic(ident, placeholder, Generic::Type))
        }
    }
}

fn exclude(names: &LitStr, parameters: &mut [Parameter], errors: &mut Errors) {
    let all = names.value();
    for name in all.split(',').map(str::trim).filter(|it| !it.is_empty()) {
        let known: Vec<_> = parameters
            .iter()
            .map(Parameter::name)
            .filter(|name| name != UNNAMED)
            .collect();
        match parameters
            .iter_mut()
            .find(|parameter| parameter.name() == name || unraw(&parameter.ident) == name)
        {
            Some(parameter) => parameter.excluded = true,
            None => errors.unknown_name(names, "parameter", name, &known),
        }
    }
}

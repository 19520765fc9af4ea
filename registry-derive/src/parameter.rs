//! One parameter of a signature, from a field or from a function's parameter.

use crate::check::Errors;
use crate::options::{DefaultValue, Exclude, Options, Place};
use crate::parse::unraw;
use crate::text;
use proc_macro2::{Ident, Span};
use syn::{Attribute, Expr, Type};

#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a property that stands by itself"
)]
pub(crate) struct Parameter {
    pub(crate) ident: Ident,
    pub(crate) ty: Type,
    pub(crate) default: Option<Expr>,
    pub(crate) excluded: bool,
    pub(crate) skip_default: bool,
    pub(crate) keyword: bool,
    pub(crate) doc: String,
    /// Where `skip_default` was said on this parameter itself.
    pub(crate) skip_span: Option<Span>,
    /// Whether its options, or those of the item, were not all understood.
    pub(crate) broken: bool,
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
        Self {
            ident,
            ty,
            default,
            excluded: matches!(options.exclude, Some(Exclude::Itself)),
            skip_default: options.skip_default.is_some(),
            keyword: options.keyword.is_some(),
            doc: text::doc(attributes),
            skip_span: options.skip_default,
            broken: options.broken,
        }
    }

    /// The name that a caller gives it by.
    pub(crate) fn name(&self) -> String {
        unraw(&self.ident)
    }
}

/// Applies what stands on the item to its parameters: `exclude = "a, b"` and `skip_default`; and
/// makes each parameter after a keyword one a keyword one.
pub(crate) fn apply(options: &Options, parameters: &mut [Parameter], errors: &mut Errors) {
    if let Some(Exclude::Names(names)) = &options.exclude {
        for name in names
            .value()
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty())
        {
            let known: Vec<_> = parameters
                .iter()
                .map(Parameter::name)
                .filter(|name| name != UNNAMED)
                .collect();
            match parameters
                .iter_mut()
                .find(|parameter| parameter.name() == name)
            {
                Some(parameter) => parameter.excluded = true,
                None => errors.unknown_name(names, "parameter", name, &known),
            }
        }
    }
    let mut keyword = false;
    for parameter in parameters {
        keyword |= parameter.keyword;
        parameter.keyword = keyword;
        parameter.broken |= options.broken;
        parameter.skip_default |= options.skip_default.is_some() && parameter.default.is_some();
    }
}

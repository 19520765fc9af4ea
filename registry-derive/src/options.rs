//! The options of `#[register(...)]` and `#[registry(...)]`.
//!
//! ```text
//! options  = option , { "," , option } , [ "," ]
//! option   = "name" "=" string | "constructor" "=" string
//!          | "exclude" [ "=" string ]          (* names, separated by commas *)
//!          | "registry" "=" path | "context" "=" type | "crate" "=" path
//!          | "default" [ "=" expression ]
//!          | "skip_default" | "keyword" | "new"
//! ```

use crate::check::Errors;
use proc_macro2::{Ident, Span, TokenStream};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Expr, LitStr, Path, Token, Type};

/// Where options stand, which decides what is allowed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Struct,
    Enum,
    Variant,
    Impl,
    Function,
    /// A field or a parameter.
    Parameter,
    Trait,
}

impl Place {
    fn allowed(self) -> &'static [&'static str] {
        match self {
            Self::Struct => &[
                "name",
                "registry",
                "exclude",
                "skip_default",
                "new",
                "crate",
            ],
            Self::Enum => &["registry", "skip_default", "crate"],
            Self::Variant => &["name", "exclude", "skip_default"],
            Self::Impl => &[
                "name",
                "registry",
                "exclude",
                "skip_default",
                "constructor",
                "crate",
            ],
            Self::Function => &["name", "registry", "exclude", "skip_default", "crate"],
            Self::Parameter => &["exclude", "default", "skip_default", "keyword"],
            Self::Trait => &["context", "crate"],
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Struct => "a struct",
            Self::Enum => "an enum",
            Self::Variant => "a variant",
            Self::Impl => "an `impl` block",
            Self::Function => "a function",
            Self::Parameter => "a field or parameter",
            Self::Trait => "a trait",
        }
    }
}

/// What was said, each with the place where it was said.
#[derive(Default)]
pub(crate) struct Options {
    pub(crate) name: Option<LitStr>,
    pub(crate) constructor: Option<LitStr>,
    pub(crate) exclude: Option<Exclude>,
    pub(crate) registry: Option<Path>,
    pub(crate) context: Option<Type>,
    pub(crate) krate: Option<Path>,
    pub(crate) default: Option<DefaultValue>,
    pub(crate) skip_default: Option<Span>,
    pub(crate) keyword: Option<Span>,
    pub(crate) new: Option<Span>,
    /// Whether something was not understood, so that nothing can be said of what is missing.
    pub(crate) broken: bool,
}

/// `exclude` on a parameter, or `exclude = "a, b"` on an item.
pub(crate) enum Exclude {
    Itself,
    Names(LitStr),
}

/// `default`, or `default = expression`.
pub(crate) enum DefaultValue {
    OfType(Span),
    Expression(Box<Expr>),
}

impl Options {
    /// Takes the `#[register(...)]` attributes out of `attributes`.
    pub(crate) fn take(attributes: &mut Vec<Attribute>, place: Place, errors: &mut Errors) -> Self {
        let mut options = Self::default();
        attributes.retain(|attribute| {
            if !attribute.path().is_ident("register") {
                return true;
            }
            match &attribute.meta {
                syn::Meta::List(list) => options.read(list.tokens.clone(), place, errors),
                other => errors.at(
                    other,
                    "expected options in parentheses\n\
                     hint: write `#[register(...)]`, or leave the attribute out",
                ),
            }
            false
        });
        options
    }

    /// Reads the options of an attribute macro.
    pub(crate) fn of_macro(tokens: TokenStream, place: Place, errors: &mut Errors) -> Self {
        let mut options = Self::default();
        options.read(tokens, place, errors);
        options
    }

    fn read(&mut self, tokens: TokenStream, place: Place, errors: &mut Errors) {
        let parser = |input: ParseStream<'_>| {
            while !input.is_empty() {
                if let Err(error) = self.read_one(input, place, errors) {
                    self.broken = true;
                    errors.push(error);
                }
                // After an error the next option still counts.
                while !input.is_empty() && !input.peek(Token![,]) {
                    input.parse::<proc_macro2::TokenTree>()?;
                }
                input.parse::<Option<Token![,]>>()?;
            }
            Ok(())
        };
        if let Err(error) = parser.parse2(tokens) {
            errors.push(error);
        }
    }

    fn read_one(
        &mut self,
        input: ParseStream<'_>,
        place: Place,
        errors: &mut Errors,
    ) -> syn::Result<()> {
        let Ok(key) = input.call(Ident::parse_any) else {
            return Err(input.error(format!("expected an option\nhint: {}", listed(place))));
        };
        let said = key.to_string();
        let mut word = said.as_str();
        if !place.allowed().contains(&word) {
            errors.at(&key, unknown(word, place));
            // What it was meant as counts, so that what depends on it is no further error.
            match crate::text::nearest(word, place.allowed().iter().copied()) {
                Some(near) => word = near,
                None => {
                    self.broken = true;
                    skip_value(input)?;
                    return Ok(());
                }
            }
        }
        let span = key.span();
        let repeated = match word {
            "name" => set(&mut self.name, value(input, &key, word)?),
            "constructor" => set(&mut self.constructor, value(input, &key, word)?),
            "registry" => set(&mut self.registry, value(input, &key, word)?),
            "context" => set(&mut self.context, value(input, &key, word)?),
            "crate" => set(&mut self.krate, value(input, &key, word)?),
            "skip_default" => set(&mut self.skip_default, span),
            "keyword" => set(&mut self.keyword, span),
            "new" => set(&mut self.new, span),
            "exclude" if place == Place::Parameter => set(&mut self.exclude, Exclude::Itself),
            "exclude" => set(&mut self.exclude, Exclude::Names(value(input, &key, word)?)),
            _ => {
                let default = if input.peek(Token![=]) {
                    DefaultValue::Expression(Box::new(value(input, &key, word)?))
                } else {
                    DefaultValue::OfType(span)
                };
                set(&mut self.default, default)
            }
        };
        if repeated {
            errors.at(
                &key,
                format!("`{word}` is given twice\nhint: remove one of them"),
            );
        }
        if input.is_empty() || input.peek(Token![,]) {
            return Ok(());
        }
        let hint = if input.peek(Token![=]) || input.peek(syn::token::Paren) {
            match word {
                "default" => "write `default = ...`".to_owned(),
                _ => format!("`{word}` stands alone"),
            }
        } else {
            "options are separated by commas".to_owned()
        };
        Err(input.error(format!("unexpected after `{word}`\nhint: {hint}")))
    }
}

fn set<T>(slot: &mut Option<T>, value: T) -> bool {
    slot.replace(value).is_some()
}

fn value<T: syn::parse::Parse>(input: ParseStream<'_>, key: &Ident, word: &str) -> syn::Result<T> {
    let example = match word {
        "registry" => "registry = Trait",
        "context" => "context = Type",
        "crate" => "crate = path",
        "default" => "default = 0.5",
        "exclude" => "exclude = \"a, b\"",
        "name" => "name = \"Name\"",
        _ => "constructor = \"make\"",
    };
    let wrong =
        |span, what| syn::Error::new(span, format!("{what} `{word}`\nhint: write `{example}`"));
    if input.parse::<Token![=]>().is_err() || input.is_empty() {
        return Err(wrong(key.span(), "a value is missing for"));
    }
    let span = input.span();
    input
        .parse()
        .map_err(|_| wrong(span, "this is no value for"))
}

/// Passes over the value of an option that was not understood.
fn skip_value(input: ParseStream<'_>) -> syn::Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<proc_macro2::TokenTree>()?;
    }
    Ok(())
}

fn listed(place: Place) -> String {
    let allowed = place.allowed().join("`, `");
    format!("the options of {} are `{allowed}`", place.words())
}

fn unknown(word: &str, place: Place) -> String {
    let allowed = place.allowed();
    let everywhere = [
        Place::Struct,
        Place::Enum,
        Place::Variant,
        Place::Impl,
        Place::Function,
        Place::Parameter,
        Place::Trait,
    ];
    let elsewhere: Vec<_> = everywhere
        .into_iter()
        .filter(|other| other.allowed().contains(&word))
        .map(Place::words)
        .collect();
    let hint = match crate::text::nearest(word, allowed.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if !elsewhere.is_empty() => format!("it stands on {}", elsewhere.join(", ")),
        None => listed(place),
    };
    format!("`{word}` is no option of {}\nhint: {hint}", place.words())
}

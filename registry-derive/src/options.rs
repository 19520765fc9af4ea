//! The options of `#[register(...)]` and `#[registry(...)]`.
//!
//! ```text
//! options  = option , { "," , option } , [ "," ]
//! option   = "name" "=" expression            (* on a parameter: string *)
//!          | "alias" "=" string | "constructor" "=" string
//!          | "exclude" [ "=" string ]          (* names, separated by commas *)
//!          | "registry" "=" ( path | "[" path , { "," , path } , [ "," ] "]" )
//!          | "check" "=" path
//!          | "of" "=" path | "crate" "=" path
//!          | "context" "=" type | "nested" "=" expression
//!          | "default" [ "=" expression ]
//!          | "serde" "=" boolean
//!          | "skip_default" | "keyword" | "new" | "forward"
//! ```

use crate::errors::Errors;
use crate::words::{
    ALIAS, CHECK, CONSTRUCTOR, CONTEXT, CRATE, DEFAULT, EXCLUDE, FORWARD, KEYWORD, NAME, NESTED,
    NEW, OF, Place, REGISTRY, SERDE, SKIP_DEFAULT, example, listed, unknown,
};
use proc_macro2::{Ident, Span, TokenStream};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Expr, ExprLit, Lit, LitBool, LitStr, Path, Token, Type};

/// What was said, each with the place where it was said.
#[derive(Default)]
pub(crate) struct Options {
    pub(crate) name: Option<Expr>,
    pub(crate) aliases: Vec<LitStr>,
    pub(crate) constructor: Option<LitStr>,
    pub(crate) exclude: Option<Exclude>,
    pub(crate) registries: Vec<Path>,
    pub(crate) of: Option<Path>,
    pub(crate) check: Option<Path>,
    pub(crate) context: Option<Type>,
    pub(crate) nested: Option<Expr>,
    pub(crate) forward: Option<Span>,
    pub(crate) serde: Option<LitBool>,
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
            NAME => set(&mut self.name, name(input, &key, place)?),
            ALIAS => {
                self.aliases.push(alias(input, &key)?);
                false
            }
            CONSTRUCTOR => set(&mut self.constructor, value(input, &key, word)?),
            REGISTRY => {
                let before = !self.registries.is_empty();
                self.registries = registries(input, &key)?;
                before
            }
            OF => set(&mut self.of, value(input, &key, word)?),
            CHECK => set(&mut self.check, value(input, &key, word)?),
            CONTEXT => set(&mut self.context, value(input, &key, word)?),
            NESTED => set(&mut self.nested, value(input, &key, word)?),
            CRATE => set(&mut self.krate, value(input, &key, word)?),
            SERDE => set(&mut self.serde, value(input, &key, word)?),
            SKIP_DEFAULT => set(&mut self.skip_default, span),
            KEYWORD => set(&mut self.keyword, span),
            NEW => set(&mut self.new, span),
            FORWARD => set(&mut self.forward, span),
            EXCLUDE if place == Place::Parameter => set(&mut self.exclude, Exclude::Itself),
            EXCLUDE => set(&mut self.exclude, Exclude::Names(value(input, &key, word)?)),
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
                DEFAULT => "write `default = ...`".to_owned(),
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
    let example = example(word);
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

/// A name: for a parameter a string, else whatever is a string while compiling.
fn name(input: ParseStream<'_>, key: &Ident, place: Place) -> syn::Result<Expr> {
    let name: Expr = value(input, key, NAME)?;
    let is_text = match bare(&name) {
        Expr::Lit(ExprLit {
            lit: Lit::Str(_), ..
        }) => true,
        Expr::Lit(_) | Expr::Closure(_) | Expr::Assign(_) | Expr::Binary(_) => false,
        _ => place != Place::Parameter,
    };
    if is_text {
        return Ok(name);
    }
    let hint = if place == Place::Parameter {
        "the name of a parameter is a string literal, as `name = \"learning-rate\"`"
    } else {
        "write `name = \"Name\"`, or a constant of type `&'static str`"
    };
    Err(syn::Error::new_spanned(
        &name,
        format!("this is no value for `name`\nhint: {hint}"),
    ))
}

/// An expression without the groups that `macro_rules!` puts around it.
pub(crate) fn bare(expression: &Expr) -> &Expr {
    match expression {
        Expr::Group(group) => bare(&group.expr),
        Expr::Paren(group) => bare(&group.expr),
        other => other,
    }
}

fn alias(input: ParseStream<'_>, key: &Ident) -> syn::Result<LitStr> {
    let alias: LitStr = value(input, key, ALIAS)?;
    if alias.value().is_empty() {
        return Err(syn::Error::new_spanned(
            alias,
            "an alias cannot be empty\nhint: write the name that records of then have",
        ));
    }
    Ok(alias)
}

/// `Trait`, or `[First, Second]`.
fn registries(input: ParseStream<'_>, key: &Ident) -> syn::Result<Vec<Path>> {
    let ahead = input.fork();
    if ahead.parse::<Token![=]>().is_ok() && ahead.peek(syn::token::Bracket) {
        input.parse::<Token![=]>()?;
        let list: syn::ExprArray = input.parse().map_err(|error| {
            let message =
                "this is no value for `registry`\nhint: write `registry = [First, Second]`";
            syn::Error::new(error.span(), message)
        })?;
        if list.elems.is_empty() {
            let message = "a component is in one registry at least\nhint: leave `registry` out for the default one";
            return Err(syn::Error::new_spanned(list, message));
        }
        return list
            .elems
            .iter()
            .map(|path| match bare(path) {
                Expr::Path(path) => Ok(path.path.clone()),
                other => Err(syn::Error::new_spanned(
                    other,
                    "expected a trait with `#[registry]`\nhint: write `registry = [First, Second]`",
                )),
            })
            .collect();
    }
    Ok(vec![value(input, key, REGISTRY)?])
}

/// Passes over the value of an option that was not understood.
fn skip_value(input: ParseStream<'_>) -> syn::Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<proc_macro2::TokenTree>()?;
    }
    Ok(())
}

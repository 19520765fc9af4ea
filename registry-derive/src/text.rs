//! Source text: types and expressions as a person would write them, documentation, near names.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{Attribute, Expr, ExprLit, Lit, LitStr, Meta};

/// The text of a type or an expression, without the spaces that `to_string` puts between tokens.
pub(crate) fn source(tokens: TokenStream) -> String {
    let mut text = String::new();
    write(tokens, &mut text);
    text
}

fn write(tokens: TokenStream, text: &mut String) {
    let mut previous: Option<TokenTree> = None;
    for token in tokens {
        let operand_before = matches!(
            previous,
            Some(TokenTree::Ident(_) | TokenTree::Literal(_) | TokenTree::Group(_))
        );
        match &token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::Brace => (" { ", " }"),
                    Delimiter::None => ("", ""),
                };
                if open == "[" && ends_with_lifetime(text) {
                    text.push(' ');
                }
                text.push_str(open);
                write(group.stream(), text);
                text.push_str(close);
            }
            TokenTree::Punct(punct) => match punct.as_char() {
                ',' | ';' => {
                    text.push(punct.as_char());
                    text.push(' ');
                }
                ':' if punct.spacing() == proc_macro2::Spacing::Alone && !text.ends_with(':') => {
                    text.push_str(": ");
                }
                // `Fn() -> Vec<T> + Send`
                '+' if text.ends_with('>') => text.push_str(" + "),
                '+' | '*' | '/' | '-' | '=' if operand_before && !text.ends_with(' ') => {
                    text.push(' ');
                    text.push(punct.as_char());
                    let alone = punct.spacing() == proc_macro2::Spacing::Alone;
                    text.push_str(if alone { " " } else { "" });
                }
                '>' if text.ends_with(" -") || text.ends_with(" =") || text.ends_with(")-") => {
                    text.push_str("> ");
                }
                character => text.push(character),
            },
            TokenTree::Ident(_) | TokenTree::Literal(_) => {
                let glued = text
                    .chars()
                    .next_back()
                    .is_some_and(|last| last.is_alphanumeric() || last == '_' || last == '"');
                if glued && !text.ends_with('\'') && !after_lifetime_tick(previous.as_ref()) {
                    text.push(' ');
                }
                text.push_str(&token.to_string());
            }
        }
        previous = Some(token);
    }
    let trimmed = text.trim_end().len();
    text.truncate(trimmed);
}

fn ends_with_lifetime(text: &str) -> bool {
    let name = text.trim_end_matches(|last: char| last.is_alphanumeric() || last == '_');
    name.len() < text.len() && name.ends_with('\'')
}

fn after_lifetime_tick(previous: Option<&TokenTree>) -> bool {
    matches!(previous, Some(TokenTree::Punct(punct)) if punct.as_char() == '\'')
}

/// The text of a type or an expression.
pub(crate) fn of(tokens: &impl ToTokens) -> String {
    source(tokens.to_token_stream())
}

/// The documentation of an item, as its author wrote it, as what gives it while compiling.
pub(crate) fn doc(attributes: &[Attribute]) -> TokenStream {
    let lines: Vec<&Expr> = attributes
        .iter()
        .filter_map(|attribute| match &attribute.meta {
            Meta::NameValue(pair) if pair.path.is_ident("doc") => Some(&pair.value),
            _ => None,
        })
        .collect();
    let literals: Option<Vec<String>> = lines.iter().map(|line| doc_line(line)).collect();
    if let Some(lines) = literals {
        let text = lines.join("\n");
        let text = text.trim();
        return quote!(#text);
    }
    // `concat!` and the like are only known to the compiler.
    let parts = lines.iter().map(|line| match doc_line(line) {
        Some(text) => quote!(#text),
        None => quote!(#line),
    });
    quote!(::core::concat!(#(#parts, "\n"),*).trim_ascii())
}

/// The text of an expression that is a string literal, also inside the groups that `macro_rules!`
/// puts around it.
pub(crate) fn literal(expression: &Expr) -> Option<&LitStr> {
    match expression {
        Expr::Lit(ExprLit {
            lit: Lit::Str(text),
            ..
        }) => Some(text),
        Expr::Group(group) => literal(&group.expr),
        Expr::Paren(group) => literal(&group.expr),
        _ => None,
    }
}

fn doc_line(line: &Expr) -> Option<String> {
    let text = literal(line)?.value();
    Some(
        text.strip_prefix(' ')
            .unwrap_or(&text)
            .trim_end()
            .to_owned(),
    )
}

/// The candidate that differs from `name` in at most a third of its letters.
pub(crate) fn nearest<'c>(
    name: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<&'c str> {
    candidates
        .into_iter()
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= candidate.len().max(3) / 3)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Levenshtein's distance. Written out, for a macro crate that every user compiles should bring no
/// crate of its own for a dozen lines.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (above, from) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = above + 1;
        for (at, to) in right.iter().enumerate() {
            let substituted = diagonal + usize::from(from != *to);
            diagonal = row[at + 1];
            row[at + 1] = substituted.min(row[at] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::{nearest, source};
    use quote::quote;

    #[test]
    fn types_and_expressions_read_as_written() {
        for (tokens, text) in [
            (quote!(Vec<Option<f64>>), "Vec<Option<f64>>"),
            (quote!(&'a nn::Path<'_>), "&'a nn::Path<'_>"),
            (quote!(Box<dyn Model + Send>), "Box<dyn Model + Send>"),
            (quote!([f64; 3]), "[f64; 3]"),
            (quote!((i64, i64)), "(i64, i64)"),
            (quote!(fn(f64) -> f64), "fn(f64) -> f64"),
            (quote!(&'a [f64]), "&'a [f64]"),
            (
                quote!(Box<dyn Fn() -> Vec<f64> + Send>),
                "Box<dyn Fn() -> Vec<f64> + Send>",
            ),
            (quote!(-1.5), "-1.5"),
            (quote!(2 * 3 - 1), "2 * 3 - 1"),
            (
                quote!(Activation::LeakyReLU { slope: 0.1 }),
                "Activation::LeakyReLU { slope: 0.1 }",
            ),
            (quote!(vec![1, 2]), "vec![1, 2]"),
            (quote!("adam".to_owned()), "\"adam\".to_owned()"),
        ] {
            assert_eq!(source(tokens), text);
        }
    }

    #[test]
    fn near_names() {
        assert_eq!(nearest("exlude", ["name", "exclude"]), Some("exclude"));
        assert_eq!(nearest("defualt", ["default"]), Some("default"));
        assert_eq!(nearest("weights", ["name", "exclude"]), None);
    }
}

//! Names, of which each means one thing.

use crate::errors::Errors;
use proc_macro2::Span;
use std::collections::HashMap;
use syn::LitStr;

/// What is found by a name, or by one that it had.
pub(crate) struct Named<'a> {
    pub(crate) name: String,
    /// Where the name stands.
    pub(crate) place: Span,
    pub(crate) aliases: &'a [LitStr],
}

/// A caller, and a record, mean one thing by a name.
pub(crate) fn each_name_once(what: &str, all: &[Named<'_>], errors: &mut Errors) {
    let mut seen: HashMap<String, Span> = HashMap::new();
    let mut add = |name: String, span: Span, hint: &str| {
        if name.is_empty() {
            return;
        }
        let Some(first) = seen.insert(name.clone(), span) else {
            return;
        };
        let message = format!("two {what}s have the name `{name}`\nhint: {hint}");
        let mut error = syn::Error::new(span, message);
        let other = format!("the other {what} of the name `{name}`\nhint: {hint}");
        error.combine(syn::Error::new(first, other));
        errors.push(error);
    };
    for named in all {
        let hint = "give one of them another with `#[register(name = \"...\")]`";
        add(named.name.clone(), named.place, hint);
    }
    for alias in all.iter().flat_map(|named| named.aliases) {
        add(
            alias.value(),
            alias.span(),
            "an alias is a name that nothing has now: remove it",
        );
    }
}

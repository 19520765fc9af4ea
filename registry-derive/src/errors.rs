//! Where the errors of a macro gather.

use crate::text::nearest;
use proc_macro2::{Span, TokenStream};
use quote::ToTokens;

/// Errors at the user's tokens, to come out all at once.
///
/// Dropping them unread is a mistake of this crate, and panics: an error that nobody sees is an item
/// that is silently wrong.
#[derive(Default)]
pub(crate) struct Errors {
    gathered: Option<syn::Error>,
    read: bool,
}

impl Errors {
    pub(crate) fn push(&mut self, error: syn::Error) {
        match &mut self.gathered {
            Some(gathered) => gathered.combine(error),
            None => self.gathered = Some(error),
        }
    }

    pub(crate) fn at(&mut self, tokens: impl ToTokens, message: impl std::fmt::Display) {
        self.push(syn::Error::new_spanned(tokens, message));
    }

    pub(crate) fn at_span(&mut self, span: Span, message: impl std::fmt::Display) {
        self.push(syn::Error::new(span, message));
    }

    /// There is no `what` of this name.
    pub(crate) fn unknown_name(
        &mut self,
        tokens: impl ToTokens,
        what: &str,
        name: &str,
        known: &[String],
    ) {
        let hint = match nearest(name, known.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None if known.is_empty() => format!("there is no {what} at all"),
            None => format!("there are `{}`", known.join("`, `")),
        };
        self.at(tokens, format!("no {what} is named `{name}`\nhint: {hint}"));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.gathered.is_none()
    }

    pub(crate) fn into_tokens(mut self) -> TokenStream {
        self.read = true;
        self.gathered
            .take()
            .map(syn::Error::into_compile_error)
            .unwrap_or_default()
    }
}

impl Drop for Errors {
    fn drop(&mut self) {
        assert!(
            self.read || std::thread::panicking(),
            "the errors of a macro were dropped unread"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::Errors;

    #[test]
    #[should_panic(expected = "dropped unread")]
    fn dropping_them_unread_panics() {
        drop(Errors::default());
    }
}

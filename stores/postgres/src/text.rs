//! Text as a column holds it. PostgreSQL has no NUL in a text, and the tracker's names may have one: it
//! is written as two characters, and so is the first of these. Texts keep their order, and what
//! a text begins with or contains stays so.

use std::borrow::Cow;

const MARK: char = '\u{1}';
const NUL: char = '\u{1}';
const ITSELF: char = '\u{2}';

/// The text that is stored for a text; nearly always it is the same.
pub(crate) fn column(text: &str) -> Cow<'_, str> {
    if !text.contains(['\0', MARK]) {
        return Cow::Borrowed(text);
    }
    let mut written = String::with_capacity(text.len() + 2);
    for char in text.chars() {
        match char {
            '\0' => written.extend([MARK, NUL]),
            MARK => written.extend([MARK, ITSELF]),
            char => written.push(char),
        }
    }
    Cow::Owned(written)
}

/// The text that was stored so.
pub(crate) fn original(column: &str) -> String {
    if !column.contains(MARK) {
        return column.to_owned();
    }
    let mut text = String::with_capacity(column.len());
    let mut chars = column.chars();
    while let Some(char) = chars.next() {
        text.push(match char {
            MARK => match chars.next() {
                Some(NUL) => '\0',
                _ => MARK,
            },
            char => char,
        });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{column, original};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn texts_come_back_and_keep_their_order(a in "[\\x00-\\x03a]{0,6}", b in "[\\x00-\\x03a]{0,6}") {
            prop_assert!(!column(&a).contains('\0'));
            prop_assert_eq!(&original(&column(&a)), &a);
            prop_assert_eq!(column(&a).cmp(&column(&b)), a.cmp(&b));
            prop_assert!(!a.starts_with(&b) || column(&a).starts_with(&*column(&b)));
            prop_assert!(!a.contains(&b) || column(&a).contains(&*column(&b)));
        }
    }
}

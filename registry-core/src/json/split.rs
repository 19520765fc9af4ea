//! The parts of a canonical text, without a tree.

use super::string::string;
use std::borrow::Cow;

/// The texts of the elements, where `text` is an array.
///
/// `text` was written by this crate, so it is not checked, and separators have one form.
pub(super) fn elements(text: &str) -> Option<impl Iterator<Item = &str>> {
    let mut rest = text.strip_prefix('[')?.strip_suffix(']')?;
    Some(std::iter::from_fn(move || {
        (!rest.is_empty()).then(|| next(&mut rest))
    }))
}

/// The keys and the texts of the values, where `text` is an object.
pub(super) fn members(text: &str) -> Option<impl Iterator<Item = (Cow<'_, str>, &str)>> {
    let mut rest = text.strip_prefix('{')?.strip_suffix('}')?;
    Some(std::iter::from_fn(move || {
        let (key, end) = string(rest, 0).ok()?;
        rest = rest.get(end..)?.strip_prefix(": ")?;
        Some((key, next(&mut rest)))
    }))
}

/// Takes the first value off, and the separator after it.
fn next<'t>(rest: &mut &'t str) -> &'t str {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    let end = rest.bytes().position(|byte| {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = in_string,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            b',' => return depth == 0,
            _ => {}
        }
        false
    });
    let (value, after) = rest.split_at(end.unwrap_or(rest.len()));
    *rest = after.strip_prefix(", ").unwrap_or_default();
    value
}

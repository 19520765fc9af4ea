//! How deep objects and arrays may nest.

use crate::error::{ArgumentError, ProblemKind};

/// The most levels, in what is written as in what is read. A limit is what keeps a hostile document
/// from overflowing the stack.
pub(crate) const DEPTH_LIMIT: usize = 128;

pub(crate) fn too_deep() -> ArgumentError {
    let message = format!("nested deeper than {DEPTH_LIMIT} levels");
    ArgumentError::new(ProblemKind::TooDeep, message)
        .with_hint("flatten the value, or exclude the parameter from the identity hash")
}

/// How deep the brackets of a JSON text nest.
pub(crate) fn levels(text: &str) -> usize {
    let (mut depth, mut deepest, mut in_string, mut escaped) = (0_usize, 0, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = in_string,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'{' | b'[' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

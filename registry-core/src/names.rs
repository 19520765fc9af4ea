//! Names in messages: "did you mean", lists, and long ones cut.

use std::borrow::Cow;

/// The candidate nearest to `name`, where one is near enough to be a slip of the pen: a third of
/// its letters may be missing, extra, wrong or swapped with their neighbour, more where the
/// beginning is the same; upper and lower case are one.
///
/// # Examples
///
/// ```
/// let names = ["input_size", "hidden_size"];
/// assert_eq!(registry_core::nearest("hiden_size", names), Some("hidden_size"));
/// assert_eq!(registry_core::nearest("momentum", names), None);
/// ```
pub fn nearest<'c>(name: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    // The measures take time and memory in the product of both lengths.
    if name.len() > 256 {
        return None;
    }
    let name = name.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (candidate, candidate.to_lowercase()))
        .filter(|(_, lower)| {
            strsim::osa_distance(&name, lower) <= (lower.chars().count() / 3).max(1)
                || strsim::jaro_winkler(&name, lower) > 0.85
        })
        .min_by_key(|(_, lower)| strsim::osa_distance(&name, lower))
        .map(|(candidate, _)| candidate)
}

/// A name that can stand in a message, however long it is.
pub(crate) fn shortened(name: &str) -> Cow<'_, str> {
    const LONGEST: usize = 60;
    match name.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", &name[..end]).into(),
        None => name.into(),
    }
}

/// `a`, `b` in backticks.
pub(crate) fn listed(names: &[&str]) -> String {
    names
        .iter()
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(", ")
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_is_found_and_a_stranger_is_not() {
        let names = ["input_size", "hidden_size", "MLP"];
        assert_eq!(nearest("hiden_size", names), Some("hidden_size"));
        assert_eq!(nearest("mlp", names), Some("MLP"));
        assert_eq!(nearest("MPL", names), Some("MLP"));
        assert_eq!(nearest("rl", ["lr", "beta1"]), Some("lr"));
        assert_eq!(nearest("sqlight", ["sqlite", "memory"]), Some("sqlite"));
        assert_eq!(nearest("momentum", names), None);
        assert_eq!(nearest(&"x".repeat(10_000_000), names), None);
    }
}

//! "Did you mean".

/// The candidate nearest to `name`, where one is near enough to be a slip of the pen.
///
/// The measure and its threshold are clap's: Jaro similarity above 0.7.
pub(crate) fn nearest<'c>(
    name: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<&'c str> {
    // The measure takes time and memory in the product of both lengths.
    if name.len() > 256 {
        return None;
    }
    candidates
        .into_iter()
        .map(|candidate| {
            (
                strsim::jaro(&name.to_lowercase(), &candidate.to_lowercase()),
                candidate,
            )
        })
        .filter(|(similarity, _)| *similarity > 0.7)
        .max_by(|left, right| left.0.total_cmp(&right.0))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_is_found_and_a_stranger_is_not() {
        let names = ["input_size", "hidden_size", "MLP"];
        assert_eq!(nearest("hiden_size", names), Some("hidden_size"));
        assert_eq!(nearest("mlp", names), Some("MLP"));
        assert_eq!(nearest("momentum", names), None);
        assert_eq!(nearest(&"x".repeat(10_000_000), names), None);
    }
}

//! "Did you mean".

/// The candidate nearest to `name`, where one is near enough to be a slip of the pen: a third of
/// its letters may be missing, extra, wrong or swapped with their neighbour; upper and lower case
/// are the same.
pub fn nearest<'c>(name: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    // The measure takes time and memory in the product of both lengths.
    if name.len() > 256 {
        return None;
    }
    let name = name.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| {
            (
                strsim::osa_distance(&name, &candidate.to_lowercase()),
                candidate,
            )
        })
        .filter(|(distance, candidate)| *distance <= (candidate.chars().count() / 3).max(1))
        .min_by_key(|(distance, _)| *distance)
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
        assert_eq!(nearest("MPL", names), Some("MLP"));
        assert_eq!(nearest("rl", ["lr", "beta1"]), Some("lr"));
        assert_eq!(nearest("momentum", names), None);
        assert_eq!(nearest(&"x".repeat(10_000_000), names), None);
    }
}

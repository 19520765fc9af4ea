//! "Did you mean".

/// The candidate nearest to `name`, where one is near.
pub(crate) fn near<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    /// Below this, names of different things come up.
    const NEAR: f64 = 0.8;
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(name, candidate), candidate))
        .filter(|(likeness, _)| *likeness >= NEAR)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::near;

    #[test]
    fn finds_a_slip_and_nothing_else() {
        assert_eq!(near("optimiser", ["model", "optimizer"]), Some("optimizer"));
        assert_eq!(near("http", ["sqlite", "memory"]), None);
    }
}

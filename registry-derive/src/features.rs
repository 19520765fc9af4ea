//! The Cargo features of the crate that a macro stands in.
//!
//! No macro is told them: which ones there are stands in the `Cargo.toml` of the crate, and whether
//! one is enabled only the crate itself can ask.

use std::path::PathBuf;

use proc_macro2::TokenStream;
use quote::quote;

/// A slice of the names, each with whether it is enabled; an empty one where there is no
/// `Cargo.toml`.
pub(crate) fn of_the_crate() -> TokenStream {
    let folder = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let manifest =
        folder.and_then(|folder| std::fs::read_to_string(folder.join("Cargo.toml")).ok());
    expand(&names(&manifest.unwrap_or_default()))
}

fn expand(names: &[String]) -> TokenStream {
    // A name that is none of a feature gives a warning in the user's crate, who can do nothing.
    quote! {{
        #[allow(unexpected_cfgs)]
        const FEATURES: &[(&str, bool)] = &[#((#names, ::core::cfg!(feature = #names))),*];
        FEATURES
    }}
}

/// The keys of the table `[features]`, line by line: a parser of TOML would take longer to build than
/// all the rest of this crate.
fn names(manifest: &str) -> Vec<String> {
    let mut names = Vec::new();
    let (mut is_inside, mut depth) = (false, 0_usize);
    for line in manifest.lines() {
        let line = line.trim();
        if depth == 0 && line.starts_with('[') {
            is_inside = is_table(line);
            continue;
        }
        if !is_inside {
            continue;
        }
        if depth == 0
            && let Some((key, _)) = line.split_once('=')
            && !line.starts_with('#')
        {
            names.push(key.trim().trim_matches(['"', '\'']).to_owned());
        }
        depth = depth_after(line, depth);
    }
    names
}

fn is_table(line: &str) -> bool {
    let name = line.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    name.is_some_and(|(name, _)| name.trim() == "features")
}

/// In how many lists the end of a line stands. The names of features, which are all that stands in
/// them, hold no brackets.
fn depth_after(line: &str, depth: usize) -> usize {
    let code = line.split('#').next().unwrap_or_default();
    let opened = depth + code.matches('[').count();
    opened.saturating_sub(code.matches(']').count())
}

#[cfg(test)]
mod tests {
    use super::{expand, names};

    #[test]
    fn the_features_are_the_keys_of_their_table() {
        let manifest = r#"
            [package]
            name = "digits"

            [features] # of the package
            default = ["cpu"]
            # gpu = []
            cpu = []
            "cuda-12" = [
                "dep:cuda", # = [ the library
                "cpu",
            ]
            wide=["cuda-12"]

            [dependencies]
            cuda = { version = "1", features = ["a"] }

            [target.'cfg(unix)'.dependencies]
            libc = "0.2"
        "#;
        assert_eq!(names(manifest), ["default", "cpu", "cuda-12", "wide"]);
    }

    #[test]
    fn a_manifest_without_features_has_none() {
        for manifest in [
            "",
            "[package]\nname = \"a\"",
            "[features]",
            "no manifest = [",
        ] {
            assert!(names(manifest).is_empty(), "{manifest}");
        }
    }

    #[test]
    fn each_feature_is_asked_for() {
        let code = expand(&["cpu".to_owned()]).to_string();
        assert!(
            code.contains(r#"("cpu" , :: core :: cfg ! (feature = "cpu"))"#),
            "{code}"
        );
    }
}

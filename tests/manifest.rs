//! A committed manifest, as a user's own tests hold it.

use entia::prelude::*;

#[derive(Clone, Debug, Entity)]
#[register(name = "MLP", alias = "Perceptron")]
struct Mlp {
    hidden_size: i64,
    #[register(default = 0.5, alias = "p")]
    dropout: f64,
    #[register(default = false, skip_default)]
    bias: bool,
}

#[test]
fn the_committed_manifest_holds() {
    entia::assert_manifest!("tests/manifest.json");
}

#[test]
#[should_panic(
    expected = "MLP.dropout: default 0.1 -> 0.5: records that left it out now count 0.5"
)]
fn a_change_is_named() {
    // As it was committed when the default was another one.
    entia::assert_manifest!("tests/manifest-of-then.json");
}

#[test]
#[should_panic(expected = "ENTIA_MANIFEST=update cargo test")]
fn a_missing_file_says_how_to_make_it() {
    entia::assert_manifest!("tests/no-such-manifest.json");
}

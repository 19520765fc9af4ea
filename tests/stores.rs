//! A program that names `entia` alone opens the stores of its features, and may add one of its own.

use std::sync::Arc;

use entia::prelude::*;
use entia::tracker::{Driver, ErrorKind, MemoryStore, Opened};

entia::tracker::register_driver!(Driver {
    scheme: "scratch",
    form: "scratch:",
    open: |_address, _access| Ok(Opened::new(Arc::new(MemoryStore::default()))),
});

#[test]
fn a_feature_brings_its_scheme() {
    for (is_on, address) in [
        (cfg!(feature = "sqlite"), "sqlite:no-such-folder/runs"),
        (cfg!(feature = "json"), "json:no-such-folder/runs"),
    ] {
        let error = Tracker::read(address).unwrap_err();
        let expected = if is_on {
            ErrorKind::NotFound
        } else {
            ErrorKind::Unsupported
        };
        assert_eq!(error.kind(), expected, "{error}");
    }
}

#[test]
fn a_scheme_of_ones_own_is_registered_through_the_facade() {
    let tracker = Tracker::open("scratch:").unwrap();
    assert!(tracker.experiments().list().unwrap().is_empty());
}

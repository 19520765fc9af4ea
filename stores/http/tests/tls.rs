//! `https://`: only a certificate that somebody who is trusted has signed is good.

mod common;

use std::path::Path;
use std::process::Command;

use common::Served;
use entia_server::{Options, Server};
use tracker_core::ports::Store as _;
use tracker_core::{ErrorKind, Tracker};
use tracker_http::HttpStore;

/// Names the server to the process that trusts its certificate.
const ADDRESS: &str = "TRACKER_TEST_ADDRESS";

fn pem(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../server/tests/server/tls")
        .join(name)
}

/// What that process does; nothing when it is another.
#[test]
fn trusting() {
    let Ok(address) = std::env::var(ADDRESS) else {
        return;
    };
    let store = HttpStore::open(&address).unwrap();
    assert!(store.experiments().unwrap().is_empty());
}

#[test]
fn a_certificate_is_checked() {
    let tracker = Tracker::open("memory:").unwrap();
    let server = Server::new(tracker, Options::default());
    let server = server.with_tls(pem("cert.pem"), pem("key.pem")).unwrap();
    let server = Served::with(server, "127.0.0.1:0");
    let secure = format!("https://localhost:{}", server.address.port());

    let stranger = HttpStore::open(&secure).unwrap_err();
    assert_eq!(stranger.kind(), ErrorKind::Denied, "{stranger}");
    assert!(stranger.to_string().contains("SSL_CERT_FILE"), "{stranger}");

    let mut trusting = Command::new(std::env::current_exe().unwrap());
    let trusting = trusting
        .args(["trusting", "--exact"])
        .env(ADDRESS, &secure)
        .env("SSL_CERT_FILE", pem("cert.pem"));
    let done = trusting.output().unwrap();
    assert!(done.status.success(), "{done:?}");

    let plain = HttpStore::open(&server.url()).unwrap_err();
    assert!(plain.to_string().contains("\nhint: "), "{plain}");
}

#[test]
fn a_server_without_tls_is_found_out() {
    let server = Served::over(Tracker::open("memory:").unwrap());
    let secure = server.url().replace("http:", "https:");
    let error = HttpStore::open(&secure).unwrap_err();
    assert!(error.to_string().contains("does not speak TLS"), "{error}");
}

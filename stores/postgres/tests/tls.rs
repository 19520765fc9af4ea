//! Connections over the network are as secure as `sslmode` says.

mod common;

use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

use common::{Place, Server};
use tracker_core::ErrorKind;
use tracker_core::ports::Store;
use tracker_postgres::PostgresStore;

/// Makes a certificate that signs itself, for these names, and its key, in a folder that the server
/// may read.
fn certificate(folder: &Path, names: &str) {
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
        ])
        .args([
            "-nodes", "-days", "2", "-subj", "/CN=test", "-addext", names,
        ])
        .args(["-addext", "basicConstraints=critical,CA:FALSE"])
        .arg("-keyout")
        .arg(folder.join("key.pem"))
        .arg("-out")
        .arg(folder.join("certificate.pem"))
        .output()
        .expect("the command `openssl` makes the certificate; install it");
    assert!(
        made.status.success(),
        "{}",
        String::from_utf8_lossy(&made.stderr)
    );
}

/// A server on a port of this machine, with that certificate; its address.
fn serve(folder: &Path, options: &[&str]) -> (Server, String) {
    // Free now, and not given to anybody else at once.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let file = |name: &str| folder.join(name).display().to_string();
    let settings = [
        "listen_addresses=127.0.0.1".to_owned(),
        format!("port={port}"),
        format!("ssl_cert_file={}", file("certificate.pem")),
        format!("ssl_key_file={}", file("key.pem")),
    ];
    let mut all: Vec<&str> = settings.iter().flat_map(|one| ["-c", one]).collect();
    all.extend(options);
    let server = Server::start(&all);
    (
        server,
        format!("postgres://postgres@127.0.0.1:{port}/postgres"),
    )
}

/// A folder that whoever runs the server may read.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    #[cfg(unix)]
    std::fs::set_permissions(
        folder.path(),
        std::os::unix::fs::PermissionsExt::from_mode(0o755),
    )
    .unwrap();
    folder
}

/// Gives the key to the user that the server runs as, and to nobody else.
fn protect(folder: &Path) {
    let key = folder.join("key.pem");
    #[cfg(unix)]
    std::fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    // Only root may, and only for root it is needed.
    let _ = Command::new("chown").arg("nobody").arg(&key).output();
}

/// Whether the server sees the connections of a store as secure.
fn is_secure(address: &str, mode: &str) -> bool {
    let place = Place::on(address);
    let _store = PostgresStore::open(&format!("{}&sslmode={mode}", place.address)).unwrap();
    let sql = "SELECT bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
               WHERE application_name = 'entia'";
    place.client().query_one(sql, &[]).unwrap().get(0)
}

#[test]
fn certificates_are_looked_at_as_the_mode_says() {
    let folder = folder();
    certificate(folder.path(), "subjectAltName=IP:127.0.0.1");
    protect(folder.path());
    let (_server, address) = serve(folder.path(), &["-c", "ssl=on"]);
    let trusted = folder.path().join("certificate.pem").display().to_string();
    let open = |options: &str| {
        let place = Place::on(&address);
        PostgresStore::open(&format!("{}&{options}", place.address)).map(|store| {
            store.experiments().unwrap();
        })
    };
    for options in [
        "sslmode=disable".to_owned(),
        "sslmode=prefer".to_owned(),
        "sslmode=require".to_owned(),
        format!("sslmode=verify-ca&sslrootcert={trusted}"),
        format!("sslmode=verify-full&sslrootcert={trusted}"),
    ] {
        open(&options).unwrap_or_else(|error| panic!("{options}: {error}"));
    }
    assert!(is_secure(&address, "require") && is_secure(&address, "prefer"));
    assert!(!is_secure(&address, "disable"));
    // Nobody who is trusted has signed it.
    for options in ["sslmode=verify-ca", "sslmode=verify-full"] {
        let error = open(options).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Denied, "{options}: {error}");
        assert!(error.to_string().contains("sslrootcert"), "{error}");
    }
}

#[test]
fn a_certificate_of_another_server_is_found_out() {
    let folder = folder();
    certificate(folder.path(), "subjectAltName=DNS:elsewhere.example.org");
    protect(folder.path());
    let (_server, address) = serve(folder.path(), &["-c", "ssl=on"]);
    let place = Place::on(&address);
    let trusted = folder.path().join("certificate.pem").display().to_string();
    let open = |mode: &str| {
        let address = format!("{}&sslmode={mode}&sslrootcert={trusted}", place.address);
        PostgresStore::open(&address)
    };
    open("verify-ca").unwrap();
    open("require").unwrap();
    let error = open("verify-full").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Denied, "{error}");
}

#[test]
fn a_server_without_tls_is_refused_where_it_is_required() {
    let folder = folder();
    certificate(folder.path(), "subjectAltName=IP:127.0.0.1");
    protect(folder.path());
    let (_server, address) = serve(folder.path(), &["-c", "ssl=off"]);
    let place = Place::on(&address);
    let open = |mode: &str| PostgresStore::open(&format!("{}&sslmode={mode}", place.address));
    open("prefer").unwrap();
    let error = open("require").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Denied, "{error}");
}

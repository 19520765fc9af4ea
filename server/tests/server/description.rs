//! The description of the interface.

use std::path::Path;

use entia_server::openapi;
use serde_json::Value;

use crate::support::Served;

/// `ENTIA_OPENAPI=update cargo test -p entia-server` writes the copy.
#[test]
fn the_committed_copy_is_as_the_server_gives_it() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json");
    let mut text = serde_json::to_string_pretty(&openapi()).unwrap();
    text.push('\n');
    if std::env::var("ENTIA_OPENAPI").is_ok_and(|value| value == "update") {
        std::fs::write(&path, &text).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == text,
        "openapi.json is not up to date: ENTIA_OPENAPI=update writes it"
    );
    assert!(text.trim_end() == serde_json::to_string_pretty(&openapi()).unwrap());
    let served = Served::new().get("/api/v1/openapi.json").json();
    assert!(served == openapi());
}

#[test]
fn every_reference_leads_somewhere_and_every_operation_has_a_name() {
    let description = openapi();
    let mut names = std::collections::BTreeSet::new();
    for (path, methods) in description["paths"].as_object().unwrap() {
        for operation in methods.as_object().unwrap().values() {
            let name = operation["operationId"].as_str().unwrap();
            assert!(names.insert(name.to_owned()), "{path}: {name} twice");
        }
    }
    check(&description, &description);
}

fn check(part: &Value, whole: &Value) {
    match part {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get("$ref") {
                let place = reference.strip_prefix('#').unwrap();
                assert!(whole.pointer(place).is_some(), "{reference}");
            }
            members.values().for_each(|member| check(member, whole));
        }
        Value::Array(elements) => elements.iter().for_each(|element| check(element, whole)),
        _ => {}
    }
}

#[test]
fn the_server_says_what_it_is() {
    let served = Served::in_file();
    assert_eq!(served.get("/health").text(), "OK");
    assert_eq!(served.get("/version").text(), env!("CARGO_PKG_VERSION"));
    assert_eq!(served.get("/api/v1/about").json()["events"], true);
    assert!(served.get("/api/v1/manifest").json()["$schema"].is_string());
    served.run("digits", "first");
    let figures = served.get("/metrics");
    for line in [
        "entia_points_total 3",
        "entia_requests_total{method=\"GET\",path=\"/health\",status=\"200\"} 1",
        "entia_request_seconds_count ",
        "entia_listeners 0",
    ] {
        assert!(figures.text().contains(line), "{line}: {}", figures.text());
    }
}

//! Who may do what.

use axum::body::Body;
use axum::http::{Method, Request};
use entia_server::{Options, Role, Tokens, openapi};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::support::{Answer, Served, json_request};

fn host(served: &Served, host: &str) -> Answer {
    let request = Request::get("/api/v1/experiments").header("host", host);
    served.ask(request.body(Body::empty()).unwrap())
}

#[test]
fn only_this_machine_is_meant_without_tokens() {
    let served = Served::new();
    assert_eq!(host(&served, "127.0.0.1:5005").status, 200);
    assert_eq!(
        host(&served, "evil.example:5005").problem(403),
        "the server is not `evil.example:5005`"
    );
    let others = Served::with(Options {
        only_local_hosts: false,
        ..Default::default()
    });
    assert_eq!(host(&others, "runs.example").status, 200);
}

#[test]
fn pages_of_other_sites_are_refused() {
    let served = Served::new();
    let create = |header: &'static str, value: &str| {
        let mut request = json_request("POST", "/api/v1/experiments", r#"{"name": "x"}"#.into());
        request.headers_mut().insert(header, value.parse().unwrap());
        served.ask(request)
    };
    create("origin", "https://evil.example").problem(403);
    create("origin", "null").problem(403);
    create("sec-fetch-site", "cross-site").problem(403);
    assert_eq!(create("origin", "http://localhost:5005").status, 201);
}

#[test]
fn a_token_opens_what_its_role_may() {
    let served = Served::in_file();
    served.run("digits", "first");
    let [read, write] =
        [("r", Role::Read), ("w", Role::Write)].map(|(name, role)| served.token(name, role));
    served.tokens_are_seen();
    served.get("/api/v1/runs").problem(401);
    let challenge = served.get("/api/v1/runs");
    assert_eq!(challenge.header("www-authenticate"), "Bearer");
    assert_eq!(served.get_as(&read, "/api/v1/runs").status, 200);
    served.get_as("entia_none", "/api/v1/runs").problem(401);
    assert_eq!(served.get("/health").status, 200, "which asks for nobody");
    let create = |token: &str| {
        let mut request = json_request("POST", "/api/v1/experiments", r#"{"name": "x"}"#.into());
        let value = format!("Bearer {token}").parse().unwrap();
        request.headers_mut().insert("authorization", value);
        served.ask(request)
    };
    assert_eq!(
        create(&read).problem(403),
        "this needs the role `write`, and the token `r` has `read`"
    );
    assert_eq!(create(&write).status, 201);
    let mut request = json_request("POST", "/api/v1/import", r#"{"from": "memory:"}"#.into());
    let value = format!("Bearer {write}").parse().unwrap();
    request.headers_mut().insert("authorization", value);
    served.ask(request).problem(403);
}

#[test]
fn basic_has_the_token_as_password() {
    use base64::Engine as _;
    let served = Served::new();
    let token = served.token("mlflow", Role::Read);
    served.tokens_are_seen();
    let ask = |text: &str| {
        let encoded = base64::prelude::BASE64_STANDARD.encode(text);
        let request =
            Request::get("/api/v1/runs").header("authorization", format!("Basic {encoded}"));
        served.ask(request.body(Body::empty()).unwrap())
    };
    assert_eq!(ask(&format!("anybody:{token}")).status, 200);
    assert_eq!(ask(&format!(":{token}")).status, 200);
    ask("anybody:wrong").problem(401);
    ask("nocolon").problem(401);
    for value in ["Basic !!!", "Basic", "Digest x", ""] {
        let request = Request::get("/api/v1/runs").header("authorization", value);
        served
            .ask(request.body(Body::empty()).unwrap())
            .problem(401);
    }
}

#[test]
fn a_token_ends() {
    let served = Served::in_file();
    let tokens = Tokens::of(served.tracker.clone());
    let past = Timestamp::now() - SignedDuration::from_secs(1);
    let old = tokens.create("old", Role::Read, Some(past), None).unwrap();
    let good = tokens.create("good", Role::Read, None, None).unwrap();
    served.tokens_are_seen();
    let refused = served.get_as(&old.secret, "/api/v1/runs").problem(401);
    assert!(
        refused.starts_with("the token `old` was good until "),
        "{refused}"
    );
    assert_eq!(served.get_as(&good.secret, "/api/v1/runs").status, 200);
    assert!(tokens.revoke("good").unwrap());
    // It is known for a second at most.
    while served.get_as(&good.secret, "/api/v1/runs").status != 401 {}
    assert!(!tokens.revoke("good").unwrap());
}

#[test]
fn the_store_keeps_no_secret() {
    let served = Served::new();
    let secret = served.token("ci", Role::Write);
    let settings = served.tracker.store().unwrap().settings("").unwrap();
    assert_eq!(settings.len(), 1);
    assert!(!settings[0].1.as_str().contains(&secret["entia_".len()..]));
    let tokens = Tokens::of(served.tracker.clone());
    let again = tokens.create("ci", Role::Read, None, None).unwrap_err();
    assert!(
        again
            .to_string()
            .starts_with("there is an access token `ci` already"),
        "{again}"
    );
}

#[test]
fn a_token_may_be_limited_to_experiments() {
    let served = Served::in_file();
    let mine = served.run("digits", "mine");
    let other = served.run("letters", "other");
    let digits = served.tracker.experiment("digits").unwrap().id();
    let letters = served.tracker.experiment("letters").unwrap().id();
    let tokens = Tokens::of(served.tracker.clone());
    let token = tokens
        .create("one", Role::Write, None, Some(vec![digits]))
        .unwrap()
        .secret;
    let both = tokens
        .create("both", Role::Read, None, Some(vec![digits, letters]))
        .unwrap()
        .secret;
    served.tokens_are_seen();
    let get = |path: &str| served.get_as(&token, path);
    let experiments = get("/api/v1/experiments").json();
    assert_eq!(experiments["experiments"].as_array().unwrap().len(), 1);
    assert_eq!(
        get("/api/v1/runs").json()["runs"].as_array().unwrap().len(),
        1
    );
    assert_eq!(get(&format!("/api/v1/runs/{mine}")).status, 200);
    for path in [
        format!("/api/v1/runs/{other}"),
        format!("/api/v1/runs/{other}/attempts"),
        "/api/v1/runs/other/artifacts".to_owned(),
        "/api/v1/runs/other/log".to_owned(),
        "/api/v1/runs/other/log?tail=9".to_owned(),
        "/api/v1/experiments/letters".to_owned(),
        "/api/v1/runs?experiment=letters".to_owned(),
        "/api/v1/experiments/letters/schema".to_owned(),
        "/api/v1/export?experiment=letters".to_owned(),
    ] {
        get(&path).problem(404);
    }
    served.get_as(&both, "/api/v1/runs").problem(403);
    let csv = get("/api/v1/export");
    assert!(csv.text().contains("digits") && !csv.text().contains("letters"));
}

#[test]
fn a_browser_signs_in_and_out() {
    let served = Served::in_file();
    let token = served.token("me", Role::Write);
    served.tokens_are_seen();
    assert!(
        served
            .get("/sign-in")
            .text()
            .contains("<form method=\"post\"")
    );
    let sign_in = |form: &str| {
        let request = Request::post("/sign-in").body(Body::from(form.to_owned()));
        served.ask(request.unwrap())
    };
    assert_eq!(sign_in("token=wrong").status, 401);
    sign_in("tokn=x").problem(400);
    let signed_in = sign_in(&format!("token={token}"));
    assert_eq!(
        (signed_in.status.as_u16(), signed_in.header("location")),
        (303, "/")
    );
    let cookie = signed_in.header("set-cookie");
    assert!(cookie.contains("; HttpOnly; SameSite=Strict; "), "{cookie}");
    assert!(!cookie.contains(&token), "a cookie is no token");
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let with_cookie = |method: Method, path: &str| {
        let request = Request::builder().method(method).uri(path);
        let request = request.header("cookie", format!("theme=dark; {cookie}"));
        served.ask(request.body(Body::empty()).unwrap())
    };
    assert_eq!(with_cookie(Method::GET, "/api/v1/runs").status, 200);
    let out = with_cookie(Method::POST, "/sign-out");
    assert!(out.header("set-cookie").contains("Max-Age=0"));
    with_cookie(Method::GET, "/api/v1/runs").problem(401);
}

#[test]
fn a_session_ends_with_its_token() {
    let served = Served::in_file();
    let token = served.token("me", Role::Read);
    served.tokens_are_seen();
    let form = Body::from(format!("token={token}"));
    let signed_in = served.ask(Request::post("/sign-in").body(form).unwrap());
    let cookie = signed_in.header("set-cookie").split(';').next().unwrap();
    let status = || {
        let request = Request::get("/api/v1/runs").header("cookie", cookie);
        served.ask(request.body(Body::empty()).unwrap()).status
    };
    assert_eq!(status(), 200);
    let tokens = Tokens::of(served.tracker.clone());
    tokens.revoke("me").unwrap();
    // Another token of the same name is another.
    served.token("me", Role::Admin);
    while status() != 401 {}
}

#[test]
fn nothing_is_changed_where_only_reading_is_let() {
    let served = Served::with(Options {
        read_only: true,
        ..Default::default()
    });
    let refused = served.post("/api/v1/experiments", &json!({"name": "x"}));
    assert_eq!(refused.problem(403), "the server only lets read");
    assert_eq!(served.get("/api/v1/about").json()["read_only"], true);
}

/// The description, and in its form the routes of the remote store, which it leaves out.
fn described() -> Value {
    let mut description = openapi();
    for (method, path, role) in [
        ("get", "", "read"),
        ("post", "/read", "read"),
        ("post", "/apply", "write"),
        ("get", "/contents", "read"),
        ("post", "/contents", "write"),
        ("delete", "/contents", "write"),
        ("get", "/contents/{hash}", "read"),
        ("delete", "/contents/{hash}", "write"),
        ("get", "/contents/{hash}/size", "read"),
        ("get", "/contents/{hash}/measure", "read"),
        ("post", "/contents/{hash}/renew", "write"),
    ] {
        let path = format!("/api/v1/store{path}");
        description["paths"][path][method] = json!({"x-role": role});
    }
    description
}

/// The roles in the description are those that are asked for.
#[test]
fn every_route_asks_for_its_role() {
    let served = Served::new();
    let [read, write] =
        [("r", Role::Read), ("w", Role::Write)].map(|(name, role)| served.token(name, role));
    served.tokens_are_seen();
    let description = described();
    for (path, methods) in description["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let refused = |token: &str| {
                let request = Request::builder()
                    .method(&*method.to_uppercase())
                    .uri(path.replace(['{', '}'], ""))
                    .header("authorization", format!("Bearer {token}"))
                    .body(Body::empty());
                let answer = served.ask(request.unwrap());
                answer.status == 403 && answer.text().contains("this needs the role")
            };
            let role = operation["x-role"].as_str();
            // It does not come to its end.
            if path == "/api/v1/events" {
                continue;
            }
            let expected = [
                matches!(role, Some("write" | "admin")),
                role == Some("admin"),
            ];
            assert_eq!(
                [refused(&read), refused(&write)],
                expected,
                "{method} {path}"
            );
        }
    }
}

/// What may be called without a token is on this list, and every other route refuses.
#[test]
fn every_route_asks_who_it_is() {
    let served = Served::new();
    served.token("any", Role::Admin);
    served.tokens_are_seen();
    let open = [
        "/",
        "/health",
        "/version",
        "/sign-in",
        "/sign-out",
        "/api/v1/openapi.json",
    ];
    let description = described();
    for (path, methods) in description["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let request = Request::builder()
                .method(&*method.to_uppercase())
                .uri(path.replace(['{', '}'], ""))
                .header("content-type", "application/json")
                .body(Body::from("{}"));
            let status = served.ask(request.unwrap()).status.as_u16();
            if open.contains(&path.as_str()) {
                assert_eq!(operation["security"], json!([]), "{method} {path}");
                assert_ne!(status, 401, "{method} {path}");
            } else {
                assert!(operation["x-role"].is_string(), "{method} {path}");
                assert_eq!(status, 401, "{method} {path}");
            }
        }
    }
}

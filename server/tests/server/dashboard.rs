//! The pages of the dashboard: their files, their status, and what they bring with them.

use std::io::Read as _;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use entia_server::{Role, Tokens};
use futures_util::StreamExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::support::{Answer, Served};

/// What a page has been given, so that it need not ask.
fn first(page: &Answer) -> Value {
    let text = page.text();
    let (_, rest) = text.split_once(r#"id="entia-first">"#).unwrap();
    serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap()
}

#[test]
fn a_page_and_its_files_come_from_this_server() {
    let served = Served::new();
    let page = served.get("/");
    assert_eq!(page.status, 200);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'self';"), "{policy}");
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    let files: Vec<&str> = page
        .text()
        .split('"')
        .filter(|text| text.starts_with("/assets/"))
        .collect();
    assert!(files.len() >= 2, "{}", page.text());
    for name in files {
        let file = served.get(name);
        assert_eq!(file.status, 200, "{name}");
        assert_eq!(
            file.header("cache-control"),
            "public, max-age=31536000, immutable"
        );
        let expected = if name.rsplit_once('.').is_some_and(|(_, kind)| kind == "css") {
            "text/css"
        } else {
            "text/javascript"
        };
        assert!(file.header("content-type").starts_with(expected), "{name}");
    }
    served.get("/assets/main-OLD.js").problem(404);
    served.get("/assets/..%2Findex.html").problem(404);
    let licences = served.get("/licences.txt");
    assert!(licences.text().contains("MIT"), "{}", licences.text());
}

/// Once for all who ask, and as small as it gets.
#[test]
fn files_come_compressed_to_those_who_take_it() {
    let served = Served::new();
    let page = served.get("/");
    let (_, rest) = page.text().split_once("<script type=\"module\"").unwrap();
    let name = rest.split('"').find(|text| text.starts_with("/assets/"));
    let ask = |accepted: &str| {
        let request = Request::get(name.unwrap()).header("accept-encoding", accepted);
        served.ask(request.body(Body::empty()).unwrap())
    };
    let (plain, compressed) = (ask("br"), ask("br, gzip"));
    assert_eq!(compressed.header("content-encoding"), "gzip");
    assert_eq!(compressed.header("vary"), "accept-encoding");
    assert!(plain.headers.get("content-encoding").is_none());
    let mut text = Vec::new();
    let mut decoder = flate2::read::GzDecoder::new(&*compressed.body);
    decoder.read_to_end(&mut text).unwrap();
    assert_eq!(text, plain.body);
}

/// What a browser needs next for a page, it is told at its beginning.
#[test]
fn a_page_names_the_files_of_what_it_shows() {
    let served = Served::new();
    served.run("digits", "first");
    let run = served.get("/api/v1/runs/first").json();
    let hash = run["modules"][0]["record"]["hash"].as_str().unwrap();
    let links = |path: &str| {
        let page = served.get(path);
        let (head, _) = page.text().split_once("</head>").unwrap();
        head.matches("rel=\"modulepreload\"").count()
    };
    let always = links("/about");
    assert!(always >= 1);
    for path in [
        "/",
        "/compare",
        "/live",
        "/verify",
        "/experiments/digits",
        "/experiments/digits/plots",
        "/experiments/digits/explore",
        "/runs/first",
        &format!("/components/{hash}"),
    ] {
        assert!(links(path) > always, "{path}");
    }
}

/// A browser has the first piece, and loads what it names, while the answers are still made.
#[test]
fn the_beginning_of_a_page_comes_before_what_it_brings() {
    let served = Served::new();
    served.run("digits", "first");
    let request = Request::get("/experiments/digits").header("host", "localhost:5005");
    let request = request.body(Body::empty()).unwrap();
    let mut pieces = served.block_on(async {
        let answer = served.router.clone().oneshot(request).await.unwrap();
        answer.into_body().into_data_stream()
    });
    let mut next = || served.block_on(pieces.next()).map(|piece| piece.unwrap());
    let begin = String::from_utf8(next().unwrap().to_vec()).unwrap();
    assert!(begin.contains("<script type=\"module\""), "{begin}");
    assert!(!begin.contains("entia-first"), "{begin}");
    // It is made when the first piece has gone: what happens meanwhile is in it.
    served.run("digits", "meanwhile");
    let rest = String::from_utf8(next().unwrap().to_vec()).unwrap();
    assert!(rest.contains("\"meanwhile\""), "{rest}");
    assert!(rest.trim_end().ends_with("</html>"), "{rest}");
    assert!(next().is_none());
}

#[test]
fn the_status_of_a_page_says_what_is_there() {
    let served = Served::new();
    served.run("digits", "a1b2c3d4e5f6");
    served.run("digits", "a1b2ffffe5f6");
    let run = served.get("/api/v1/runs/a1b2c3d4e5f6").json();
    let hash = run["modules"][0]["record"]["hash"].as_str().unwrap();
    let component = format!("/components/{hash}");
    for (path, status) in [
        ("/experiments/digits", 200),
        ("/experiments/digits/plots", 200),
        ("/experiments/digits/explore", 200),
        ("/experiments/digits/none", 404),
        ("/experiments/digit", 404),
        ("/runs/a1b2c3d4e5f6", 200),
        ("/runs/a1b2c", 200),
        ("/runs/a1b2", 300),
        ("/runs/none", 404),
        (&component, 200),
        (&component[..20], 200),
        ("/components/none", 404),
        ("/compare", 200),
        ("/settings", 200),
    ] {
        let page = served.get(path);
        assert_eq!(page.status, status, "{path}");
        assert!(page.text().contains("<title>Entia</title>"), "{path}");
    }
}

/// A browser is shown a page, a program a problem.
#[test]
fn a_path_that_leads_nowhere_is_a_page_for_people() {
    let served = Served::new();
    let ask = |path: &str| {
        let request = Request::get(path).header("accept", "text/html,*/*;q=0.8");
        served.ask(request.body(Body::empty()).unwrap())
    };
    let page = ask("/experimnets");
    assert_eq!(
        (page.status.as_u16(), page.header("content-type")),
        (404, "text/html; charset=utf-8")
    );
    served.get("/experimnets").problem(404);
    ask("/api/v1/nothing").problem(404);
}

#[test]
fn a_page_brings_what_it_would_ask_first() {
    let served = Served::new();
    let name = "</script><script>alert(1)</script>";
    served.run(name, "first");
    served.run(name, "repeat");
    let page = served.get("/experiments/%3C%2Fscript%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E");
    assert_eq!(page.status, 200);
    assert!(
        !page.text().contains("alert(1)</script>"),
        "{}",
        page.text()
    );
    let first = first(&page);
    for (address, answer) in first.as_object().unwrap() {
        assert_eq!(*answer, served.get(address).json(), "{address}");
    }
    for part in ["/api/v1/table?", "/api/v1/groups?"] {
        let keys = first.as_object().unwrap().keys();
        let found = keys.filter(|key| key.starts_with(part)).count();
        assert_eq!(found, 1, "{part} {first}");
    }
    assert_eq!(
        first["/api/v1/experiments?limit=1000"]["experiments"][0]["name"],
        name
    );
}

/// Without a token a page is the same, and holds nothing.
#[test]
fn a_page_brings_only_what_its_reader_may_see() {
    let served = Served::new();
    served.run("digits", "first");
    let token = served.token("reader", Role::Read);
    served.tokens_are_seen();
    for path in ["/", "/experiments/digits", "/experiments/none"] {
        let page = served.get(path);
        assert_eq!(page.status, 200, "{path}");
        assert_eq!(first(&page), json!({}), "{path}");
    }
    let page = served.get_as(&token, "/experiments/digits");
    assert_eq!(first(&page)["/api/v1/about"]["token"], "reader");
    assert_eq!(served.get_as(&token, "/experiments/none").status, 404);
}

/// Who may see one experiment is not told by a page what is in another.
#[test]
fn a_page_of_one_thing_is_for_those_who_may_see_it() {
    let served = Served::new();
    served.run("digits", "first");
    let body = json!({
        "experiment": "letters", "id": "other",
        "modules": [{"kind": "model", "name": "MLP", "arguments": {"layers": 3}}],
    });
    let other = served.post("/api/v1/runs", &body).json();
    let hash = other["modules"][0]["record"]["hash"].as_str().unwrap();
    let digits = served.tracker.experiment("digits").unwrap().id();
    let tokens = Tokens::of(served.tracker.clone());
    let all = tokens.create("all", Role::Read, None, None).unwrap().secret;
    let one = tokens
        .create("one", Role::Read, None, Some(vec![digits]))
        .unwrap()
        .secret;
    served.tokens_are_seen();
    for path in ["/runs/other".to_owned(), format!("/components/{hash}")] {
        let asked = format!("/api/v1{path}");
        assert!(first(&served.get_as(&all, &path))[&asked].is_object());
        let page = served.get_as(&one, &path);
        assert_eq!(page.status, 404, "{path}");
        assert_eq!(first(&page)[&asked], json!(null), "{path}");
        let unknown = served.get(&path);
        assert_eq!(
            (unknown.status, first(&unknown)),
            (StatusCode::OK, json!({}))
        );
    }
}

/// For `Basic` a browser would ask with a window of its own, and the page would wait for it.
#[test]
fn a_browser_is_sent_to_the_page_for_signing_in() {
    let served = Served::new();
    served.token("reader", Role::Read);
    served.tokens_are_seen();
    let ask = |from_browser: bool| {
        let mut request = Request::get("/api/v1/about");
        if from_browser {
            request = request.header("sec-fetch-mode", "cors");
        }
        let answer = served.ask(request.body(Body::empty()).unwrap());
        assert_eq!(answer.status, 401);
        let all = answer.headers.get_all("www-authenticate").iter();
        all.map(|value| value.to_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(ask(true), ["Bearer"]);
    assert_eq!(ask(false), ["Bearer", "Basic realm=\"entia\""]);
}

//! Artifacts up and down.

use axum::body::{Body, Bytes};
use axum::http::Request;
use serde_json::json;

use crate::support::{Answer, Served};

fn put(served: &Served, path: &str, content: &[u8]) -> Answer {
    served.ask(
        Request::put(path)
            .body(Body::from(content.to_vec()))
            .unwrap(),
    )
}

fn ranged(served: &Served, path: &str, range: &str) -> Answer {
    served.ask(
        Request::get(path)
            .header("range", range)
            .body(Body::empty())
            .unwrap(),
    )
}

#[test]
fn a_content_comes_back_as_it_was_put() {
    let served = Served::in_file();
    served.run("digits", "first");
    let content: Vec<u8> = (0..300_000_u32).map(|byte| (byte % 251) as u8).collect();
    let path = "/api/v1/runs/first/artifacts/plots/weights%20%C3%A4.bin";
    let record = put(&served, path, &content).json();
    assert_eq!(
        (&record["name"], &record["size"]),
        (&json!("plots/weights ä.bin"), &json!(300_000))
    );
    let read = served.get(path);
    assert_eq!(read.body, content);
    assert_eq!(read.header("content-length"), "300000");
    assert_eq!(
        read.header("content-disposition"),
        "attachment; filename*=UTF-8''weights%20%C3%A4.bin"
    );
    assert_eq!(read.header("x-content-type-options"), "nosniff");
    let tag = read.header("etag").to_owned();
    let request = Request::get(path).header("if-none-match", tag);
    assert_eq!(served.ask(request.body(Body::empty()).unwrap()).status, 304);
    let request = Request::get(path).header("accept-encoding", "gzip");
    let read = served.ask(request.body(Body::empty()).unwrap());
    assert_eq!(
        (read.header("content-encoding"), read.body.len()),
        ("", content.len())
    );
    let list = served.get("/api/v1/runs/first/artifacts").json();
    assert_eq!(list["artifacts"][0]["hash"], record["hash"]);
    assert_eq!(
        put(&served, "/api/v1/runs/first/artifacts/empty.txt", b"").json()["size"],
        0
    );
    assert_eq!(
        served.get("/api/v1/runs/first/artifacts/empty.txt").body,
        b""
    );
}

#[test]
fn a_part_comes_alone() {
    let served = Served::in_file();
    served.run("digits", "first");
    let path = "/api/v1/runs/first/artifacts/letters.txt";
    put(&served, path, b"abcdefghij");
    for (range, expected, place) in [
        ("bytes=0-3", "abcd", "bytes 0-3/10"),
        ("bytes=7-", "hij", "bytes 7-9/10"),
        ("bytes=-2", "ij", "bytes 8-9/10"),
        ("bytes=8-99", "ij", "bytes 8-9/10"),
    ] {
        let part = ranged(&served, path, range);
        assert_eq!(
            (part.status.as_u16(), part.text()),
            (206, expected),
            "{range}"
        );
        assert_eq!(part.header("content-range"), place);
    }
    let behind = ranged(&served, path, "bytes=10-");
    behind.problem(416);
    assert_eq!(behind.header("content-range"), "bytes */10");
    assert_eq!(ranged(&served, path, "bytes=0-1,4-5").status, 200);
}

#[test]
fn an_artifact_belongs_to_an_epoch() {
    let served = Served::in_file();
    served.run("digits", "first");
    let path = "/api/v1/runs/first/artifacts/weights.pt";
    put(&served, &format!("{path}?epoch=1"), b"one");
    put(
        &served,
        &format!("{path}?epoch=2&media_type=text/plain"),
        b"two",
    );
    assert_eq!(served.get(path).text(), "two");
    assert_eq!(served.get(&format!("{path}?epoch=1")).text(), "one");
    assert_eq!(served.get(path).header("content-type"), "text/plain");
    served.get(&format!("{path}?epoch=3")).problem(404);
    served.get(&format!("{path}?epoch=x")).problem(400);
}

#[test]
fn no_name_leads_out_of_its_folder() {
    let served = Served::in_file();
    served.run("digits", "first");
    for name in [
        "..%2Fsecret",
        "%2e%2e/secret",
        "a/%2E%2E/b",
        "%2Fetc%2Fpasswd",
        "a%2F%2Fb",
        "a%5C..%5Cb",
        "a%00b",
        "a%0Ab",
        "%FF",
        "a/",
    ] {
        let path = format!("/api/v1/runs/first/artifacts/{name}");
        put(&served, &path, b"x").problem(400);
        assert!(
            matches!(served.get(&path).status.as_u16(), 400 | 404),
            "{name}"
        );
    }
    assert_eq!(
        served.get("/api/v1/runs/first/artifacts").json()["artifacts"],
        json!([])
    );
}

#[test]
fn nothing_is_left_of_what_breaks_off() {
    let served = Served::in_file();
    served.run("digits", "first");
    let pieces = [Ok(Bytes::from("some")), Err(std::io::Error::other("gone"))];
    let body = Body::from_stream(futures_util::stream::iter(pieces));
    let request = Request::put("/api/v1/runs/first/artifacts/a.txt").body(body);
    served.ask(request.unwrap()).problem(400);
    served
        .get("/api/v1/runs/first/artifacts/a.txt")
        .problem(404);
    assert!(served.tracker.unreferenced_artifacts().unwrap().is_empty());
}

#[test]
fn an_upload_goes_on_where_it_broke_off() {
    let served = Served::in_file();
    served.run("digits", "first");
    let new = json!({"name": "weights.bin", "size": 10, "epoch": 3});
    let begun = served.post("/api/v1/runs/first/uploads", &new);
    assert_eq!(begun.status, 201);
    let path = format!("/api/v1/uploads/{}", begun.json()["id"].as_str().unwrap());
    let send = |offset: &str, body: Body| {
        let request = Request::patch(&path).header("upload-offset", offset);
        served.ask(request.body(body).unwrap())
    };
    let pieces = [Ok(Bytes::from("abcd")), Err(std::io::Error::other("gone"))];
    send("0", Body::from_stream(futures_util::stream::iter(pieces))).problem(400);
    assert_eq!(served.get(&path).json()["offset"], 4);
    send("0", Body::from("abcd")).problem(409);
    send("x", Body::from("abcd")).problem(400);
    assert_eq!(send("4", Body::from("ef")).json()["artifact"], json!(null));
    send("6", Body::from("ghijk")).problem(413);
    let done = send(
        &served.get(&path).json()["offset"].to_string(),
        Body::from("ghij"),
    );
    assert_eq!(done.json()["artifact"]["size"], 10);
    let read = served.get("/api/v1/runs/first/artifacts/weights.bin?epoch=3");
    assert_eq!(read.text(), "abcdefghij");
    assert_eq!(served.delete(&path).status, 204);
    served.get(&path).problem(404);
}

#[test]
fn a_log_is_given_whole_or_from_a_line_near_its_end() {
    let served = Served::in_file();
    served.run("digits", "first");
    let path = "/api/v1/runs/first/log";
    let missing = served.get(path);
    assert_eq!(missing.status, 404);
    assert_eq!(
        missing.json()["detail"],
        "the run `first` has no log among its artifacts"
    );
    let lines: Vec<String> = (0..400)
        .map(|at| format!("epoch {at}: ünder way\n"))
        .collect();
    let text = lines.concat();
    put(
        &served,
        "/api/v1/runs/first/artifacts/train.log",
        text.as_bytes(),
    );
    put(&served, "/api/v1/runs/first/artifacts/notes.txt", b"no log");
    assert_eq!(served.get(path).body, text.as_bytes());
    assert_eq!(ranged(&served, path, "bytes=0-4").body, b"epoch");
    let behind = ranged(&served, path, "bytes=99999-");
    assert_eq!(behind.header("content-type"), "application/problem+json");
    assert_eq!(behind.status, 416);
    let shown = served.get("/api/v1/runs/first").json();
    assert_eq!(shown["log"]["name"], "train.log");

    let last = lines[399].len();
    for (tail, expected) in [
        (0, ""),
        (last - 1, &text[text.len() - last + 1..]),
        (last, &*lines[399]),
        (last + 5, &*lines[399]),
        (2 * last, &*lines[398..].concat()),
        (text.len(), &*text),
        (1 << 20, &*text),
    ] {
        let end = served.get(&format!("{path}?tail={tail}"));
        let found = std::str::from_utf8(&end.body).unwrap();
        assert_eq!(found, expected, "{tail}");
        assert_eq!(end.header("content-type"), "text/plain; charset=utf-8");
    }
    let far = served.get(&format!("{path}?tail=1048577"));
    assert_eq!(far.status, 400);
}

#[test]
fn the_end_of_a_log_begins_with_a_whole_character() {
    let served = Served::in_file();
    served.run("digits", "first");
    let path = "/api/v1/runs/first/artifacts/log";
    put(&served, path, "a➚➚".as_bytes());
    let tails = [(7, "a➚➚"), (6, "➚➚"), (5, "➚"), (3, "➚"), (2, ""), (1, "")];
    for (tail, expected) in tails {
        let end = served.get(&format!("/api/v1/runs/first/log?tail={tail}"));
        assert_eq!(String::from_utf8_lossy(&end.body), expected, "{tail}");
    }
    // What is no UTF-8 is given as it is, and nothing of it is shown as a page.
    put(&served, path, &[0x90; 9]);
    let end = served.get("/api/v1/runs/first/log?tail=6");
    assert_eq!(end.body, [0x90; 6]);
    let whole = served.get("/api/v1/runs/first/log");
    for answer in [end, whole] {
        assert_eq!(answer.header("content-type"), "text/plain; charset=utf-8");
        let policy = answer.header("content-security-policy");
        assert_eq!(policy, "sandbox; default-src 'none'");
    }
}

#[test]
fn the_end_of_a_log_that_was_cut_off_is_an_error() {
    let served = Served::in_file();
    served.run("digits", "first");
    let log = put(&served, "/api/v1/runs/first/artifacts/log", &[b'x'; 9_000]).json();
    let hash = log["hash"].as_str().unwrap();
    let file = served.tracker.contents().unwrap().place(hash);
    std::fs::write(file, "short").unwrap();
    assert_eq!(served.get("/api/v1/runs/first/log?tail=100").status, 500);
}

//! `entia serve`.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Stdio};

use serde_json::{Value, json};

use crate::support::Fixture;

/// A server, until it is told to end.
pub(crate) struct Serving {
    child: Child,
    out: BufReader<std::process::ChildStdout>,
    pub(crate) first: String,
    pub(crate) host: String,
}

impl Serving {
    pub(crate) fn new(fixture: &Fixture, arguments: &[&str]) -> Self {
        let listen: &[&str] = if arguments.contains(&"--listen") {
            &[]
        } else {
            &["--listen", "127.0.0.1:0"]
        };
        Self::start(fixture, &[&["serve"], listen, arguments].concat())
    }

    /// As [`new`](Self::new), by another command.
    pub(crate) fn start(fixture: &Fixture, arguments: &[&str]) -> Self {
        let mut child = fixture
            .command(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut first = String::new();
        out.read_line(&mut first).unwrap();
        let host = first.trim_end().rsplit('/').next().unwrap().to_owned();
        Self {
            child,
            out,
            first,
            host,
        }
    }

    /// The status and the body of an answer.
    pub(crate) fn ask(&self, method: &str, path: &str, body: &str) -> (String, String) {
        let mut stream = TcpStream::connect(&self.host).unwrap();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.host,
            body.len()
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head[9..12].to_owned(), body.to_owned())
    }

    /// Tells it to end, as a supervisor does; what it wrote to standard output and standard error.
    #[cfg(unix)]
    pub(crate) fn end(mut self) -> (Option<i32>, String, String) {
        let id = self.child.id().to_string();
        let killed = std::process::Command::new("kill")
            .args(["-TERM", &id])
            .status();
        assert!(killed.unwrap().success());
        let code = self.child.wait().unwrap().code();
        let (mut out, mut err) = (String::new(), String::new());
        self.out.read_to_string(&mut out).unwrap();
        let mut stderr = self.child.stderr.take().unwrap();
        stderr.read_to_string(&mut err).unwrap();
        (code, out, err)
    }
}

/// A test that fails, or that needs no end, leaves no server behind.
impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(unix)]
#[test]
fn a_store_is_served_until_the_end() {
    let fixture = Fixture::new();
    let serving = Serving::new(&fixture, &[]);
    assert!(
        serving
            .first
            .starts_with("Serves sqlite:runs.db at http://127.0.0.1:"),
        "{}",
        serving.first
    );
    let (status, body) = serving.ask("GET", "/api/v1/experiments/digits", "");
    assert_eq!(status, "200");
    assert_eq!(serde_json::from_str::<Value>(&body).unwrap()["runs"], 2);
    let new = json!({"experiment": "digits", "id": "over-http"}).to_string();
    assert_eq!(serving.ask("POST", "/api/v1/runs", &new).0, "201");
    let point = json!({"name": "loss", "value": 0.25}).to_string();
    assert_eq!(
        serving
            .ask("POST", "/api/v1/runs/over-http/points", &point)
            .0,
        "204"
    );
    let (code, out, err) = serving.end();
    assert_eq!(code, Some(0), "{err}");
    assert!(out.contains("Log a first run:\n  curl --json "), "{out}");
    let run = fixture.json(&["show", "over-http"]);
    assert_eq!(run["metrics"][0]["last"]["value"], 0.25);
}

#[cfg(unix)]
#[test]
fn options_may_stand_in_a_file() {
    let fixture = Fixture::new();
    let config = "store = \"sqlite:runs.db\"\nread-only = true\nlog = \"json\"\n";
    std::fs::write(fixture.path("serve.toml"), config).unwrap();
    let serving = Serving::new(&fixture, &["--config", "serve.toml"]);
    assert!(
        serving
            .first
            .starts_with("Serves, to be read, sqlite:runs.db at "),
        "{}",
        serving.first
    );
    let new = json!({"name": "x"}).to_string();
    assert_eq!(serving.ask("POST", "/api/v1/experiments", &new).0, "403");
    let (code, _, err) = serving.end();
    assert_eq!(code, Some(0));
    let line: Value = serde_json::from_str(err.lines().next().unwrap()).unwrap();
    assert_eq!(line["level"], "WARN", "{line}");
}

#[cfg(unix)]
#[test]
fn programs_read_where_it_listens() {
    let fixture = Fixture::new();
    let serving = Serving::new(&fixture, &["--json"]);
    let (_, out, _) = serving.end();
    let document: Value = serde_json::from_str(&format!("{{{out}")).unwrap();
    assert!(
        document["url"]
            .as_str()
            .unwrap()
            .starts_with("http://127.0.0.1:"),
        "{document}"
    );
    assert_eq!(document["store"], "sqlite:runs.db");
    assert_eq!(
        (&document["read_only"], &document["tokens"]),
        (&json!(false), &json!(false))
    );
}

#[test]
fn what_keeps_it_from_serving_is_told() {
    let fixture = Fixture::new();
    let serving = Serving::new(&fixture, &[]);
    let taken = fixture.refused(&["serve", "--listen", &serving.host]);
    assert!(
        taken.starts_with("error: cannot listen at 127.0.0.1:"),
        "{taken}"
    );
    assert!(
        taken.contains("\nhint: another program listens there"),
        "{taken}"
    );
    drop(serving);

    let open = fixture.refused(&["serve", "--listen", "0.0.0.0:0"]);
    assert!(
        open.contains("can be reached from other machines"),
        "{open}"
    );
    assert!(
        open.contains("hint: make one with `entia token create NAME --role admin`"),
        "{open}"
    );
    let half = fixture.refused(&["serve", "--tls-cert", "cert.pem"]);
    assert!(
        half.starts_with("error: TLS needs a certificate and its key\nhint: "),
        "{half}"
    );
    let missing = fixture.refused(&["serve", "--tls-cert", "a.pem", "--tls-key", "b.pem"]);
    assert!(
        missing.starts_with("error: `a.pem` cannot be used for TLS: "),
        "{missing}"
    );
    std::fs::write(fixture.path("bad.toml"), "listn = \"127.0.0.1:1\"\n").unwrap();
    let slip = fixture.refused(&["serve", "--config", "bad.toml"]);
    assert!(slip.contains("unknown field `listn`"), "{slip}");
    assert!(slip.contains("\nhint: it is TOML"), "{slip}");
    let none = fixture.refused(&["serve", "--config", "none.toml"]);
    assert!(
        none.starts_with("error: `none.toml` cannot be read as the options of a server: "),
        "{none}"
    );
    std::fs::write(fixture.path("text.db"), "no database at all").unwrap();
    let foreign = fixture.refused(&["--store", "sqlite:text.db", "serve"]);
    assert!(
        foreign.starts_with("error: `text.db` is no store of a tracker"),
        "{foreign}"
    );
    let absent = fixture.refused(&["--store", "sqlite:none.db", "serve", "--read-only"]);
    assert!(
        absent.starts_with("error: there is no store at `none.db`"),
        "{absent}"
    );
}

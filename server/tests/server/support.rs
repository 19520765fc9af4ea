//! A server without a socket, and what is asked of it.

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use entia_server::{Options, Role, Tokens, router};
use serde_json::{Value, json};
use tower::ServiceExt as _;
use tracker_core::Tracker;
use tracker_sqlite as _;

/// A server over a store in memory, or in a file.
pub(crate) struct Served {
    pub(crate) tracker: Tracker,
    pub(crate) router: Router,
    runtime: tokio::runtime::Runtime,
    _folder: Option<tempfile::TempDir>,
}

/// What it answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Served {
    pub(crate) fn new() -> Self {
        Self::with(Options::default())
    }

    pub(crate) fn with(options: Options) -> Self {
        let tracker = Tracker::open("memory:").unwrap();
        Self::over(tracker, options, None)
    }

    /// Over the store of a tracker.
    pub(crate) fn of(tracker: Tracker) -> Self {
        Self::over(tracker, Options::default(), None)
    }

    /// Over a store in a file.
    pub(crate) fn in_file() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("runs.db");
        let tracker = Tracker::open(&format!("sqlite:{}", path.display())).unwrap();
        Self::over(tracker, Options::default(), Some(folder))
    }

    fn over(tracker: Tracker, options: Options, folder: Option<tempfile::TempDir>) -> Self {
        Self {
            router: router(tracker.clone(), options),
            tracker,
            runtime: tokio::runtime::Builder::new_multi_thread()
                .worker_threads(1)
                .enable_all()
                .build()
                .unwrap(),
            _folder: folder,
        }
    }

    /// Asks with any request; the host is this machine unless the request says another.
    pub(crate) fn ask(&self, mut request: Request<Body>) -> Answer {
        let localhost = "localhost:5005".parse().unwrap();
        request.headers_mut().entry("host").or_insert(localhost);
        self.block_on(async {
            let response = self.router.clone().oneshot(request).await.unwrap();
            let (parts, body) = response.into_parts();
            let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
            Answer {
                status: parts.status,
                headers: parts.headers,
                body: body.to_vec(),
            }
        })
    }

    pub(crate) fn block_on<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.ask(Request::get(path).body(Body::empty()).unwrap())
    }

    pub(crate) fn delete(&self, path: &str) -> Answer {
        self.ask(Request::delete(path).body(Body::empty()).unwrap())
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Answer {
        self.send("POST", path, body)
    }

    pub(crate) fn patch(&self, path: &str, body: &Value) -> Answer {
        self.send("PATCH", path, body)
    }

    pub(crate) fn send(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.ask(json_request(method, path, body.to_string()))
    }

    /// As a token lets ask.
    pub(crate) fn get_as(&self, token: &str, path: &str) -> Answer {
        let request = Request::get(path).header("authorization", format!("Bearer {token}"));
        self.ask(request.body(Body::empty()).unwrap())
    }

    /// The secret of a new token.
    pub(crate) fn token(&self, name: &str, role: Role) -> String {
        let tokens = Tokens::of(self.tracker.clone());
        tokens.create(name, role, None, None).unwrap().secret
    }

    /// A run with a few points, and its uuid.
    pub(crate) fn run(&self, experiment: &str, id: &str) -> String {
        let run = json!({
            "experiment": experiment,
            "id": id,
            "modules": [
                {"kind": "model", "name": "MLP", "arguments": {"layers": 2, "dropout": 0.5}},
                {"kind": "optimizer", "name": "Adam", "arguments": {"lr": 0.001}},
            ],
            "params": {"seed": 17},
            "tags": {"stage": "candidate"},
        });
        let created = self.post("/api/v1/runs", &run);
        assert_eq!(created.status, 201, "{created:?}");
        let uuid = created.json()["uuid"].as_str().unwrap().to_owned();
        let points: Vec<Value> = (1..=3)
            .map(|epoch| {
                json!({"name": "loss", "phase": "train", "value": 0.9 / f64::from(epoch),
                    "epoch": epoch, "step": 10 * epoch})
            })
            .collect();
        let path = format!("/api/v1/runs/{uuid}/points");
        assert_eq!(self.post(&path, &json!(points)).status, 204);
        uuid
    }
}

pub(crate) fn json_request(method: &str, path: &str, body: String) -> Request<Body> {
    let request = Request::builder().method(method).uri(path);
    let request = request.header("content-type", "application/json");
    request.body(Body::from(body)).unwrap()
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().unwrap())
    }

    /// The sentence of a problem, which must have this status, and name no file of the server.
    #[track_caller]
    pub(crate) fn problem(&self, status: u16) -> String {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        assert_eq!(self.header("content-type"), "application/problem+json");
        let problem = self.json();
        assert_eq!(problem["status"], status);
        let text = format!("{} | {}", problem["detail"], problem["hint"]);
        for secret in ["/tmp", "runs.db", "SELECT", "INSERT", ".rs:", "panicked"] {
            assert!(!text.contains(secret), "{text}");
        }
        let detail = problem["detail"].as_str().unwrap();
        assert!(!detail.is_empty());
        detail.to_owned()
    }
}

impl Served {
    /// Returns once the server knows of the tokens, which it reads once a second.
    pub(crate) fn tokens_are_seen(&self) {
        while self.get("/api/v1/about").status != 401 {}
    }
}

//! Events.

use axum::body::Body;
use axum::http::Request;
use entia_server::{Role, Tokens};
use futures_util::StreamExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;
use tracker_core::Tracker;

use crate::support::Served;

/// A client that listens.
struct Listener<'s> {
    served: &'s Served,
    body: axum::body::BodyDataStream,
    text: String,
}

/// An event: its number, its kind and its data.
type Event = (Option<u64>, String, Value);

impl<'s> Listener<'s> {
    fn new(served: &'s Served, path: &str, last: Option<u64>) -> Self {
        let mut request = Request::get(path);
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        Self::of(served, request)
    }

    fn of(served: &'s Served, request: axum::http::request::Builder) -> Self {
        let request = request.header("host", "localhost");
        let request = request.body(Body::empty()).unwrap();
        let response = served
            .block_on(served.router.clone().oneshot(request))
            .unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let body = response.into_body().into_data_stream();
        let text = String::new();
        Self { served, body, text }
    }

    fn next(&mut self) -> Event {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let field = |name: &str| {
                    let mut lines = event.lines();
                    lines.find_map(|line| line.strip_prefix(name))
                };
                let number = field("id: ").map(|id| id.parse().unwrap());
                let data = serde_json::from_str(field("data: ").unwrap()).unwrap();
                let event = (number, field("event: ").unwrap().to_owned(), data);
                self.text = rest.to_owned();
                return event;
            }
            let piece = self.served.block_on(self.body.next()).unwrap().unwrap();
            self.text.push_str(std::str::from_utf8(&piece).unwrap());
        }
    }
}

#[test]
fn what_changes_is_told_with_its_row() {
    let served = Served::in_file();
    served.run("digits", "first");
    let mut listener = Listener::new(&served, "/api/v1/events", None);
    let (number, kind, _) = listener.next();
    assert_eq!(kind, "ping");
    let point = json!({"name": "loss", "phase": "train", "value": 0.1, "epoch": 4});
    served.post("/api/v1/runs/first/points", &point);
    let (later, kind, run) = listener.next();
    assert!(later > number);
    assert_eq!((&*kind, &run["id"]), ("run", &json!("first")));
    assert_eq!(run["metrics"][0]["count"], 4);
    assert_eq!(listener.next().1, "points");
    served.patch("/api/v1/experiments/digits", &json!({"notes": "n"}));
    let (_, kind, experiment) = listener.next();
    assert_eq!((&*kind, &experiment["notes"]), ("experiment", &json!("n")));
}

#[test]
fn points_that_are_added_are_told_together() {
    let served = Served::in_file();
    let uuid = served.run("digits", "first");
    let mut listener = Listener::new(&served, "/api/v1/events", None);
    listener.next();
    let mut points = || loop {
        let (number, kind, data) = listener.next();
        if kind == "points" {
            assert_eq!(number, None, "they are read again by their series");
            return data;
        }
    };
    let add = |points: Value| {
        assert_eq!(
            served.post("/api/v1/runs/first/points", &points).status,
            204
        );
    };
    add(json!({"name": "loss", "phase": "train", "value": 0.1, "epoch": 4, "step": 40}));
    let told = points();
    assert_eq!(
        (&told["run"], &told["experiment"]),
        (&json!(uuid), &json!("digits"))
    );
    let series = &told["series"][0];
    assert_eq!(
        (&series["name"], &series["phase"]),
        (&json!("loss"), &json!("train"))
    );
    assert_eq!(
        (&series["values"], &series["total"]),
        (&json!([0.1]), &json!(4))
    );
    assert_eq!(
        (&series["epochs"], &series["steps"]),
        (&json!([4]), &json!([40]))
    );
    let many = |from: u32| -> Value {
        let points = (from..from + 50).map(|step| {
            json!({"name": "loss", "phase": "train", "value": step, "epoch": 5, "step": step})
        });
        points.collect()
    };
    add(many(100));
    let told = points();
    let expected: Vec<f64> = (100..150).map(f64::from).collect();
    assert_eq!(told["series"][0]["values"], json!(expected));
    assert_eq!(told["series"][0]["total"], 54);
    // What a chart cannot draw is told, too; and of another series nothing.
    add(json!([
        {"name": "loss", "phase": "train", "value": "NaN", "epoch": 6},
        {"name": "accuracy", "phase": "test", "value": 0.5, "epoch": 6},
    ]));
    let told = points();
    let names: Vec<_> = told["series"]
        .as_array()
        .unwrap()
        .iter()
        .map(|of| &of["name"])
        .collect();
    assert_eq!(names, ["accuracy", "loss"]);
    assert_eq!(told["series"][1]["values"], json!(["NaN"]));
}

#[test]
fn a_job_is_told_to_its_end() {
    let served = Served::new();
    served.run("digits", "first");
    let mut listener = Listener::new(&served, "/api/v1/events", None);
    listener.next();
    served.post("/api/v1/verify", &json!({}));
    loop {
        let (number, kind, job) = listener.next();
        assert_eq!(
            (number, &*kind, &job["kind"]),
            (None, "job", &json!("verify"))
        );
        if job["status"] == "finished" {
            break;
        }
    }
}

#[test]
fn another_program_is_heard_too() {
    let folder = tempfile::tempdir().unwrap();
    let address = format!("sqlite:{}", folder.path().join("runs.db").display());
    let served = Served::of(Tracker::open(&address).unwrap());
    let uuid = served.run("digits", "first");
    let mut listener = Listener::new(&served, "/api/v1/events", None);
    listener.next();
    let other = Tracker::open(&address).unwrap();
    let run = other.aggregate(uuid.parse().unwrap()).unwrap().unwrap();
    run.set_tag("from", "elsewhere").unwrap();
    let (_, kind, data) = listener.next();
    assert_eq!(
        (&*kind, &data["tags"]["from"]),
        ("run", &json!("elsewhere"))
    );
    run.remove().unwrap();
    let (_, kind, data) = listener.next();
    assert_eq!((&*kind, &data["run"]), ("removed", &json!(uuid)));
}

#[test]
fn who_comes_back_misses_nothing() {
    let served = Served::in_file();
    served.run("digits", "first");
    let mut listener = Listener::new(&served, "/api/v1/events", None);
    let (number, ..) = listener.next();
    drop(listener);
    served.run("digits", "second");
    served.patch("/api/v1/runs/first", &json!({"notes": "n"}));
    for (path, last) in [
        ("/api/v1/events".to_owned(), number),
        (format!("/api/v1/events?after={}", number.unwrap()), None),
    ] {
        let mut listener = Listener::new(&served, &path, last);
        assert_eq!(listener.next(), (number, "ping".to_owned(), json!({})));
        let ids =
            [listener.next(), listener.next()].map(|(_, kind, data)| (kind, data["id"].clone()));
        let told = |id| ("run".to_owned(), json!(id));
        assert_eq!(ids, [told("second"), told("first")]);
    }
}

/// Which points are new nobody knows who was not there; but whoever has fewer reads them.
#[test]
fn who_comes_back_is_told_how_many_points_there_are() {
    let served = Served::in_file();
    served.run("digits", "first");
    let known = served.get("/api/v1/about").json()["seq"].as_u64();
    let point = json!({"name": "loss", "phase": "train", "value": 0.1, "epoch": 4});
    served.post("/api/v1/runs/first/points", &point);
    let mut listener = Listener::new(&served, "/api/v1/events", known);
    let kinds = [listener.next().1, listener.next().1];
    assert_eq!(kinds, ["ping", "run"]);
    let (_, kind, points) = listener.next();
    assert_eq!(kind, "points");
    let series = &points["series"][0];
    assert_eq!(
        (&series["name"], &series["phase"], &series["total"]),
        (&json!("loss"), &json!("train"), &json!(4))
    );
    assert_eq!(series["values"], json!([]));
}

#[test]
fn a_number_of_another_store_starts_anew() {
    let served = Served::new();
    served.run("digits", "first");
    let mut listener = Listener::new(&served, "/api/v1/events?after=1000000", None);
    assert_eq!(listener.next().1, "reset");
    served.get("/api/v1/events?after=-1").problem(400);
    let request = Request::get("/api/v1/events").header("last-event-id", "x");
    served
        .ask(request.body(Body::empty()).unwrap())
        .problem(400);
}

#[test]
fn an_experiment_is_listened_to_alone() {
    let served = Served::new();
    served.run("digits", "first");
    served.run("letters", "other");
    let mut listener = Listener::new(&served, "/api/v1/events?experiment=letters", None);
    listener.next();
    served.patch("/api/v1/runs/first", &json!({"notes": "n"}));
    served.patch("/api/v1/runs/other", &json!({"notes": "n"}));
    assert_eq!(listener.next().2["id"], "other");
    served.get("/api/v1/events?experiment=none").problem(404);
}

#[test]
fn whoever_is_let_in_no_more_hears_no_more() {
    let served = Served::in_file();
    served.run("digits", "first");
    let secret = served.token("me", Role::Read);
    served.tokens_are_seen();
    let request =
        Request::get("/api/v1/events").header("authorization", format!("Bearer {secret}"));
    let mut listener = Listener::of(&served, request);
    assert_eq!(listener.next().1, "ping");
    Tokens::of(served.tracker.clone()).revoke("me").unwrap();
    // It is known for a second at most.
    while served.get_as(&secret, "/api/v1/runs").status != 401 {}
    let run = served.tracker.experiment("digits").unwrap();
    run.set_notes("n").unwrap();
    assert!(served.block_on(listener.body.next()).is_none());
}

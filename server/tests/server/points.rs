//! Points.

use serde_json::{Value, json};

use crate::support::{Served, json_request};

#[test]
fn a_point_needs_a_name_and_a_value() {
    let served = Served::in_file();
    served.run("digits", "first");
    let add = |body: Value| served.post("/api/v1/runs/first/points", &body);
    assert_eq!(add(json!({"name": "accuracy", "value": 0.5})).status, 204);
    assert_eq!(
        add(json!([{"name": "accuracy", "value": "NaN", "step": 1}])).status,
        204
    );
    assert_eq!(
        add(json!({"name": "confusion", "json": [[1, 0], [0, 1]]})).status,
        204
    );
    assert_eq!(add(json!([])).status, 204);
    for bad in [
        json!({"name": "accuracy"}),
        json!({"value": 1}),
        json!({"name": "", "value": 1}),
        json!({"name": "a", "value": "many"}),
        json!({"name": "a", "value": null}),
        json!({"name": "a", "value": 1, "epoch": -1}),
        json!({"name": "a", "value": 1, "epoch": u64::MAX}),
        json!({"name": "a", "value": 1, "step": 1.5}),
        json!({"name": "a", "value": 1, "time": "yesterday"}),
        json!([{"name": "good", "value": 1}, {"name": "", "value": 1}]),
        json!("a"),
        json!(null),
    ] {
        add(bad).problem(400);
    }
    let run = served.get("/api/v1/runs/first").json();
    let names: Vec<_> = run["metrics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|of| &of["last"]["name"])
        .collect();
    assert_eq!(
        names,
        ["accuracy", "confusion", "loss"],
        "all of a list or none"
    );
    assert_eq!(run["metrics"][0]["last"]["value"], "NaN");
}

#[test]
fn numbers_come_back_to_the_bit() {
    let served = Served::in_file();
    served.run("digits", "first");
    let numbers = [0.1 + 0.2, 5e-324, 1e308, -0.0, 0.1, 1.0 / 3.0];
    let points: Vec<Value> = (0..)
        .zip(numbers)
        .map(|(step, value)| json!({"name": "x", "value": value, "step": step}))
        .collect();
    served.post("/api/v1/runs/first/points", &json!(points));
    let wanted = json!({"runs": ["first"], "series": [["x", ""]]});
    let answer = served.post("/api/v1/series", &wanted).json();
    let read = answer["histories"][0]["series"]["numbers"]
        .as_array()
        .unwrap();
    let bits = |numbers: &[f64]| {
        numbers
            .iter()
            .map(|number| number.to_bits())
            .collect::<Vec<_>>()
    };
    let read: Vec<f64> = read.iter().map(|number| number.as_f64().unwrap()).collect();
    assert_eq!(bits(&read), bits(&numbers));
}

#[test]
fn a_batch_has_a_limit() {
    let served = Served::with(entia_server::Options {
        largest_batch: 2,
        ..Default::default()
    });
    let new = json!({"experiment": "digits", "id": "first"});
    served.post("/api/v1/runs", &new);
    let point = json!({"name": "x", "value": 1});
    let two = json!([point, point]);
    assert_eq!(served.post("/api/v1/runs/first/points", &two).status, 204);
    let three = served.post("/api/v1/runs/first/points", &json!([point, point, point]));
    assert_eq!(
        three.problem(413),
        "3 points are more than one request may have"
    );
}

#[test]
fn json_that_is_none_is_told() {
    let served = Served::new();
    served.run("digits", "first");
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let twice = r#"{"name": "a", "name": "b", "value": 1}"#;
    for body in [
        "",
        "{",
        "nonsense",
        "{\"name\": NaN}",
        "\u{0}",
        &deep,
        twice,
    ] {
        let request = json_request("POST", "/api/v1/runs/first/points", body.to_owned());
        served.ask(request).problem(400);
    }
    let deep = format!(
        "{{\"name\": \"a\", \"json\": {}1{}}}",
        "[".repeat(5_000),
        "]".repeat(5_000)
    );
    let request = json_request("POST", "/api/v1/runs/first/points", deep);
    served.ask(request).problem(400);
    let mut request = json_request("POST", "/api/v1/runs/first/points", twice.to_owned());
    request
        .headers_mut()
        .insert("content-type", "text/plain".parse().unwrap());
    served.ask(request).problem(415);
}

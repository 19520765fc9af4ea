//! Components: where they are, what is like them, and code that builds them again.

use std::io::Write as _;
use std::process::{Command, Stdio};

use entia_server::{Role, Tokens};
use registry_core::{DefaultRegistry, Entity, Metadata};
use serde_json::{Value, json};
use tracker_core::Query;

use crate::support::{Served, json_request};

/// A component that is linked into this program, of a name that no other test has.
#[derive(Debug, Entity)]
struct Perceptron {
    input_size: i64,
    hidden_size: i64,
    output_size: i64,
    #[register(default = 0.5)]
    dropout: f64,
    activation: Activation,
}

#[derive(Debug, Entity)]
enum Activation {
    ReLU,
    LeakyReLU { slope: f64 },
}

const HASH: &str = "47f218af179452b7b0184d7269d3995b";

/// A run of the component, and one that differs in two arguments.
fn served() -> Served {
    let served = Served::in_file();
    let perceptron = |hidden_size, dropout, activation| Perceptron {
        input_size: 784,
        hidden_size,
        output_size: 10,
        dropout,
        activation,
    };
    let experiment = served.tracker.experiment("digits").unwrap();
    let run = experiment
        .track(&perceptron(256, 0.5, Activation::ReLU))
        .unwrap();
    run.set_name("first").unwrap();
    let leaky = Activation::LeakyReLU { slope: 0.01 };
    experiment.track(&perceptron(128, 0.1, leaky)).unwrap();
    let other = served.tracker.experiment("letters").unwrap();
    other
        .track(&perceptron(256, 0.5, Activation::ReLU))
        .unwrap();
    served
}

#[test]
fn a_component_is_found_by_its_hash() {
    let served = served();
    let component = served.get(&format!("/api/v1/components/{HASH}")).json();
    assert_eq!(
        (&component["hash"], &component["name"]),
        (&json!(HASH), &json!("Perceptron"))
    );
    assert_eq!(
        (&component["scheme"], &component["verify"]),
        (&json!("md5-v1"), &json!("ok"))
    );
    assert_eq!(
        (&component["kinds"], &component["total"]),
        (&json!(["model"]), &json!(2))
    );
    assert_eq!(component["arguments"]["hidden_size"], 256);
    assert_eq!(component["changed"], json!([]));
    assert_eq!(component["defaults"], json!({"dropout": 0.5}));
    let experiments: Vec<_> = component["runs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|run| &run["experiment"])
        .collect();
    assert_eq!(experiments, ["letters", "digits"], "the newest first");
    assert_eq!(component["runs"][1]["name"], "first");
    let child = &component["children"][0];
    assert_eq!(
        (&child["path"], &child["name"]),
        (&json!("activation"), &json!("ReLU"))
    );
    // A child has a page of its own.
    let child = served.get(&format!(
        "/api/v1/components/{}",
        child["hash"].as_str().unwrap()
    ));
    let child = child.json();
    assert_eq!(
        (&child["name"], &child["kinds"]),
        (&json!("ReLU"), &json!(["model.activation"]))
    );
    let other = served
        .get(&format!("/api/v1/components/{HASH}/nearest"))
        .json();
    let other = served.get(&format!(
        "/api/v1/components/{}",
        other[0]["hash"].as_str().unwrap()
    ));
    assert_eq!(other.json()["changed"], json!(["dropout"]));
}

#[test]
fn a_hash_may_be_shortened_where_one_is_meant() {
    let served = served();
    assert_eq!(served.get("/api/v1/components/47f2").json()["hash"], HASH);
    let unknown = served.get("/api/v1/components/47f218afzz");
    assert_eq!(unknown.problem(404), "there is no component `47f218afzz`");
    assert_eq!(unknown.json()["nearest"], json!([HASH]));
    served.get("/api/v1/components/47f").problem(404);
    served
        .get("/api/v1/components/47f2%2F..%2F%28")
        .problem(404);
    for (id, hash) in [("a", "1"), ("b", "2")] {
        let run = json!({"experiment": "digits", "id": id,
            "modules": [{"kind": "criterion", "name": "Loss", "hash": format!("abcdef0{hash}{}", "0".repeat(24))}]});
        assert_eq!(served.post("/api/v1/runs", &run).status, 201);
    }
    let ambiguous = served.get("/api/v1/components/abcdef");
    assert_eq!(
        ambiguous.problem(300),
        "`abcdef` may be any of 2 components"
    );
    assert_eq!(
        ambiguous.json()["candidates"],
        json!([
            "abcdef01000000000000000000000000",
            "abcdef02000000000000000000000000"
        ])
    );
    assert_eq!(
        served.get("/api/v1/components/abcdef01").json()["name"],
        "Loss"
    );
}

#[test]
fn the_nearest_component_has_the_fewest_other_arguments() {
    let served = served();
    let body = r#"{"experiment": "digits", "id": "cnn", "modules": [
        {"kind": "model", "name": "CNN", "arguments": {"kernel": 3}}]}"#;
    served.ask(json_request("POST", "/api/v1/runs", body.to_owned()));
    let near = served
        .get(&format!("/api/v1/components/{HASH}/nearest?k=5"))
        .json();
    let names: Vec<_> = near
        .as_array()
        .unwrap()
        .iter()
        .map(|of| &of["name"])
        .collect();
    assert_eq!(names, ["Perceptron", "CNN"]);
    assert_eq!(near[0]["distance"], 3);
    assert_eq!(
        near[0]["differences"][0],
        json!({"path": "hidden_size", "before": 256, "after": 128})
    );
    let one = served
        .get(&format!("/api/v1/components/{HASH}/nearest?k=1"))
        .json();
    assert_eq!(one.as_array().unwrap().len(), 1);
    served
        .get(&format!("/api/v1/components/{HASH}/nearest?k=many"))
        .problem(400);
}

fn rebuild(served: &Served, hash: &str, language: &str) -> Value {
    let path = format!("/api/v1/components/{hash}/rebuild?language={language}");
    served.get(&path).json()
}

#[test]
fn its_json_builds_it_again() {
    let served = served();
    let answer = rebuild(&served, HASH, "json");
    assert_eq!(answer["rebuildable"], true);
    let registry = DefaultRegistry::new().with::<Perceptron>().unwrap();
    let registry = registry.with::<Activation>().unwrap();
    let built = registry
        .build_json(answer["code"].as_str().unwrap(), &())
        .unwrap();
    assert_eq!(built.hash().to_string(), HASH);
}

#[test]
fn its_rust_builds_it_again() {
    let served = served();
    let answer = rebuild(&served, HASH, "rust");
    let written = |text: &str| -> String { text.split_whitespace().collect() };
    let program = written(include_str!("rebuilt.rs"));
    let code = written(answer["code"].as_str().unwrap());
    assert!(program.contains(&code), "what runs here is this: {code}");
    crate::rebuilt::run().unwrap();
}

#[test]
fn its_python_builds_it_again() {
    const CLASSES: &str = r#"
import hashlib, json

class Entity:
    def __init__(self, **arguments):
        self.arguments = arguments

    def written(self):
        name = type(self).__name__
        written = {key: value.written() if isinstance(value, Entity) else value
                   for key, value in self.arguments.items()}
        return {"name": name, "arguments": written} if written else name

    def hash(self):
        written = self.written()["arguments"]
        return hashlib.md5((type(self).__name__ + json.dumps(written)).encode()).hexdigest()

class Perceptron(Entity): pass
class ReLU(Entity): pass
class LeakyReLU(Entity): pass

component = "#;
    let served = served();
    let near = served
        .get(&format!("/api/v1/components/{HASH}/nearest"))
        .json();
    for hash in [HASH, near[0]["hash"].as_str().unwrap()] {
        let answer = rebuild(&served, hash, "python");
        assert_eq!(answer["rebuildable"], true);
        let program = format!(
            "{CLASSES}{}print(component.hash())",
            answer["code"].as_str().unwrap()
        );
        let mut python = Command::new("python3")
            .arg("-")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        python
            .stdin
            .take()
            .unwrap()
            .write_all(program.as_bytes())
            .unwrap();
        let output = python.wait_with_output().unwrap();
        assert_eq!(
            String::from_utf8(output.stdout).unwrap().trim(),
            hash,
            "{program}"
        );
    }
    assert_eq!(
        rebuild(&served, HASH, "python")["code"],
        "Perceptron(input_size=784, hidden_size=256, output_size=10, dropout=0.5, activation=ReLU())\n"
    );
}

#[test]
fn its_command_finds_its_runs() {
    let served = served();
    let code = rebuild(&served, HASH, "cli")["code"]
        .as_str()
        .unwrap()
        .to_owned();
    let query = code
        .strip_prefix("entia runs '")
        .unwrap()
        .strip_suffix("'\n")
        .unwrap();
    let query: Query = query.parse().unwrap();
    assert_eq!(served.tracker.experiments().count(query).unwrap(), 2);
}

#[test]
fn what_cannot_be_built_again_says_why() {
    let served = Served::new();
    let forged = json!({"experiment": "digits", "id": "forged", "modules": [
        {"kind": "model", "name": "MLP", "arguments": {"layers": 4}, "hash": HASH},
        {"kind": "optimizer", "name": "Conv<3>"},
    ]});
    assert_eq!(served.post("/api/v1/runs", &forged).status, 201);
    let answer = rebuild(&served, HASH, "rust");
    assert_eq!(answer["rebuildable"], false);
    assert!(
        answer["why"]
            .as_str()
            .unwrap()
            .starts_with("not rebuildable: the record gives the hash")
    );
    let component = served.get(&format!("/api/v1/components/{HASH}")).json();
    assert_eq!(component["verify"]["recorded"], HASH);
    assert_ne!(component["verify"]["found"], HASH);
    let conv = Metadata {
        name: "Conv<3>".to_owned(),
        hash: registry_core::Hash::custom("none", ""),
        arguments: "{}".parse().unwrap(),
        exact: None,
        signature: String::new(),
    };
    let hash = registry_core::Hash::of(&conv);
    let answer = rebuild(&served, hash.as_str(), "python");
    assert_eq!(
        answer["why"],
        "not rebuildable: `Conv<3>` is no name of a class in Python"
    );
    assert_eq!(rebuild(&served, hash.as_str(), "json")["rebuildable"], true);
    let path = format!("/api/v1/components/{HASH}/rebuild");
    served.get(&path).problem(400);
    served.get(&format!("{path}?language=cobol")).problem(400);
}

#[test]
fn a_token_that_is_limited_does_not_see_where_else_a_component_is() {
    let served = served();
    let letters = served.tracker.experiment("letters").unwrap().id();
    let tokens = Tokens::of(served.tracker.clone());
    let token = tokens
        .create("guest", Role::Read, None, Some(vec![letters]))
        .unwrap()
        .secret;
    served.tokens_are_seen();
    let component = served
        .get_as(&token, &format!("/api/v1/components/{HASH}"))
        .json();
    assert_eq!(component["total"], 1);
    assert_eq!(component["runs"][0]["experiment"], "letters");
    let near = served.get_as(&token, &format!("/api/v1/components/{HASH}/nearest"));
    assert_eq!(near.json(), json!([]));
}

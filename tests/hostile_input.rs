//! Input of a stranger: huge, deep, cut off or changed; it is built or refused, and nothing panics.

#[path = "components/deep.rs"]
mod deep;

use deep::*;
use entia::prelude::*;
use entia::{Arguments, BuildError, Value};

fn built(name: &str, arguments: impl Into<entia::Call>) -> BuildError {
    registry().build(name, arguments, &()).unwrap_err()
}

fn plan() -> serde_json::Value {
    json!({"steps": [], "mode": "Fast"})
}

#[test]
fn a_text_of_10_mb() {
    let long = "x".repeat(10_000_000);
    let errors = [
        built(
            "MLP",
            json!({long.as_str(): 1, "input_size": long, "activation": {"name": long}}),
        ),
        built(
            "Deep",
            json!({"layers": [long, {long.as_str(): 1}], "plan": plan()}),
        ),
    ];
    for error in errors {
        let text = error.to_string();
        let size = text.len();
        assert!(size < 4000, "{size} bytes: {}", &text[..1000]);
    }
    let arguments = json!({"layers": [], "plan": {"steps": [[1, long]], "mode": "Fast"}, "free": {long.as_str(): 1}});
    let deep = registry().build("Deep", arguments, &()).unwrap();
    let text = serde_json::to_string(&deep).unwrap();
    assert_eq!(
        serde_json::from_str::<Deep>(&text).unwrap().hash(),
        deep.hash()
    );
}

#[test]
fn nesting_of_10_000_levels() {
    let text = |open: &str, close: &str| open.repeat(10_000) + "1" + &close.repeat(10_000);
    for nested in [
        text("[", "]"),
        text("{\"a\":", "}"),
        "[".repeat(10_000),
        "{\"name\":".repeat(10_000),
    ] {
        assert_eq!(
            nested.parse::<Value>().unwrap_err().message(),
            "nested deeper than 128 levels"
        );
        assert!(nested.parse::<Arguments>().is_err());
        for reference in [
            nested.clone(),
            format!(
                r#"{{"name": "Deep", "arguments": {{"layers": [], "plan": 1, "free": {nested}}}}}"#
            ),
            format!(r#"{{"name": "LeakyReLU", "arguments": {{"unknown": {nested}}}}}"#),
        ] {
            let error = registry()
                .build_json(&reference, &())
                .unwrap_err()
                .to_string();
            assert!(error.contains("nested deeper than 128 levels"), "{error}");
            assert!(serde_json::from_str::<Deep>(&reference).is_err());
        }
    }
}

#[test]
fn a_tree_of_10_000_levels() {
    let deep_tree = || {
        let array = |inner| serde_json::Value::Array(vec![inner]);
        let tree = (0..10_000).fold(json!(1), |inner, _| array(inner));
        let error = registry().build_value(tree.clone(), &()).unwrap_err();
        assert!(Value::of(&tree).is_err());
        assert!(serde_json::from_value::<Activation>(tree).is_err());
        error.to_string()
    };
    // `serde_json` itself needs the stack, to clone the tree and to drop it.
    let thread = std::thread::Builder::new()
        .stack_size(256 << 20)
        .spawn(deep_tree);
    let error = thread.unwrap().join().unwrap();
    assert!(error.contains("nested deeper than 128 levels"), "{error}");
}

/// What a stranger may send is built or refused, with a message either way.
fn survives(text: &str) {
    if let Err(error) = registry().build_json(text, &()) {
        let message = error.to_string();
        assert!(
            message.lines().count() > 1 && !error.problems().is_empty(),
            "{text}\n{message}"
        );
        assert!(
            error.problems().iter().all(|it| !it.message().is_empty()),
            "{text}\n{message}"
        );
    }
    if let Err(error) = serde_json::from_str::<Deep>(text) {
        assert!(!error.to_string().is_empty(), "{text}");
    }
    match text.parse::<Value>() {
        Ok(value) => assert_eq!(
            value.to_string().parse::<Value>(),
            Ok(value.clone()),
            "{text}"
        ),
        Err(error) => assert!(!error.message().is_empty(), "{text}"),
    }
}

#[test]
fn every_truncation_and_every_replaced_byte() {
    let valid = r#"{"name": "Deep", "arguments": {"layers": ["ReLU", {"name": "LeakyReLU", "arguments": {"slope": -1.5e-3}}], "by_name": {"\u00e9\ud83d\ude00": null, "ü😀": {"name": "MLP", "arguments": {"input_size": 784, "hidden_size": 10, "activation": "ReLU"}}}, "pair": ["ReLU", ["ReLU", "ReLU"]], "plan": {"steps": [[1, "a\n"]], "mode": {"Slow": {"factor": NaN}}}, "free": [true, {"$int": "340282366920938463463374607431768211455"}, {"$float": "-Infinity"}]}}"#;
    let value: Value = valid.parse().unwrap();
    registry().build_value(value, &()).unwrap();
    let bytes = valid.as_bytes();
    for length in 0..=bytes.len() {
        survives(&String::from_utf8_lossy(&bytes[..length]));
        survives(&String::from_utf8_lossy(&bytes[length..]));
    }
    let mut changed = bytes.to_vec();
    for index in 0..bytes.len() {
        for byte in *b"\0\x1f \"\\/{}[]:,+-.eE09aNIu$\x7f\x80\xed\xff" {
            changed[index] = byte;
            survives(&String::from_utf8_lossy(&changed));
        }
        changed[index] = bytes[index];
    }
}

//! What once went wrong and is not obvious from the outside.

use entia::prelude::*;
use entia::{Arguments, Value};
use serde::{Deserialize, Serialize, Serializer};
use std::any::Any;
use std::collections::BTreeMap;

#[derive(Clone, Debug, Entity)]
enum Node {
    Leaf,
    Boxed { node: Box<Node> },
}

#[derive(Clone, Debug, Entity)]
struct Data {
    rate: f64,
    seed: u128,
    #[register(default)]
    labels: BTreeMap<String, String>,
    #[register(default)]
    mode: Mode,
    #[register(default)]
    free: Option<Value>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
enum Mode {
    #[default]
    Fast,
    Slow {},
}

struct Refuses;

impl Serialize for Refuses {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(serde::ser::Error::custom("no text for this"))
    }
}

#[derive(Entity)]
struct Outer<T> {
    inner: Vec<T>,
}

mod first {
    #[derive(entia::Entity)]
    #[register(name = "FirstOptions")]
    struct Options {
        size: u8,
    }
}

mod second {
    #[derive(entia::Entity)]
    #[register(name = "SecondOptions")]
    struct Options {
        rate: f64,
    }

    #[derive(entia::Entity)]
    struct Holder {
        options: Options,
    }
}

fn registry() -> &'static Registry<dyn Any> {
    Registry::global().expect("the names differ")
}

#[test]
fn nested_components_are_bounded() {
    let text = |levels| {
        r#"{"name":"Boxed","arguments":{"node":"#.repeat(levels) + "\"Leaf\"" + &"}}".repeat(levels)
    };
    let node = registry()
        .build_json(&text(50), &())
        .unwrap()
        .downcast::<Node>()
        .unwrap();
    assert!(matches!(*node, Node::Boxed { .. }));
    for levels in [200, 10_000] {
        let error = registry().build_json(&text(levels), &()).unwrap_err();
        assert!(
            error.to_string().contains("nested deeper than 128 levels"),
            "{error}"
        );
    }
}

#[test]
fn json_that_serde_json_wrote_is_built_by_the_registry() {
    let data = Data {
        rate: f64::NAN,
        seed: u128::MAX,
        labels: BTreeMap::new(),
        mode: Mode::Slow {},
        free: None,
    };
    let text = serde_json::to_string(&data).unwrap();
    assert_eq!(
        registry().build_json(&text, &()).unwrap().hash(),
        data.hash()
    );
    let tree = serde_json::to_value(&data).unwrap();
    assert_eq!(
        registry().build_value(tree, &()).unwrap().hash(),
        data.hash()
    );
}

#[test]
fn a_map_that_looks_like_a_tagged_number_stays_a_map() {
    for (key, text) in [("$float", "NaN"), ("$int", "12")] {
        let map = BTreeMap::from([(key.to_owned(), text.to_owned())]);
        let value = Value::of(&map).unwrap();
        assert_eq!(value.to_string().parse::<Value>(), Ok(value.clone()));
        let stored = serde_json::to_string(&value).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&stored).unwrap(), value);
    }
}

#[test]
fn a_key_given_twice_is_refused() {
    assert!(r#"{"a": 1, "a": 2}"#.parse::<Arguments>().is_err());
    assert!(r#"{"a": 1, "a": 2}"#.parse::<Value>().is_err());
    let reference = r#"{"name": "Leaf", "name": "Boxed", "arguments": {"node": "Leaf"}}"#;
    assert!(registry().build_json(reference, &()).is_err());
}

#[test]
fn the_path_of_a_writing_error_goes_through_arguments() {
    let outer = Outer {
        inner: vec![Outer {
            inner: vec![Refuses],
        }],
    };
    // As the path of a reading error and of a difference: `inner[0].arguments.inner[0]`.
    assert_eq!(
        outer.metadata().unwrap_err().path(),
        "inner[0].arguments.inner[0]"
    );
}

#[test]
fn a_name_or_key_of_10_mb_is_cut_in_the_message() {
    let long = "x".repeat(10_000_000);
    let labels = json!({"rate": 1, "seed": 1, "labels": {long.as_str(): 1}});
    for error in [
        registry().build(&long, (), &()).unwrap_err(),
        registry().build("Data", labels, &()).unwrap_err(),
        registry()
            .build("Data", json!({"rate": 1, "seed": 1, "mode": long}), &())
            .unwrap_err(),
        registry()
            .build_json(
                &format!(
                    r#"{{"name": "Data", "arguments": {{"seed": {}, "rate": 1}}}}"#,
                    "1".repeat(10_000_000)
                ),
                &(),
            )
            .unwrap_err(),
    ] {
        let text = error.to_string();
        assert!(text.len() < 4000, "{} bytes: {}", text.len(), &text[..200]);
    }
}

#[test]
fn arguments_of_the_wrong_shape_are_one_problem() {
    let error = registry().build("Data", json!(5), &()).unwrap_err();
    assert_eq!(error.problems().len(), 1, "{error}");
}

#[test]
fn two_variants_are_no_syntax_error() {
    let arguments = json!({"rate": 1, "seed": 1, "mode": {"Fast": null, "Slow": {}}});
    let error = registry().build("Data", arguments, &()).unwrap_err();
    assert!(!error.to_string().contains("not valid JSON"), "{error}");
}

#[test]
fn the_default_of_a_type_shows_no_path_of_the_macro() {
    let signature = Data::SIGNATURE.to_string();
    assert!(!signature.contains("::core::default"), "{signature}");
}

#[test]
fn types_of_one_name_in_two_modules_are_two_in_the_manifest() {
    let manifest: serde_json::Value = serde_json::from_str(&entia::manifest()).unwrap();
    let holder = &manifest["$defs"]["types"]["Holder"]["properties"]["arguments"]["properties"];
    let pointer = holder["options"]["$ref"]
        .as_str()
        .unwrap()
        .trim_start_matches('#');
    let options = manifest.pointer(pointer).unwrap().to_string();
    assert!(
        options.contains("SecondOptions") && !options.contains("FirstOptions"),
        "{options}"
    );
}

#[test]
fn minus_zero_as_an_integer_has_one_identity() {
    let text = r#"{"name": "Data", "arguments": {"rate": -0, "seed": 1}}"#;
    let parsed: Value = text.parse().unwrap();
    let built = registry().build_value(parsed, &()).unwrap();
    assert_eq!(
        registry().build_json(text, &()).unwrap().hash(),
        built.hash()
    );
}

#[test]
fn a_tree_that_nests_too_deep_is_refused() {
    let array = |inner| serde_json::Value::Array(vec![inner]);
    let tree = (0..200).fold(json!(1), |inner, _| array(inner));
    let error = registry().build("Data", tree, &()).unwrap_err();
    assert!(
        error.to_string().contains("nested deeper than 128 levels"),
        "{error}"
    );
}

/// So it hands over numbers where any crate turns on `arbitrary_precision`.
#[test]
fn a_number_of_serde_json_with_arbitrary_precision_is_a_number() {
    for (number, text) in [
        ("1E-7", "1e-07"),
        ("-0.0", "-0.0"),
        (
            "340282366920938463463374607431768211455",
            "340282366920938463463374607431768211455",
        ),
    ] {
        let json = json!({"lr": {"$serde_json::private::Number": number}}).to_string();
        let value: Value = serde_json::from_str(&json).unwrap();
        assert_eq!(value.to_string(), format!("{{\"lr\": {text}}}"));
    }
}

#[test]
fn a_hundred_thousand_members_are_read_in_no_time() {
    let members: Vec<_> = (0..100_000).map(|index| format!("\"{index}\":1")).collect();
    let text = format!("{{{}}}", members.join(","));
    // With a search for each member this would take minutes.
    assert_eq!(text.parse::<Arguments>().map(|it| it.len()), Ok(100_000));
    let error = registry()
        .build("Data", text.parse::<Value>().unwrap(), &())
        .unwrap_err();
    assert!(error.to_string().ends_with("more"), "{error}");
    assert!(error.to_string().len() < 10_000);
}

//! Input that is wrong: every problem is told, with its place, and nothing panics.
//!
//! What people read stands in `snapshots/` as a whole.

#[path = "components/deep.rs"]
mod deep;

use deep::*;
use entia::prelude::*;
use entia::{Arguments, BuildError};
use std::any::Any;
use std::fmt::Write as _;

fn built(name: &str, arguments: impl Into<entia::Call>) -> BuildError {
    registry().build(name, arguments, &()).unwrap_err()
}

/// `"path: message"` of each problem.
fn problems(error: &BuildError) -> Vec<String> {
    let problems = error.problems().iter();
    problems
        .map(|it| format!("{}: {}", it.path(), it.message()))
        .collect()
}

/// The error of each text, below the text.
fn errors_of<'t>(texts: impl IntoIterator<Item = &'t str>) -> String {
    let mut all = String::new();
    for text in texts {
        match registry().build_json(text, &()) {
            Ok(built) => panic!("{text} gave {built:?}"),
            Err(error) => writeln!(all, "{text}\n\n{error}\n").unwrap(),
        }
    }
    all
}

#[test]
fn every_problem_at_once() {
    let error = built(
        "MLP",
        json!({
            "hiden_size": 256, "input_size": "784", "dropout": null, "epochs": 3, "seed": -1,
            "device": 1, "activation": {"name": "LeakyReLU", "arguments": {"slope": "steep"}},
        }),
    );
    assert_eq!(error.name(), Some("MLP"));
    let places: Vec<_> = error.problems().iter().map(entia::Problem::path).collect();
    // What is no parameter comes first, as it was given; then the parameters in their order.
    let unexpected = ["device", "epochs", "hiden_size"];
    assert_eq!(places[..3], unexpected);
    let rest = [
        "input_size",
        "hidden_size",
        "dropout",
        "activation.arguments.slope",
        "seed",
    ];
    assert_eq!(places[3..], rest);
    assert_eq!(
        error.problems()[2].hint(),
        Some("did you mean `hidden_size`?")
    );
    insta::assert_snapshot!(error);
}

#[test]
fn every_problem_deep_inside() {
    let leaky = |slope| json!({"name": "LeakyReLU", "arguments": {"slope": slope}});
    let mlp = |hidden| {
        json!({"name": "MLP", "arguments": {
        "input_size": 1, "hidden_size": hidden, "activation": "ReLU"}})
    };
    let layers = json!([
        "ReLU", "ReLu", leaky(json!(null)), {"name": "LeakyReLU", "arguments": {"slop": 1}},
        5, {"nam": "ReLU"}, {"name": 5}, {},
    ]);
    let error = built(
        "Deep",
        json!({
            "layers": layers,
            "by_name": {"a": null, "b": mlp(json!([2])), "c": mlp(json!(0)), "d": "ReLU", "e": mlp(json!(1))},
            "pair": [leaky(json!(true)), ["ReLU"]],
            "plan": {"steps": [[1, "a"], [2, "b"], [300, "c"]], "mode": "Fast"},
        }),
    );
    insta::assert_snapshot!(error);
}

#[test]
fn a_wrong_type_deep_inside() {
    let error = built(
        "MLP",
        json!({
            "input_size": 784, "hidden_size": 256,
            "activation": {"name": "LeakyReLU", "arguments": {"slope": "steep"}},
        }),
    );
    assert_eq!(
        problems(&error),
        ["activation.arguments.slope: expected f64, found a string"]
    );
    let first = "cannot build `MLP`\n  activation.arguments.slope: expected f64, found a string";
    assert!(error.to_string().starts_with(first), "{error}");
}

#[test]
fn unknown_names() {
    let names = ["MPL", "relu", "Transformer", "", "MLP "];
    let references = names.map(|name| format!("{name:?}"));
    insta::assert_snapshot!(errors_of(references.iter().map(String::as_str)));
    let error = Registry::<dyn Any>::new()
        .build("MLP", (), &())
        .unwrap_err();
    assert!(
        error.problems()[0]
            .hint()
            .unwrap()
            .contains("entia::link!(my_models)")
    );
}

#[test]
fn arguments_by_position() {
    let mut all = String::new();
    for error in [
        built("MLP", json!([1, 2, 0.5, "ReLU", 7, 8])),
        built(
            "MLP",
            (
                json!([1, 2]),
                json!({"hidden_size": 1, "input_size": 2, "activation": "ReLU"}),
            ),
        ),
        built("MLP", json!([1, "2", 0.5])),
    ] {
        writeln!(all, "{error}\n").unwrap();
    }
    insta::assert_snapshot!(all);
}

#[test]
fn an_argument_given_twice() {
    let text = r#"{"name": "LeakyReLU", "arguments": {"slope": 1, "slope": 2}}"#;
    let error = registry().build_json(text, &()).unwrap_err();
    assert_eq!(problems(&error), ["slope: given twice"]);
    let error = r#"{"slope": 1, "slope": 2}"#.parse::<Arguments>().unwrap_err();
    assert_eq!((error.path(), error.message()), ("slope", "given twice"));
}

#[test]
fn the_constructor_refuses() {
    let error = built("MLP", json!([1, 0, 0.5, "ReLU"]));
    assert_eq!(
        error.to_string(),
        "cannot build `MLP`\n  `MLP` refused: the hidden layer cannot be empty"
    );
    let own = error.problems()[0].constructor_error().unwrap();
    assert_eq!(own.downcast_ref(), Some(&EmptyLayer));
    let source = std::error::Error::source(&error).unwrap();
    assert_eq!(source.downcast_ref(), Some(&EmptyLayer));
}

#[test]
fn plain_data_of_another_form() {
    let mut all = String::new();
    for plan in [
        json!(1),
        json!({}),
        json!({"steps": 1}),
        json!({"steps": [[1]]}),
        json!({"steps": [[1, "a", 2]]}),
        json!({"steps": [[1.5, "a"]]}),
        json!({"steps": [[-1, "a"]]}),
        json!({"steps": [], "mode": "Fats"}),
        json!({"steps": [], "mode": "Slow"}),
        json!({"steps": [], "mode": {"Slow": {}}}),
        json!({"steps": [], "mode": {"Slow": {"factor": "x"}}}),
        json!({"steps": [], "mode": {"Fast": 1}}),
        json!({"steps": [], "mode": {}}),
        json!({"steps": [], "mode": "Fast", "stpes": 1}),
    ] {
        let error = built("Deep", json!({"layers": [], "plan": plan}));
        assert!(
            error
                .problems()
                .iter()
                .all(|it| it.path().starts_with("plan")),
            "{error}"
        );
        writeln!(all, "{plan}\n\n{error}\n").unwrap();
    }
    insta::assert_snapshot!(all);
}

#[test]
fn references_of_another_shape() {
    insta::assert_snapshot!(errors_of([
        "5",
        "null",
        "true",
        "[]",
        "{}",
        r#"{"arguments": {}}"#,
        r#"{"name": 1}"#,
        r#"{"nmae": "ReLU"}"#,
        r#"{"name": "ReLU", "args": {}}"#,
        r#"{"name": "ReLU", "arguments": {"slope": 1}}"#,
        r#"{"name": "ReLU", "arguments": []}"#,
    ]));
    assert_eq!(
        problems(&built("ReLU", json!(5)))[0],
        ": expected an object of arguments, found a number"
    );
    let swapped = built("ReLU", (json!({}), json!([])));
    assert_eq!(
        problems(&swapped)[0],
        ": expected an array of arguments, found an object"
    );
}

#[test]
fn text_that_is_no_json() {
    insta::assert_snapshot!(errors_of([
        "",
        " ",
        "ReLU",
        "\"ReLU",
        "\"ReLU\" x",
        "nul",
        "-",
        "{",
        r#"{"name""#,
        r#"{"name": "ReLU",}"#,
        "{'name': 'ReLU'}",
        r#""\ud800""#,
        r#""\q""#,
        "{\n  \"name\": \"LeakyReLU\",\n  \"arguments\": {\"slope\": 01}\n}",
    ]));
}

#[test]
fn the_line_and_column_are_those_of_the_whole_text() {
    let error = registry()
        .build_json("\n\n  {\"name\": \"ReLU\",\n 5}", &())
        .unwrap_err();
    assert!(error.to_string().contains("line 4 column 2"), "{error}");
}

#[test]
fn nan_is_an_argument_like_any_other() {
    let text = r#"{"name": "LeakyReLU", "arguments": {"slope": NaN}}"#;
    let nan = registry().build_json(text, &()).unwrap();
    assert_eq!(nan.arguments().to_string(), r#"{"slope": NaN}"#);
    // The hash was made by the Python package.
    assert_eq!(nan.hash().as_str(), "742097c5964bc8866d14443de3c05bf5");
    let stored = serde_json::to_string(&nan.metadata().unwrap()).unwrap();
    let read: entia::Metadata = serde_json::from_str(&stored).unwrap();
    assert_eq!(read, nan.metadata().unwrap());
    let again = registry().build(&read.name, &read.arguments, &()).unwrap();
    assert_eq!(again.hash(), nan.hash());
}

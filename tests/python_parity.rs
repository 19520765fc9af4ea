//! Texts and hashes that the Python package `mlregistry` 1.2.3 made, made again.
//!
//! `golden/make.py` writes more such vectors; the variable `ENTIA_GOLDEN` names a file of them to
//! run as well.

use entia::prelude::*;
use entia::{ArgumentError, ArgumentWriter, Arguments, Metadata, Signature, Value};
use serde::Serialize;
use std::collections::HashMap;

/// What a vector calls: a component without a type of its own.
#[derive(Clone)]
struct Call {
    name: String,
    arguments: Vec<(String, Live)>,
}

/// An argument as a Rust program would hold it.
#[derive(Clone, Serialize)]
#[serde(untagged)]
enum Live {
    Null,
    Bool(bool),
    Small(i64),
    Signed(i128),
    Unsigned(u128),
    Float(f64),
    Text(String),
    List(Vec<Live>),
    Map(HashMap<String, Live>),
    Component(Box<Registered<Call>>),
}

impl entia::Entity for Call {
    fn name(&self) -> &str {
        &self.name
    }

    fn signature(&self) -> Signature {
        Signature::EMPTY
    }

    fn write_arguments(&self, writer: &mut ArgumentWriter<'_>) -> Result<(), ArgumentError> {
        self.arguments
            .iter()
            .try_for_each(|(name, value)| writer.argument(name, value))
    }
}

impl Call {
    /// Reads `{"name": ..., "arguments": [[parameter, value], ...]}`.
    fn read(vector: &Value) -> Option<Self> {
        let pairs = vector.get("arguments")?.elements()?;
        let arguments = pairs.iter().map(|pair| {
            let pair = pair.elements()?;
            Some((pair.first()?.to().ok()?, Live::read(pair.get(1)?)?))
        });
        Some(Self {
            name: vector.get("name")?.to().ok()?,
            arguments: arguments.collect::<Option<_>>()?,
        })
    }
}

impl Live {
    fn read(value: &Value) -> Option<Self> {
        Some(match value.as_str().as_bytes().first()? {
            b'n' => Self::Null,
            b't' | b'f' => Self::Bool(value.to().ok()?),
            b'"' => Self::Text(value.to().ok()?),
            b'[' => {
                let elements = value.elements()?;
                Self::List(elements.iter().map(Self::read).collect::<Option<_>>()?)
            }
            b'{' => match value.get("$entity") {
                Some(entity) => Self::Component(Box::new(Registered::of(Call::read(&entity)?))),
                None => {
                    let members = value.members()?.into_iter();
                    let members = members.map(|(key, value)| Some((key, Self::read(&value)?)));
                    Self::Map(members.collect::<Option<_>>()?)
                }
            },
            _ => Self::number(value)?,
        })
    }

    /// As the narrowest type, so that each of the writer's integers is met.
    fn number(value: &Value) -> Option<Self> {
        let is_float = value
            .as_str()
            .contains(|character: char| !character.is_ascii_digit() && character != '-');
        if is_float {
            return value.to().ok().map(Self::Float);
        }
        let small = value.to().map(Self::Small);
        let signed = small.or_else(|_| value.to().map(Self::Signed));
        signed.or_else(|_| value.to().map(Self::Unsigned)).ok()
    }
}

/// What is wrong with one vector; nothing where all agrees.
fn disagreements(vector: &Value) -> Option<Vec<String>> {
    let text: String = vector.get("json")?.to().ok()?;
    let hash: String = vector.get("hash")?.to().ok()?;
    let call = Call::read(vector)?;
    let mut wrong = Vec::new();
    let mut agree = |what: &str, found: &str, expected: &str| {
        if found != expected {
            wrong.push(format!("{what}\n   found {found}\nexpected {expected}"));
        }
    };

    agree("text", &call.arguments().to_string(), &text);
    agree("hash", call.hash().as_str(), &hash);
    let captured = Registered::of(call.clone());
    agree("captured text", &captured.arguments().to_string(), &text);
    agree("captured hash", captured.hash().as_str(), &hash);

    let parsed = text.parse::<Arguments>().map(|it| it.to_string());
    agree("parsed", &parsed.unwrap_or_else(|it| it.to_string()), &text);

    match stored_and_read(&call) {
        Err(error) => agree("metadata", &error.to_string(), &text),
        Ok(read) => {
            agree("read text", &read.arguments.to_string(), &text);
            agree("read hash", read.hash.as_str(), &hash);
            let again = Recorded(&read).hash();
            agree("hash of what was read", again.as_str(), &hash);
        }
    }
    Some(wrong)
}

fn stored_and_read(call: &Call) -> Result<Metadata, Box<dyn std::error::Error>> {
    let stored = serde_json::to_string(&call.metadata()?)?;
    Ok(serde_json::from_str(&stored)?)
}

/// The component that a record describes.
struct Recorded<'m>(&'m Metadata);

impl entia::Entity for Recorded<'_> {
    fn name(&self) -> &str {
        &self.0.name
    }

    fn signature(&self) -> Signature {
        Signature::EMPTY
    }

    fn write_arguments(&self, writer: &mut ArgumentWriter<'_>) -> Result<(), ArgumentError> {
        let mut arguments = self.0.arguments.iter();
        arguments.try_for_each(|(name, value)| writer.argument(name, value))
    }
}

/// Runs a file of vectors and returns how many there were.
fn run(file: &str, text: &str) -> usize {
    let document: Value = text
        .parse()
        .unwrap_or_else(|error| panic!("{file} is not JSON: {error}"));
    let vectors = document
        .elements()
        .unwrap_or_else(|| panic!("{file} holds no array of vectors"));
    let mut failures = Vec::new();
    for (index, vector) in vectors.iter().enumerate() {
        let wrong = disagreements(vector)
            .unwrap_or_else(|| panic!("{file}: vector {index} has another form: {vector}"));
        failures.extend(wrong.into_iter().map(|it| format!("vector {index}: {it}")));
    }
    let shown = failures.len().min(5);
    assert!(
        failures.is_empty(),
        "{file}: {} disagreements\n{}",
        failures.len(),
        failures[..shown].join("\n")
    );
    vectors.len()
}

#[test]
fn calls_of_the_python_package() {
    let text = include_str!("golden/mlregistry-1.2.3.json");
    assert_eq!(run("mlregistry-1.2.3.json", text), 300);
}

#[test]
fn edge_cases_of_the_python_package() {
    let text = include_str!("golden/edge-cases.json");
    assert_eq!(run("edge-cases.json", text), 120);
}

#[test]
fn the_file_that_entia_golden_names() {
    let Some(file) = std::env::var_os("ENTIA_GOLDEN") else {
        return;
    };
    let file = file.to_string_lossy();
    let text = std::fs::read_to_string(&*file).unwrap_or_else(|error| {
        panic!("ENTIA_GOLDEN names `{file}`, which cannot be read: {error}")
    });
    assert!(run(&file, &text) > 0, "{file} holds no vector");
}

#[test]
fn a_vector_that_disagrees_is_found() {
    // The hash is another's.
    let vector = r#"{"name": "A", "arguments": [["x", 1]], "json": "{\"x\": 1}", "hash": "36b1a7a1ea40acf2c0a2fad8a3f8a0d4"}"#;
    let wrong = disagreements(&vector.parse().unwrap()).unwrap();
    assert!(wrong.iter().all(|it| it.contains("hash")), "{wrong:?}");
    assert_eq!(wrong.len(), 4, "{wrong:?}");
    let wrong = disagreements(
        &vector
            .replace("[\"x\", 1]", "[\"x\", 1.0]")
            .parse()
            .unwrap(),
    );
    assert!(wrong.unwrap().iter().any(|it| it.starts_with("text")));
}

mod readme {
    //! The examples of the package's own documentation.

    use super::*;

    #[derive(Clone, Debug, Entity)]
    enum Activation {
        ReLU,
        LeakyReLU { slope: f64 },
    }

    struct Mlp;

    #[register(name = "MLP")]
    impl Mlp {
        fn new(
            input_size: i64,
            hidden_size: i64,
            output_size: i64,
            dropout: f64,
            activation: Activation,
        ) -> Self {
            let _ = (input_size, hidden_size, output_size, dropout, activation);
            Self
        }
    }

    #[derive(Entity)]
    struct CrossEntropyLoss;

    #[derive(Entity)]
    #[register(exclude = "params")]
    struct Adam {
        params: Vec<f64>,
        lr: f64,
    }

    #[derive(Entity)]
    #[register(exclude = "root, download", name = "MNIST")]
    struct Mnist {
        root: std::path::PathBuf,
        train: bool,
        download: bool,
    }

    #[derive(Entity)]
    struct Perceptron {
        input_size: i64,
        hidden_size: i64,
        output_size: i64,
        p: f64,
        bias: bool,
    }

    #[derive(Entity)]
    struct Outer {
        model: Registered<Mlp>,
    }

    fn check(component: &dyn entia::Entity, arguments: &str, hash: &str) {
        assert_eq!(component.arguments().to_string(), arguments);
        assert_eq!(component.hash().as_str(), hash, "{}", component.name());
        assert_eq!(component.hash().scheme(), "md5-v1");
    }

    #[test]
    fn torchsystem() {
        check(
            &Mlp::new(784, 256, 10, 0.5, Activation::ReLU),
            r#"{"input_size": 784, "hidden_size": 256, "output_size": 10, "dropout": 0.5, "activation": "ReLU"}"#,
            "af51a51a38f7ad81f9523360fafe7068",
        );
        check(
            &Mlp::new(784, 256, 10, 0.5, Activation::LeakyReLU { slope: 0.01 }),
            r#"{"input_size": 784, "hidden_size": 256, "output_size": 10, "dropout": 0.5, "activation": {"name": "LeakyReLU", "arguments": {"slope": 0.01}}}"#,
            "ecf2e57945ad3712937e09713d13b703",
        );
        check(&Activation::ReLU, "{}", "8cb6b0671091e7fc0355254f8d5827e5");
        check(&CrossEntropyLoss, "{}", "422b735afaea4d9a688f99fbfa3c6de9");
        let adam = Adam {
            params: vec![1.0],
            lr: 0.001,
        };
        assert_eq!(adam.params, [1.0]);
        check(
            &adam,
            r#"{"lr": 0.001}"#,
            "51de5f4e8d5a47a32892cb666f00e731",
        );
    }

    #[test]
    fn ml_registry() {
        let perceptron = Perceptron {
            input_size: 784,
            hidden_size: 256,
            output_size: 10,
            p: 0.5,
            bias: true,
        };
        check(
            &perceptron,
            r#"{"input_size": 784, "hidden_size": 256, "output_size": 10, "p": 0.5, "bias": true}"#,
            "ad18b03f0da25e23261a1fef110ddb74",
        );
        let mnist = Mnist {
            root: "data".into(),
            train: true,
            download: true,
        };
        assert!(mnist.download && mnist.root.ends_with("data"));
        check(
            &mnist,
            r#"{"train": true}"#,
            "fe8292919cbe8ae3adc34898241c77ef",
        );
    }

    #[test]
    fn another_name_and_another_hash() {
        let mut model = Mlp::new(784, 256, 10, 0.5, Activation::ReLU);
        Registered::set_name(&mut model, "net");
        assert_eq!(model.hash().as_str(), "4584ce50c390e8a713e3bc203d4efd3d");
        Registered::set_hash(&mut model, entia::Hash::custom("md5-v1", "1234"));
        assert_eq!(model.hash().as_str(), "1234");
        // As in Python: a hash made elsewhere is no part of what holds the component.
        check(
            &Outer { model },
            r#"{"model": {"name": "net", "arguments": {"input_size": 784, "hidden_size": 256, "output_size": 10, "dropout": 0.5, "activation": "ReLU"}}}"#,
            "7dc05c900d00d4fdba602b28452abd7e",
        );
    }
}

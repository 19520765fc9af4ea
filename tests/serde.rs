//! The reference form: how entities are written by serde, and read where no context is needed.

#![expect(clippy::float_cmp, reason = "the values are exact")]

use entia::prelude::*;
use entia::{Difference, Hash, Metadata, Value, diff};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[registry]
trait Layer {
    fn apply(&self, x: f64) -> f64;
}

#[derive(Clone, Debug, PartialEq, Entity)]
#[register(registry = Layer)]
enum Activation {
    ReLU,
    LeakyReLU {
        #[register(default = 0.01)]
        slope: f64,
    },
}

impl Layer for Activation {
    fn apply(&self, x: f64) -> f64 {
        match self {
            Self::ReLU => x.max(0.0),
            Self::LeakyReLU { slope } if x < 0.0 => slope * x,
            Self::LeakyReLU { .. } => x,
        }
    }
}

#[derive(Entity)]
#[register(registry = Layer)]
struct Sequential {
    layers: Vec<Registered<Box<dyn Layer>>>,
}

impl Layer for Sequential {
    fn apply(&self, x: f64) -> f64 {
        self.layers.iter().fold(x, |x, layer| layer.apply(x))
    }
}

#[derive(Clone, Debug, PartialEq, Entity)]
struct Adam {
    lr: f64,
    #[register(default = 0.9, skip_default)]
    beta1: f64,
    #[register(default = 1e-8, skip_default)]
    eps: f32,
}

struct Mlp(i64);

#[register(name = "MLP")]
impl Mlp {
    fn new(size: i64, activation: Activation, optimizer: Adam) -> Self {
        let _ = (activation, optimizer);
        Self(size)
    }
}

/// A struct of the user's own, with entities among its fields.
#[derive(Serialize, Deserialize)]
struct Configuration {
    model: Registered<Mlp>,
    layer: Registered<Box<dyn Layer>>,
    activations: BTreeMap<String, Option<Activation>>,
    seed: u64,
}

type Outcome = Result<(), Box<dyn std::error::Error>>;

const LEAKY: Activation = Activation::LeakyReLU { slope: 0.2 };

fn adam() -> Adam {
    Adam {
        lr: 0.1,
        beta1: 0.9,
        eps: 1e-8,
    }
}

/// What comes back through the text of JSON, through a tree of it, and through CBOR.
fn read_back<T: Serialize + DeserializeOwned>(value: &T) -> [T; 3] {
    let text = serde_json::to_string(value).unwrap();
    let tree = serde_json::to_value(value).unwrap();
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).unwrap();
    [
        serde_json::from_str(&text).unwrap(),
        serde_json::from_value(tree).unwrap(),
        ciborium::from_reader(bytes.as_slice()).unwrap(),
    ]
}

#[test]
fn the_reference_form() {
    let text = |value: &dyn Fn() -> serde_json::Result<String>| value().unwrap();
    let relu = r#""ReLU""#;
    let leaky = r#"{"name":"LeakyReLU","arguments":{"slope":0.2}}"#;
    assert_eq!(text(&|| serde_json::to_string(&Activation::ReLU)), relu);
    assert_eq!(text(&|| serde_json::to_string(&LEAKY)), leaky);
    assert_eq!(
        text(&|| serde_json::to_string(&Registered::of(LEAKY))),
        leaky
    );
    let boxed: Registered<Box<dyn Layer>> =
        Registered::map(Registered::of(LEAKY), |it| Box::new(it) as _);
    assert_eq!(text(&|| serde_json::to_string(&boxed)), leaky);
    let adam = adam();
    assert_eq!(
        text(&|| serde_json::to_string(&adam)),
        r#"{"name":"Adam","arguments":{"lr":0.1}}"#
    );
}

#[test]
fn derived_types_and_enums() {
    for value in [
        Activation::ReLU,
        LEAKY,
        Activation::LeakyReLU {
            slope: f64::INFINITY,
        },
    ] {
        for read in read_back(&value) {
            assert_eq!(read, value);
        }
    }
    let other = Adam { eps: 0.1, ..adam() };
    for value in [adam(), other] {
        for read in read_back(&value) {
            assert_eq!(read, value);
            assert_eq!(read.hash(), value.hash());
        }
    }
    for short in [
        r#""LeakyReLU""#,
        r#"{"name": "LeakyReLU"}"#,
        r#"{"arguments": {}, "name": "LeakyReLU"}"#,
    ] {
        let read: Activation = serde_json::from_str(short).unwrap();
        assert_eq!(read, Activation::LeakyReLU { slope: 0.01 });
    }
}

#[test]
fn constructed_and_boxed_components() {
    let model = Mlp::new(3, LEAKY, adam());
    for read in read_back(&model) {
        assert_eq!((read.hash(), read.0), (model.hash(), 3));
    }
    let text = r#"{"name": "Sequential", "arguments": {"layers": ["ReLU", {"name": "Sequential", "arguments": {"layers": []}}]}}"#;
    let layer: Registered<Box<dyn Layer>> = serde_json::from_str(text).unwrap();
    for read in read_back(&layer) {
        assert_eq!(read.hash(), layer.hash());
        assert_eq!((read.apply(-1.0), read.apply(2.0)), (0.0, 2.0));
    }
    let plain: Box<dyn Layer> = serde_json::from_str(text).unwrap();
    assert_eq!(plain.apply(-1.0), 0.0);
    let many: Vec<Box<dyn Layer>> = serde_json::from_value(json!(["ReLU", LEAKY])).unwrap();
    assert_eq!(many[1].apply(-1.0), -0.2);
}

#[test]
fn inside_a_struct_of_the_user() -> Outcome {
    let configuration = Configuration {
        model: Mlp::new(3, Activation::ReLU, adam()),
        layer: serde_json::from_value(json!(LEAKY))?,
        activations: [("a".to_owned(), None), ("b".to_owned(), Some(LEAKY))].into(),
        seed: 7,
    };
    for read in read_back(&configuration) {
        assert_eq!(Value::of(&read)?, Value::of(&configuration)?);
        assert_eq!(read.model.hash(), configuration.model.hash());
        assert_eq!(read.layer.apply(-1.0), -0.2);
        assert_eq!((read.activations["b"].clone(), read.seed), (Some(LEAKY), 7));
    }
    Ok(())
}

#[test]
fn what_cannot_be_built_is_told_by_serde() {
    let error = serde_json::from_str::<Vec<Activation>>(r#"["ReLU", "ReLu"]"#).unwrap_err();
    assert!(error.to_string().contains("unknown name `ReLu`"), "{error}");
    let wrong =
        json!({"name": "MLP", "arguments": {"size": "3", "activation": "ReLU", "optimiser": 1}});
    let error = serde_json::from_value::<Registered<Mlp>>(wrong)
        .err()
        .unwrap()
        .to_string();
    for part in [
        "cannot build `MLP`",
        "size: expected i64",
        "optimizer: missing",
        "did you mean `optimizer`?",
    ] {
        assert!(error.contains(part), "{part}\n{error}");
    }
}

#[test]
fn skipped_defaults_are_kept_in_metadata() -> Outcome {
    let metadata = adam().metadata()?;
    assert_eq!(metadata.arguments.to_string(), r#"{"lr": 0.1}"#);
    let exact = r#"{"lr": 0.1, "beta1": 0.9, "eps": 1e-08}"#;
    assert_eq!(metadata.exact_arguments().to_string(), exact);
    assert_eq!(
        metadata.signature,
        "(lr: f64, beta1: f64 = 0.9, eps: f32 = 1e-8)"
    );
    for read in read_back(&metadata) {
        assert_eq!(read.hash, metadata.hash);
        let built = Registry::<dyn std::any::Any>::global()?.build(
            &read.name,
            read.exact_arguments(),
            &(),
        )?;
        assert_eq!(built.metadata()?, metadata);
        assert_eq!(
            *built.downcast::<Adam>().map_err(|_| "another type")?,
            adam()
        );
    }
    // A record from before the default changed is built with what was the default then.
    let text = serde_json::to_string(&metadata)?.replace("0.9,", "0.8,");
    let read: Metadata = serde_json::from_str(&text)?;
    let built =
        Registry::<dyn std::any::Any>::global()?.build("Adam", read.exact_arguments(), &())?;
    assert_eq!(
        built.arguments().to_string(),
        r#"{"lr": 0.1, "beta1": 0.8}"#
    );
    assert!(LEAKY.metadata()?.exact.is_none());
    Ok(())
}

#[test]
fn nested_skipped_defaults_are_kept_too() -> Outcome {
    let model = Mlp::new(1, Activation::ReLU, adam());
    assert_eq!(
        model.arguments().to_string(),
        r#"{"size": 1, "activation": "ReLU", "optimizer": {"name": "Adam", "arguments": {"lr": 0.1}}}"#
    );
    let optimizer = model
        .metadata()?
        .exact
        .unwrap()
        .get("optimizer")
        .unwrap()
        .to_string();
    assert_eq!(
        optimizer,
        r#"{"name": "Adam", "arguments": {"lr": 0.1, "beta1": 0.9, "eps": 1e-08}}"#
    );
    Ok(())
}

#[test]
fn overrides_of_name_and_hash() -> Outcome {
    let mut model = Mlp::new(1, Activation::ReLU, adam());
    let before = model.hash();
    Registered::set_name(&mut model, "Renamed");
    assert_ne!(model.hash(), before);
    assert!(serde_json::to_string(&model)?.starts_with(r#"{"name":"Renamed""#));
    Registered::set_hash(&mut model, Hash::custom("release", "v7"));
    let metadata = model.metadata()?;
    assert_eq!(
        (
            metadata.name.as_str(),
            metadata.hash.scheme(),
            metadata.hash.as_str()
        ),
        ("Renamed", "release", "v7")
    );
    for read in read_back(&metadata) {
        assert_eq!(read.hash, metadata.hash);
    }
    // The override goes along with the value, also behind a box.
    let boxed: Box<dyn entia::Entity> = Box::new(Registered::map(model, Box::new));
    assert_eq!(boxed.hash(), Hash::custom("release", "v7"));
    Ok(())
}

#[test]
fn differences_of_two_entities() {
    let left = Mlp::new(1, LEAKY, adam());
    assert_eq!(diff(&left, &Mlp::new(1, LEAKY, adam())), []);
    let other = Adam {
        beta1: 0.8,
        ..adam()
    };
    let right = Mlp::new(2, Activation::LeakyReLU { slope: 0.3 }, other);
    let shown: Vec<_> = diff(&left, &right)
        .iter()
        .map(Difference::to_string)
        .collect();
    let expected = [
        "size: 1 -> 2",
        "activation.arguments.slope: 0.2 -> 0.3",
        "optimizer.arguments.beta1: (absent) -> 0.8",
    ];
    assert_eq!(shown, expected);
    let shown: Vec<_> = diff(&left, &Mlp::new(1, Activation::ReLU, adam()))
        .iter()
        .map(Difference::to_string)
        .collect();
    assert_eq!(
        shown,
        [r#"activation: {"name": "LeakyReLU", "arguments": {"slope": 0.2}} -> "ReLU""#]
    );
    let names = &diff(&left, &adam())[0];
    assert_eq!(
        (names.path.as_str(), names.to_string().as_str()),
        ("name", r#"name: "MLP" -> "Adam""#)
    );
}

/// RON spells out the names of newtypes, and `None` unlike `()`.
#[test]
fn a_format_that_is_strict_about_types() -> Result<(), Box<dyn std::error::Error>> {
    for activation in [Activation::ReLU, LEAKY] {
        let text = ron::to_string(&activation)?;
        assert_eq!(ron::from_str::<Activation>(&text)?, activation, "{text}");
    }
    let metadata = Mlp::new(1, LEAKY, adam()).metadata()?;
    let text = ron::to_string(&metadata)?;
    assert_eq!(ron::from_str::<Metadata>(&text)?, metadata, "{text}");
    Ok(())
}

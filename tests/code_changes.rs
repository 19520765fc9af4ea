//! Code changes, records stay.

use entia::ProblemKind;
use entia::prelude::*;
use std::any::Any;

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// Once `Perceptron`, when `hidden_size` was `hidden`.
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(name = "MLP", alias = "Perceptron", alias = "Net")]
struct MlpConfig {
    #[register(alias = "hidden", alias = "units")]
    hidden_size: i64,
    #[register(name = "learning-rate", default = 0.1)]
    learning_rate: f64,
    #[register(name = "class", alias = "kind", default = "a".to_owned())]
    class_name: String,
}

#[derive(Clone, Debug, PartialEq, Entity)]
enum Activation {
    #[register(alias = "Rectifier")]
    ReLU,
    LeakyReLU {
        #[register(alias = "negative_slope")]
        slope: f64,
    },
}

#[derive(Clone, Debug, Entity)]
struct Block {
    activation: Activation,
}

struct Cosine;

#[register(name = "CosineAnnealingLR", alias = "Cosine")]
impl Cosine {
    fn new(#[register(name = "T_max", alias = "steps")] t_max: i64) -> Self {
        let _ = t_max;
        Self
    }
}

fn registry() -> &'static DefaultRegistry {
    Registry::<dyn Any>::global().expect("the default registry is always there")
}

#[test]
fn names_are_those_of_identity() -> Outcome {
    let mlp = MlpConfig {
        hidden_size: 8,
        learning_rate: 0.1,
        class_name: "a".to_owned(),
    };
    assert_eq!(
        mlp.arguments().to_string(),
        r#"{"hidden_size": 8, "learning-rate": 0.1, "class": "a"}"#
    );
    assert_eq!(
        MlpConfig::SIGNATURE.to_string(),
        r#"(hidden_size: i64, learning-rate: f64 = 0.1, class: String = "a".to_owned())"#
    );
    let text = serde_json::to_string(&mlp)?;
    assert_eq!(serde_json::from_str::<MlpConfig>(&text)?, mlp);
    assert_eq!(Cosine::new(5).arguments().to_string(), r#"{"T_max": 5}"#);
    Ok(())
}

#[test]
fn aliases_are_found_and_built() -> Outcome {
    let today = registry().build("MLP", json!({"hidden_size": 8}), &())?;
    for (name, arguments) in [
        ("Perceptron", json!({"hidden": 8})),
        ("Net", json!({"units": 8, "kind": "a"})),
        ("MLP", json!([8])),
    ] {
        let built = registry().build(name, arguments, &())?;
        assert_eq!((built.name(), built.hash()), ("MLP", today.hash()));
    }
    assert_eq!(
        registry().get("Perceptron").map(|item| item.name),
        Some("MLP")
    );
    assert!(!registry().names().contains(&"Perceptron"));
    assert_eq!(
        serde_json::from_str::<Activation>(r#""Rectifier""#)?,
        Activation::ReLU
    );
    let block = json!({"activation": {"name": "LeakyReLU", "arguments": {"negative_slope": 0.5}}});
    let block = registry().build_as::<Block>("Block", block, &())?;
    assert_eq!(block.activation, Activation::LeakyReLU { slope: 0.5 });
    registry().build("Cosine", json!({"steps": 3}), &())?;
    Ok(())
}

#[test]
fn an_argument_under_both_names_is_given_twice() {
    let both = json!({"hidden_size": 8, "hidden": 8});
    let error = registry().build("MLP", both, &()).unwrap_err();
    assert_eq!(error.kind(), ProblemKind::GivenTwice);
    assert!(
        error
            .to_string()
            .contains("is an older name of `hidden_size`"),
        "{error}"
    );
}

mod clashes {
    use super::*;

    #[registry]
    pub(super) trait Old {}

    #[derive(Entity)]
    #[register(registry = Old)]
    pub(super) struct Present;

    #[derive(Entity)]
    #[register(registry = Old, alias = "Present")]
    pub(super) struct Renamed;

    impl Old for Present {}
    impl Old for Renamed {}
}

#[test]
fn an_alias_that_is_a_name_is_an_error_with_both_places() -> Outcome {
    let error = Registry::<dyn clashes::Old>::global().unwrap_err();
    assert_eq!(error.name, "Present");
    assert_ne!(error.first, error.second);
    for either in [
        Registry::<dyn clashes::Old>::new()
            .with::<clashes::Present>()?
            .with::<clashes::Renamed>(),
        Registry::<dyn clashes::Old>::new()
            .with::<clashes::Renamed>()?
            .with::<clashes::Present>(),
    ] {
        assert_eq!(either.unwrap_err(), error);
    }
    Ok(())
}

/// A record of a component as it was: its hash is that of its own name and arguments.
fn record(name: &str, arguments: &str) -> Result<entia::Metadata, Box<dyn std::error::Error>> {
    let mut record = entia::Metadata {
        name: name.to_owned(),
        hash: entia::Hash::custom("md5-v1", ""),
        arguments: arguments.parse()?,
        exact: None,
        signature: String::new(),
    };
    record.hash = entia::Hash::of(&record);
    Ok(record)
}

#[test]
fn a_record_gives_its_hash_again_or_the_difference() -> Outcome {
    let block = Block {
        activation: Activation::LeakyReLU { slope: 0.5 },
    };
    let same = block.metadata()?;
    assert_eq!(same.build(registry(), &())?.hash(), block.hash());

    // Names that changed are no difference, at any depth.
    let old = record(
        "Block",
        r#"{"activation": {"name": "LeakyReLU", "arguments": {"negative_slope": 0.5}}}"#,
    )?;
    assert_ne!(old.hash, block.hash());
    assert_eq!(old.build(registry(), &())?.hash(), block.hash());
    let old = record("Block", r#"{"activation": "Rectifier"}"#)?;
    assert_eq!(
        old.build(registry(), &())?.arguments().to_string(),
        r#"{"activation": "ReLU"}"#
    );
    let old = record(
        "Perceptron",
        r#"{"hidden": 8, "learning-rate": 0.1, "kind": "a"}"#,
    )?;
    assert_eq!(old.build(registry(), &())?.name(), "MLP");

    // A parameter that was added, and one that was an integer.
    let old = record("MLP", r#"{"hidden_size": 8, "learning-rate": 1}"#)?;
    let error = old.build(registry(), &()).unwrap_err();
    assert_eq!(error.kind(), ProblemKind::Changed);
    let text = error.to_string();
    for said in [
        "learning-rate: the record has 1, the program of today 1.0",
        "class: the record has nothing, the program of today \"a\"",
        "accept it with `build_changed`",
    ] {
        assert!(text.contains(said), "{text}");
    }
    assert_eq!(old.build_changed(registry(), &())?.name(), "MLP");

    // A hash that was set comes back; one that its own arguments do not give is told.
    let mut set = same.clone();
    set.hash = entia::Hash::custom("release", "v7");
    assert_eq!(set.build(registry(), &())?.hash(), set.hash);
    let mut forged = same;
    forged.hash = "0".repeat(32).parse()?;
    assert!(
        forged
            .build(registry(), &())
            .unwrap_err()
            .to_string()
            .contains("hash: ")
    );
    Ok(())
}

#[test]
fn the_tracker_builds_and_verifies_records_of_then() -> Outcome {
    let experiment = Tracker::open("memory:")?.experiment("old")?;
    let old = record(
        "Perceptron",
        r#"{"hidden": 8, "learning-rate": 0.1, "kind": "a"}"#,
    )?;
    let run = experiment.track(&old)?;
    assert_eq!(run.id(), old.hash.as_str());
    run.verify()?;
    let built = run.module("model")?.build(registry(), &())?;
    assert_eq!(built.name(), "MLP");

    let changed = record("Perceptron", r#"{"hidden": 8, "kind": "a"}"#)?;
    let run = experiment.track(&changed)?;
    let error = run.verify().unwrap_err().to_string();
    assert!(
        error.contains("model `Perceptron` (now `MLP`): learning-rate: (absent) -> 0.1"),
        "{error}"
    );
    assert!(run.module("model")?.build(registry(), &()).is_err());
    run.module("model")?.build_changed(registry(), &())?;
    Ok(())
}

type Activations = Vec<Activation>;

#[derive(Clone, Debug, Entity)]
struct Stack {
    layers: Activations,
}

#[registry]
trait Other {}

/// Its name is one that a component of another registry had.
#[derive(Clone, Debug, Entity)]
#[register(registry = Other, name = "Net")]
struct OtherNet {
    hidden: i64,
}

impl Other for OtherNet {}

#[test]
fn old_names_are_found_whatever_else_has_them() -> Outcome {
    let old = record("Stack", r#"{"layers": ["Rectifier"]}"#)?;
    assert_eq!(
        old.build(registry(), &())?.arguments().to_string(),
        r#"{"layers": ["ReLU"]}"#
    );
    let old = record("Net", r#"{"units": 8, "learning-rate": 0.1, "kind": "a"}"#)?;
    assert_eq!(old.build(registry(), &())?.name(), "MLP");
    let error = registry().build("Perceptrn", (), &()).unwrap_err();
    assert!(
        error.to_string().contains("did you mean `Perceptron`?"),
        "{error}"
    );
    let error = registry()
        .build("MLP", json!({"hiden": 3}), &())
        .unwrap_err();
    assert!(
        error.to_string().contains("did you mean `hidden"),
        "{error}"
    );
    assert!(entia::expect_registered!("Perceptron").is_ok());
    Ok(())
}

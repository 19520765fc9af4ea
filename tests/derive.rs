//! `#[derive(Entity)]` on every kind of type.

use entia::prelude::*;
use std::any::Any;
use std::collections::{BTreeMap, HashMap};

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn default_registry() -> Result<&'static Registry<dyn Any>, entia::DuplicateName> {
    Registry::<dyn Any>::global()
}

/// Builds by name from the default registry, as its own type.
fn build<T: 'static>(
    name: &str,
    arguments: impl Into<entia::Call>,
) -> Result<Registered<T>, Box<dyn std::error::Error>> {
    default_registry()?
        .build(name, arguments, &())?
        .downcast::<T>()
        .map_err(|_| format!("`{name}` is another type").into())
}

#[derive(Clone, Debug, PartialEq, Entity)]
struct Adam {
    lr: f64,
    betas: (f64, f64),
    groups: Vec<String>,
}

#[test]
fn fields_are_the_parameters_in_their_order() -> Outcome {
    let adam = Adam {
        lr: 1e-5,
        betas: (0.9, 0.999),
        groups: vec!["a".to_owned()],
    };
    assert_eq!(adam.name(), "Adam");
    assert_eq!(
        adam.arguments().to_string(),
        r#"{"lr": 1e-05, "betas": [0.9, 0.999], "groups": ["a"]}"#
    );
    assert_eq!(
        serde_json::to_value(&adam)?,
        json!({"name": "Adam", "arguments": {"lr": 1e-5, "betas": [0.9, 0.999], "groups": ["a"]}})
    );
    let built: Registered<Adam> = build("Adam", &adam.arguments())?;
    assert_eq!(*built, adam);
    assert_eq!(built.hash(), adam.hash());
    let read: Adam = serde_json::from_str(&serde_json::to_string(&adam)?)?;
    assert_eq!(read, adam);
    Ok(())
}

#[derive(Clone, Copy, Debug, PartialEq, Entity)]
struct Identity;

#[derive(Clone, Copy, Debug, PartialEq, Entity)]
struct Braces {}

#[test]
fn a_type_without_fields_is_its_name() -> Outcome {
    assert_eq!(Identity.arguments().to_string(), "{}");
    assert_eq!(serde_json::to_string(&Identity)?, r#""Identity""#);
    assert_eq!(serde_json::from_str::<Identity>(r#""Identity""#)?, Identity);
    assert_eq!(*build::<Braces>("Braces", ())?, Braces {});
    assert_eq!(Braces::SIGNATURE.to_string(), "()");
    assert_ne!(Identity.hash(), Braces {}.hash());
    Ok(())
}

/// Variants of every form.
#[derive(Clone, Debug, PartialEq, Entity)]
enum Activation {
    ReLU,
    #[register(name = "leaky_relu")]
    LeakyReLU {
        #[register(default = 0.01)]
        slope: f64,
    },
    /// Has a seed that is no part of identity.
    #[register(exclude = "seed")]
    Noise {
        #[register(default = 7)]
        seed: u64,
        scale: f64,
    },
    Empty {},
}

#[test]
fn each_variant_is_an_entity() -> Outcome {
    let leaky = Activation::LeakyReLU { slope: 0.1 };
    assert_eq!(Activation::ReLU.name(), "ReLU");
    assert_eq!(
        (leaky.name(), leaky.signature()),
        ("leaky_relu", Activation::SIGNATURES[1].1)
    );
    assert_eq!(
        Activation::Noise {
            seed: 1,
            scale: 2.0
        }
        .hash(),
        Activation::Noise {
            seed: 2,
            scale: 2.0
        }
        .hash()
    );
    let names: Vec<_> = Activation::SIGNATURES
        .iter()
        .map(|(name, _)| *name)
        .collect();
    assert_eq!(names, ["ReLU", "leaky_relu", "Noise", "Empty"]);
    let local = Registry::<dyn Any>::new().with::<Activation>()?;
    assert_eq!(local.names(), ["Empty", "Noise", "ReLU", "leaky_relu"]);
    assert_eq!(
        local.get("Noise").map(|item| (item.doc, item.type_name)),
        Some(("Has a seed that is no part of identity.", "Activation"))
    );
    assert_eq!(
        *build::<Activation>("leaky_relu", ())?,
        Activation::LeakyReLU { slope: 0.01 }
    );
    assert_eq!(
        *build::<Activation>("Noise", json!([0.5]))?,
        Activation::Noise {
            seed: 7,
            scale: 0.5
        }
    );
    let read: Vec<Activation> =
        serde_json::from_value(json!(["ReLU", {"name": "leaky_relu"}, "Empty"]))?;
    assert_eq!(
        read,
        [
            Activation::ReLU,
            Activation::LeakyReLU { slope: 0.01 },
            Activation::Empty {}
        ]
    );
    Ok(())
}

#[derive(Clone, Debug, Entity)]
struct Network {
    activation: Activation,
    optional: Option<Activation>,
    boxed: Box<Adam>,
    by_name: BTreeMap<String, Vec<Activation>>,
    any_order: HashMap<String, Registered<Identity>>,
    pair: (Activation, i64),
    twice: [Activation; 2],
}

#[test]
fn entities_stand_inside_entities() -> Outcome {
    let activation = r#"{"name": "leaky_relu", "arguments": {"slope": 0.5}}"#;
    let adam = r#"{"name": "Adam", "arguments": {"lr": 0.1, "betas": [0.0, 1.0], "groups": []}}"#;
    let arguments = format!(
        r#"{{"activation": "ReLU", "optional": null, "boxed": {adam}, "by_name": {{"b": [{activation}, "ReLU"]}}, "any_order": {{"x": "Identity", "y": "Identity"}}, "pair": [{activation}, 3], "twice": ["ReLU", {activation}]}}"#
    );
    let arguments: entia::Arguments = arguments.parse()?;
    let network: Registered<Network> = build("Network", &arguments)?;
    assert_eq!(network.arguments().to_string(), arguments.to_string());
    assert_eq!(network.pair.0, Activation::LeakyReLU { slope: 0.5 });
    assert!(network.optional.is_none());
    assert_eq!((*network).hash(), network.hash());
    Ok(())
}

#[test]
fn problems_inside_have_their_path() -> Outcome {
    let mut arguments = serde_json::to_value(Activation::ReLU)?;
    arguments = json!({"activation": arguments, "optional": {"name": "LeakyRelu"}, "boxed": 3,
        "by_name": {"b": [{"name": "leaky_relu", "arguments": {"slop": 1.0}}]},
        "any_order": {}, "pair": ["ReLU"], "twice": ["ReLU"]});
    let error = default_registry()?
        .build("Network", arguments, &())
        .err()
        .ok_or("built")?;
    let paths: Vec<_> = error.problems().iter().map(entia::Problem::path).collect();
    assert_eq!(
        paths,
        [
            "optional",
            "boxed",
            "by_name.b[0].arguments.slop",
            "pair",
            "twice"
        ]
    );
    Ok(())
}

/// Words of the language as names.
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(new)]
struct Loop {
    r#type: String,
    #[register(default = 2)]
    r#loop: i64,
}

#[derive(Clone, Debug, PartialEq, Entity)]
enum Word {
    #[register(exclude = "move")]
    Plain {
        r#in: i64,
        #[register(default)]
        r#move: bool,
    },
}

#[derive(Clone, Debug, PartialEq, Entity)]
#[expect(non_camel_case_types, reason = "a word of the language is the point")]
struct r#match {
    r#fn: i64,
}

#[test]
fn raw_identifiers_lose_their_mark() -> Outcome {
    let value = Loop::new("x".to_owned()).with_loop(3);
    assert_eq!(value.arguments().to_string(), r#"{"type": "x", "loop": 3}"#);
    assert_eq!(
        *build::<Loop>("Loop", json!({"type": "x", "loop": 3}))?,
        value
    );
    assert_eq!(Loop::SIGNATURE.to_string(), "(type: String, loop: i64 = 2)");
    let plain = Word::Plain {
        r#in: 1,
        r#move: true,
    };
    assert_eq!(plain.arguments().to_string(), r#"{"in": 1}"#);
    let item = default_registry()?.get("match").ok_or("no `match`")?;
    assert_eq!(item.type_name, "match");
    assert_eq!(*build::<r#match>("match", json!([4]))?, r#match { r#fn: 4 });
    Ok(())
}

/// A name outside ASCII is escaped as Python does it.
#[derive(Clone, Debug, Entity)]
struct Größe {
    länge: i64,
    #[register(default = 1, skip_default)]
    höhe: i64,
}

#[test]
fn names_outside_ascii_are_escaped() -> Outcome {
    let size = Größe {
        länge: 3, höhe: 1
    };
    assert_eq!(size.arguments().to_string(), r#"{"l\u00e4nge": 3}"#);
    let built = build::<Größe>("Größe", json!({"länge": 3}))?;
    assert_eq!(built.hash(), size.hash());
    let other = Größe {
        länge: 3, höhe: 2
    };
    assert_eq!(
        other.arguments().to_string(),
        r#"{"l\u00e4nge": 3, "h\u00f6he": 2}"#
    );
    Ok(())
}

mod library {
    use entia::prelude::*;

    /// What a library shows: the constants have the visibility of the type.
    #[derive(Clone, Debug, Entity)]
    #[register(new)]
    pub(crate) struct Shown {
        hidden: i64,
        #[register(default = 1)]
        pub(super) level: i64,
    }

    #[derive(Entity)]
    struct Hidden {
        size: i64,
    }

    pub(crate) fn hidden() -> impl Entity {
        Hidden { size: 3 }
    }
}

#[test]
fn visibility_is_that_of_the_type() -> Outcome {
    let shown = library::Shown::new(5).with_level(2);
    assert_eq!(shown.level, 2);
    assert_eq!(library::Shown::SIGNATURE.parameters().len(), 2);
    assert_eq!(library::hidden().arguments().to_string(), r#"{"size": 3}"#);
    assert!(default_registry()?.get("Hidden").is_some());
    Ok(())
}

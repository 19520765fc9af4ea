//! Entities in other formats than JSON, both ways.

use entia::Metadata;
use entia::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt::Debug;

type Outcome = Result<(), Box<dyn std::error::Error>>;

#[derive(Clone, Debug, PartialEq, Entity)]
enum Activation {
    ReLU,
    LeakyReLU { slope: f64 },
}

/// With what formats find hard: `None`, NaN, wide integers, nothing at all, components at any depth.
#[derive(Clone, Debug, PartialEq, Entity)]
struct Model {
    size: u64,
    seed: Option<i64>,
    rate: f32,
    wide: u128,
    activation: Activation,
    layers: Vec<Activation>,
    named: BTreeMap<String, Option<Activation>>,
}

/// A user's own file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct File {
    model: Model,
    also: Option<Activation>,
    weights: Vec<f64>,
}

fn model() -> Model {
    Model {
        size: 3,
        seed: None,
        rate: 0.1,
        wide: u128::MAX,
        activation: Activation::LeakyReLU { slope: 0.5 },
        layers: vec![Activation::ReLU, Activation::LeakyReLU { slope: -1.0 }],
        named: BTreeMap::from([("a".to_owned(), Some(Activation::ReLU))]),
    }
}

fn file() -> File {
    File {
        model: model(),
        also: Some(Activation::ReLU),
        weights: vec![1.0, -0.5],
    }
}

/// Writes and reads with one format.
fn both_ways<W>(
    format: &str,
    write: impl Fn(&File) -> Result<W, Box<dyn std::error::Error>>,
    read: impl Fn(&W) -> Result<File, Box<dyn std::error::Error>>,
) -> Outcome {
    let again = read(&write(&file())?)?;
    assert_eq!(again, file(), "{format}");
    assert_eq!(again.model.hash(), model().hash(), "{format}");
    Ok(())
}

#[test]
fn text_formats() -> Outcome {
    both_ways(
        "JSON",
        |it| Ok(serde_json::to_string(it)?),
        |it| Ok(serde_json::from_str(it)?),
    )?;
    both_ways(
        "TOML",
        |it| Ok(toml::to_string(it)?),
        |it| Ok(toml::from_str(it)?),
    )?;
    both_ways(
        "YAML",
        |it| Ok(serde_norway::to_string(it)?),
        |it| Ok(serde_norway::from_str(it)?),
    )?;
    both_ways(
        "RON",
        |it| Ok(ron::to_string(it)?),
        |it| Ok(ron::from_str(it)?),
    )?;
    Ok(())
}

#[test]
fn binary_formats() -> Outcome {
    both_ways(
        "CBOR",
        |it| {
            let mut bytes = Vec::new();
            ciborium::into_writer(it, &mut bytes)?;
            Ok(bytes)
        },
        |it| Ok(ciborium::from_reader(it.as_slice())?),
    )?;
    both_ways(
        "MessagePack",
        |it| Ok(rmp_serde::to_vec(it)?),
        |it| Ok(rmp_serde::from_slice(it)?),
    )?;
    both_ways(
        "MessagePack, named",
        |it| Ok(rmp_serde::to_vec_named(it)?),
        |it| Ok(rmp_serde::from_slice(it)?),
    )?;
    // Formats that do not say what they hold.
    both_ways(
        "postcard",
        |it| Ok(postcard::to_allocvec(it)?),
        |it| Ok(postcard::from_bytes(it)?),
    )?;
    let bincode = bincode::config::standard();
    both_ways(
        "bincode",
        |it| Ok(bincode::serde::encode_to_vec(it, bincode)?),
        |it| Ok(bincode::serde::decode_from_slice(it, bincode)?.0),
    )
}

#[test]
fn records_and_hashes() -> Outcome {
    fn same<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) -> Outcome {
        assert_eq!(
            &postcard::from_bytes::<T>(&postcard::to_allocvec(value)?)?,
            value
        );
        assert_eq!(
            &rmp_serde::from_slice::<T>(&rmp_serde::to_vec(value)?)?,
            value
        );
        assert_eq!(
            &serde_norway::from_str::<T>(&serde_norway::to_string(value)?)?,
            value
        );
        assert_eq!(
            &serde_json::from_str::<T>(&serde_json::to_string(value)?)?,
            value
        );
        Ok(())
    }
    let record: Metadata = model().metadata()?;
    same(&record.hash)?;
    same(&record.arguments)?;
    same(&entia::Hash::custom("a:b%", "c:d"))?;
    let text = serde_json::to_string(&record)?;
    assert!(
        text.contains(&format!(r#""hash":"{}""#, record.hash)),
        "{text}"
    );
    assert_eq!(serde_json::from_str::<Metadata>(&text)?, record);
    // As hashes were written before.
    let old = format!(r#"{{"scheme": "md5-v1", "text": "{}"}}"#, record.hash);
    assert_eq!(serde_json::from_str::<entia::Hash>(&old)?, record.hash);
    Ok(())
}

#[test]
fn a_missing_option_is_none() -> Outcome {
    let text = "name = 'Model'\n[arguments]\nsize = 3\nrate = 0.1\nwide = 1\n\
                activation = 'ReLU'\nlayers = []\nnamed = {}\n";
    let model: Model = toml::from_str(text)?;
    assert_eq!(model.seed, None);
    assert!(model.arguments().to_string().contains(r#""seed": null"#));
    Ok(())
}

#[registry]
trait Layer {
    fn name_of(&self) -> String;
}

#[derive(Debug, Entity)]
#[register(registry = Layer)]
enum Plain {
    Tanh,
    Scaled { by: f64 },
}

impl Layer for Plain {
    fn name_of(&self) -> String {
        format!("{self:?}")
    }
}

#[derive(Serialize, Deserialize)]
struct Flattened {
    width: i64,
    #[serde(flatten)]
    layer: Registered<Box<dyn Layer>>,
}

#[test]
fn every_component_can_be_flattened() -> Outcome {
    let layers = Registry::<dyn Layer>::global()?;
    for (reference, written) in [
        (json!("Tanh"), r#"{"width":1,"name":"Tanh"}"#),
        (
            json!({"name": "Scaled", "arguments": {"by": 2.0}}),
            r#"{"width":1,"name":"Scaled","arguments":{"by":2.0}}"#,
        ),
    ] {
        let flattened = Flattened {
            width: 1,
            layer: layers.build_value(&reference, &())?,
        };
        assert_eq!(serde_json::to_string(&flattened)?, written);
        let again: Flattened = serde_json::from_str(written)?;
        assert_eq!(again.layer.hash(), flattened.layer.hash());
        assert_eq!(again.layer.name_of(), flattened.layer.name_of());
    }
    Ok(())
}

/// As burn's `Config` brings serde's derives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Entity)]
#[register(serde = false)]
struct Config {
    size: i64,
    #[register(default = 0.5)]
    #[serde(default)]
    dropout: f64,
}

#[derive(Clone, Debug, PartialEq, Entity)]
struct Trained {
    config: Config,
}

#[test]
fn serdes_own_derives_stay() -> Outcome {
    let config = Config {
        size: 3,
        dropout: 0.5,
    };
    assert_eq!(
        serde_json::to_string(&config)?,
        r#"{"size":3,"dropout":0.5}"#
    );
    assert_eq!(
        config.arguments().to_string(),
        r#"{"size": 3, "dropout": 0.5}"#
    );
    let built = DefaultRegistry::global()?.build_as::<Config>("Config", json!([3]), &())?;
    assert_eq!(*built, config);
    assert_eq!(serde_json::to_value(&built)?["name"], "Config");
    // Inside another entity too: as it is written there, it is read.
    let trained = Trained { config };
    assert_eq!(
        trained.arguments().to_string(),
        r#"{"config": {"size": 3, "dropout": 0.5}}"#
    );
    let again = trained.metadata()?.build(DefaultRegistry::global()?, &())?;
    assert_eq!(*again.downcast::<Trained>()?, trained);
    Ok(())
}

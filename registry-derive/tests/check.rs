//! `#[register(check = ...)]`: what a function refuses is not built.

use registry_core::{Entity, Registry, registry};
use serde_json::json;

#[registry]
trait Layer {}

#[derive(Debug, PartialEq, Entity)]
#[register(registry = Layer, check = Dropout::check)]
struct Dropout {
    #[register(default = 0.5)]
    p: f64,
}

impl Dropout {
    fn check(&self) -> Result<(), String> {
        match self.p {
            0.0..=1.0 => Ok(()),
            p => Err(format!("`p` cannot be {p}\nhint: choose a probability")),
        }
    }
}

impl Layer for Dropout {}

#[derive(Debug, PartialEq, Entity)]
#[register(registry = Layer, check = Self::not_empty)]
enum Range {
    Hardtanh { min: i64, max: i64 },
    Identity,
}

impl Range {
    fn not_empty(&self) -> Result<(), std::fmt::Error> {
        match self {
            Self::Hardtanh { min, max } if min >= max => Err(std::fmt::Error),
            _ => Ok(()),
        }
    }
}

impl Layer for Range {}

#[derive(Debug, Entity)]
#[register(registry = Layer)]
struct Network {
    layers: Vec<Dropout>,
}

impl Layer for Network {}

#[test]
fn what_is_refused_is_not_built_by_any_way() -> Result<(), Box<dyn std::error::Error>> {
    let layers = Registry::<dyn Layer>::global()?;
    assert_eq!(layers.build("Dropout", (), &())?.name(), "Dropout");
    assert_eq!(layers.build("Identity", (), &())?.name(), "Identity");

    let text = "cannot build `Dropout`\n  `Dropout` refused: `p` cannot be 1.5\n  hint: choose a probability";
    let refused = layers.build("Dropout", json!({"p": 1.5}), &());
    assert_eq!(refused.unwrap_err().to_string(), text);
    let read: Result<Dropout, _> =
        serde_json::from_value(json!({"name": "Dropout", "arguments": {"p": 1.5}}));
    assert_eq!(read.unwrap_err().to_string(), text);

    let refused = layers.build("Hardtanh", json!({"min": 3, "max": 3}), &());
    assert!(
        refused
            .unwrap_err()
            .to_string()
            .contains("`Hardtanh` refused")
    );
    assert!(
        layers
            .build("Hardtanh", json!({"min": 3, "max": 4}), &())
            .is_ok()
    );
    Ok(())
}

#[test]
fn what_is_inside_is_refused_at_its_place() -> Result<(), Box<dyn std::error::Error>> {
    let arguments = json!({"layers": ["Dropout", {"name": "Dropout", "arguments": {"p": -1.0}}]});
    let refused = Registry::<dyn Layer>::global()?.build("Network", arguments, &());
    assert_eq!(
        refused.unwrap_err().to_string(),
        "cannot build `Network`\n  layers[1]: `Dropout` refused: `p` cannot be -1\n  hint: choose a probability"
    );
    Ok(())
}

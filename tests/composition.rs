//! Contexts that compose, types in several registries, and sets that join another registry.

#![expect(clippy::float_cmp, reason = "the values are exact")]

use entia::prelude::*;
use entia::{ArgumentPath, ContextFor, Reference};
use std::rc::Rc;
use std::sync::Arc;

type Outcome = Result<(), Box<dyn std::error::Error>>;

#[derive(Clone, Debug, PartialEq)]
struct Device(&'static str);

/// Weights with names, as `VarBuilder::pp` and `Path / name` give them.
#[derive(Clone, Debug, PartialEq)]
struct Weights<'w> {
    of: &'w str,
    path: String,
}

impl Weights<'_> {
    fn at(&self, path: &ArgumentPath<'_>) -> Self {
        let path = path.names().fold(self.path.clone(), |path, name| {
            if path.is_empty() {
                name.into_owned()
            } else {
                format!("{path}.{name}")
            }
        });
        Self { of: self.of, path }
    }
}

#[registry(context = Weights<'_>, nested = Weights::at)]
trait Layer {
    fn names(&self) -> Vec<String>;
}

struct Linear(String);

#[register(exclude = "weights", registry = Layer)]
impl Linear {
    fn new(weights: &Weights<'_>, size: i64) -> Self {
        let _ = size;
        Self(format!("{}/{}.weight", weights.of, weights.path))
    }
}

impl Layer for Linear {
    fn names(&self) -> Vec<String> {
        vec![self.0.clone()]
    }
}

#[derive(Entity)]
#[register(registry = Layer)]
struct Sequential {
    layers: Vec<Registered<Box<dyn Layer>>>,
    #[register(default = None)]
    head: Option<Registered<Arc<dyn Layer>>>,
    #[register(default = std::collections::BTreeMap::new())]
    named: std::collections::BTreeMap<String, Registered<Rc<dyn Layer>>>,
}

impl Layer for Sequential {
    fn names(&self) -> Vec<String> {
        let layers = self.layers.iter().flat_map(|it| it.names());
        let head = self.head.iter().flat_map(|it| it.names());
        let named = self.named.values().flat_map(|it| it.names());
        layers.chain(head).chain(named).collect()
    }
}

fn linear() -> serde_json::Value {
    json!({"name": "Linear", "arguments": {"size": 1}})
}

#[test]
fn each_place_has_a_context_of_its_own() -> Outcome {
    let inner = json!({"name": "Sequential", "arguments": {"layers": [linear()]}});
    let outer = json!({
        "layers": [linear(), inner], "head": linear(), "named": {"a": linear()},
    });
    let root = Weights {
        of: "w",
        path: String::new(),
    };
    let net = Registry::<dyn Layer>::global()?.build("Sequential", outer, &root)?;
    assert_eq!(
        net.names(),
        [
            "w/layers.0.weight",
            "w/layers.1.layers.0.weight",
            "w/head.weight",
            "w/named.a.weight"
        ]
    );
    Ok(())
}

#[registry(context = Device)]
trait Model {
    fn device(&self) -> Device;
}

#[derive(Entity)]
#[register(registry = Model, exclude = "device")]
struct Net {
    device: Device,
}

impl Model for Net {
    fn device(&self) -> Device {
        self.device.clone()
    }
}

struct Both {
    device: Device,
    weights: String,
}

impl ContextFor<dyn Model> for Both {
    fn context_for(&self) -> Device {
        self.device.clone()
    }
}

impl ContextFor<dyn Layer> for Both {
    fn context_for(&self) -> Weights<'_> {
        Weights {
            of: &self.weights,
            path: "root".to_owned(),
        }
    }
}

#[registry(context = Both)]
trait Training {
    fn shown(&self) -> String;
}

#[derive(Entity)]
#[register(registry = Training)]
struct Run {
    model: Registered<Box<dyn Model>>,
    layers: Vec<Registered<Box<dyn Layer>>>,
}

impl Training for Run {
    fn shown(&self) -> String {
        let names: Vec<_> = self.layers.iter().flat_map(|it| it.names()).collect();
        format!("{:?} {names:?}", self.model.device())
    }
}

#[test]
fn a_context_gives_those_of_others() -> Outcome {
    let both = Both {
        device: Device("cpu"),
        weights: "w".to_owned(),
    };
    let run = json!({"model": "Net", "layers": [linear(), linear()]});
    let run = Registry::<dyn Training>::global()?.build("Run", run, &both)?;
    assert_eq!(
        run.shown(),
        r#"Device("cpu") ["w/root.layers.0.weight", "w/root.layers.1.weight"]"#
    );
    Ok(())
}

#[registry(forward)]
trait Shape {
    fn area(&self) -> f64;
    fn grow(&mut self, by: f64);
    fn twice(&self) -> f64 {
        2.0 * self.area()
    }
}

#[registry(context = f64)]
trait Scaled {
    fn scale(&self) -> f64;
}

/// In two registries, of which one has a context.
struct Square {
    side: f64,
    scale: f64,
}

#[register(registry = [Shape, Scaled])]
impl Square {
    fn new(side: f64, #[register(exclude, default = 2.0)] scale: f64) -> Self {
        Self { side, scale }
    }

    /// A square of this area.
    #[register(name = "SquareOfArea")]
    fn of_area(area: f64, #[register(exclude, default = 3.0)] scale: f64) -> Result<Self, String> {
        if area < 0.0 {
            return Err(format!("{area} is negative"));
        }
        Ok(Self {
            side: area.sqrt(),
            scale,
        })
    }
}

impl Shape for Square {
    fn area(&self) -> f64 {
        self.side * self.side
    }
    fn grow(&mut self, by: f64) {
        self.side += by;
    }
}

impl Scaled for Square {
    fn scale(&self) -> f64 {
        self.scale * self.side
    }
}

#[test]
fn a_type_is_in_two_registries_with_two_constructors() -> Outcome {
    let shapes = Registry::<dyn Shape>::global()?;
    let scaled = Registry::<dyn Scaled>::global()?;
    assert_eq!(shapes.names(), ["Square", "SquareOfArea"]);
    assert_eq!(scaled.names(), shapes.names());
    assert_eq!(shapes.build("Square", json!([3.0]), &())?.area(), 9.0);
    assert_eq!(
        shapes.build("SquareOfArea", json!([16.0]), &())?.twice(),
        32.0
    );
    assert_eq!(
        scaled.build("SquareOfArea", json!([16.0]), &1.0)?.scale(),
        12.0
    );
    assert!(shapes.build("SquareOfArea", json!([-1.0]), &()).is_err());
    let square = Square::of_area(4.0, 1.0)?;
    assert_eq!((square.name(), square.side), ("SquareOfArea", 2.0));
    assert_eq!(Square::SIGNATURE.to_string(), "(side: f64)");
    assert_eq!(Square::OF_AREA_SIGNATURE.to_string(), "(area: f64)");
    assert_eq!(
        shapes.get("SquareOfArea").map(|it| it.doc),
        Some("A square of this area.")
    );
    let local = Registry::<dyn Scaled>::new().with::<Square>()?;
    assert_eq!(local.names().len(), 2);
    let again = shapes.build_as::<Square>("Square", json!([3.0]), &())?;
    assert_eq!(again.side, 3.0);
    Ok(())
}

/// Takes what a constructor and what a registry gives.
fn grown<S: Shape>(mut shape: S) -> f64 {
    shape.grow(1.0);
    shape.area()
}

#[test]
fn what_holds_an_implementor_is_one() -> Outcome {
    assert_eq!(grown(Square::new(1.0, 1.0)), 4.0);
    assert_eq!(
        grown(Registry::<dyn Shape>::global()?.build("Square", json!([2.0]), &())?),
        9.0
    );
    Ok(())
}

/// Descriptions of layers, as data.
#[derive(Clone, Debug, PartialEq, Entity)]
enum Description {
    Identity,
    Dropout {
        #[register(default = 0.5)]
        p: f64,
    },
    Stack {
        parts: Vec<Description>,
    },
}

#[registry(context = Device)]
trait Module: std::fmt::Debug {
    fn shown(&self) -> String;
}

#[derive(Debug)]
struct Made(String);

impl Module for Made {
    fn shown(&self) -> String {
        self.0.clone()
    }
}

#[register(of = Description, registry = Module)]
fn module(description: &Description, device: &Device) -> Result<Box<dyn Module>, String> {
    match description {
        Description::Dropout { p } if *p > 1.0 => Err(format!("{p} is no probability")),
        other => Ok(Box::new(Made(format!("{other:?} on {device:?}")))),
    }
}

/// A module of one's own, that mixes with them.
#[derive(Debug, Entity)]
#[register(registry = Module)]
struct Residual {
    inner: Registered<Box<dyn Module>>,
}

impl Module for Residual {
    fn shown(&self) -> String {
        format!("x + {}", self.inner.shown())
    }
}

#[test]
fn a_set_of_entities_joins_another_registry() -> Outcome {
    let modules = Registry::<dyn Module>::global()?;
    assert_eq!(
        modules.names(),
        ["Dropout", "Identity", "Residual", "Stack"]
    );
    let cpu = Device("cpu");
    let stack = json!({"name": "Stack", "arguments": {"parts": ["Identity", "Dropout"]}});
    let built = modules.build_value(&stack, &cpu)?;
    let described: Description = serde_json::from_value(stack.clone())?;
    assert_eq!(built.hash(), described.hash());
    assert_eq!(
        built.shown(),
        r#"Stack { parts: [Identity, Dropout { p: 0.5 }] } on Device("cpu")"#
    );
    assert_eq!(
        modules
            .signature("Dropout")
            .unwrap_or(entia::Signature::EMPTY)
            .to_string(),
        "(p: f64 = 0.5)"
    );
    let error = modules.build("Dropout", json!([2.0]), &cpu).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("`Dropout` refused: 2 is no probability"),
        "{error}"
    );
    let residual = modules.build("Residual", json!({"inner": stack}), &cpu)?;
    assert!(residual.shown().starts_with("x + Stack"));
    assert!(module(&Description::Identity, &cpu).is_ok());
    let local = Registry::<dyn Module>::new().with_function(MODULE_FUNCTION)?;
    assert_eq!(local.names().len(), 3);
    // The set itself stays in its own registry.
    assert!(
        DefaultRegistry::global()?
            .build_value(Reference::from("Identity"), &())
            .is_ok()
    );
    Ok(())
}

/// Shared without the feature `rc` of serde.
#[derive(Entity)]
struct Shared {
    one: Arc<Description>,
    other: Rc<Description>,
}

#[test]
fn entities_may_be_shared() -> Outcome {
    let arguments = json!({"one": "Identity", "other": "Dropout"});
    let shared = DefaultRegistry::global()?.build_as::<Shared>("Shared", arguments, &())?;
    assert_eq!(*shared.one, Description::Identity);
    assert_eq!(
        shared.arguments().to_string(),
        r#"{"one": "Identity", "other": {"name": "Dropout", "arguments": {"p": 0.5}}}"#
    );
    Ok(())
}

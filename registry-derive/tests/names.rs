//! Names that are no identifiers, and names that are constants.

use registry_core::{DefaultRegistry, Entity, register};
use serde_json::json;

const ADAM: &str = "AdamW";

#[derive(Clone, Debug, PartialEq, Entity)]
#[register(name = ADAM, new, exclude = "class, beta")]
struct Adam {
    #[register(name = "learning-rate")]
    lr: f64,
    #[register(name = "class", default = 3)]
    kind: i64,
    #[register(name = "β", default = 0.9)]
    beta: f64,
    #[register(name = "T_\"max\"\\", default = 7)]
    t_max: i64,
}

#[derive(Clone, Debug, PartialEq, Entity)]
enum Activation {
    #[register(name = concat!("Leaky", "ReLU"))]
    Leaky {
        #[register(name = "negative slope", default = 0.01, skip_default)]
        slope: f64,
    },
    #[register(name = stringify!(Tanh))]
    T,
    #[register(name = "Größe")]
    Size {
        #[register(name = "größe")]
        size: i64,
    },
}

struct Mlp {
    size: i64,
}

impl Mlp {
    const NAME: &'static str = "MLP";
}

#[register(name = Self::NAME, exclude = "seed, class")]
impl Mlp {
    fn new(
        #[register(name = "hidden-size")] size: i64,
        #[register(name = "random seed", default = 0)] seed: i64,
        #[register(name = "class", default = 1)] class: i64,
    ) -> Self {
        Self {
            size: size + seed + class,
        }
    }
}

#[register(name = if cfg!(test) { "linear" } else { "other" })]
fn dense(#[register(name = "type")] kind: String) -> Vec<String> {
    vec![kind]
}

macro_rules! named {
    ($ident:ident, $name:expr, $field:literal) => {
        #[derive(Debug, Entity)]
        #[register(name = $name)]
        struct $ident {
            #[register(name = $field)]
            field: i64,
        }
    };
}

named!(Passed, "passed on", "the field");

#[test]
fn the_name_is_in_identity_and_signature() {
    let adam = Adam::new(0.5).with_t_max(8).with_beta(0.1).with_kind(4);
    assert_eq!(adam.name(), "AdamW");
    assert_eq!(
        adam.arguments().to_string(),
        r#"{"learning-rate": 0.5, "T_\"max\"\\": 8}"#
    );
    assert_eq!(
        Adam::SIGNATURE.parameters()[2].name,
        "β",
        "{}",
        Adam::SIGNATURE
    );
}

#[test]
fn variants_are_named_by_constants() {
    let leaky = Activation::Leaky { slope: 0.5 };
    assert_eq!(leaky.name(), "LeakyReLU");
    assert_eq!(leaky.arguments().to_string(), r#"{"negative slope": 0.5}"#);
    assert_eq!(Activation::T.name(), "Tanh");
    let size = Activation::Size { size: 3 };
    assert_eq!(size.arguments().to_string(), r#"{"gr\u00f6\u00dfe": 3}"#);
    let text = serde_json::to_string(&size).unwrap();
    assert_eq!(serde_json::from_str::<Activation>(&text).unwrap(), size);
}

#[test]
fn a_registry_finds_by_name() {
    let registry = DefaultRegistry::global().unwrap();
    let mlp = registry
        .build("MLP", json!({"hidden-size": 4}), &())
        .unwrap();
    assert_eq!(mlp.name(), "MLP");
    assert_eq!(mlp.arguments().to_string(), r#"{"hidden-size": 4}"#);
    let made = Mlp::new(4, 5, 6);
    assert_eq!((made.hash(), made.size), (mlp.hash(), 15));
    let dense = registry.build("linear", json!({"type": "x"}), &()).unwrap();
    assert_eq!(dense.arguments().to_string(), r#"{"type": "x"}"#);
    let passed = Passed { field: 3 };
    assert_eq!(passed.name(), "passed on");
    assert_eq!(passed.arguments().to_string(), r#"{"the field": 3}"#);
}

#[test]
fn a_mistake_is_told_under_the_name() {
    let registry = DefaultRegistry::global().unwrap();
    let Err(error) = registry.build("AdamW", json!({"learning-rat": 4}), &()) else {
        panic!("no error");
    };
    assert!(
        error.to_string().contains("did you mean `learning-rate`?"),
        "{error}"
    );
}

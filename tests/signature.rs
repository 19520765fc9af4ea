//! Signatures, while compiling and at run time.

use entia::prelude::*;
use entia::{Parameter, Signature};
use std::any::Any;

#[derive(Clone, Debug, Entity)]
enum Activation {
    ReLU,
    LeakyReLU { slope: f64 },
}

struct Mlp;

#[register(name = "MLP", exclude = "seed")]
impl Mlp {
    /// A multi-layer perceptron.
    ///
    /// With a second paragraph.
    fn new(
        #[register(default = 0)] seed: u64,
        sizes: Vec<(i64, Option<f64>)>,
        #[register(default = Activation::LeakyReLU { slope: 0.1 })] activation: Activation,
        #[register(default = 2.0_f64.sqrt(), keyword)] gain: f64,
        #[register(default, skip_default)] bias: Option<bool>,
    ) -> Self {
        let _ = (seed, sizes, activation, gain, bias);
        Self
    }
}

#[derive(Clone, Debug, Entity)]
struct Adam {
    /// How far a step goes:
    ///
    /// - in units
    ///   of the gradient
    lr: f64,
    #[register(default = -1.5e-3)]
    decay: f64,
}

#[register]
fn size(width: i64) -> Mlp {
    let _ = width;
    Mlp
}

const _: () = assert!(Mlp::SIGNATURE.parameter("gain").is_some());
const _: () = assert!(Mlp::SIGNATURE.parameter("gian").is_none());
const _: () = assert!(Mlp::SIGNATURE.parameters().len() == 5);
const _: () = assert!(Adam::SIGNATURE.parameters()[1].default.is_some());
const _: () = assert!(SIZE_FUNCTION.signature().parameter("width").is_some());
const _: () = assert!(Activation::SIGNATURES[0].1.parameters().is_empty());
const _: () = assert!(Activation::SIGNATURES[1].1.parameter("slope").is_some());

fn parameter(signature: Signature, name: &str) -> &'static Parameter {
    signature.parameter(name).expect("a parameter of this name")
}

#[test]
fn reads_as_a_call_is_written() {
    assert_eq!(
        Mlp::SIGNATURE.to_string(),
        "(sizes: Vec<(i64, Option<f64>)>, \
         activation: Activation = Activation::LeakyReLU { slope: 0.1 }, \
         *, gain: f64 = 2.0_f64.sqrt(), bias: Option<bool> = Default::default())"
    );
    assert_eq!(
        Adam::SIGNATURE.to_string(),
        "(lr: f64, decay: f64 = -1.5e-3)"
    );
    assert_eq!(SIZE_FUNCTION.signature().to_string(), "(width: i64)");
}

#[test]
fn says_what_each_parameter_is() {
    let seed = parameter(Mlp::SIGNATURE, "seed");
    assert_eq!(
        (seed.type_name, seed.default, seed.excluded),
        ("u64", Some("0"), true)
    );
    assert!(!parameter(Mlp::SIGNATURE, "activation").keyword);
    assert!(parameter(Mlp::SIGNATURE, "gain").keyword);
    assert!(parameter(Mlp::SIGNATURE, "bias").keyword);
    assert!(parameter(Mlp::SIGNATURE, "bias").skip_default);
    assert_eq!(
        parameter(Adam::SIGNATURE, "lr").doc,
        "How far a step goes:\n\n- in units\n  of the gradient"
    );
}

#[test]
fn defaults_are_values() {
    let default = |signature, name: &str| {
        parameter(signature, name)
            .default_value()
            .map(|value| value.as_str().to_owned())
    };
    assert_eq!(default(Adam::SIGNATURE, "lr"), None);
    assert_eq!(
        default(Adam::SIGNATURE, "decay").as_deref(),
        Some("-0.0015")
    );
    assert_eq!(default(Mlp::SIGNATURE, "bias").as_deref(), Some("null"));
    assert_eq!(
        default(Mlp::SIGNATURE, "seed"),
        None,
        "an excluded one needs no JSON form"
    );
    assert_eq!(
        default(Mlp::SIGNATURE, "activation").as_deref(),
        Some(r#"{"name": "LeakyReLU", "arguments": {"slope": 0.1}}"#)
    );
}

#[test]
fn the_registry_knows_documentation_and_place() -> Result<(), entia::DuplicateName> {
    let item = Registry::<dyn Any>::global()?.get("MLP").expect("`MLP`");
    assert_eq!(
        item.doc,
        "A multi-layer perceptron.\n\nWith a second paragraph."
    );
    assert_eq!((item.type_name, item.signature), ("Mlp", Mlp::SIGNATURE));
    assert!(
        item.location.file.ends_with("signature.rs"),
        "{}",
        item.location
    );
    assert!(item.location.line > 1);
    let value = Mlp::new(0, vec![], Activation::ReLU, 1.0, None);
    assert_eq!(value.signature(), Mlp::SIGNATURE);
    Ok(())
}

//! Names, parameters, defaults, hashes and states against those of PyTorch and of the Python package
//! `mlregistry`.

#![expect(clippy::float_cmp, reason = "the values are exact")]

use registry_core::{Entity, Registry, Signature};
use registry_nn::conformance::{criteria, layers, optimizers, schedules};
use registry_nn::layers::{Activation, Linear};
use registry_nn::{
    Criterion, CriterionClass, Init, Layer, LayerClass, Optimizer, OptimizerClass, Scheduler,
    SchedulerClass, Variable,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// The names of all classes.
fn names() -> Result<Vec<&'static str>, registry_core::DuplicateName> {
    let mut names = Registry::<dyn LayerClass>::global()?.names();
    names.extend(Registry::<dyn CriterionClass>::global()?.names());
    names.extend(Registry::<dyn OptimizerClass>::global()?.names());
    names.extend(Registry::<dyn SchedulerClass>::global()?.names());
    Ok(names)
}

/// The classes that PyTorch writes in `forward`, or takes other arguments for.
const OWN: [&str; 5] = [
    "Parallel",
    "PositionalEncoding",
    "Select",
    "Sequential",
    "Transpose",
];

/// Its identity is the one that Python gives, and it is what its own text builds.
fn check<T>(entity: &T, arguments: &str, hash: Option<&str>) -> Outcome
where
    T: Entity + Serialize + DeserializeOwned + PartialEq + Debug,
{
    let name = entity.name();
    assert_eq!(entity.arguments().to_string(), arguments, "{name}");
    if let Some(hash) = hash {
        assert_eq!(entity.hash().to_string(), hash, "{name} {arguments}");
    }
    let text = serde_json::to_string(entity)?;
    assert_eq!(&serde_json::from_str::<T>(&text)?, entity, "{text}");
    Ok(())
}

#[test]
fn hashes_are_those_of_python() -> Outcome {
    let mut seen = BTreeSet::new();
    for case in layers()? {
        check(&case.layer, &case.arguments, case.hash.as_deref())?;
        seen.insert(case.layer.name().to_owned());
    }
    for case in criteria()? {
        check(&case.criterion, &case.arguments, case.hash.as_deref())?;
        seen.insert(case.criterion.name().to_owned());
    }
    for case in optimizers()? {
        check(&case.optimizer, &case.arguments, case.hash.as_deref())?;
        seen.insert(case.optimizer.name().to_owned());
    }
    for case in schedules()? {
        check(&case.scheduler, &case.arguments, case.hash.as_deref())?;
        seen.insert(case.scheduler.name().to_owned());
    }
    let without: Vec<_> = names()?
        .into_iter()
        .filter(|name| !seen.contains(*name))
        .collect();
    assert!(without.is_empty(), "no case of {without:?}");
    Ok(())
}

/// The model of the documentation.
#[derive(Entity)]
#[register(name = "MLP")]
struct Mlp {
    input_size: i64,
    hidden_size: i64,
    output_size: i64,
    dropout: f64,
    activation: Layer,
}

#[test]
fn hashes_are_those_that_are_documented() {
    let linear = Linear::new(4, 5);
    assert_eq!(
        linear.hash().to_string(),
        "061db6fbb463d5869eed9df3ecd07668"
    );
    let relu = Activation::ReLU { inplace: false };
    assert_eq!(serde_json::json!(relu), "ReLU");

    let mlp = Mlp {
        input_size: 784,
        hidden_size: 256,
        output_size: 10,
        dropout: 0.5,
        activation: relu.into(),
    };
    assert_eq!(mlp.hash().to_string(), "af51a51a38f7ad81f9523360fafe7068");
}

/// Which parameters of PyTorch's are none here: an engine has them, or PyTorch has given them up, or
/// they say only how it computes, or a layer has one input and one output.
const LEFT_OUT: [&str; 23] = [
    "_freeze",
    "_weight",
    "args",
    "capturable",
    "device",
    "differentiable",
    "dtype",
    "enable_nested_tensor",
    "foreach",
    "fused",
    "kdim",
    "kwargs",
    "last_epoch",
    "mask_check",
    "max_value",
    "maximize",
    "min_value",
    "optimizer",
    "params",
    "reduce",
    "return_indices",
    "size_average",
    "vdim",
];

/// Whether a parameter of a class is left out. Some are of one class alone.
fn is_left_out(class: &str, parameter: &str) -> bool {
    match parameter {
        "proj_size" => class != "LSTM",
        "decoupled_weight_decay" => class == "Adam",
        other => LEFT_OUT.contains(&other),
    }
}

#[test]
fn parameters_and_defaults_are_those_of_pytorch() -> Outcome {
    #[derive(serde::Deserialize)]
    struct Class {
        name: String,
        parameters: Vec<Vec<Value>>,
    }
    let classes: Vec<Class> = serde_json::from_str(include_str!("../vectors/signatures.json"))?;
    let signatures: BTreeMap<&str, Signature> = signatures();
    for class in &classes {
        let signature = signatures[class.name.as_str()];
        let found: Vec<_> = signature.parameters().iter().map(|it| it.name).collect();
        let expected: Vec<_> = class
            .parameters
            .iter()
            .filter_map(|parameter| parameter[0].as_str())
            .filter(|name| !is_left_out(&class.name, name))
            .collect();
        let extra = if class.name == "AvgPool1d" {
            &["divisor_override"][..]
        } else {
            &[]
        };
        assert_eq!(found, [&expected[..], extra].concat(), "{}", class.name);
    }
    let of_pytorch: BTreeSet<_> = classes.iter().map(|class| class.name.as_str()).collect();
    let of_this: BTreeSet<_> = names()?
        .into_iter()
        .filter(|name| !OWN.contains(name))
        .collect();
    assert_eq!(of_this, of_pytorch);

    // What is built without an optional argument says its default where it is asked for everything.
    for class in &classes {
        let required: serde_json::Map<_, _> = class
            .parameters
            .iter()
            .filter(|it| it.len() == 1 && !is_left_out(&class.name, it[0].as_str().unwrap()))
            .map(|it| {
                (
                    it[0].as_str().unwrap().to_owned(),
                    example(&class.name, &it[0]),
                )
            })
            .collect();
        let Some(exact) = exact(&class.name, &Value::Object(required)) else {
            continue;
        };
        for parameter in class.parameters.iter().filter(|it| it.len() == 2) {
            let (name, default) = (parameter[0].as_str().unwrap(), &parameter[1]);
            if let Some(found) = exact.get(name) {
                let is_same = found == default
                    || found
                        .as_f64()
                        .is_some_and(|number| Some(number) == default.as_f64());
                assert!(
                    is_same,
                    "{}: `{name}` is {found}, in PyTorch {default}",
                    class.name
                );
            }
        }
    }
    Ok(())
}

fn signatures() -> BTreeMap<&'static str, Signature> {
    use registry_core::Component;
    let all = [
        Layer::ITEMS,
        Criterion::ITEMS,
        Optimizer::ITEMS,
        Scheduler::ITEMS,
    ];
    let items = all.into_iter().flatten();
    items.map(|item| (item.name, item.signature)).collect()
}

/// Something for a parameter without a default.
fn example(class: &str, parameter: &Value) -> Value {
    match (class, parameter.as_str().unwrap()) {
        (_, "milestones" | "unflattened_size") => serde_json::json!([2]),
        (_, "schedulers") => {
            serde_json::json!([{"name": "StepLR", "arguments": {"step_size": 2}}, "LinearLR"])
        }
        (_, "encoder_layer") => {
            serde_json::json!({"name": "TransformerEncoderLayer", "arguments": {"d_model": 2, "nhead": 2}})
        }
        _ => serde_json::json!(2),
    }
}

/// Every argument of what is built so, the defaults too.
fn exact(name: &str, arguments: &Value) -> Option<Value> {
    fn all<T: Entity + DeserializeOwned>(reference: &Value) -> Option<Value> {
        let entity: T = serde_json::from_value(reference.clone()).ok()?;
        let record = entity.metadata().unwrap();
        Some(serde_json::to_value(record.exact_arguments()).unwrap())
    }
    let reference = serde_json::json!({"name": name, "arguments": arguments});
    all::<Layer>(&reference)
        .or_else(|| all::<Criterion>(&reference))
        .or_else(|| all::<Optimizer>(&reference))
        .or_else(|| all::<Scheduler>(&reference))
}

/// Whether what PyTorch drew can be what is said of it.
fn is_possible(variable: &Variable, (low, high): (f64, f64)) -> bool {
    let count: i64 = variable.shape.iter().product();
    match variable.init {
        Init::Constant(value) => low == value && high == value,
        Init::Counter => low == 0.0 && high == 0.0,
        Init::Uniform { bound } => {
            let furthest = high.max(-low);
            furthest <= bound * 1.000_01 && (count < 8 || furthest > bound / 2.0)
        }
        Init::Normal { std, .. } => low < 0.0 && high > 0.0 && high.max(-low) < 5.0 * std,
    }
}

#[test]
fn states_are_those_of_pytorch() -> Outcome {
    for case in layers()? {
        let state = case.layer.state();
        let found: BTreeMap<_, _> = state.iter().map(|it| (&it.name, &it.shape)).collect();
        let expected: BTreeMap<_, _> = case
            .state
            .iter()
            .map(|(name, it)| (name, &it.shape))
            .collect();
        assert_eq!(found, expected, "{:?}", case.layer);
        for variable in &state {
            let drawn = case.initial[&variable.name];
            assert!(
                is_possible(variable, drawn),
                "{variable:?} of {:?}: {drawn:?}",
                case.layer
            );
            let is_learned = case.gradients.contains_key(&variable.name);
            assert_eq!(
                variable.trained, is_learned,
                "{variable:?} of {:?}",
                case.layer
            );
        }
    }
    Ok(())
}

#[test]
fn the_documentation_lists_every_class() -> Outcome {
    let text = include_str!("../src/lib.rs");
    for name in names()? {
        assert!(text.contains(&format!("`{name}`")), "{name}");
    }
    Ok(())
}

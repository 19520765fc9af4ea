//! Registries: what is in them, and building by name.

#![expect(clippy::float_cmp, reason = "the values are exact")]

mod components;

use components::{
    Activation, Adam, Buffer, DEFAULT, LAYERS, Layer, Pipeline, Polynomial, SHIFT_FUNCTION,
    Schedule, Sequential,
};
use entia::prelude::*;
use entia::{Arguments, Value};
use std::any::Any;

/// Two components of one name, which no registry can hold.
mod twins {
    use entia::prelude::*;

    #[registry]
    pub(super) trait Twin {}

    #[derive(Debug, Entity)]
    #[register(registry = Twin, name = "Same")]
    pub(super) struct First {
        #[register(default)]
        inner: Option<Registered<Box<dyn Twin>>>,
    }

    pub(super) const BETWEEN: u32 = line!();

    #[derive(Debug, Entity)]
    #[register(registry = Twin, name = "Same")]
    pub(super) struct Second;

    impl Twin for First {}
    impl Twin for Second {}
}

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn layers() -> &'static Registry<dyn Layer> {
    Registry::global().expect("the names of the layers differ")
}

fn components() -> &'static Registry<dyn Any> {
    Registry::global().expect("the names of the components differ")
}

#[test]
fn what_is_known_before_any_is_built() {
    assert_eq!(layers().names(), LAYERS);
    assert_eq!(components().names(), DEFAULT);
    let item = layers().get("LeakyReLU").unwrap();
    assert_eq!((item.name, item.type_name), ("LeakyReLU", "Activation"));
    assert_eq!(item.doc, "Keeps a little of what is not.");
    assert!(item.location.file.ends_with("mod.rs"), "{}", item.location);
    let slope = item.signature.parameter("slope").unwrap();
    assert_eq!(slope.doc, "The slope below zero.");
    assert_eq!(slope.default_value(), Some(Value::of(&0.01).unwrap()));
    assert_eq!(
        layers().signature("Shift").unwrap().to_string(),
        "(by: f64)"
    );
    assert_eq!(
        layers().signature("Polynomial").unwrap().to_string(),
        "(degree: usize, coefficient: f64, *, center: f64 = 0.0, monic: bool = true)"
    );
    assert!(layers().get("Adam").is_none() && layers().signature("relu").is_none());
    assert_eq!(
        format!("{:?}", Registry::<dyn Layer>::default()),
        r#"Registry { interface: "Layer", names: [] }"#
    );
}

#[test]
fn every_way_to_give_arguments() -> Outcome {
    let expected = Polynomial::new(2, 3.0, 1.0, true);
    let arguments: Arguments = r#"{"center": 1.0, "coefficient": 3.0, "degree": 2}"#.parse()?;
    let value: Value = r#"{"degree": 2, "coefficient": 3, "center": 1}"#.parse()?;
    let built = [
        layers().build("Polynomial", json!({"degree": 2, "coefficient": 3.0, "center": 1.0}), &())?,
        layers().build("Polynomial", json!({"center": 1, "coefficient": 3, "degree": 2}), &())?,
        layers().build("Polynomial", (json!([2, 3.0]), json!({"center": 1.0})), &())?,
        layers().build("Polynomial", (json!([2]), json!({"coefficient": 3.0, "center": 1.0})), &())?,
        layers().build("Polynomial", value, &())?,
        layers().build("Polynomial", &arguments, &())?,
        layers().build("Polynomial", &expected.arguments(), &())?,
        layers().build_value(json!({"name": "Polynomial", "arguments": json!({"degree": 2, "coefficient": 3.0, "center": 1.0})}), &())?,
        layers().build_json(" {\"arguments\" : {\"degree\":2,\"coefficient\":3.0,\n\"center\":1.0}, \"name\":\"Polynomial\"} ", &())?,
        layers().build_value(Value::of(&expected)?, &())?,
    ];
    for (index, built) in built.iter().enumerate() {
        assert_eq!(built.hash(), expected.hash(), "way {index}");
        assert_eq!(built.name(), "Polynomial");
        assert_eq!(built.apply(2.0), expected.apply(2.0), "way {index}");
    }
    assert_eq!(
        expected.arguments().to_string(),
        r#"{"degree": 2, "coefficient": 3.0, "center": 1.0}"#
    );
    Ok(())
}

#[test]
fn no_arguments_at_all() -> Outcome {
    for built in [
        layers().build("LeakyReLU", (), &())?,
        layers().build("LeakyReLU", json!({}), &())?,
        layers().build("LeakyReLU", json!([]), &())?,
        layers().build("LeakyReLU", json!(null), &())?,
        layers().build_value(json!("LeakyReLU"), &())?,
        layers().build_value(json!({"name": "LeakyReLU"}), &())?,
        layers().build_json("\"LeakyReLU\"", &())?,
    ] {
        // The default is filled in, and is part of identity.
        assert_eq!(built.arguments().to_string(), r#"{"slope": 0.01}"#);
        assert_eq!(built.apply(-1.0), -0.01);
    }
    let relu = layers().build_json("\"ReLU\"", &())?;
    assert_eq!(relu.hash().as_str(), "8cb6b0671091e7fc0355254f8d5827e5");
    assert_eq!(relu.apply(-1.0), 0.0);
    Ok(())
}

#[test]
fn defaults_nulls_and_nested_types() -> Outcome {
    let adam = components().build("Adam", json!({"lr": 1}), &())?;
    assert_eq!(
        adam.arguments().to_string(),
        r#"{"lr": 1.0, "betas": [0.9, 0.999], "groups": {}, "schedule": null}"#
    );
    let arguments = json!({
        "lr": 0.1, "betas": [0.5, 1], "groups": {"b": [1], "a": []},
        "schedule": {"name": "Step", "arguments": {"every": 3}},
    });
    let adam = components().build("Adam", arguments, &())?;
    assert_eq!(
        adam.arguments().to_string(),
        r#"{"lr": 0.1, "betas": [0.5, 1.0], "groups": {"a": [], "b": [1]}, "schedule": {"name": "Step", "arguments": {"every": 3}}}"#
    );
    let adam = adam.downcast::<Adam>().map_err(|_| "another type")?;
    assert_eq!(adam.schedule, Some(Schedule::Step { every: 3 }));
    assert_eq!(adam.device, "cpu");
    let without = components().build("Adam", json!({"lr": 1, "schedule": null}), &())?;
    assert!(
        without
            .arguments()
            .to_string()
            .ends_with(r#""schedule": null}"#)
    );
    Ok(())
}

#[test]
fn a_skipped_default_and_another_value() -> Outcome {
    let default = layers().build("Polynomial", json!([1, 2.0]), &())?;
    assert_eq!(
        default.arguments().to_string(),
        r#"{"degree": 1, "coefficient": 2.0, "center": 0.0}"#
    );
    let exact = default.metadata()?.exact.unwrap();
    assert_eq!(exact.get("monic"), Some(&Value::of(&true)?));
    let other = layers().build(
        "Polynomial",
        (json!([1, 2.0]), json!({"monic": false})),
        &(),
    )?;
    assert!(
        other
            .arguments()
            .to_string()
            .ends_with(r#""center": 0.0, "monic": false}"#)
    );
    assert!(other.metadata()?.exact.is_none());
    assert_ne!(other.hash(), default.hash());
    Ok(())
}

#[test]
fn a_local_registry_holds_what_it_is_given() -> Outcome {
    let local = Registry::<dyn Layer>::new()
        .with::<Activation>()?
        .with::<Sequential>()?;
    assert_eq!(local.names(), ["LeakyReLU", "ReLU", "Sequential"]);
    let local = local.with_function(SHIFT_FUNCTION)?;
    assert_eq!(local.build("Shift", json!([2.0]), &())?.apply(1.0), 3.0);
    // What is nested comes from the same registry, whatever else is registered.
    let reference =
        |inner: &str| json!({"name": "Sequential", "arguments": {"layers": [inner, inner]}});
    assert_eq!(local.build_value(reference("ReLU"), &())?.apply(-2.0), 0.0);
    let scaled = json!({"layers": ["ReLU", {"name": "Scale", "arguments": {"factor": 2.0}}]});
    assert_eq!(
        layers()
            .build("Sequential", scaled.clone(), &())?
            .apply(3.0),
        6.0
    );
    let error = local.build("Sequential", scaled, &()).unwrap_err();
    let problem = &error.problems()[0];
    assert_eq!(
        (problem.path(), problem.message()),
        ("layers[1]", "unknown name `Scale`")
    );
    Ok(())
}

#[test]
fn a_nested_component_of_another_registry() -> Outcome {
    // The local registry is one of `dyn Any`; layers come from where all layers are.
    let local = Registry::<dyn Any>::new().with::<Pipeline>()?;
    let deep = json!({"head": {"name": "Sequential", "arguments": {"layers": [
        {"name": "Sequential", "arguments": {"layers": [{"name": "Shift", "arguments": {"by": 1.5}}]}}]}}});
    let pipeline = local.build("Pipeline", deep, &())?;
    let again = local.build_json(&Value::of(&pipeline)?.to_string(), &())?;
    assert_eq!(again.hash(), pipeline.hash());
    let pipeline = pipeline
        .downcast::<Pipeline>()
        .map_err(|_| "another type")?;
    assert_eq!(pipeline.head.apply(1.0), 2.5);
    assert_eq!(pipeline.head.name(), "Sequential");
    Ok(())
}

#[test]
fn the_default_registry_gives_the_type_back() -> Outcome {
    let step = components().build("Step", json!([5]), &())?;
    let step = step.downcast::<Adam>().expect_err("not an `Adam`");
    assert_eq!(step.name(), "Step");
    let step = step
        .into_inner()
        .downcast::<Schedule>()
        .map_err(|_| "another type")?;
    assert_eq!(*step, Schedule::Step { every: 5 });
    assert_eq!(step.hash(), Schedule::Step { every: 5 }.hash());
    let buffer = components().build("Buffer", json!([[1, 2]]), &())?;
    let buffer = buffer
        .downcast::<Buffer<u8>>()
        .map_err(|_| "another type")?;
    assert_eq!(buffer.items, [1, 2]);
    Ok(())
}

#[test]
fn a_name_registered_twice_is_an_error_with_both_places() {
    let error = Registry::<dyn twins::Twin>::global().unwrap_err();
    assert_eq!((error.name, error.registry), ("Same", "Twin"));
    assert_eq!((error.first.file, error.second.file), (file!(), file!()));
    assert!(
        error.first.line < twins::BETWEEN && twins::BETWEEN < error.second.line,
        "{error}"
    );
    assert_eq!(
        error.to_string(),
        format!(
            "the name `Same` is registered twice in the registry `Twin`: at {} and at {}\n\
             hint: give one of them another name with `#[register(name = \"...\")]`",
            error.first, error.second
        )
    );
    assert_eq!(
        error.first.to_string(),
        format!("{}:{}", file!(), error.first.line)
    );
    // It is the same each time, and in whatever order they are added.
    assert_eq!(Registry::<dyn twins::Twin>::global().unwrap_err(), error);
    let local = Registry::<dyn twins::Twin>::new()
        .with::<twins::Second>()
        .unwrap();
    assert_eq!(local.with::<twins::First>().unwrap_err(), error);
}

#[test]
fn one_type_twice_is_an_error_and_a_twin_alone_is_none() -> Outcome {
    let local = Registry::<dyn twins::Twin>::new().with::<twins::First>()?;
    local.build("Same", json!({"inner": "Same"}), &())?;
    let error = local.with::<twins::First>().unwrap_err();
    assert_eq!(error.first, error.second);
    // Read by serde, a nested twin is looked up among all of them.
    let read =
        serde_json::from_str::<twins::First>(r#"{"name": "Same", "arguments": {"inner": "Same"}}"#);
    let error = read.unwrap_err().to_string();
    assert!(
        error.contains("inner: the name `Same` is registered twice"),
        "{error}"
    );
    Ok(())
}

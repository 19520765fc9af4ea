//! `#[derive(Entity)]` on types with parameters: types, constants and lifetimes.

use entia::prelude::*;
use std::any::Any;
use std::marker::PhantomData;

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// Generic over what it scales by.
#[derive(Clone, Debug, PartialEq, Entity)]
struct Scale<T> {
    by: T,
    #[register(default = Vec::new())]
    more: Vec<T>,
    #[register(exclude, default = PhantomData)]
    unit: PhantomData<T>,
}

#[derive(Clone, Debug, PartialEq, Entity)]
struct Kernel<const N: usize> {
    #[register(default = N)]
    size: usize,
    channels: [i64; 2],
}

entia::submit!(Kernel<2>);

#[derive(Clone, Debug, Entity)]
struct Window<const N: usize> {
    weights: Vec<f64>,
}

#[test]
fn generic_types_register_by_instance() -> Outcome {
    let local = Registry::<dyn Any>::new().with::<Scale<f32>>()?;
    let built = local.build("Scale", json!({"by": 0.1, "more": [0.2]}), &())?;
    assert_eq!(
        built.arguments().to_string(),
        r#"{"T": "f32", "by": 0.1, "more": [0.2]}"#
    );
    let scale = built.downcast::<Scale<f32>>().map_err(|_| "another type")?;
    assert_eq!(Registered::into_inner(scale).more, [0.2_f32]);
    assert!(Registry::<dyn Any>::global()?.get("Scale").is_none());
    assert!(Registry::<dyn Any>::global()?.get("Kernel").is_some());
    assert!(
        Registry::<dyn Any>::new()
            .with::<Window<3>>()?
            .get("Window")
            .is_some()
    );
    let outer = Scale {
        by: Scale {
            by: 1_i64,
            more: vec![],
            unit: PhantomData,
        },
        more: vec![],
        unit: PhantomData,
    };
    assert_eq!(
        outer.arguments().to_string(),
        r#"{"T": "Scale<i64>", "by": {"name": "Scale", "arguments": {"T": "i64", "by": 1, "more": []}}, "more": []}"#
    );
    Ok(())
}

#[derive(Clone, Debug, Entity)]
struct Bounded<T: Clone, U>
where
    U: Into<f64> + Copy,
{
    value: T,
    factor: U,
}

/// The bounds of the type hold in what is generated.
#[derive(Clone, Debug, Entity)]
enum Choice<T>
where
    T: PartialEq,
{
    One { value: T },
    None,
}

#[test]
fn where_clauses_are_kept() -> Outcome {
    let local = Registry::<dyn Any>::new()
        .with::<Bounded<String, f32>>()?
        .with::<Choice<bool>>()?;
    let built = local.build("Bounded", json!(["x", 2]), &())?;
    assert_eq!(
        built.arguments().to_string(),
        r#"{"T": "String", "U": "f32", "value": "x", "factor": 2.0}"#
    );
    let bounded = built
        .downcast::<Bounded<String, f32>>()
        .map_err(|_| "another type")?;
    let factor: f64 = bounded.factor.into();
    assert_eq!((bounded.value.as_str(), factor), ("x", 2.0));
    assert_eq!(
        Choice::One { value: true }.arguments().to_string(),
        r#"{"T": "bool", "value": true}"#
    );
    assert_eq!(Choice::<bool>::None.name(), "None");
    Ok(())
}

/// Borrows, so no registry holds it; the identity needs none.
#[derive(Clone, Debug, Entity)]
struct View<'a, T> {
    text: &'a str,
    rest: Vec<&'a T>,
}

#[derive(Clone, Debug, Entity)]
enum Source<'a> {
    File { path: &'a str },
}

#[test]
fn a_type_that_borrows_has_an_identity() -> Outcome {
    let (text, number) = ("abc".to_owned(), 3);
    let view = View {
        text: &text,
        rest: vec![&number],
    };
    assert_eq!(
        view.arguments().to_string(),
        r#"{"T": "i32", "text": "abc", "rest": [3]}"#
    );
    assert!(view.hash().is_valid());
    assert_eq!(
        serde_json::to_value(Source::File { path: &text })?,
        json!({"name": "File", "arguments": {"path": "abc"}})
    );
    assert!(Registry::<dyn Any>::global()?.get("View").is_none());
    Ok(())
}

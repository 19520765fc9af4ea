//! `where` clauses and constants of generic types.

use entia::prelude::*;

struct Wrapper<T> {
    value: T,
}

#[register]
impl<T> Wrapper<T>
where
    T: Clone + Into<f64>,
{
    fn new(value: T) -> Self
    where
        T: Copy,
    {
        Self { value }
    }
}

#[derive(Entity)]
struct Kernel<const N: usize> {
    weights: [f64; N],
}

#[test]
fn the_constructor_keeps_its_where_clause() -> Result<(), Box<dyn std::error::Error>> {
    assert_eq!(Wrapper::new(0.5).value.to_string(), "0.5");
    let registry = DefaultRegistry::new().with::<Wrapper<f32>>()?;
    let built = registry.build("Wrapper", json!({"value": 0.1}), &())?;
    assert_eq!(
        built.arguments().to_string(),
        r#"{"T": "f32", "value": 0.1}"#
    );
    Ok(())
}

#[test]
fn an_array_may_have_a_constant_length() -> Result<(), Box<dyn std::error::Error>> {
    let registry = DefaultRegistry::new().with::<Kernel<2>>()?;
    let built = registry.build("Kernel", json!([[1, 2]]), &())?;
    assert_eq!(
        built.hash(),
        Kernel {
            weights: [1.0, 2.0]
        }
        .hash()
    );
    Ok(())
}

#[test]
fn one_type_twice_is_told_as_such() {
    let twice = DefaultRegistry::new()
        .with::<Kernel<1>>()
        .and_then(Registry::with::<Kernel<2>>);
    let text = twice.unwrap_err().to_string();
    assert!(
        text.contains("both times by") && text.contains("impl Type<f32>"),
        "{text}"
    );
}

//! `#[derive(Entity)]` in a registry with a context.

use entia::prelude::*;

type Outcome = Result<(), Box<dyn std::error::Error>>;

#[registry(context = String)]
trait Layer {
    fn label(&self) -> String;
}

#[derive(Debug, Entity)]
#[register(registry = Layer)]
struct Labelled {
    #[register(exclude)]
    label: String,
    size: i64,
}

impl Layer for Labelled {
    fn label(&self) -> String {
        format!("{}-{}", self.label, self.size)
    }
}

#[derive(Debug, Entity)]
#[register(registry = Layer)]
enum Simple {
    Flat,
    Deep { inner: Box<Labelled> },
}

impl Layer for Simple {
    fn label(&self) -> String {
        match self {
            Self::Flat => "flat".to_owned(),
            Self::Deep { inner } => inner.label(),
        }
    }
}

#[test]
fn an_excluded_field_is_filled_from_the_context() -> Outcome {
    let layers = Registry::<dyn Layer>::global()?;
    assert_eq!(layers.names(), ["Deep", "Flat", "Labelled"]);
    let context = "root".to_owned();
    let layer = layers.build("Labelled", json!([3]), &context)?;
    assert_eq!(layer.label(), "root-3");
    assert_eq!(layer.arguments().to_string(), r#"{"size": 3}"#);
    let deep = json!({"inner": {"name": "Labelled", "arguments": {"size": 4}}});
    assert_eq!(layers.build("Deep", deep, &context)?.label(), "root-4");
    assert_eq!(layers.build("Flat", (), &context)?.label(), "flat");
    Ok(())
}

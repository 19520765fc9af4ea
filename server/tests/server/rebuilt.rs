//! The code that the server gives for a component, between its braces.

use registry_core as entia;

pub(crate) fn run() -> Result<(), Box<dyn std::error::Error>> {
    use entia::{DefaultRegistry, Entity as _};

    // A component of a registry of its own: `Registry::<dyn Model>::global()?`, and its context.
    let registry = DefaultRegistry::global()?;
    let component = registry.build_json(r#"{"name": "Perceptron", "arguments": {"input_size": 784, "hidden_size": 256, "output_size": 10, "dropout": 0.5, "activation": "ReLU"}}"#, &())?;
    assert_eq!(
        component.hash().to_string(),
        "47f218af179452b7b0184d7269d3995b"
    );

    Ok(())
}

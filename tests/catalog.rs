//! What is registered, as a list, as JSON Schema, and by the names that a program expects.

mod components;

use components::{DEFAULT, LAYERS, Layer, Scale};
use entia::Registry;

// Crates whose components are only found by name.
entia::link!(serde_json, ciborium);

#[test]
fn the_catalog_walks_every_registry() {
    let catalog = entia::catalog();
    let names = |registry| -> Vec<_> {
        let entries = catalog.iter().filter(|entry| entry.registry == registry);
        entries.map(|entry| entry.item.name).collect()
    };
    assert_eq!(names("Layer"), LAYERS);
    assert_eq!(names("default"), DEFAULT);
    let known = LAYERS.len() + DEFAULT.len();
    assert_eq!(catalog.len(), known);
    let scale = catalog
        .iter()
        .find(|entry| entry.item.name == "Scale")
        .unwrap();
    assert_eq!(scale.item.doc, "Multiplies.");
    assert!(
        scale.item.location.file.ends_with("mod.rs"),
        "{}",
        scale.item.location
    );
    assert_eq!(scale.item.signature, Scale::SIGNATURE);
}

#[test]
fn what_has_a_default_for_everything_is_built_by_its_name_alone() {
    let layers = Registry::<dyn Layer>::global().unwrap();
    let catalog = entia::catalog();
    let mut values = Vec::new();
    for item in catalog
        .iter()
        .filter(|it| it.registry == "Layer")
        .map(|it| it.item)
    {
        let mut parameters = item.signature.parameters().iter();
        let built = layers.build(item.name, (), &());
        assert_eq!(
            built.is_ok(),
            parameters.all(|it| it.default.is_some()),
            "{}",
            item.name
        );
        values.extend(built.map(|layer| layer.apply(-1.0)));
    }
    // `LeakyReLU` and `ReLU`.
    assert_eq!(values, [-0.01, 0.0]);
}

#[test]
fn the_manifest_is_json_schema() {
    let manifest = entia::manifest();
    let document: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    assert_eq!(
        document["$schema"],
        "https://json-schema.org/draft/2020-12/schema"
    );
    // Every pointer has its end in the document.
    for pointer in manifest.split("\"#").skip(1) {
        let pointer = pointer.split('"').next().unwrap();
        assert!(document.pointer(pointer).is_some(), "{pointer}");
    }
    insta::assert_snapshot!(manifest);
}

#[test]
fn names_that_a_program_expects() {
    assert_eq!(entia::expect_registered!("Adam", "ReLU", "Shift"), Ok(()));
    let missing = entia::expect_registered!("Adam", "Adem", "Nadam").unwrap_err();
    assert_eq!(missing.name(), "Adem");
    assert_eq!(
        missing.to_string(),
        "`Adem` is not registered\nhint: did you mean `Adam`?"
    );
    let missing = entia::expect_registered!("Transformer",).unwrap_err();
    assert_eq!(
        missing.to_string(),
        "`Transformer` is not registered\nhint: the linker drops a crate that nothing names; \
         name the one that defines it with `entia::link!(my_models)`"
    );
}

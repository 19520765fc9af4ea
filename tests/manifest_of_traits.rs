//! Traits and types of one name, told apart by their paths.

use entia::prelude::*;

macro_rules! module {
    ($name:ident) => {
        mod $name {
            use entia::prelude::*;

            #[registry]
            pub(crate) trait Module {}

            #[derive(Entity)]
            #[register(registry = Module)]
            pub(crate) struct Layer {
                pub(crate) width: i64,
            }

            impl Module for Layer {}

            #[derive(Entity)]
            #[register(registry = Module, name = concat!("Stack of ", stringify!($name)))]
            pub(crate) struct Stack {
                pub(crate) first: Registered<Box<dyn Module>>,
            }

            impl Module for Stack {}
        }
    };
}

module!(a);
module!(b);

#[test]
fn the_manifest_has_both_registries() -> Result<(), Box<dyn std::error::Error>> {
    let manifest: serde_json::Value = serde_json::from_str(&entia::manifest())?;
    let definitions = &manifest["$defs"];
    for module in ["a", "b"] {
        let name = format!("{}::{module}::Module", module_path!());
        assert!(
            definitions["registries"][&name].is_object(),
            "{name} in {manifest}"
        );
        let stack =
            definitions["types"][format!("{}::{module}::Stack", module_path!())].to_string();
        assert!(stack.contains(&format!("registries/{name}")), "{stack}");
    }
    assert_eq!(
        Registry::<dyn a::Module>::global()?.names(),
        ["Layer", "Stack of a"]
    );
    assert_eq!(
        Registry::<dyn b::Module>::global()?.names(),
        ["Layer", "Stack of b"]
    );
    Ok(())
}

//! Two local types of one name: an error for that name alone.

use entia::ProblemKind;
use entia::prelude::*;

fn first() -> impl Entity {
    #[derive(Entity)]
    struct Cfg {
        a: i64,
    }
    Cfg { a: 1 }
}

fn second() -> impl Entity {
    #[derive(Entity)]
    struct Cfg {
        b: i64,
    }
    Cfg { b: 2 }
}

#[derive(Entity)]
struct Other {
    c: i64,
}

#[test]
fn the_other_names_are_built() -> Result<(), Box<dyn std::error::Error>> {
    assert_ne!(first().hash(), second().hash());
    let registry = DefaultRegistry::global()?;
    assert_eq!(registry.build_as::<Other>("Other", json!([3]), &())?.c, 3);
    let error = registry.build("Cfg", json!({"a": 1}), &()).unwrap_err();
    assert_eq!(error.kind(), ProblemKind::DuplicateName);
    let text = error.to_string();
    assert!(
        text.contains("the name `Cfg` is registered twice"),
        "{text}"
    );
    assert_eq!(text.matches(file!()).count(), 2, "{text}");
    // Who asks for all of them is told.
    assert_eq!(registry.clashes().len(), 1);
    Ok(())
}

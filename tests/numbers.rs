//! Numbers that do not fit are told, and do not change silently.

use entia::prelude::*;
use entia::{ProblemKind, Value};
use std::any::Any;
use std::collections::HashMap;

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn registry() -> &'static DefaultRegistry {
    Registry::<dyn Any>::global().expect("the default registry is always there")
}

#[derive(Clone, Debug, Entity)]
struct Floats {
    #[register(default = 0.0)]
    wide: f64,
    #[register(default = 0.0)]
    narrow: f32,
}

#[test]
fn numbers_do_not_change_silently() -> Outcome {
    let build = |text: &str| {
        registry().build_json(
            &format!(r#"{{"name": "Floats", "arguments": {text}}}"#),
            &(),
        )
    };
    for (text, said) in [
        (
            r#"{"narrow": 1e39}"#,
            "narrow: 1e39 is out of the range of f32",
        ),
        (
            r#"{"wide": 1e400}"#,
            "wide: 1e400 is out of the range of f64",
        ),
        (
            r#"{"wide": -1e400}"#,
            "wide: -1e400 is out of the range of f64",
        ),
        (
            r#"{"wide": 9007199254740993}"#,
            "wide: 9007199254740993 cannot be held exactly by f64\n    hint: write `9007199254740992.0`",
        ),
        (
            r#"{"narrow": 16777217}"#,
            "narrow: 16777217 cannot be held exactly by f32",
        ),
    ] {
        let error = build(text).unwrap_err();
        assert!(error.to_string().contains(said), "{error}");
        assert_eq!(error.kind(), ProblemKind::OutOfRange);
    }
    let large = json!({"narrow": 1e39, "wide": 9_007_199_254_740_993_i64});
    let error = registry().build("Floats", large, &()).unwrap_err();
    assert_eq!(error.problems().len(), 2, "{error}");
    assert!("1e400".parse::<Value>().is_err());
    for text in [
        r#"{"wide": NaN, "narrow": Infinity}"#,
        r#"{"wide": 9007199254740992, "narrow": 16777216}"#,
        r#"{"wide": 100000000000000000000, "narrow": 0.1}"#,
    ] {
        build(text)?;
    }
    Ok(())
}

#[derive(Clone, Debug, Entity)]
struct Table {
    rows: HashMap<i8, u8>,
}

#[test]
fn a_key_out_of_range_is_told_as_such() {
    let error = registry()
        .build("Table", json!({"rows": {"300": 1}}), &())
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("rows.300: 300 is out of the range of i8"),
        "{error}"
    );
}

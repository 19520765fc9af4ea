//! Configurations that cannot be used.

use std::error::Error;

use serde_json::{Value, json};
use tempfile::tempdir;

use crate::{TestResult, config, failure, names};

/// The message for a configuration that cannot be used: it names the file, and nothing is written.
fn refusal(config: &str) -> Result<String, Box<dyn Error>> {
    let dir = tempdir()?;
    let message = failure(&dir, config, &[])?;
    assert!(message.contains("config.json`: "), "{message}");
    assert!(names(&dir)?.is_empty(), "{message}");
    Ok(message)
}

/// The configuration with another value at `pointer`.
fn changed(pointer: &str, value: Value) -> Result<String, Box<dyn Error>> {
    let mut config = config()?;
    *config
        .pointer_mut(pointer)
        .ok_or(format!("nothing at {pointer}"))? = value;
    Ok(config.to_string())
}

#[test]
fn a_misspelt_name_or_argument_is_told_with_the_near_one() -> TestResult {
    let message = refusal(&changed("/model/name", json!("Sequental"))?)?;
    assert!(message.contains("`Sequential`"), "{message}");
    let text = config()?.to_string();
    let message = refusal(&text.replace("in_features", "in_feature"))?;
    assert!(message.contains("did you mean `in_features`?"), "{message}");
    let message = refusal(&text.replace("\"epochs\"", "\"epoch\""))?;
    assert!(
        message.contains("unknown field `epoch`") && message.contains("`epochs`"),
        "{message}"
    );
    Ok(())
}

#[test]
fn all_problems_are_told_at_once() -> TestResult {
    let text = config()?
        .to_string()
        .replace("\"lr\"", "\"rl\"")
        .replace("CrossEntropyLoss", "CrossEntropy");
    let message = refusal(&text.replace("\"ReLU\"", "\"RELU\""))?;
    for part in ["`ReLU`", "`CrossEntropyLoss`", "rl: unexpected"] {
        assert!(message.contains(part), "{part}: {message}");
    }
    Ok(())
}

#[test]
fn a_value_out_of_range_is_refused() -> TestResult {
    for (pointer, value, part) in [
        ("/epochs", json!(0), "epochs: "),
        ("/batch_size", json!(0), "batch_size: "),
        ("/seed", json!(-1), "seed: "),
        ("/model/arguments/layers/7/arguments/p", json!(1.5), "`p`"),
        (
            "/model/arguments/layers/0/arguments/out_channels",
            json!(0),
            "`out_channels`",
        ),
        (
            "/model/arguments/layers/3/arguments/in_channels",
            json!(15),
            "`Conv2d` at `layers[3]`: expected 15 channels, found 16",
        ),
        (
            "/model/arguments/layers/8/arguments/in_features",
            json!(127),
            "`Linear` at `layers[8]`: expected 127 features",
        ),
        (
            "/model/arguments/layers/8/arguments/out_features",
            json!(9),
            "10 outputs",
        ),
        ("/criterion", json!("MSELoss"), "criterion: `MSELoss`: "),
        (
            "/criterion",
            json!({"name": "CrossEntropyLoss", "arguments": {"reduction": "none"}}),
            "leave out `reduction`",
        ),
        ("/optimizer/arguments/lr", json!(-0.1), "`lr`"),
    ] {
        let message = refusal(&changed(pointer, value)?)?;
        assert!(message.contains(part), "{pointer}: {message}");
    }
    let large = config()?.to_string().replace("128", "1000000000");
    let hidden = r#"{"name":"Linear","arguments":{"in_features":128,"out_features":1000000000}},"#;
    let large = large.replacen(
        r#"{"arguments":{"in_features":1"#,
        &format!("{hidden}{{\"arguments\":{{\"in_features\":1"),
        1,
    );
    let message = refusal(&large)?;
    assert!(
        message.contains("model: it has 1.4e11 weights"),
        "{message}"
    );
    let message = refusal(&config()?.to_string().replace("0.003", "NaN"))?;
    assert!(message.contains("`lr` cannot be NaN"), "{message}");
    Ok(())
}

#[test]
fn what_is_not_json_with_keys_is_told() -> TestResult {
    let text = config()?.to_string();
    assert!(refusal(&text[..40])?.contains("line 1"));
    let values = r#"["Identity", "MSELoss", "SGD", 1, 1, 1]"#;
    assert!(refusal(values)?.contains("expected an object"));
    let message = failure(&tempdir()?, &text, &["--config", "nowhere.json"])?;
    assert!(message.contains("`nowhere.json`"), "{message}");
    Ok(())
}

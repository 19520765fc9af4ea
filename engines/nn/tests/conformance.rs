//! The suite itself, with an engine that knows little.

use registry_nn::conformance::{Array, Engine, LayerResult, LayerRun, OptimizerRun, check};
use registry_nn::layers::{Activation, Linear};
use registry_nn::optimizers::SGD;
use registry_nn::{Criterion, Layer, Optimizer, Refusal};
use std::collections::BTreeMap;

/// Computes a few classes with loops.
struct Loops {
    /// Gives what is false, so that it is seen.
    bias: f64,
}

fn unsupported(what: &str) -> Refusal {
    Refusal::unsupported("loops", what, "choose `Linear`, `ReLU`, `MSELoss` or `SGD`")
}

impl Engine for Loops {
    fn name(&self) -> &'static str {
        "loops"
    }

    fn layer(&mut self, layer: &Layer, run: &LayerRun) -> Result<LayerResult, Refusal> {
        match layer {
            Layer::Linear(linear) => Ok(self.linear(linear, run)),
            Layer::Activation(Activation::ReLU { .. }) => Ok(relu(run)),
            _ => Err(unsupported("this layer")),
        }
    }

    fn criterion(
        &mut self,
        criterion: &Criterion,
        inputs: &[Array],
    ) -> Result<LayerResult, Refusal> {
        let [input, target] = inputs else {
            return Err(unsupported("so many inputs"));
        };
        match criterion {
            Criterion::MSELoss(_) if input.shape != target.shape => {
                Err(unsupported("broadcasting"))
            }
            Criterion::MSELoss(it) if it.reduction == registry_nn::criteria::Reduction::Sum => {
                let differences = input.data.iter().zip(&target.data).map(|(a, b)| a - b);
                let output = differences.clone().map(|it| it * it).sum();
                let gradient = differences.map(|it| 2.0 * it).collect();
                Ok(LayerResult {
                    output: Array::new(vec![], vec![output]),
                    gradients: [(
                        "input".to_owned(),
                        Array::new(input.shape.clone(), gradient),
                    )]
                    .into(),
                    state: BTreeMap::new(),
                })
            }
            _ => Err(unsupported("this loss")),
        }
    }

    fn optimizer(
        &mut self,
        optimizer: &Optimizer,
        run: &OptimizerRun,
    ) -> Result<Vec<Array>, Refusal> {
        let Optimizer::SGD(sgd) = optimizer else {
            return Err(unsupported("this optimizer"));
        };
        let mut plain = SGD::new();
        plain.lr = sgd.lr;
        if *sgd != plain {
            return Err(unsupported("`momentum` and `weight_decay`"));
        }
        let mut values = run.start.clone();
        let steps = run.gradients.iter().zip(&run.lrs).map(|(gradient, lr)| {
            for (value, gradient) in values.data.iter_mut().zip(&gradient.data) {
                *value -= lr * gradient;
            }
            values.clone()
        });
        Ok(steps.collect())
    }
}

impl Loops {
    fn linear(&self, linear: &Linear, run: &LayerRun) -> LayerResult {
        let from = usize::try_from(linear.in_features).unwrap();
        let weight = &run.state["weight"];
        let rows: Vec<_> = run.input.data.chunks(from).collect();
        let (columns, mut output) = (weight.data.chunks(from), Vec::new());
        let to = columns.len();
        for row in &rows {
            for (at, column) in columns.clone().enumerate() {
                let bias = run.state.get("bias").map_or(0.0, |bias| bias.data[at]);
                let product: f64 = row.iter().zip(column).map(|(a, b)| a * b).sum();
                output.push(product + bias + self.bias);
            }
        }
        let mut of_input = vec![0.0; run.input.data.len()];
        let (mut of_weight, mut of_bias) = (vec![0.0; weight.data.len()], vec![0.0; to]);
        for (place, probe) in run.probe.data.iter().enumerate() {
            let (row, column) = (place / to, place % to);
            of_bias[column] += probe;
            for at in 0..from {
                of_input[row * from + at] += probe * weight.data[column * from + at];
                of_weight[column * from + at] += probe * rows[row][at];
            }
        }
        let mut gradients = BTreeMap::from([
            (
                "input".to_owned(),
                Array::new(run.input.shape.clone(), of_input),
            ),
            (
                "weight".to_owned(),
                Array::new(weight.shape.clone(), of_weight),
            ),
        ]);
        if let Some(bias) = run.state.get("bias") {
            gradients.insert("bias".to_owned(), Array::new(bias.shape.clone(), of_bias));
        }
        LayerResult {
            output: Array::new(run.probe.shape.clone(), output),
            gradients,
            state: run.state.clone(),
        }
    }
}

fn relu(run: &LayerRun) -> LayerResult {
    let above = |x: &f64| if *x <= 0.0 { 0.0 } else { *x };
    let passed = |(x, probe): (&f64, &f64)| if *x <= 0.0 { 0.0 } else { *probe };
    let gradient = run
        .input
        .data
        .iter()
        .zip(&run.probe.data)
        .map(passed)
        .collect();
    LayerResult {
        output: Array::new(
            run.input.shape.clone(),
            run.input.data.iter().map(above).collect(),
        ),
        gradients: [(
            "input".to_owned(),
            Array::new(run.input.shape.clone(), gradient),
        )]
        .into(),
        state: BTreeMap::new(),
    }
}

#[test]
fn what_an_engine_computes_passes_and_the_rest_is_told() -> Result<(), serde_json::Error> {
    let report = check(&mut Loops { bias: 0.0 })?;
    assert_eq!(report.failed(), Vec::<String>::new());
    let table = report.to_string();
    let lines: Vec<_> = table
        .lines()
        .filter(|line| {
            [
                "| class",
                "|--",
                "| `Linear`",
                "| `ReLU`",
                "| `MSELoss`",
                "| `SGD`",
                "| `LSTM`",
            ]
            .iter()
            .any(|it| line.starts_with(it))
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
    Ok(())
}

#[test]
fn what_is_false_is_seen() -> Result<(), serde_json::Error> {
    let failed = check(&mut Loops { bias: 0.001 })?.failed();
    assert_eq!(failed.len(), 3);
    insta::assert_snapshot!(failed[0]);
    Ok(())
}

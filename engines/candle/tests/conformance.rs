//! What PyTorch computed, in candle.

use candle_core::{DType, Device, Result, Tensor, Var};
use candle_nn::{ModuleT, Optimizer as _, VarMap};
use registry_candle::{CandleError, criterion, layer, optimizer, var_builder, variables};
use registry_nn::conformance::{Array, Engine, LayerResult, LayerRun, OptimizerRun, check};
use registry_nn::{Criterion, Layer, Optimizer, Refusal};
use std::collections::BTreeMap;

struct Candle;

fn tensor(array: &Array) -> Result<Tensor> {
    let shape: Vec<usize> = array
        .shape
        .iter()
        .map(|size| usize::try_from(*size).unwrap())
        .collect();
    let dtype = if array.whole { DType::I64 } else { DType::F32 };
    Tensor::from_vec(array.data.clone(), shape, &Device::Cpu)?.to_dtype(dtype)
}

fn array(tensor: &Tensor) -> Result<Array> {
    let data = tensor.to_dtype(DType::F64)?.flatten_all()?.to_vec1()?;
    let shape = tensor
        .dims()
        .iter()
        .map(|size| i64::try_from(*size).unwrap())
        .collect();
    let mut array = Array::new(shape, data);
    array.whole = tensor.dtype().is_int();
    Ok(array)
}

/// Numbers as variables, which have gradients.
fn variable(array: &Array) -> Result<Tensor> {
    let tensor = tensor(array)?;
    if array.whole {
        return Ok(tensor);
    }
    Ok(Var::from_tensor(&tensor)?.into_inner())
}

/// The gradients of the output times the probe.
fn gradients(output: &Tensor, of: &BTreeMap<String, Tensor>) -> Result<BTreeMap<String, Array>> {
    let shape: Vec<i64> = output
        .dims()
        .iter()
        .map(|size| i64::try_from(*size).unwrap())
        .collect();
    let gradients = (output * tensor(&Array::probe(&shape))?)?
        .sum_all()?
        .backward()?;
    let found = of
        .iter()
        .filter_map(|(name, tensor)| Some((name, gradients.get(tensor)?)));
    found
        .map(|(name, gradient)| Ok((name.clone(), array(gradient)?)))
        .collect()
}

fn run_layer(network: &Layer, run: &LayerRun) -> std::result::Result<LayerResult, CandleError> {
    let map = VarMap::new();
    let module = layer(network.clone(), var_builder(&map, DType::F32, &Device::Cpu))?;
    let state = variables(&map);
    for (name, value) in &run.state {
        state[name].set(&tensor(value)?)?;
    }
    let input = variable(&run.input)?;
    let output = module.forward_t(&input, run.train)?;
    let mut of: BTreeMap<_, _> = state
        .iter()
        .map(|(name, it)| (name.clone(), it.as_tensor().clone()))
        .collect();
    let after = of
        .iter()
        .map(|(name, it)| Ok((name.clone(), array(it)?)))
        .collect::<Result<_>>()?;
    of.insert("input".to_owned(), input);
    Ok(LayerResult {
        output: array(&output)?,
        gradients: gradients(&output, &of)?,
        state: after,
    })
}

fn lose(loss: &Criterion, inputs: &[Array]) -> std::result::Result<LayerResult, CandleError> {
    let inputs: Vec<_> = inputs.iter().map(variable).collect::<Result<_>>()?;
    let output = criterion(loss)?.loss(&inputs.iter().collect::<Vec<_>>())?;
    let of = loss
        .inputs()
        .iter()
        .map(|name| (*name).to_owned())
        .zip(inputs)
        .collect();
    Ok(LayerResult {
        output: array(&output)?,
        gradients: gradients(&output, &of)?,
        state: [].into(),
    })
}

fn moves(class: &Optimizer, run: &OptimizerRun) -> std::result::Result<Vec<Array>, CandleError> {
    let map = VarMap::new();
    let variable = Var::from_tensor(&tensor(&run.start)?)?;
    map.data()
        .lock()
        .unwrap()
        .insert("variable".to_owned(), variable.clone());
    let mut optimizer = optimizer(class, &map)?;
    let steps = run.gradients.iter().zip(&run.lrs).map(|(gradient, lr)| {
        optimizer.set_learning_rate(*lr);
        optimizer.backward_step(&(variable.as_tensor() * tensor(gradient)?)?.sum_all()?)?;
        array(&variable)
    });
    Ok(steps.collect::<Result<_>>()?)
}

/// What is no refusal is a failure with its own words.
fn refused<T>(result: std::result::Result<T, CandleError>) -> std::result::Result<T, Refusal> {
    result.map_err(|error| match error {
        CandleError::Refused(refusal) => refusal,
        other => Refusal::argument(other.to_string()),
    })
}

impl Engine for Candle {
    fn name(&self) -> &'static str {
        "candle"
    }

    fn layer(
        &mut self,
        layer: &Layer,
        run: &LayerRun,
    ) -> std::result::Result<LayerResult, Refusal> {
        refused(run_layer(layer, run))
    }

    fn criterion(
        &mut self,
        criterion: &Criterion,
        inputs: &[Array],
    ) -> std::result::Result<LayerResult, Refusal> {
        refused(lose(criterion, inputs))
    }

    fn optimizer(
        &mut self,
        optimizer: &Optimizer,
        run: &OptimizerRun,
    ) -> std::result::Result<Vec<Array>, Refusal> {
        refused(moves(optimizer, run))
    }
}

/// `ENTIA_CONFORMANCE=update` writes the table.
#[test]
fn candle_gives_what_pytorch_gives_or_says_that_it_does_not() {
    let report = check(&mut Candle).unwrap();
    assert!(report.failed().is_empty(), "{}", report.failed().join("\n"));
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/conformance.md");
    if std::env::var("ENTIA_CONFORMANCE").is_ok_and(|word| word == "update") {
        std::fs::write(file, report.to_string()).unwrap();
    }
    let written = std::fs::read_to_string(file).unwrap();
    assert_eq!(
        written,
        report.to_string(),
        "run the test with ENTIA_CONFORMANCE=update"
    );
}

//! Every component against what PyTorch computed: the suite of `registry-nn`, whole.

#![allow(clippy::disallowed_methods, reason = "what fails here may panic")]

use registry_core::{Entity, Registry};
use registry_nn::conformance::{self, Array, Engine, LayerResult, LayerRun, OptimizerRun, Outcome};
use registry_nn::{Criterion, Init as Drawn, Layer, Optimizer, Refusal};
use registry_tch::{Module, TorchError, criterion, layer, optimizer};
use std::collections::BTreeMap;
use tch::nn::{Init, VarStore};
use tch::{Device, Kind, Tensor, no_grad};

fn tensor(array: &Array) -> Result<Tensor, TorchError> {
    let kind = if array.whole {
        Kind::Int64
    } else {
        Kind::Float
    };
    let tensor = Tensor::f_from_slice(&array.data)?.f_to_kind(kind)?;
    Ok(tensor.f_reshape(&array.shape[..])?)
}

fn array(tensor: &Tensor) -> Result<Array, TorchError> {
    let flat = tensor.f_to_kind(Kind::Double)?.f_reshape([-1])?;
    Ok(Array::new(tensor.size(), Vec::<f64>::try_from(flat)?))
}

/// What learns from it has a gradient.
fn learning(input: &Array) -> Result<Tensor, TorchError> {
    Ok(tensor(input)?.f_set_requires_grad(!input.whole)?)
}

struct Torch;

impl Engine for Torch {
    fn name(&self) -> &'static str {
        "libtorch"
    }

    fn layer(&mut self, description: &Layer, run: &LayerRun) -> Result<LayerResult, Refusal> {
        computed(description, run).map_err(|error| (*error).clone())
    }

    fn criterion(
        &mut self,
        description: &Criterion,
        inputs: &[Array],
    ) -> Result<LayerResult, Refusal> {
        lost(description, inputs).map_err(|error| (*error).clone())
    }

    fn optimizer(
        &mut self,
        description: &Optimizer,
        run: &OptimizerRun,
    ) -> Result<Vec<Array>, Refusal> {
        moved(description, run).map_err(|error| (*error).clone())
    }
}

fn computed(description: &Layer, run: &LayerRun) -> Result<LayerResult, TorchError> {
    let vs = VarStore::new(Device::Cpu);
    let module = layer(description.clone(), vs.root())?;
    let variables: BTreeMap<_, _> = vs.variables().into_iter().collect();
    assert!(variables.keys().eq(run.state.keys()), "{variables:?}");
    for (name, variable) in &variables {
        let value = tensor(&run.state[name])?;
        no_grad(|| variable.shallow_clone().f_copy_(&value))?;
    }
    let input = learning(&run.input)?;
    // What is written into has to be no leaf of the gradients.
    let output = module.try_forward_t(&input.f_alias_copy()?, run.train)?;
    let probe = tensor(&run.probe)?;
    if output.requires_grad() {
        output.f_mul(&probe)?.f_sum(None)?.f_backward()?;
    }
    let mut gradients = BTreeMap::new();
    let all = variables.iter().map(|(name, it)| (name.clone(), it));
    for (name, it) in all.chain([("input".to_owned(), &input)]) {
        let gradient = it.grad();
        if gradient.defined() {
            gradients.insert(name, array(&gradient.f_to_dense(None, false)?)?);
        }
    }
    let state = variables
        .iter()
        .map(|(name, it)| Ok((name.clone(), array(it)?)));
    Ok(LayerResult {
        output: array(&output)?,
        gradients,
        state: state.collect::<Result<_, TorchError>>()?,
    })
}

fn lost(description: &Criterion, inputs: &[Array]) -> Result<LayerResult, TorchError> {
    let tensors: Vec<_> = inputs.iter().map(learning).collect::<Result<_, _>>()?;
    let references: Vec<_> = tensors.iter().collect();
    let output = criterion(description.clone())?.loss_of(&references)?;
    let probe = tensor(&Array::probe(&output.size()))?;
    output.f_mul(&probe)?.f_sum(None)?.f_backward()?;
    let mut gradients = BTreeMap::new();
    for (name, it) in description.inputs().iter().zip(&tensors) {
        let gradient = it.grad();
        if gradient.defined() {
            gradients.insert((*name).to_owned(), array(&gradient)?);
        }
    }
    Ok(LayerResult {
        output: array(&output)?,
        gradients,
        state: BTreeMap::new(),
    })
}

fn moved(description: &Optimizer, run: &OptimizerRun) -> Result<Vec<Array>, TorchError> {
    let vs = VarStore::new(Device::Cpu);
    let variable = vs.root().f_var("x", &run.start.shape, Init::Const(0.0))?;
    no_grad(|| {
        variable
            .shallow_clone()
            .f_copy_(&tensor(&run.start).unwrap())
    })?;
    let mut optimizer = optimizer(description.clone(), &vs)?;
    let steps = run.gradients.iter().zip(&run.lrs);
    let values = steps.map(|(gradient, lr)| {
        optimizer.set_lr(*lr)?;
        let loss = variable.f_mul(&tensor(gradient)?)?.f_sum(None)?;
        optimizer.backward_step(&loss)?;
        array(&variable)
    });
    values.collect()
}

#[test]
fn libtorch_computes_what_pytorch_computes() -> Result<(), serde_json::Error> {
    tch::set_num_threads(1);
    let report = conformance::check(&mut Torch)?;
    let failed = report.failed();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    let verdicts = report.verdicts();
    let is_passed = |it: &&conformance::Verdict| it.outcome == Outcome::Passed;
    assert_eq!(verdicts.iter().filter(is_passed).count(), verdicts.len());
    Ok(())
}

#[test]
fn weights_begin_as_they_are_described() -> Result<(), Box<dyn std::error::Error>> {
    for case in conformance::layers()? {
        let vs = VarStore::new(Device::Cpu);
        let _ = layer(case.layer.clone(), vs.root())?;
        let variables = vs.variables();
        for described in case.layer.state() {
            let found = &variables[&described.name];
            assert_eq!(found.size(), described.shape, "{}", described.name);
            assert_eq!(found.requires_grad(), described.trained);
            let [least, most] = [found.f_min()?, found.f_max()?].map(f64::try_from);
            let (least, most) = (least?, most?);
            let is_well = match described.init {
                // Of many numbers some come near to the limits.
                Drawn::Uniform { bound } => {
                    let largest = most.max(-least);
                    largest <= bound * 1.000_001 && (found.numel() < 20 || largest > bound / 2.0)
                }
                Drawn::Normal { std, .. } => {
                    most < 6.0 * std && least > -6.0 * std && (found.numel() < 20 || most > 0.0)
                }
                Drawn::Constant(value) => {
                    (least - value).abs() < 1e-6 && (most - value).abs() < 1e-6
                }
                Drawn::Counter => found.kind() == Kind::Int64 && most == 0.0,
            };
            assert!(is_well, "{described:?} of {:?}: {found}", case.layer);
        }
    }
    Ok(())
}

#[test]
fn what_the_registries_build_has_the_identity_of_its_description()
-> Result<(), Box<dyn std::error::Error>> {
    let modules = Registry::<dyn Module>::global()?;
    for case in conformance::layers()? {
        let vs = VarStore::new(Device::Cpu);
        let reference = serde_json::to_value(&case.layer)?;
        let built = modules.build_value(&reference, &vs.root())?;
        let name = case.layer.name();
        assert_eq!(built.hash(), case.layer.hash(), "{name}");
        if let Some(hash) = &case.hash {
            assert_eq!(&built.hash().to_string(), hash, "{name}");
        }
        let other = VarStore::new(Device::Cpu);
        let same = layer(case.layer.clone(), other.root())?;
        assert_eq!(same.hash(), built.hash());
        let names = |vs: &VarStore| {
            vs.variables()
                .into_keys()
                .collect::<std::collections::BTreeSet<_>>()
        };
        assert_eq!(names(&vs), names(&other), "{name}");
        let expected = case.layer.state().into_iter().map(|it| it.name).collect();
        assert_eq!(names(&vs), expected, "{name}");
    }
    Ok(())
}

//! What PyTorch computed, computed again in burn.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "burn has f32, and whole numbers are small"
)]

use burn::module::{Module, ModuleVisitor, Param, ParamId};
use burn::optim::GradientsParams;
use burn::tensor::{Device, Int, Tensor, TensorData};
use registry_burn::{AnyTensor, criterion, layer, optimizer};
use registry_nn::conformance::{Array, Engine, LayerResult, LayerRun, OptimizerRun, check};
use registry_nn::{Criterion, Layer, Optimizer, Refusal};
use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView};
use std::collections::BTreeMap;

struct Burn {
    device: Device,
}

fn shape(array: &Array) -> Vec<usize> {
    array
        .shape
        .iter()
        .map(|size| usize::try_from(*size).unwrap())
        .collect()
}

/// Reads the gradient of an input.
type Read = Box<dyn Fn(&burn::tensor::Gradients) -> Option<Vec<f64>>>;

/// An input, and how its gradient is read.
struct Leaf {
    tensor: AnyTensor,
    gradient: Read,
}

fn leaf<const D: usize>(array: &Array, device: &Device) -> Leaf
where
    AnyTensor: From<Tensor<D>>,
{
    let mut sizes = [1; D];
    sizes.copy_from_slice(&if array.shape.is_empty() {
        vec![1]
    } else {
        shape(array)
    });
    let data: Vec<f32> = array.data.iter().map(|it| *it as f32).collect();
    let tensor = Tensor::<D>::from_data(TensorData::new(data, sizes), device).require_grad();
    let kept = tensor.clone();
    Leaf {
        tensor: tensor.into(),
        gradient: Box::new(move |gradients| {
            let data = kept.grad(gradients)?.into_data();
            Some(data.iter::<f64>().collect())
        }),
    }
}

impl Burn {
    fn input(&self, array: &Array) -> Leaf {
        if array.whole {
            let data: Vec<i64> = array.data.iter().map(|it| *it as i64).collect();
            let count = data.len();
            let row = Tensor::<1, Int>::from_data(TensorData::new(data, [count]), &self.device);
            return Leaf {
                tensor: AnyTensor::Whole(row, shape(array)),
                gradient: Box::new(|_| None),
            };
        }
        match array.shape.len() {
            0 | 1 => leaf::<1>(array, &self.device),
            2 => leaf::<2>(array, &self.device),
            3 => leaf::<3>(array, &self.device),
            4 => leaf::<4>(array, &self.device),
            _ => leaf::<5>(array, &self.device),
        }
    }

    /// The gradients of the sum of an output times its probe.
    fn backward(&self, output: &AnyTensor, probe: &Array) -> burn::tensor::Gradients {
        fn of<const D: usize>(
            output: &AnyTensor,
            probe: &Array,
            device: &Device,
        ) -> burn::tensor::Gradients {
            let output: Tensor<D> = output.clone().tensor().unwrap();
            let data: Vec<f32> = probe.data.iter().map(|it| *it as f32).collect();
            let probe = Tensor::<D>::from_data(TensorData::new(data, output.dims()), device);
            (output * probe).sum().backward()
        }
        match output.shape().len() {
            1 => of::<1>(output, probe, &self.device),
            2 => of::<2>(output, probe, &self.device),
            3 => of::<3>(output, probe, &self.device),
            4 => of::<4>(output, probe, &self.device),
            _ => of::<5>(output, probe, &self.device),
        }
    }
}

fn array(tensor: &AnyTensor, sizes: &[i64]) -> Array {
    let count: usize = tensor.shape().iter().product();
    let row: Tensor<1> = match tensor.clone() {
        AnyTensor::One(it) => it.reshape([count]),
        AnyTensor::Two(it) => it.reshape([count]),
        AnyTensor::Three(it) => it.reshape([count]),
        AnyTensor::Four(it) => it.reshape([count]),
        AnyTensor::Five(it) => it.reshape([count]),
        AnyTensor::Whole(it, _) => it.float(),
    };
    Array::new(sizes.to_vec(), row.into_data().iter::<f64>().collect())
}

fn sizes(tensor: &AnyTensor) -> Vec<i64> {
    tensor
        .shape()
        .iter()
        .map(|size| i64::try_from(*size).unwrap())
        .collect()
}

/// The weights of a run as a file.
fn file(state: &BTreeMap<String, Array>) -> Vec<u8> {
    let bytes: Vec<_> = state
        .iter()
        .map(|(name, array)| {
            let bytes: Vec<u8> = if array.whole {
                array
                    .data
                    .iter()
                    .flat_map(|it| (*it as i64).to_le_bytes())
                    .collect()
            } else {
                array
                    .data
                    .iter()
                    .flat_map(|it| (*it as f32).to_le_bytes())
                    .collect()
            };
            (
                name,
                if array.whole { Dtype::I64 } else { Dtype::F32 },
                shape(array),
                bytes,
            )
        })
        .collect();
    let views = bytes.iter().map(|(name, kind, shape, bytes)| {
        (
            name.as_str(),
            TensorView::new(*kind, shape.clone(), bytes).unwrap(),
        )
    });
    safetensors::serialize(views, None).unwrap()
}

fn state(bytes: &[u8]) -> BTreeMap<String, Array> {
    let read = SafeTensors::deserialize(bytes).unwrap();
    let arrays = read.iter().map(|(name, view)| {
        let data = match view.dtype() {
            Dtype::I64 => view
                .data()
                .chunks(8)
                .map(|it| i64::from_le_bytes(it.try_into().unwrap()) as f64)
                .collect(),
            _ => view
                .data()
                .chunks(4)
                .map(|it| f64::from(f32::from_le_bytes(it.try_into().unwrap())))
                .collect(),
        };
        let shape = view
            .shape()
            .iter()
            .map(|it| i64::try_from(*it).unwrap())
            .collect();
        (
            name.to_owned(),
            Array {
                shape,
                data,
                whole: view.dtype() == Dtype::I64,
            },
        )
    });
    arrays.collect()
}

/// The gradients of the trained weights, in order.
struct Gradients<'a> {
    gradients: &'a burn::tensor::Gradients,
    found: Vec<Option<Vec<f64>>>,
}

impl ModuleVisitor for Gradients<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let gradient = param.val().grad(self.gradients);
        self.found
            .push(gradient.map(|it| it.into_data().iter::<f64>().collect()));
    }
}

impl Engine for Burn {
    fn name(&self) -> &'static str {
        "burn"
    }

    fn layer(&mut self, description: &Layer, run: &LayerRun) -> Result<LayerResult, Refusal> {
        let mut network = layer(description, &self.device)?
            .load_safetensors(&file(&run.state))
            .unwrap();
        if !run.train {
            // Gradients are asked for in evaluation too.
            network = network.freeze().set_require_grad(true);
        }
        let input = self.input(&run.input);
        let output = network.forward_any(input.tensor)?;
        let computed = self.backward(&output, &run.probe);
        let mut weights = Gradients {
            gradients: &computed,
            found: Vec::new(),
        };
        network.visit(&mut weights);
        let variables = description.state();
        let mut gradients: BTreeMap<_, _> = variables
            .iter()
            .zip(weights.found)
            .filter(|(variable, _)| variable.trained)
            .filter_map(|(variable, found)| {
                Some((
                    variable.name.clone(),
                    Array::new(variable.shape.clone(), found?),
                ))
            })
            .collect();
        if let Some(found) = (input.gradient)(&computed) {
            gradients.insert(
                "input".to_owned(),
                Array::new(run.input.shape.clone(), found),
            );
        }
        let output = if run.probe.shape.is_empty() {
            array(&output, &[])
        } else {
            array(&output, &sizes(&output))
        };
        let state = state(&network.to_safetensors().unwrap());
        Ok(LayerResult {
            output,
            gradients,
            state,
        })
    }

    fn criterion(
        &mut self,
        description: &Criterion,
        inputs: &[Array],
    ) -> Result<LayerResult, Refusal> {
        let loss = criterion(description)?;
        let leaves: Vec<_> = inputs.iter().map(|it| self.input(it)).collect();
        let shapes: Vec<&[i64]> = inputs.iter().map(|it| &*it.shape).collect();
        let expected = description.output_shape(&shapes)?;
        // A single number has no dimensions.
        let tensors = leaves.iter().map(|it| it.tensor.clone()).collect();
        let output = loss.forward_any(tensors)?;
        let found = array(&output, &expected);
        let computed = self.backward(&output, &Array::probe(&expected));
        let names = description.inputs().iter().zip(inputs).zip(&leaves);
        let gradients = names.filter_map(|((name, array), leaf)| {
            let found = (leaf.gradient)(&computed)?;
            Some(((*name).to_owned(), Array::new(array.shape.clone(), found)))
        });
        Ok(LayerResult {
            output: found,
            gradients: gradients.collect(),
            state: BTreeMap::new(),
        })
    }

    fn optimizer(
        &mut self,
        description: &Optimizer,
        run: &OptimizerRun,
    ) -> Result<Vec<Array>, Refusal> {
        let mut optimizer = optimizer(description)?;
        let row = |array: &Array| {
            let data: Vec<f32> = array.data.iter().map(|it| *it as f32).collect();
            TensorData::new(data, [array.data.len()])
        };
        let mut variable = Param::initialized(
            ParamId::new(),
            Tensor::<1>::from_data(row(&run.start), &self.device).require_grad(),
        );
        let steps = run.gradients.iter().zip(&run.lrs).map(|(gradient, lr)| {
            let mut gradients = GradientsParams::new();
            let plain = Device::default();
            gradients.register(variable.id, Tensor::<1>::from_data(row(gradient), &plain));
            variable = optimizer.step(*lr, variable.clone(), gradients);
            Array::new(
                run.start.shape.clone(),
                variable.val().into_data().iter::<f64>().collect(),
            )
        });
        Ok(steps.collect())
    }
}

#[test]
fn burn_computes_what_pytorch_computes_or_says_that_it_does_not() -> Result<(), serde_json::Error> {
    let report = check(&mut Burn {
        device: Device::default().autodiff(),
    })?;
    assert_eq!(report.failed(), Vec::<String>::new());
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/classes.md");
    if std::env::var("INSTA_UPDATE").is_ok_and(|it| it == "always") {
        std::fs::write(path, report.to_string()).unwrap();
    }
    assert_eq!(
        report.to_string(),
        std::fs::read_to_string(path).unwrap(),
        "INSTA_UPDATE=always writes it"
    );
    Ok(())
}

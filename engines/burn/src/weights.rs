//! The variables of a described network, under PyTorch's names.

use crate::layer::AnyLayer;
use crate::tensor::size;
use burn::module::{Module, Param, RunningState};
use burn::tensor::{DType, Device, Distribution, Tensor, TensorData};
use registry_nn::{Init, Variable};
use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView};
use std::collections::BTreeMap;
use thiserror::Error;

/// One variable of a network.
#[derive(Module, Debug)]
pub(crate) enum Weight {
    One(Param<Tensor<1>>),
    Two(Param<Tensor<2>>),
    Three(Param<Tensor<3>>),
    Four(Param<Tensor<4>>),
    Five(Param<Tensor<5>>),
    /// A running mean or variance, or a count of batches.
    Kept(RunningState<Tensor<1>>),
}

/// Why weights cannot be loaded.
#[derive(Debug, Error)]
pub enum WeightsError {
    /// They are no file of safetensors.
    #[error(
        "the weights cannot be read: {0}\nhint: save them with `safetensors.torch.save_file(model.state_dict(), path)`"
    )]
    Unreadable(safetensors::SafeTensorError),
    /// They are those of another network.
    #[error(
        "the weights do not fit the network: {0}\nhint: load those of a network of the same description"
    )]
    Other(String),
}

impl Weight {
    /// A variable as PyTorch has it before the first step.
    pub(crate) fn new(variable: &Variable, device: &Device) -> Self {
        let shape: Vec<usize> = variable.shape.iter().map(|it| size(*it)).collect();
        let data = |count: usize| -> Tensor<1> {
            match variable.init {
                Init::Uniform { bound } if bound > 0.0 => {
                    Tensor::random([count], Distribution::Uniform(-bound, bound), device)
                }
                Init::Normal { std, .. } => {
                    Tensor::random([count], Distribution::Normal(0.0, std), device)
                }
                Init::Constant(value) => Tensor::full([count], value, device),
                Init::Uniform { .. } | Init::Counter => Tensor::zeros([count], device),
            }
        };
        let data = data(shape.iter().product());
        match *shape {
            _ if !variable.trained => Self::Kept(RunningState::new(data)),
            [a, b] => {
                let mut table = data.reshape([a, b]);
                if let Init::Normal {
                    zero: Some(row), ..
                } = variable.init
                {
                    let row = size(row);
                    table = table.slice_fill([row..row + 1, 0..b], 0.0);
                }
                Self::Two(Param::from_tensor(table))
            }
            [a, b, c] => Self::Three(Param::from_tensor(data.reshape([a, b, c]))),
            [a, b, c, d] => Self::Four(Param::from_tensor(data.reshape([a, b, c, d]))),
            [a, b, c, d, e] => Self::Five(Param::from_tensor(data.reshape([a, b, c, d, e]))),
            _ => Self::One(Param::from_tensor(data)),
        }
    }

    /// The numbers in a row.
    fn data(&self) -> TensorData {
        match self {
            Self::One(it) => it.val().into_data(),
            Self::Two(it) => it.val().into_data(),
            Self::Three(it) => it.val().into_data(),
            Self::Four(it) => it.val().into_data(),
            Self::Five(it) => it.val().into_data(),
            Self::Kept(it) => it.value_sync().into_data(),
        }
    }

    /// The same variable with other numbers.
    fn with(self, data: TensorData) -> Self {
        /// As it was: on its device, and trained or not.
        fn set<const D: usize>(param: Param<Tensor<D>>, data: TensorData) -> Param<Tensor<D>> {
            param.map(|before| {
                let trained = before.is_require_grad();
                Tensor::from_data(data, &before.device()).set_require_grad(trained)
            })
        }
        match self {
            Self::One(it) => Self::One(set(it, data)),
            Self::Two(it) => Self::Two(set(it, data)),
            Self::Three(it) => Self::Three(set(it, data)),
            Self::Four(it) => Self::Four(set(it, data)),
            Self::Five(it) => Self::Five(set(it, data)),
            Self::Kept(it) => {
                let device = it.value().device();
                let count: usize = data.shape().iter().product();
                let (bytes, _, kind) = data.into_parts();
                let row = TensorData::from_bytes(bytes, [count], kind);
                Self::Kept(RunningState::new(Tensor::from_data(row, &device)))
            }
        }
    }
}

impl AnyLayer {
    /// The variables as PyTorch's `state_dict` in the format of safetensors.
    ///
    /// Python loads them with `model.load_state_dict(safetensors.torch.load(bytes))`.
    ///
    /// # Errors
    ///
    /// Where they cannot be written.
    pub fn to_safetensors(&self) -> Result<Vec<u8>, WeightsError> {
        let variables = self.description().state();
        let pairs = variables.iter().zip(&self.weights);
        let bytes: Vec<(String, Dtype, Vec<usize>, Vec<u8>)> = pairs
            .map(|(variable, weight)| {
                let numbers: Vec<f32> = weight.data().convert::<f32>().iter::<f32>().collect();
                let shape = variable.shape.iter().map(|it| size(*it)).collect();
                let (kind, bytes) = match variable.init {
                    #[expect(clippy::cast_possible_truncation, reason = "it is a whole number")]
                    Init::Counter => (
                        Dtype::I64,
                        numbers
                            .iter()
                            .flat_map(|it| (*it as i64).to_le_bytes())
                            .collect(),
                    ),
                    _ => (
                        Dtype::F32,
                        numbers.iter().flat_map(|it| it.to_le_bytes()).collect(),
                    ),
                };
                (variable.name.clone(), kind, shape, bytes)
            })
            .collect();
        let views: Result<BTreeMap<&str, TensorView<'_>>, _> = bytes
            .iter()
            .map(|(name, kind, shape, bytes)| {
                TensorView::new(*kind, shape.clone(), bytes).map(|view| (name.as_str(), view))
            })
            .collect();
        let written = views.and_then(|views| safetensors::serialize(views, None));
        written.map_err(WeightsError::Unreadable)
    }

    /// The same network with the variables of a `state_dict` in the format of safetensors, as
    /// `safetensors.torch.save_file(model.state_dict(), path)` writes it in Python.
    ///
    /// # Errors
    ///
    /// Where they are not those of this network, by name and shape.
    pub fn load_safetensors(mut self, bytes: &[u8]) -> Result<Self, WeightsError> {
        let found = SafeTensors::deserialize(bytes).map_err(WeightsError::Unreadable)?;
        let variables = self.description().state();
        if let Some(name) = found
            .names()
            .into_iter()
            .filter(|name| !variables.iter().any(|it| it.name == **name))
            .min()
        {
            return Err(WeightsError::Other(format!("it has no `{name}`")));
        }
        let loaded: Result<Vec<_>, _> = variables
            .iter()
            .map(|variable| numbers(&found, variable))
            .collect();
        let pairs = self.weights.into_iter().zip(loaded?);
        self.weights = pairs
            .map(|(weight, numbers)| match numbers {
                Some(numbers) => weight.with(numbers),
                None => weight,
            })
            .collect();
        Ok(self)
    }
}

/// What a file has for a variable; none for a count of batches, which older files lack.
fn numbers(
    found: &SafeTensors<'_>,
    variable: &Variable,
) -> Result<Option<TensorData>, WeightsError> {
    let name = &variable.name;
    let Ok(view) = found.tensor(name) else {
        if variable.init == Init::Counter {
            return Ok(None);
        }
        return Err(WeightsError::Other(format!("`{name}` is missing")));
    };
    let expected: Vec<usize> = variable.shape.iter().map(|it| size(*it)).collect();
    if view.shape() != expected {
        let shape = view.shape();
        return Err(WeightsError::Other(format!(
            "`{name}` has the shape {shape:?}, not {expected:?}"
        )));
    }
    let kind = match view.dtype() {
        Dtype::F64 => DType::F64,
        Dtype::F32 => DType::F32,
        Dtype::F16 => DType::F16,
        Dtype::BF16 => DType::BF16,
        Dtype::I64 => DType::I64,
        kind => {
            return Err(WeightsError::Other(format!(
                "`{name}` holds {kind:?}, not floats"
            )));
        }
    };
    let data = TensorData::from_bytes_vec(view.data().to_vec(), expected, kind);
    Ok(Some(data.convert::<f32>()))
}

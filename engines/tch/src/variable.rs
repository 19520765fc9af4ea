//! Weights as PyTorch has them at first, under its names.

use crate::TorchError;
use registry_nn::{Init, Variable};
use tch::nn::Path;
use tch::{Device, Kind, TchError, Tensor};

/// The variables of a layer.
#[derive(Debug)]
pub(crate) struct Variables(Vec<(String, Tensor)>);

impl Variables {
    /// Makes them under a path, or none of them. The order is PyTorch's too, so that the same seed
    /// gives the same weights.
    pub(crate) fn new(state: Vec<Variable>, vs: &Path<'_>) -> Result<Self, TorchError> {
        let mut made = Vec::new();
        for variable in &state {
            let tensor = initial(variable, vs.kind(), vs.device()).map_err(|error| {
                let Variable { name, shape, .. } = variable;
                let error = TorchError::from(error);
                if error.hint().is_empty() {
                    error.hinted(format!("its `{name}` would have the shape {shape:?}"))
                } else {
                    error
                }
            })?;
            made.push(tensor);
        }
        let add = |(variable, tensor): (Variable, Tensor)| {
            let mut places: Vec<_> = variable.name.split('.').collect();
            let name = places.pop().unwrap_or_default();
            let path = places.iter().fold(vs.clone(), |path, place| path / place);
            let tensor = path.add(name, tensor, variable.trained);
            (variable.name, tensor)
        };
        Ok(Self(state.into_iter().zip(made).map(add).collect()))
    }

    /// Keeps one that is in no file.
    pub(crate) fn keep(&mut self, name: &str, tensor: Tensor) {
        self.0.push((name.to_owned(), tensor));
    }

    /// The one that is called so, where the layer has it.
    pub(crate) fn get(&self, name: &str) -> Option<&Tensor> {
        let found = self.0.iter().find(|(it, _)| it == name);
        found.map(|(_, tensor)| tensor)
    }

    /// The one that every such layer has.
    pub(crate) fn at(&self, name: &str) -> Result<&Tensor, TorchError> {
        self.get(name)
            .ok_or_else(|| TorchError::new(format!("there is no `{name}`")))
    }

    /// All of them.
    pub(crate) fn tensors(&self) -> Vec<&Tensor> {
        self.0.iter().map(|(_, tensor)| tensor).collect()
    }
}

fn initial(variable: &Variable, kind: Kind, device: Device) -> Result<Tensor, TchError> {
    let shape = variable.shape.as_slice();
    let mut zeros = Tensor::f_zeros(shape, (kind, device))?;
    match variable.init {
        Init::Uniform { bound } => zeros.f_uniform_(-bound, bound),
        Init::Normal { std, zero } => {
            let normal = zeros.f_normal_(0.0, std)?;
            if let Some(row) = zero {
                let _ = normal.f_select(0, row)?.f_zero_()?;
            }
            Ok(normal)
        }
        Init::Constant(value) => {
            zeros.f_copy_(&Tensor::f_from_slice(&[value])?)?;
            Ok(zeros)
        }
        Init::Counter => zeros.f_to_kind(Kind::Int64),
    }
}

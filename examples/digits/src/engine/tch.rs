//! The network in libtorch.

use std::fs;

use entia::Registered;
use registry_nn::{Criterion, Layer, Optimizer};
use registry_tch::tch::nn::VarStore;
use registry_tch::tch::{self, Device, Kind, Tensor};
use registry_tch::{AnyModule, TorchError, checkpoint};
use safetensors::tensor::TensorView;

use super::{Answer, EngineError, Network};
use crate::data::{Digits, SHAPE};

struct Torch {
    model: AnyModule,
    criterion: Registered<Box<dyn registry_tch::Criterion>>,
    optimizer: Registered<Box<dyn registry_tch::Optimizer>>,
    variables: VarStore,
}

pub(super) fn build(
    model: &Layer,
    criterion: &Criterion,
    optimizer: &Optimizer,
    seed: u64,
) -> Result<Box<dyn Network>, EngineError> {
    registry_tch::set_threads(None);
    manual_seed(seed);
    let variables = VarStore::new(Device::Cpu);
    let refused = |key| move |error: TorchError| EngineError::Refused(key, (*error).clone());
    let model = registry_tch::layer(model.clone(), variables.root()).map_err(refused("model"))?;
    let criterion = registry_tch::criterion(criterion.clone()).map_err(refused("criterion"))?;
    let optimizer =
        registry_tch::optimizer(optimizer.clone(), &variables).map_err(refused("optimizer"))?;
    Ok(Box::new(Torch {
        model,
        criterion,
        optimizer,
        variables,
    }))
}

fn manual_seed(seed: u64) {
    tch::manual_seed(seed.cast_signed());
}

impl Network for Torch {
    fn seed(&mut self, seed: u64) -> Result<(), EngineError> {
        manual_seed(seed);
        Ok(())
    }

    fn learn(&mut self, digits: &Digits) -> Result<Answer, EngineError> {
        let (scores, loss) = self.pass(digits, true)?;
        self.optimizer
            .backward_step(&loss)
            .map_err(EngineError::framework)?;
        answer(&scores, &loss)
    }

    fn answer(&self, digits: &Digits) -> Result<Answer, EngineError> {
        let (scores, loss) = tch::no_grad(|| self.pass(digits, false))?;
        answer(&scores, &loss)
    }

    /// libtorch reads and writes weights in files only, so they pass through one.
    fn weights(&self) -> Result<Vec<u8>, EngineError> {
        let folder = tempfile::tempdir().map_err(EngineError::framework)?;
        let path = folder.path().join("weights.safetensors");
        checkpoint::save(&self.variables, &path).map_err(EngineError::framework)?;
        fs::read(path).map_err(EngineError::framework)
    }

    fn set_weights(&mut self, file: &[u8]) -> Result<(), EngineError> {
        let folder = tempfile::tempdir().map_err(EngineError::framework)?;
        let path = folder.path().join("weights.safetensors");
        fs::write(&path, file).map_err(EngineError::framework)?;
        checkpoint::load(&self.variables, &path).map_err(EngineError::checkpoint)
    }

    /// Nothing: libtorch does not give it away, and the optimizer starts anew in each session.
    fn memory(&self) -> Result<Vec<u8>, EngineError> {
        let nothing: [(&str, TensorView<'_>); 0] = [];
        safetensors::serialize(nothing, None).map_err(EngineError::framework)
    }

    fn set_memory(&mut self, _file: &[u8]) -> Result<(), EngineError> {
        Ok(())
    }
}

impl Torch {
    /// The scores and the loss.
    fn pass(&self, digits: &Digits, train: bool) -> Result<(Tensor, Tensor), EngineError> {
        let [channels, height, width] = SHAPE.map(i64::from);
        let labels: Vec<i64> = digits.labels.iter().copied().map(i64::from).collect();
        let (images, labels) = (
            Tensor::f_from_slice(&digits.images),
            Tensor::f_from_slice(&labels),
        );
        let images = images.and_then(|images| images.f_reshape([-1, channels, height, width]));
        let images = images.map_err(EngineError::framework)?;
        let scores = self
            .model
            .try_forward_t(&images, train)
            .map_err(EngineError::framework)?;
        let loss = self
            .criterion
            .loss(&scores, &labels.map_err(EngineError::framework)?);
        Ok((scores, loss.map_err(EngineError::framework)?))
    }
}

fn answer(scores: &Tensor, loss: &Tensor) -> Result<Answer, EngineError> {
    let numbers = scores.f_detach().and_then(|scores| {
        let mut numbers = vec![0.0; scores.numel()];
        scores
            .f_contiguous()?
            .f_copy_data(&mut numbers, scores.numel())?;
        Ok(numbers)
    });
    let loss = loss
        .f_to_kind(Kind::Double)
        .and_then(|loss| loss.f_double_value(&[]));
    Ok(Answer {
        loss: loss.map_err(EngineError::framework)?,
        scores: numbers.map_err(EngineError::framework)?,
    })
}

//! The network in candle.

use std::collections::BTreeMap;

use registry_candle::candle_core::safetensors::load_buffer;
use registry_candle::candle_core::{self, DType, Device, Tensor};
use registry_candle::candle_nn::{ModuleT, Optimizer as _, VarMap};
use registry_candle::{AnyModule, AnyOptimizer, CandleError, Loss, Variables};
use registry_nn::{Criterion, Layer, Optimizer};

use super::{Answer, EngineError, Network};
use crate::data::{Digits, SHAPE};

struct Candle {
    model: AnyModule,
    criterion: Loss,
    optimizer: AnyOptimizer,
    variables: VarMap,
}

pub(super) fn build(
    model: &Layer,
    criterion: &Criterion,
    optimizer: &Optimizer,
    seed: u64,
) -> Result<Box<dyn Network>, EngineError> {
    registry_candle::manual_seed(seed, &Device::Cpu).map_err(EngineError::framework)?;
    let variables = VarMap::new();
    let vb = registry_candle::var_builder(&variables, DType::F32, &Device::Cpu);
    let refused = |key| {
        move |error| match error {
            CandleError::Refused(refusal) => EngineError::Refused(key, refusal),
            error => EngineError::framework(error),
        }
    };
    let model = registry_candle::layer(model.clone(), vb).map_err(refused("model"))?;
    let criterion = registry_candle::criterion(criterion)
        .map_err(|refusal| EngineError::Refused("criterion", refusal))?;
    let optimizer =
        registry_candle::optimizer(optimizer, &variables).map_err(refused("optimizer"))?;
    Ok(Box::new(Candle {
        model,
        criterion,
        optimizer,
        variables,
    }))
}

impl Network for Candle {
    fn seed(&mut self, seed: u64) -> Result<(), EngineError> {
        registry_candle::manual_seed(seed, &Device::Cpu).map_err(EngineError::framework)
    }

    fn learn(&mut self, digits: &Digits) -> Result<Answer, EngineError> {
        let (scores, loss) = self.pass(digits, true).map_err(EngineError::framework)?;
        self.optimizer
            .backward_step(&loss)
            .map_err(EngineError::framework)?;
        answer(&scores, &loss).map_err(EngineError::framework)
    }

    fn answer(&self, digits: &Digits) -> Result<Answer, EngineError> {
        let (scores, loss) = self.pass(digits, false).map_err(EngineError::framework)?;
        answer(&scores, &loss).map_err(EngineError::framework)
    }

    fn weights(&self) -> Result<Vec<u8>, EngineError> {
        write(&registry_candle::variables(&self.variables))
    }

    fn set_weights(&mut self, file: &[u8]) -> Result<(), EngineError> {
        registry_candle::load_buffer(&self.variables, file).map_err(EngineError::checkpoint)
    }

    fn memory(&self) -> Result<Vec<u8>, EngineError> {
        write(&self.optimizer.state())
    }

    fn set_memory(&mut self, file: &[u8]) -> Result<(), EngineError> {
        let tensors = load_buffer(file, &Device::Cpu).map_err(EngineError::checkpoint)?;
        for (name, variable) in self.optimizer.state() {
            if let Some(tensor) = tensors.get(&name) {
                variable.set(tensor).map_err(EngineError::checkpoint)?;
            }
        }
        Ok(())
    }
}

impl Candle {
    /// The scores and the loss.
    fn pass(&self, digits: &Digits, train: bool) -> candle_core::Result<(Tensor, Tensor)> {
        let [channels, height, width] = SHAPE.map(usize::from);
        let images = (digits.count(), channels, height, width);
        let images = Tensor::from_slice(&digits.images, images, &Device::Cpu)?;
        let labels: Vec<u32> = digits.labels.iter().copied().map(u32::from).collect();
        let labels = Tensor::new(labels, &Device::Cpu)?;
        let scores = self.model.forward_t(&images, train)?;
        let loss = self.criterion.loss(&[&scores, &labels])?;
        Ok((scores, loss))
    }
}

fn answer(scores: &Tensor, loss: &Tensor) -> candle_core::Result<Answer> {
    Ok(Answer {
        loss: loss.to_dtype(DType::F64)?.to_scalar()?,
        scores: scores.flatten_all()?.to_vec1()?,
    })
}

fn write(variables: &Variables) -> Result<Vec<u8>, EngineError> {
    let tensors: BTreeMap<&String, &Tensor> = variables
        .iter()
        .map(|(name, variable)| (name, variable.as_tensor()))
        .collect();
    safetensors::serialize(tensors, None).map_err(EngineError::framework)
}

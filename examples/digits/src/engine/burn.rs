//! The network in burn.

use burn::module::{Module, ModuleMapper, Param, ParamId};
use burn::optim::{GradientsParams, ModuleOptimizer, OptimizerRecord};
use burn::tensor::{Bytes, Device, Int, Tensor, TensorData};
use registry_burn::{AnyCriterion, AnyLayer};
use registry_nn::{Criterion, Layer, Optimizer};
use safetensors::tensor::{Dtype, TensorView};
use safetensors::{SafeTensors, serialize};

use super::{Answer, EngineError, Network};
use crate::data::{Digits, SHAPE};

/// The name of burn's record in the file of what the optimizer remembers.
const RECORD: &str = "record";

struct Burn {
    model: AnyLayer,
    criterion: AnyCriterion,
    optimizer: ModuleOptimizer,
    lr: f64,
    /// Where gradients are computed.
    device: Device,
}

pub(super) fn build(
    model: &Layer,
    criterion: &Criterion,
    optimizer: &Optimizer,
    seed: u64,
) -> Result<Box<dyn Network>, EngineError> {
    let device = Device::default().autodiff();
    device.seed(seed);
    let refused = |key| move |refusal| EngineError::Refused(key, refusal);
    let model = registry_burn::layer(model, &device).map_err(refused("model"))?;
    Ok(Box::new(Burn {
        model: model.map(&mut Numbers(0)),
        criterion: registry_burn::criterion(criterion).map_err(refused("criterion"))?,
        lr: optimizer.lr(),
        optimizer: registry_burn::optimizer(optimizer).map_err(refused("optimizer"))?,
        device,
    }))
}

/// Numbers the weights, by which the optimizer remembers them, in their order: burn draws the numbers anew
/// in each process.
struct Numbers(u64);

impl ModuleMapper for Numbers {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let (_, tensor, mapper) = param.consume();
        self.0 += 1;
        Param::from_mapped_value(ParamId::from(self.0), tensor, mapper)
    }
}

impl Network for Burn {
    fn seed(&mut self, seed: u64) -> Result<(), EngineError> {
        self.device.seed(seed);
        Ok(())
    }

    fn learn(&mut self, digits: &Digits) -> Result<Answer, EngineError> {
        let (scores, loss) = pass(&self.model, &self.criterion, digits, &self.device)?;
        let answer = answer(scores, loss.clone());
        let gradients = GradientsParams::from_grads(loss.backward(), &self.model);
        self.model = self.optimizer.step(self.lr, self.model.clone(), gradients);
        Ok(answer)
    }

    fn answer(&self, digits: &Digits) -> Result<Answer, EngineError> {
        let device = Device::default();
        let (scores, loss) = pass(&self.model.valid(), &self.criterion, digits, &device)?;
        Ok(answer(scores, loss))
    }

    fn weights(&self) -> Result<Vec<u8>, EngineError> {
        self.model.to_safetensors().map_err(EngineError::framework)
    }

    fn set_weights(&mut self, file: &[u8]) -> Result<(), EngineError> {
        let loaded = self.model.clone().load_safetensors(file);
        self.model = loaded.map_err(EngineError::checkpoint)?;
        Ok(())
    }

    fn memory(&self) -> Result<Vec<u8>, EngineError> {
        // Its tensors are in no order; those of what was read are in that of their names.
        let record = self
            .optimizer
            .into_bytes()
            .and_then(OptimizerRecord::from_bytes);
        let record = record
            .and_then(OptimizerRecord::into_bytes)
            .map_err(EngineError::framework)?;
        let tensor = TensorView::new(Dtype::U8, vec![record.len()], &record);
        let file = tensor.and_then(|tensor| serialize([(RECORD, tensor)], None));
        file.map_err(EngineError::framework)
    }

    fn set_memory(&mut self, file: &[u8]) -> Result<(), EngineError> {
        let file = SafeTensors::deserialize(file).map_err(EngineError::checkpoint)?;
        let Ok(tensor) = file.tensor(RECORD) else {
            return Ok(());
        };
        let bytes = Bytes::from_bytes_vec(tensor.data().to_vec());
        let record = OptimizerRecord::from_bytes(bytes).map_err(EngineError::checkpoint)?;
        self.optimizer = self.optimizer.clone().load_record(record);
        Ok(())
    }
}

/// The scores and the loss.
fn pass(
    model: &AnyLayer,
    criterion: &AnyCriterion,
    digits: &Digits,
    device: &Device,
) -> Result<(Tensor<2>, Tensor<1>), EngineError> {
    let count = digits.count();
    let [channels, height, width] = SHAPE.map(usize::from);
    let images = TensorData::new(digits.images.clone(), [count, channels, height, width]);
    let labels: Vec<i64> = digits.labels.iter().copied().map(i64::from).collect();
    let labels = Tensor::<1, Int>::from_data(TensorData::new(labels, [count]), device);
    let scores = model.forward::<2>(Tensor::<4>::from_data(images, device));
    let scores = scores.map_err(EngineError::framework)?;
    let loss = criterion.forward(scores.clone(), labels);
    Ok((scores, loss.map_err(EngineError::framework)?))
}

fn answer(scores: Tensor<2>, loss: Tensor<1>) -> Answer {
    Answer {
        loss: loss.into_scalar::<f64>(),
        scores: scores.into_data().iter::<f32>().collect(),
    }
}

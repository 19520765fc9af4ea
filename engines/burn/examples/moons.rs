//! A plain program of burn's: two half moons, told apart by a small network. Three lines of it, marked
//! `entia:`, put it on record and let it go on where it stopped.
//!
//! `cargo run --example moons`, again and again; `entia ui --store sqlite:moons.db` shows it.

use burn::config::Config;
use burn::data::dataloader::{DataLoader, DataLoaderBuilder, batcher::Batcher};
use burn::data::dataset::InMemDataset;
use burn::module::Module;
use burn::nn::loss::CrossEntropyLossConfig;
use burn::nn::{Linear, LinearConfig};
use burn::optim::AdamConfig;
use burn::tensor::activation::relu;
use burn::tensor::{Device, Int, Tensor, TensorData};
use burn::train::metric::{AccuracyMetric, LossMetric};
use burn::train::{
    ClassificationOutput, InferenceStep, Learner, SupervisedTraining, TrainOutput, TrainStep,
};
use entia::prelude::*;
use registry_burn::Tracked;
use std::error::Error;
use std::sync::Arc;

/// burn's derive brings serde's, so that of `Entity` leaves them out.
#[derive(Config, Debug, Entity)]
#[register(name = "MLP", serde = false)]
struct MlpConfig {
    inputs: usize,
    classes: usize,
    #[register(default = 32)]
    #[config(default = 32)]
    hidden: usize,
}

impl MlpConfig {
    fn init(&self, device: &Device) -> Mlp {
        Mlp {
            first: LinearConfig::new(self.inputs, self.hidden).init(device),
            second: LinearConfig::new(self.hidden, self.classes).init(device),
        }
    }
}

#[derive(Module, Debug)]
struct Mlp {
    first: Linear,
    second: Linear,
}

impl Mlp {
    fn classify(&self, batch: Batch) -> ClassificationOutput {
        let output = self.second.forward(relu(self.first.forward(batch.points)));
        let loss = CrossEntropyLossConfig::new().init(&output.device());
        let loss = loss.forward(output.clone(), batch.classes.clone());
        ClassificationOutput::new(loss, output, batch.classes)
    }
}

impl TrainStep for Mlp {
    type Input = Batch;
    type Output = ClassificationOutput;

    fn step(&self, batch: Batch) -> TrainOutput<ClassificationOutput> {
        let output = self.classify(batch);
        TrainOutput::new(self, output.loss.backward(), output)
    }
}

impl InferenceStep for Mlp {
    type Input = Batch;
    type Output = ClassificationOutput;

    fn step(&self, batch: Batch) -> ClassificationOutput {
        self.classify(batch)
    }
}

#[derive(Clone, Debug)]
struct Batch {
    points: Tensor<2>,
    classes: Tensor<1, Int>,
}

struct Batches;

impl Batcher<([f32; 2], i64), Batch> for Batches {
    fn batch(&self, items: Vec<([f32; 2], i64)>, device: &Device) -> Batch {
        let (points, classes): (Vec<_>, Vec<_>) = items.into_iter().unzip();
        let count = classes.len();
        let points = TensorData::new(points.concat(), [count, 2]);
        Batch {
            points: Tensor::from_data(points, device),
            classes: Tensor::from_data(TensorData::new(classes, [count]), device),
        }
    }
}

/// Points on two half moons that reach into each other.
fn moons(count: u16, shift: f32) -> Arc<dyn DataLoader<Batch>> {
    let point = |index: u16| {
        let angle = f32::from(index) / f32::from(count) * 2.0 * std::f32::consts::PI + shift;
        let class = i64::from(angle.sin() < 0.0);
        let moon = if class == 0 {
            [angle.cos(), angle.sin()]
        } else {
            [1.0 + angle.cos(), 0.5 + angle.sin()]
        };
        (moon, class)
    };
    let points = InMemDataset::new((0..count).map(point).collect());
    DataLoaderBuilder::new(Batches)
        .batch_size(32)
        .shuffle(17)
        .build(points)
}

fn main() -> Result<(), Box<dyn Error>> {
    let config = MlpConfig::new(2, 2);
    let run = Tracker::open("sqlite:moons.db")?
        .experiment("moons")?
        .track(&config)?; // entia: 1

    let device = Device::default().autodiff();
    device.seed(17);
    let training = SupervisedTraining::new("target/moons", moons(512, 0.0), moons(128, 0.01))
        .metrics((AccuracyMetric::new(), LossMetric::new()))
        .num_epochs(usize::try_from(run.epoch())? + 5)
        .tracked(&run) // entia: 2
        .checkpointed(&run); // entia: 3
    let learner = Learner::new(config.init(&device), AdamConfig::new().init(), 0.01);
    let result = training.launch(learner);
    if let Some(error) = result.error {
        return Err(error.to_string().into());
    }
    Ok(())
}

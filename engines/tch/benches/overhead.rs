//! What an identity costs a module: in the forward pass, and when it is built from JSON.
//!
//! Each line is the median of many pairs that run one after the other, in alternating order, so that
//! what else the machine does falls on both.

#![allow(clippy::disallowed_methods, reason = "what fails here may panic")]

use registry_core::{Registry, register};
use registry_tch::Module;
use serde_json::json;
use std::error::Error;
use std::hint::black_box;
use std::time::{Duration, Instant};
use tch::nn::{self, ModuleT, VarStore};
use tch::{Device, Kind, Tensor};

const PAIRS: usize = 1001;

/// A module of one's own, of layers as tch has them.
#[derive(Debug)]
pub struct Mlp {
    hidden: nn::Linear,
    output: nn::Linear,
}

#[register(name = "MLP", exclude = "vs", registry = Module)]
impl Mlp {
    /// A model of `size` inputs and outputs.
    pub fn new(vs: &nn::Path<'_>, size: i64) -> Self {
        let linear = nn::LinearConfig::default();
        Self {
            hidden: nn::linear(vs / "hidden", size, size, linear),
            output: nn::linear(vs / "output", size, size, linear),
        }
    }
}

impl ModuleT for Mlp {
    fn forward_t(&self, xs: &Tensor, _train: bool) -> Tensor {
        xs.apply(&self.hidden).relu().apply(&self.output)
    }
}

impl Module for Mlp {}

/// The median time of each of two, and the median of their ratios.
fn compare(times: u32, mut first: impl FnMut(), mut second: impl FnMut()) -> (f64, f64, f64) {
    let time = |work: &mut dyn FnMut()| {
        let start = Instant::now();
        (0..times).for_each(|_| work());
        micros(start.elapsed()) / f64::from(times)
    };
    let mut pairs: Vec<(f64, f64)> = Vec::new();
    for pair in 0..PAIRS {
        if pair % 2 == 0 {
            let first = time(&mut first);
            pairs.push((first, time(&mut second)));
        } else {
            let second = time(&mut second);
            pairs.push((time(&mut first), second));
        }
    }
    let median = |value: fn(&(f64, f64)) -> f64| {
        let mut values: Vec<f64> = pairs.iter().map(value).collect();
        values.sort_by(f64::total_cmp);
        values[PAIRS / 2]
    };
    (
        median(|pair| pair.0),
        median(|pair| pair.1),
        median(|pair| pair.1 / pair.0),
    )
}

fn micros(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e6
}

fn forward(name: &str, plain: &dyn ModuleT, entity: &dyn ModuleT, batch: i64) {
    forward_of(name, plain, entity, &[batch, 64]);
}

fn forward_of(name: &str, plain: &dyn ModuleT, entity: &dyn ModuleT, shape: &[i64]) {
    let (xs, batch) = (Tensor::rand(shape, (Kind::Float, Device::Cpu)), shape[0]);
    let work = |module: &dyn ModuleT| drop(black_box(module.forward_t(black_box(&xs), false)));
    let (plain, entity, ratio) = compare(100, || work(plain), || work(entity));
    println!(
        "{name} batch {batch:>2}: {plain:7.2} us, {entity:7.2} us, {:+6.2} %",
        (ratio - 1.0) * 100.0
    );
}

/// The CNN of the digits, as one writes it in tch.
fn by_hand(vs: &nn::Path<'_>) -> nn::SequentialT {
    let padding = nn::ConvConfig {
        padding: 1,
        ..Default::default()
    };
    nn::seq_t()
        .add(nn::conv2d(vs, 1, 16, 3, padding))
        .add(nn::batch_norm2d(vs, 16, nn::BatchNormConfig::default()))
        .add_fn(Tensor::relu)
        .add_fn(|xs| xs.max_pool2d([2, 2], [2, 2], [0, 0], [1, 1], false))
        .add(nn::conv2d(vs, 16, 32, 3, padding))
        .add(nn::batch_norm2d(vs, 32, nn::BatchNormConfig::default()))
        .add_fn(Tensor::relu)
        .add_fn(|xs| xs.max_pool2d([2, 2], [2, 2], [0, 0], [1, 1], false))
        .add_fn(|xs| xs.flatten(1, -1))
        .add_fn_t(|xs, train| xs.dropout(0.25, train))
        .add(nn::linear(vs, 128, 10, nn::LinearConfig::default()))
}

/// The same, for the registry.
fn as_json() -> String {
    json!({"name": "Sequential", "arguments": {"layers": [
        {"name": "Conv2d", "arguments": {"in_channels": 1, "out_channels": 16, "kernel_size": 3, "padding": 1}},
        {"name": "BatchNorm2d", "arguments": {"num_features": 16}},
        "ReLU",
        {"name": "MaxPool2d", "arguments": {"kernel_size": 2}},
        {"name": "Conv2d", "arguments": {"in_channels": 16, "out_channels": 32, "kernel_size": 3, "padding": 1}},
        {"name": "BatchNorm2d", "arguments": {"num_features": 32}},
        "ReLU",
        {"name": "MaxPool2d", "arguments": {"kernel_size": 2}},
        "Flatten",
        {"name": "Dropout", "arguments": {"p": 0.25}},
        {"name": "Linear", "arguments": {"in_features": 128, "out_features": 10}},
    ]}})
    .to_string()
}

fn main() -> Result<(), Box<dyn Error>> {
    tch::set_num_threads(1);
    let _no_grad = tch::no_grad_guard();
    let modules = Registry::<dyn Module>::global()?;

    let vs = VarStore::new(Device::Cpu);
    let plain = registry_core::Registered::into_inner(Mlp::new(&vs.root(), 64));
    let registered = Mlp::new(&vs.root(), 64);
    let from_json = modules.build("MLP", json!({"size": 64}), &vs.root())?;
    let linear = || nn::linear(vs.root(), 64, 64, nn::LinearConfig::default());
    let layers = nn::seq().add(linear()).add_fn(Tensor::relu).add(linear());
    let arguments = json!({"in_features": 64, "out_features": 64});
    let linear = json!({"name": "Linear", "arguments": arguments});
    let arguments = json!({"layers": [linear, "ReLU", linear]});
    let sequential = modules.build("Sequential", arguments, &vs.root())?;
    println!("forward pass of a 64 x 64 MLP: of tch, as an entity, difference");
    for batch in [1, 8, 32] {
        forward("a struct against itself, ", &plain, &plain, batch);
        forward("a struct registered,     ", &plain, &*registered, batch);
        forward("a struct built from JSON,", &plain, &**from_json, batch);
        forward("`Sequential`,            ", &layers, &**sequential, batch);
    }

    let text = as_json();
    let vs = || VarStore::new(Device::Cpu);
    let store = vs();
    let (plain, cnn) = (
        by_hand(&store.root()),
        modules.build_json(&text, &store.root())?,
    );
    println!("forward pass of the CNN: of tch, as described, difference");
    for batch in [1, 8, 32] {
        forward_of(
            "built from JSON,         ",
            &plain,
            &**cnn,
            &[batch, 1, 8, 8],
        );
    }

    let hand = || drop(black_box(by_hand(&vs().root())));
    let json = || drop(black_box(modules.build_json(&text, &vs().root())));
    let (hand, json, _) = compare(10, hand, json);
    println!(
        "building the CNN: by hand {hand:.1} us, from JSON {json:.1} us, {:+.1} us",
        json - hand
    );
    Ok(())
}

//! The forward pass of a described network against the same, written by hand.
//!
//! ```sh
//! cargo bench -p registry-candle
//! ```

use candle_core::{DType, Device, Result, Tensor};
use candle_nn::{
    Conv2d, Conv2dConfig, Linear, Module, ModuleT, VarBuilder, VarMap, conv2d, linear,
};
use registry_candle::{layer, var_builder};
use registry_nn::Layer;
use std::hint::black_box;
use std::time::Instant;

const PAIRS: usize = 301;

const NETWORK: &str = r#"{"name": "Sequential", "arguments": {"layers": [
    {"name": "Conv2d", "arguments": {"in_channels": 1, "out_channels": 16, "kernel_size": 3, "padding": 1}},
    "ReLU",
    {"name": "MaxPool2d", "arguments": {"kernel_size": 2}},
    {"name": "Conv2d", "arguments": {"in_channels": 16, "out_channels": 32, "kernel_size": 3, "padding": 1}},
    "ReLU",
    {"name": "MaxPool2d", "arguments": {"kernel_size": 2}},
    "Flatten",
    {"name": "Linear", "arguments": {"in_features": 1568, "out_features": 128}},
    "ReLU",
    {"name": "Linear", "arguments": {"in_features": 128, "out_features": 10}}
]}}"#;

struct ByHand {
    convolutions: [Conv2d; 2],
    linears: [Linear; 2],
}

impl ByHand {
    fn new(vb: &VarBuilder<'_>) -> Result<Self> {
        let config = Conv2dConfig {
            padding: 1,
            ..Conv2dConfig::default()
        };
        Ok(Self {
            convolutions: [
                conv2d(1, 16, 3, config, vb.pp(0))?,
                conv2d(16, 32, 3, config, vb.pp(3))?,
            ],
            linears: [linear(1568, 128, vb.pp(7))?, linear(128, 10, vb.pp(9))?],
        })
    }
}

impl Module for ByHand {
    fn forward(&self, images: &Tensor) -> Result<Tensor> {
        let mut xs = images.clone();
        for convolution in &self.convolutions {
            xs = xs.apply(convolution)?.relu()?.max_pool2d(2)?;
        }
        let hidden = xs.flatten_from(1)?.apply(&self.linears[0])?.relu()?;
        hidden.apply(&self.linears[1])
    }
}

/// The median of the ratios of two times, of many pairs that are measured one after the other in alternating
/// order, so that what else the machine does falls on both.
fn ratio(mut first: impl FnMut(), mut second: impl FnMut()) -> f64 {
    let time = |work: &mut dyn FnMut()| {
        let start = Instant::now();
        work();
        start.elapsed().as_secs_f64()
    };
    let mut pair = |swapped: bool| {
        if swapped {
            let second = time(&mut second);
            return time(&mut first) / second;
        }
        let first = time(&mut first);
        first / time(&mut second)
    };
    let mut ratios: Vec<f64> = (0..PAIRS).map(|at| pair(at % 2 == 0)).collect();
    ratios.sort_by(f64::total_cmp);
    ratios[PAIRS / 2]
}

fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let map = VarMap::new();
    let vb = var_builder(&map, DType::F32, &Device::Cpu);
    let network: Layer = serde_json::from_str(NETWORK)?;
    let described = layer(network, vb.clone())?;
    let by_hand = ByHand::new(&vb)?;
    for batch in [1, 64] {
        let images = Tensor::rand(0f32, 1f32, (batch, 1, 28, 28), &Device::Cpu)?;
        let difference = (described.forward_t(&images, false)? - by_hand.forward(&images)?)?;
        assert!(difference.abs()?.max_all()?.to_scalar::<f32>()? < 1e-5);
        let ratio = ratio(
            || drop(black_box(described.forward_t(black_box(&images), false))),
            || drop(black_box(by_hand.forward(black_box(&images)))),
        );
        println!("a CNN on {batch} images: {ratio:.4} of the time that it takes by hand");
    }
    Ok(())
}

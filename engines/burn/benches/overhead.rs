//! What a description costs in the forward pass, against the same network by hand in burn.
//!
//! Each line is the median of the ratios of many pairs that run one after the other, in alternating
//! order, so that what else the machine does falls on both.

use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::pool::{MaxPool2d, MaxPool2dConfig};
use burn::nn::{BatchNorm, BatchNormConfig, Linear, LinearConfig, PaddingConfig2d};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Distribution, Tensor};
use registry_nn::layers as nn;
use registry_nn::{Layer, Refusal};
use std::hint::black_box;
use std::time::Instant;

const PAIRS: usize = 301;

#[derive(Module, Debug)]
struct Cnn {
    first: Conv2d,
    norm: BatchNorm,
    second: Conv2d,
    pool: MaxPool2d,
    output: Linear,
}

impl Cnn {
    fn new(device: &Device) -> Self {
        let conv = |from, to| {
            Conv2dConfig::new([from, to], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .init(device)
        };
        Self {
            first: conv(1, 16),
            norm: BatchNormConfig::new(16).init(device),
            second: conv(16, 32),
            pool: MaxPool2dConfig::new([2, 2]).with_strides([2, 2]).init(),
            output: LinearConfig::new(128, 10).init(device),
        }
    }

    fn forward(&self, images: Tensor<4>) -> Tensor<2> {
        let x = self.norm.forward(self.first.forward(images));
        let x = self.pool.forward(relu(x));
        let x = self.pool.forward(relu(self.second.forward(x)));
        self.output.forward(x.flatten(1, 3))
    }
}

#[derive(Module, Debug)]
struct Mlp {
    hidden: Linear,
    output: Linear,
}

impl Mlp {
    fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        self.output.forward(relu(self.hidden.forward(x)))
    }
}

fn cnn() -> Layer {
    let conv = |from, to| Layer::from(nn::Conv2d::new(from, to, 3.into()).with_padding(1.into()));
    let relu = || Layer::from(nn::Activation::ReLU { inplace: false });
    let pool = || Layer::from(nn::MaxPool2d::new(2.into()));
    let norm = nn::BatchNorm2d::new(16).into();
    let output = nn::Linear::new(128, 10).into();
    let layers = vec![
        conv(1, 16),
        norm,
        relu(),
        pool(),
        conv(16, 32),
        relu(),
        pool(),
        nn::Flatten::new().into(),
        output,
    ];
    nn::Sequential::new(layers).into()
}

fn mlp() -> Layer {
    let linear = || Layer::from(nn::Linear::new(64, 64));
    let relu = nn::Activation::ReLU { inplace: false };
    nn::Sequential::new(vec![linear(), relu.into(), linear()]).into()
}

/// The median time of the first, and the median of the ratios of the second to it.
fn compare(name: &str, times: u32, hand: impl Fn(), described: impl Fn()) {
    let time = |work: &dyn Fn()| {
        let start = Instant::now();
        (0..times).for_each(|_| work());
        start.elapsed().as_secs_f64() * 1e6 / f64::from(times)
    };
    let mut pairs = Vec::new();
    for pair in 0..PAIRS {
        pairs.push(if pair % 2 == 0 {
            let hand = time(&hand);
            (hand, time(&described) / hand)
        } else {
            let described = time(&described);
            let hand = time(&hand);
            (hand, described / hand)
        });
    }
    let median = |value: fn(&(f64, f64)) -> f64| {
        let mut values: Vec<f64> = pairs.iter().map(value).collect();
        values.sort_by(f64::total_cmp);
        values[PAIRS / 2]
    };
    println!(
        "{name}: {:8.1} us by hand, described {:+6.2} %",
        median(|it| it.0),
        (median(|it| it.1) - 1.0) * 100.0
    );
}

fn main() -> Result<(), Refusal> {
    let device = Device::default();
    let described = registry_burn::layer(&cnn(), &device)?;
    let hand = Cnn::new(&device);
    for batch in [1, 64] {
        let images = Tensor::<4>::random([batch, 1, 8, 8], Distribution::Default, &device);
        compare(
            &format!("CNN of the digits, batch {batch:>2}"),
            5,
            || drop(black_box(hand.forward(images.clone()))),
            || drop(black_box(described.forward::<2>(images.clone()))),
        );
    }
    let described = registry_burn::layer(&mlp(), &device)?;
    let linear = || LinearConfig::new(64, 64).init(&device);
    let hand = Mlp {
        hidden: linear(),
        output: linear(),
    };
    for batch in [1, 64] {
        let x = Tensor::<2>::random([batch, 64], Distribution::Default, &device);
        compare(
            &format!("MLP of 64 x 64,    batch {batch:>2}"),
            20,
            || drop(black_box(hand.forward(x.clone()))),
            || drop(black_box(described.forward::<2>(x.clone()))),
        );
    }
    Ok(())
}

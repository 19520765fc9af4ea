//! A training loop of candle: it tells points in a ring from those inside it.

#![allow(
    clippy::needless_pass_by_value,
    reason = "programs of candle have it so"
)]

use candle_core::{DType, Device, Result, Tensor};
use candle_nn::{AdamW, Linear, Module, Optimizer, ParamsAdamW, VarBuilder, VarMap, linear, loss};

struct Mlp {
    hidden: Linear,
    output: Linear,
}

impl Mlp {
    fn new(vb: VarBuilder<'_>, hidden_size: usize) -> Result<Self> {
        Ok(Self {
            hidden: linear(2, hidden_size, vb.pp("hidden"))?,
            output: linear(hidden_size, 2, vb.pp("output"))?,
        })
    }
}

impl Module for Mlp {
    fn forward(&self, points: &Tensor) -> Result<Tensor> {
        points.apply(&self.hidden)?.tanh()?.apply(&self.output)
    }
}

/// Points of a grid, and which of them are in the ring.
fn ring() -> Result<(Tensor, Tensor)> {
    let places = (0u8..20).flat_map(|x| (0u8..20).map(move |y| [x, y]));
    let points: Vec<[f32; 2]> = places
        .map(|place| place.map(|side| f32::from(side) / 9.5 - 1.0))
        .collect();
    let is_in_ring = |[x, y]: &[f32; 2]| u32::from(x.hypot(*y) > 0.6);
    let labels: Vec<u32> = points.iter().map(is_in_ring).collect();
    let points = Tensor::from_vec(points.concat(), (labels.len(), 2), &Device::Cpu)?;
    Ok((points, Tensor::new(labels, &Device::Cpu)?))
}

fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let (points, labels) = ring()?;
    let map = VarMap::new();
    let vb = VarBuilder::from_varmap(&map, DType::F32, &Device::Cpu);
    let model = Mlp::new(vb, 32)?;
    let params = ParamsAdamW {
        lr: 0.03,
        ..ParamsAdamW::default()
    };
    let mut optimizer = AdamW::new(map.all_vars(), params)?;
    for epoch in 0..50 {
        let loss = loss::cross_entropy(&model.forward(&points)?, &labels)?;
        optimizer.backward_step(&loss)?;
        let value = loss.to_scalar::<f32>()?;
        println!("epoch {epoch}: loss {value:.4}");
    }
    map.save("ring.safetensors")?;
    Ok(())
}

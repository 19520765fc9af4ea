//! What burn cannot compute, told before anything is built.

use registry_core::Entity;
use registry_nn::layers::{Parallel, Scale, Sequential, TransformerEncoder, Upsample};
use registry_nn::{Layer, Refusal};

/// That burn computes a layer as PyTorch does.
pub(crate) fn layer(layer: &Layer) -> Result<(), Refusal> {
    class(layer).map_err(|refusal| refusal.of(layer.name()))
}

/// What burn lacks.
pub(crate) fn lacks(what: &str, hint: &str) -> Refusal {
    Refusal::unsupported("burn", what, hint)
}

fn class(layer: &Layer) -> Result<(), Refusal> {
    match layer {
        Layer::Sequential(Sequential { layers }) | Layer::Parallel(Parallel { layers, .. }) => {
            inside(layers)
        }
        Layer::TransformerEncoder(TransformerEncoder {
            norm: Some(norm), ..
        }) => self::layer(norm).map_err(|refusal| refusal.inside("norm")),
        Layer::MaxPool3d(_) | Layer::AvgPool3d(_) => Err(lacks(
            "windows over volumes",
            "choose `AdaptiveAvgPool3d`, or a `Conv3d` with strides",
        )),
        Layer::AdaptiveMaxPool1d(_) | Layer::AdaptiveMaxPool2d(_) | Layer::AdaptiveMaxPool3d(_) => {
            Err(lacks(
                "the largest numbers of windows of a chosen count",
                "choose `AdaptiveAvgPool`, or `MaxPool` with a size",
            ))
        }
        Layer::AvgPool1d(pool) if pool.divisor_override.is_some() => divisor(),
        Layer::AvgPool2d(pool) if pool.divisor_override.is_some() => divisor(),
        Layer::Embedding(table) if table.max_norm.is_some() => {
            Err(lacks("`max_norm`", "leave it out, or use a weight decay"))
        }
        Layer::Embedding(table) if table.scale_grad_by_freq => {
            Err(lacks("`scale_grad_by_freq`", "leave it out"))
        }
        Layer::Embedding(table) if table.sparse => Err(lacks("`sparse` gradients", "leave it out")),
        Layer::Upsample(upsample) => scale(upsample),
        _ => Ok(()),
    }
}

fn divisor() -> Result<(), Refusal> {
    Err(lacks(
        "`divisor_override`",
        "leave it out, and scale what comes after it",
    ))
}

fn inside(layers: &[Layer]) -> Result<(), Refusal> {
    let mut layers = layers.iter().enumerate();
    layers.try_for_each(|(index, it)| {
        layer(it).map_err(|refusal| refusal.inside(&format!("layers[{index}]")))
    })
}

/// burn has the size of the output alone, from which a factor that is no whole number cannot be told.
fn scale(upsample: &Upsample) -> Result<(), Refusal> {
    let is_whole = match &upsample.scale_factor {
        None => true,
        Some(Scale::All(factor)) => factor.fract() == 0.0,
        Some(Scale::Each(factors)) => factors.iter().all(|factor| factor.fract() == 0.0),
    };
    if is_whole || upsample.recompute_scale_factor == Some(true) {
        return Ok(());
    }
    Err(lacks(
        "a `scale_factor` that is no whole number",
        "set `recompute_scale_factor`, or give `size`",
    ))
}

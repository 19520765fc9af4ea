//! Layers that make images larger, or move pixels into channels and back.

use super::shape::output_shape;
use super::windows::weighted;
use super::{Forward, forward};
use crate::numbers::number;
use candle_core::Error;
use registry_nn::Layer;
use registry_nn::layers::{Scale, Upsample, UpsampleMode};

pub(super) fn upsample(it: &Upsample) -> Forward {
    let (it, layer) = (it.clone(), Layer::from(it.clone()));
    forward(move |xs, _| {
        let shape = output_shape(&layer, xs)?;
        let mut output = xs.clone();
        for (dim, to) in shape.into_iter().enumerate().skip(2) {
            let from = xs.dims()[dim];
            let taps: Vec<_> = (0..to).map(|at| taps(&it, dim - 2, at, from, to)).collect();
            output = weighted(&output, dim, &taps)?;
        }
        Ok(output)
    })
}

/// What a pixel of the output is made of along a dimension.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "places are not negative, and PyTorch computes the nearest one in single precision"
)]
fn taps(it: &Upsample, dimension: usize, at: usize, from: usize, to: usize) -> Vec<(usize, f64)> {
    let corners = it.align_corners == Some(true);
    let given = match &it.scale_factor {
        Some(Scale::All(factor)) => Some(*factor),
        Some(Scale::Each(factors)) => factors.get(dimension).copied(),
        None => None,
    };
    let given = given.filter(|_| it.recompute_scale_factor != Some(true));
    let scale = match given {
        _ if corners => {
            if to > 1 {
                number(from - 1) / number(to - 1)
            } else {
                0.0
            }
        }
        Some(factor) => factor.recip(),
        None => number(from) / number(to),
    };
    let place = if corners {
        number(at) * scale
    } else {
        (number(at) + 0.5) * scale - 0.5
    };
    let last = from - 1;
    match it.mode {
        UpsampleMode::Nearest => {
            let place = (number(at) as f32 * scale as f32).floor() as usize;
            vec![(place.min(last), 1.0)]
        }
        UpsampleMode::Linear | UpsampleMode::Bilinear | UpsampleMode::Trilinear => {
            let place = place.max(0.0);
            let first = (place.floor() as usize).min(last);
            let share = place - number(first);
            vec![(first, 1.0 - share), ((first + 1).min(last), share)]
        }
        UpsampleMode::Bicubic => {
            let tap = |offset: f64| {
                let pixel = place.floor() + offset;
                (
                    pixel.clamp(0.0, number(last)) as usize,
                    cubic((place - pixel).abs()),
                )
            };
            [-1.0, 0.0, 1.0, 2.0].map(tap).to_vec()
        }
    }
}

/// How much a pixel counts that is so far away, on PyTorch's curve.
fn cubic(distance: f64) -> f64 {
    const A: f64 = -0.75;
    let x = distance;
    if x <= 1.0 {
        return ((A + 2.0) * x - (A + 3.0)) * x * x + 1.0;
    }
    ((A * x - 5.0 * A) * x + 8.0 * A) * x - 4.0 * A
}

pub(super) fn pixel_shuffle(layer: &Layer) -> Forward {
    moved(layer, |[channels, height, width], [more, ..]| {
        let factor = more / height;
        (
            [channels / (factor * factor), factor, factor, height, width],
            [0, 1, 4, 2, 5, 3],
        )
    })
}

pub(super) fn pixel_unshuffle(layer: &Layer) -> Forward {
    moved(layer, |[channels, height, _], [less, fewer]| {
        let factor = height / less;
        ([channels, less, factor, fewer, factor], [0, 1, 3, 5, 2, 4])
    })
}

/// How the channels and pixels of an input are split, and in which order they are then.
type Moves = fn([usize; 3], [usize; 2]) -> ([usize; 5], [usize; 6]);

fn moved(layer: &Layer, moves: Moves) -> Forward {
    let layer = layer.clone();
    forward(move |xs, _| {
        let shape = output_shape(&layer, xs)?;
        let ([lead @ .., channels, height, width], [.., high, wide]) = (xs.dims(), &shape[..])
        else {
            return Err(Error::Msg("expected images".to_owned()));
        };
        if xs.elem_count() == 0 {
            return xs.reshape(shape);
        }
        let (split, order) = moves([*channels, *height, *width], [*high, *wide]);
        let split = [&[lead.iter().product()], &split[..]].concat();
        xs.reshape(split)?.permute(order)?.reshape(shape)
    })
}

//! Layers that make images larger, or move pixels into channels and back.

use super::dimensions;
use crate::layer::LayerClass;
use crate::size::at_least;
use crate::{Refusal, Shape};
use registry_core::Entity;
use serde::{Deserialize, Serialize};

/// Makes images larger, to a size or by a factor.
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(registry = LayerClass, new, check = LayerClass::check, skip_default)]
pub struct Upsample {
    /// The size of the output; one number for every dimension, or one for each.
    #[register(default)]
    pub size: Option<Shape>,
    /// How many times larger it is; one number for every dimension, or one for each.
    #[register(default)]
    pub scale_factor: Option<Scale>,
    /// What new pixels are.
    #[register(default)]
    pub mode: UpsampleMode,
    /// Whether the outermost pixels keep their places; for `linear`, `bilinear`, `bicubic` and `trilinear`.
    #[register(default)]
    pub align_corners: Option<bool>,
    /// Whether the factor is that of the sizes, and not the one that was given.
    #[register(default)]
    pub recompute_scale_factor: Option<bool>,
}

/// How many times larger something becomes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged, expecting = "expected a number or a list of numbers")]
pub enum Scale {
    /// Along every dimension.
    All(f64),
    /// Along each.
    Each(Vec<f64>),
}

/// What the new pixels are when an image becomes larger.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UpsampleMode {
    /// The nearest pixel.
    #[default]
    Nearest,
    /// On a line between two pixels of a sequence.
    Linear,
    /// On a plane between four pixels of an image.
    Bilinear,
    /// On a curve through sixteen pixels of an image.
    Bicubic,
    /// Between eight pixels of a volume.
    Trilinear,
}

impl UpsampleMode {
    /// The dimensions that an image has; none where any will do.
    fn dimensions(self) -> Option<usize> {
        match self {
            Self::Nearest => None,
            Self::Linear => Some(1),
            Self::Bilinear | Self::Bicubic => Some(2),
            Self::Trilinear => Some(3),
        }
    }
}

impl Upsample {
    /// The size of the image that comes of one of the size `image`.
    ///
    /// # Errors
    ///
    /// Where the number of dimensions does not fit.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        reason = "the sides of an image are below 2^53"
    )]
    pub fn output_size(&self, image: &[i64]) -> Result<Vec<i64>, Refusal> {
        let each = |count: usize| {
            if count == image.len() {
                return Ok(());
            }
            Err(Refusal::shape(format!(
                "expected an image of {count} dimensions, found {}",
                image.len()
            )))
        };
        if let Some(count) = self.mode.dimensions() {
            each(count)?;
        }
        let larger = |(size, factor): (&i64, f64)| (*size as f64 * factor).floor() as i64;
        Ok(match (&self.size, &self.scale_factor) {
            (Some(Shape::One(size)), _) => vec![*size; image.len()],
            (Some(Shape::Several(sizes)), _) => {
                each(sizes.len())?;
                sizes.clone()
            }
            (None, Some(Scale::All(factor))) => {
                image.iter().map(|size| larger((size, *factor))).collect()
            }
            (None, Some(Scale::Each(factors))) => {
                each(factors.len())?;
                let factors = factors.iter().copied();
                image.iter().zip(factors).map(larger).collect()
            }
            (None, None) => image.to_vec(),
        })
    }
}

impl LayerClass for Upsample {
    fn check(&self) -> Result<(), Refusal> {
        if self.size.is_some() == self.scale_factor.is_some() {
            return Err(
                Refusal::argument("one of `size` and `scale_factor` has to be given")
                    .with_hint("give the size of the output, or how many times larger it is"),
            );
        }
        if self.align_corners.is_some() && self.mode == UpsampleMode::Nearest {
            return Err(
                Refusal::argument("`align_corners` means nothing with `nearest`")
                    .with_hint("leave it out, or choose another `mode`"),
            );
        }
        if self.recompute_scale_factor == Some(true) && self.size.is_some() {
            return Err(
                Refusal::argument("`recompute_scale_factor` means nothing with `size`")
                    .with_hint("leave it out, or give `scale_factor`"),
            );
        }
        Ok(())
    }

    fn output(&self, input: &[i64]) -> Result<Vec<i64>, Refusal> {
        let ([_, _, image @ ..], 3..=5) = (input, input.len()) else {
            return Err(Refusal::shape(format!(
                "expected 3 dimensions to 5, found {}",
                dimensions(input)
            )));
        };
        let size = self.output_size(image)?;
        if input[1..].iter().chain(&size).any(|size| *size < 1) {
            return Err(Refusal::shape("expected pixels, found none"));
        }
        Ok([&input[..2], &size].concat())
    }
}

/// Channels become pixels: `(channels * r * r, height, width)` is `(channels, height * r, width * r)`.
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(registry = LayerClass, new, check = LayerClass::check)]
pub struct PixelShuffle {
    /// How many times larger a side becomes.
    pub upscale_factor: i64,
}

/// Pixels become channels: what undoes [`PixelShuffle`].
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(registry = LayerClass, new, check = LayerClass::check)]
pub struct PixelUnshuffle {
    /// How many times smaller a side becomes.
    pub downscale_factor: i64,
}

impl LayerClass for PixelShuffle {
    fn check(&self) -> Result<(), Refusal> {
        at_least(self.upscale_factor, 1, "upscale_factor")
    }

    fn output(&self, input: &[i64]) -> Result<Vec<i64>, Refusal> {
        let (lead, [channels, height, width]) = pixels(input)?;
        let factor = self.upscale_factor.max(1);
        let area = factor.saturating_mul(factor);
        if channels % area != 0 {
            return Err(Refusal::shape(format!(
                "expected a multiple of {area} channels, found {channels}"
            )));
        }
        let larger = [
            channels / area,
            height.saturating_mul(factor),
            width.saturating_mul(factor),
        ];
        Ok([lead, &larger].concat())
    }
}

impl LayerClass for PixelUnshuffle {
    fn check(&self) -> Result<(), Refusal> {
        at_least(self.downscale_factor, 1, "downscale_factor")
    }

    fn output(&self, input: &[i64]) -> Result<Vec<i64>, Refusal> {
        let (lead, [channels, height, width]) = pixels(input)?;
        let factor = self.downscale_factor.max(1);
        if height % factor != 0 || width % factor != 0 {
            return Err(Refusal::shape(format!(
                "expected sides that are multiples of {factor}, found {height} and {width}"
            )));
        }
        let area = factor.saturating_mul(factor);
        let smaller = [
            channels.saturating_mul(area),
            height / factor,
            width / factor,
        ];
        Ok([lead, &smaller].concat())
    }
}

fn pixels(input: &[i64]) -> Result<(&[i64], [i64; 3]), Refusal> {
    match input {
        [lead @ .., channels, height, width] => Ok((lead, [*channels, *height, *width])),
        _ => Err(Refusal::shape(format!(
            "expected 3 dimensions or more, found {}",
            dimensions(input)
        ))),
    }
}

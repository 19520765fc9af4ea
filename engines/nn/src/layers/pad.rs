//! Layers that add pixels at the sides of an image.

use super::convolution::fits;
use super::image;
use crate::layer::LayerClass;
use crate::{PaddingMode, Refusal, Sides};
use registry_core::Entity;

/// Adds pixels at the sides of an image; every variant is a class.
///
/// # Examples
///
/// ```
/// use registry_nn::layers::{Pad, PadWith};
/// use registry_nn::{Layer, PaddingMode, Sides};
///
/// let pad = Pad::ReflectionPad1d { padding: Sides::Each([[1, 2]]) };
/// assert_eq!(pad.with(), PadWith::Mode(PaddingMode::Reflect));
/// assert_eq!(Layer::from(pad).output_shape(&[8, 3, 10])?, [8, 3, 13]);
/// # Ok::<(), registry_nn::Refusal>(())
/// ```
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(registry = LayerClass, check = LayerClass::check)]
#[expect(missing_docs, reason = "the parameters are the same for all")]
pub enum Pad {
    /// Zeros around a sequence.
    ZeroPad1d { padding: Sides<1> },
    /// Zeros around an image.
    ZeroPad2d { padding: Sides<2> },
    /// Zeros around a volume.
    ZeroPad3d { padding: Sides<3> },
    /// A number around a sequence.
    ConstantPad1d { padding: Sides<1>, value: f64 },
    /// A number around an image.
    ConstantPad2d { padding: Sides<2>, value: f64 },
    /// A number around a volume.
    ConstantPad3d { padding: Sides<3>, value: f64 },
    /// The sequence in mirrors that stand on its ends.
    ReflectionPad1d { padding: Sides<1> },
    /// The image in mirrors that stand on its last pixels.
    ReflectionPad2d { padding: Sides<2> },
    /// The volume in mirrors that stand on its last pixels.
    ReflectionPad3d { padding: Sides<3> },
    /// The ends of a sequence again.
    ReplicationPad1d { padding: Sides<1> },
    /// The last pixels of an image again.
    ReplicationPad2d { padding: Sides<2> },
    /// The last pixels of a volume again.
    ReplicationPad3d { padding: Sides<3> },
    /// The other end of a sequence.
    CircularPad1d { padding: Sides<1> },
    /// The other sides of an image.
    CircularPad2d { padding: Sides<2> },
    /// The other sides of a volume.
    CircularPad3d { padding: Sides<3> },
}

/// What a [`Pad`] adds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PadWith {
    /// The same number everywhere.
    Value(f64),
    /// Pixels of the image.
    Mode(PaddingMode),
}

impl Pad {
    /// What is added.
    pub fn with(&self) -> PadWith {
        match self {
            Self::ZeroPad1d { .. } | Self::ZeroPad2d { .. } | Self::ZeroPad3d { .. } => {
                PadWith::Value(0.0)
            }
            Self::ConstantPad1d { value, .. }
            | Self::ConstantPad2d { value, .. }
            | Self::ConstantPad3d { value, .. } => PadWith::Value(*value),
            Self::ReflectionPad1d { .. }
            | Self::ReflectionPad2d { .. }
            | Self::ReflectionPad3d { .. } => PadWith::Mode(PaddingMode::Reflect),
            Self::ReplicationPad1d { .. }
            | Self::ReplicationPad2d { .. }
            | Self::ReplicationPad3d { .. } => PadWith::Mode(PaddingMode::Replicate),
            Self::CircularPad1d { .. }
            | Self::CircularPad2d { .. }
            | Self::CircularPad3d { .. } => PadWith::Mode(PaddingMode::Circular),
        }
    }

    /// How many pixels are added before and after each dimension of an image, the last one first.
    pub fn sides(&self) -> Vec<[i64; 2]> {
        match self {
            Self::ZeroPad1d { padding }
            | Self::ConstantPad1d { padding, .. }
            | Self::ReflectionPad1d { padding }
            | Self::ReplicationPad1d { padding }
            | Self::CircularPad1d { padding } => padding.each().to_vec(),
            Self::ZeroPad2d { padding }
            | Self::ConstantPad2d { padding, .. }
            | Self::ReflectionPad2d { padding }
            | Self::ReplicationPad2d { padding }
            | Self::CircularPad2d { padding } => padding.each().to_vec(),
            Self::ZeroPad3d { padding }
            | Self::ConstantPad3d { padding, .. }
            | Self::ReflectionPad3d { padding }
            | Self::ReplicationPad3d { padding }
            | Self::CircularPad3d { padding } => padding.each().to_vec(),
        }
    }
}

impl LayerClass for Pad {
    fn output(&self, input: &[i64]) -> Result<Vec<i64>, Refusal> {
        let sides = self.sides();
        let (lead, size) = match self.with() {
            // Nothing is asked of the dimensions before the image.
            PadWith::Value(_) if input.len() >= sides.len() => {
                input.split_at(input.len() - sides.len())
            }
            PadWith::Value(_) => {
                return Err(Refusal::shape(format!(
                    "expected {} dimensions or more, found {}",
                    sides.len(),
                    super::dimensions(input)
                )));
            }
            PadWith::Mode(_) => image(input, sides.len())?,
        };
        let mut output = lead.to_vec();
        for (size, [before, after]) in size.iter().zip(sides.iter().rev()) {
            if let PadWith::Mode(mode) = self.with() {
                fits(mode, *size, *before.max(after))?;
            }
            let length = size.saturating_add(*before).saturating_add(*after);
            if length < 0 {
                return Err(Refusal::shape(format!(
                    "the output would have {length} pixels in a dimension"
                )));
            }
            output.push(length);
        }
        Ok(output)
    }
}

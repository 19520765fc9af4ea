//! The handwritten digits: 8 x 8 grey images with their labels, in two splits.

use std::io::{self, Read};

use candle_core::{Device, Tensor};
use entia::prelude::*;
use fastrand::Rng;
use flate2::read::GzDecoder;
use thiserror::Error;

/// Pixels of an image, row by row.
pub const PIXELS: usize = 64;
/// Number of digits; a label is in `0..CLASSES`.
pub const CLASSES: usize = 10;

const ARCHIVE: &[u8] = include_bytes!("../data/digits.csv.gz");
const BRIGHTEST: u8 = 16;

/// Why the images could not be read.
#[derive(Debug, Error)]
pub enum DataError {
    /// The archive does not unpack.
    #[error("the digits do not unpack: {0}\nhint: restore `data/digits.csv.gz` and build again")]
    Unpack(#[from] io::Error),
    /// A line is not an image and its label.
    #[error(
        "line {0} of the digits is not {PIXELS} pixels of 0 to {BRIGHTEST} and a label\n\
         hint: restore `data/digits.csv.gz` and build again"
    )]
    Line(usize),
    /// The images make no tensor.
    #[error(transparent)]
    Tensor(#[from] candle_core::Error),
}

/// Which of the images: a fixed choice, documented with the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Entity)]
pub enum Split {
    /// 1,438 images to learn from.
    #[register(name = "train")]
    Train,
    /// 359 images to measure with: each fifth, so that both splits hold every writer.
    #[register(name = "test")]
    Test,
}

/// Images and their labels.
#[derive(Debug)]
pub struct Digits {
    /// `f32` of shape `(images, PIXELS)`, each pixel in `0.0..=1.0`.
    pub images: Tensor,
    /// `u32` of shape `(images,)`, each label in `0..CLASSES`.
    pub labels: Tensor,
}

#[register]
impl Digits {
    /// Unpacks the images of a split, which are compiled into the program.
    ///
    /// # Errors
    ///
    /// When the archive is damaged.
    pub fn new(split: Split) -> Result<Self, DataError> {
        let mut text = String::new();
        GzDecoder::new(ARCHIVE).read_to_string(&mut text)?;
        let (mut pixels, mut labels) = (Vec::new(), Vec::new());
        for (line, row) in (1..).zip(text.lines()) {
            let row = Row::parse(row).ok_or(DataError::Line(line))?;
            if (line % 5 == 0) == (split == Split::Test) {
                pixels.extend(row.pixels);
                labels.push(row.label);
            }
        }
        Ok(Self {
            images: Tensor::from_vec(pixels, (labels.len(), PIXELS), &Device::Cpu)?,
            labels: Tensor::new(labels, &Device::Cpu)?,
        })
    }

    /// Number of images.
    pub fn count(&self) -> usize {
        self.labels.elem_count()
    }

    /// The images in an order drawn from `rng`, `size` at a time; the last batch may be smaller.
    ///
    /// # Errors
    ///
    /// When candle cannot select the images.
    pub fn batches(&self, size: usize, rng: &mut Rng) -> candle_core::Result<Vec<Self>> {
        let mut order: Vec<u32> = (0..).take(self.count()).collect();
        rng.shuffle(&mut order);
        order
            .chunks(size)
            .map(|chosen| {
                let chosen = Tensor::new(chosen, self.images.device())?;
                Ok(Self {
                    images: self.images.index_select(&chosen, 0)?,
                    labels: self.labels.index_select(&chosen, 0)?,
                })
            })
            .collect()
    }
}

struct Row {
    pixels: [f32; PIXELS],
    label: u32,
}

impl Row {
    fn parse(line: &str) -> Option<Self> {
        let (pixels, label) = line.rsplit_once(',')?;
        let pixels: Vec<f32> = pixels
            .split(',')
            .map(|pixel| {
                let grey: u8 = pixel.parse().ok().filter(|grey| *grey <= BRIGHTEST)?;
                Some(f32::from(grey) / f32::from(BRIGHTEST))
            })
            .collect::<Option<_>>()?;
        let label: u8 = label
            .parse()
            .ok()
            .filter(|label| usize::from(*label) < CLASSES)?;
        Some(Self {
            pixels: pixels.try_into().ok()?,
            label: label.into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_hold_every_image_once() -> Result<(), DataError> {
        for (split, count) in [(Split::Train, 1438), (Split::Test, 359)] {
            let digits = Digits::new(split)?;
            assert_eq!(digits.images.dims(), [count, PIXELS]);
            let pixels = digits.images.flatten_all()?.to_vec1::<f32>()?;
            assert!(pixels.iter().all(|pixel| (0.0..=1.0).contains(pixel)));
            assert!(pixels.contains(&1.0));
            let labels = digits.labels.to_vec1::<u32>()?;
            assert_eq!(labels.len(), count);
            assert!((0..10).all(|digit| labels.contains(&digit)));
            assert!(labels.iter().all(|label| *label < 10));
        }
        Ok(())
    }

    #[test]
    fn batches_shuffle_by_seed_and_keep_every_image() -> Result<(), DataError> {
        let digits = Digits::new(Split::Train)?;
        let labels = |seed| -> candle_core::Result<Vec<u32>> {
            let batches = digits.batches(64, &mut Rng::with_seed(seed))?;
            assert_eq!(batches.last().map(Digits::count), Some(1438 % 64));
            let labels = batches.iter().map(|batch| batch.labels.to_vec1());
            Ok(labels.collect::<candle_core::Result<Vec<_>>>()?.concat())
        };
        assert_eq!(labels(1)?, labels(1)?);
        assert_ne!(labels(1)?, labels(2)?);
        let (mut shuffled, mut stored) = (labels(1)?, digits.labels.to_vec1::<u32>()?);
        shuffled.sort_unstable();
        stored.sort_unstable();
        assert_eq!(shuffled, stored);
        Ok(())
    }

    #[test]
    fn a_dataset_has_an_identity() -> Result<(), DataError> {
        let digits = Digits::new(Split::Test)?;
        assert_eq!(digits.arguments().to_string(), r#"{"split": "test"}"#);
        Ok(())
    }

    #[test]
    fn refuses_a_damaged_line() {
        let line = |pixel: &str, label: &str| vec![pixel; PIXELS].join(",") + "," + label;
        assert!(Row::parse(&line("16", "9")).is_some());
        assert!(Row::parse(&line("17", "9")).is_none());
        assert!(Row::parse(&line("16", "10")).is_none());
        assert!(Row::parse("1,2,3").is_none());
    }
}

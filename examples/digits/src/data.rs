//! The handwritten digits: 8 x 8 grey images with their labels, in two splits.

use std::io::{self, Read};

use candle_core::{Device, Tensor};
use fastrand::Rng;
use flate2::read::GzDecoder;
use thiserror::Error;

/// Pixels of an image, row by row.
pub const PIXELS: usize = 64;
/// Number of digits; a label is in `0..CLASSES`.
pub const CLASSES: usize = 10;

const ARCHIVE: &[u8] = include_bytes!("../data/digits.csv.gz");
const BRIGHTEST: u8 = 16;
/// Each fifth image is a test image: a fixed split in which both sides hold every writer.
const TEST_EVERY: usize = 5;

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

/// Images and their labels.
#[derive(Debug)]
pub struct Split {
    /// `f32` of shape `(images, PIXELS)`, each pixel in `0.0..=1.0`.
    pub images: Tensor,
    /// `u32` of shape `(images,)`, each label in `0..CLASSES`.
    pub labels: Tensor,
}

impl Split {
    fn new(rows: &[Row]) -> candle_core::Result<Self> {
        let pixels: Vec<f32> = rows.iter().flat_map(|row| row.pixels).collect();
        let labels: Vec<u32> = rows.iter().map(|row| row.label).collect();
        Ok(Self {
            images: Tensor::from_vec(pixels, (rows.len(), PIXELS), &Device::Cpu)?,
            labels: Tensor::new(labels, &Device::Cpu)?,
        })
    }

    /// Number of images.
    pub fn len(&self) -> usize {
        self.labels.elem_count()
    }

    /// The images in an order drawn from `rng`, `size` at a time; the last batch may be smaller.
    ///
    /// # Errors
    ///
    /// When candle cannot select the images.
    pub fn batches(&self, size: usize, rng: &mut Rng) -> candle_core::Result<Vec<Self>> {
        let mut order: Vec<u32> = (0u32..).take(self.len()).collect();
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

/// The data set.
#[derive(Debug)]
pub struct Digits {
    /// 1,438 images to learn from.
    pub train: Split,
    /// 359 images to measure with.
    pub test: Split,
}

impl Digits {
    /// Unpacks the images that are compiled into the program.
    ///
    /// # Errors
    ///
    /// When the archive is damaged.
    pub fn load() -> Result<Self, DataError> {
        let mut text = String::new();
        GzDecoder::new(ARCHIVE).read_to_string(&mut text)?;
        let (mut train, mut test) = (Vec::new(), Vec::new());
        for (index, line) in text.lines().enumerate() {
            let row = Row::parse(line).ok_or(DataError::Line(index + 1))?;
            let rows = if index % TEST_EVERY == TEST_EVERY - 1 { &mut test } else { &mut train };
            rows.push(row);
        }
        Ok(Self { train: Split::new(&train)?, test: Split::new(&test)? })
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
            .map(|pixel| pixel.parse().ok().filter(|grey| *grey <= BRIGHTEST))
            .map(|grey| grey.map(|grey: u8| f32::from(grey) / f32::from(BRIGHTEST)))
            .collect::<Option<_>>()?;
        let label = label.parse().ok().filter(|label| (0u32..).take(CLASSES).any(|c| c == *label))?;
        Some(Self { pixels: pixels.try_into().ok()?, label })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_every_image_once() -> Result<(), DataError> {
        let digits = Digits::load()?;
        assert_eq!((digits.train.len(), digits.test.len()), (1438, 359));
        for split in [&digits.train, &digits.test] {
            assert_eq!(split.images.dims(), [split.len(), PIXELS]);
            let pixels = split.images.flatten_all()?.to_vec1::<f32>()?;
            assert!(pixels.iter().all(|pixel| (0.0..=1.0).contains(pixel)));
            assert!(pixels.contains(&1.0));
            let labels = split.labels.to_vec1::<u32>()?;
            assert!((0..10).all(|digit| labels.contains(&digit)));
            assert!(labels.iter().all(|label| *label < 10));
        }
        Ok(())
    }

    #[test]
    fn batches_shuffle_by_seed_and_keep_every_image() -> Result<(), DataError> {
        let train = Digits::load()?.train;
        let labels = |seed| -> candle_core::Result<Vec<u32>> {
            let batches = train.batches(64, &mut Rng::with_seed(seed))?;
            assert_eq!(batches.last().map(Split::len), Some(1438 % 64));
            let labels = batches.iter().map(|batch| batch.labels.to_vec1());
            Ok(labels.collect::<candle_core::Result<Vec<_>>>()?.concat())
        };
        assert_eq!(labels(1)?, labels(1)?);
        assert_ne!(labels(1)?, labels(2)?);
        let (mut shuffled, mut stored) = (labels(1)?, train.labels.to_vec1::<u32>()?);
        shuffled.sort_unstable();
        stored.sort_unstable();
        assert_eq!(shuffled, stored);
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

//! The handwritten digits: 8 x 8 grey images with their labels, in two splits.

use std::io::{self, Read};

use entia::prelude::*;
use fastrand::Rng;
use flate2::read::GzDecoder;
use thiserror::Error;

/// Channels, height and width of an image.
pub const SHAPE: [u8; 3] = [1, 8, 8];
/// Pixels of an image, row by row.
pub const PIXELS: usize = 64;
/// Number of digits; a label is in `0..CLASSES`.
pub const CLASSES: u8 = 10;

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
    /// The pixels of one image after the other, each in `0.0..=1.0`.
    pub images: Vec<f32>,
    /// Each in `0..CLASSES`.
    pub labels: Vec<u8>,
}

// `registry-tch` has a data set `Digits`, which is split in another way.
#[register(name = "OpticalDigits")]
impl Digits {
    /// Unpacks the images of a split, which are compiled into the program.
    ///
    /// # Errors
    ///
    /// When the archive is damaged.
    pub fn new(split: Split) -> Result<Self, DataError> {
        let mut text = String::new();
        GzDecoder::new(ARCHIVE).read_to_string(&mut text)?;
        let (mut images, mut labels) = (Vec::new(), Vec::new());
        for (line, row) in (1..).zip(text.lines()) {
            let row = Row::parse(row).ok_or(DataError::Line(line))?;
            if (line % 5 == 0) == (split == Split::Test) {
                images.extend(row.pixels);
                labels.push(row.label);
            }
        }
        Ok(Self { images, labels })
    }

    /// Number of images.
    pub fn count(&self) -> usize {
        self.labels.len()
    }

    /// The images in an order drawn from `rng`, `size` at a time; the last batch may be smaller.
    pub fn batches(&self, size: usize, rng: &mut Rng) -> Vec<Self> {
        let mut order: Vec<usize> = (0..self.count()).collect();
        rng.shuffle(&mut order);
        let batches = order.chunks(size).map(|chosen| self.chosen(chosen));
        batches.collect()
    }

    /// The first images.
    #[must_use]
    pub fn first(&self, count: usize) -> Self {
        let chosen: Vec<usize> = (0..self.count()).take(count).collect();
        self.chosen(&chosen)
    }

    fn chosen(&self, chosen: &[usize]) -> Self {
        let pixels = |index: &usize| &self.images[index * PIXELS..(index + 1) * PIXELS];
        Self {
            images: chosen.iter().flat_map(pixels).copied().collect(),
            labels: chosen.iter().map(|index| self.labels[*index]).collect(),
        }
    }
}

struct Row {
    pixels: [f32; PIXELS],
    label: u8,
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
        let label: u8 = label.parse().ok().filter(|label| *label < CLASSES)?;
        Some(Self {
            pixels: pixels.try_into().ok()?,
            label,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_hold_every_image_once() -> Result<(), DataError> {
        assert_eq!(SHAPE.map(usize::from).iter().product::<usize>(), PIXELS);
        for (split, count) in [(Split::Train, 1438), (Split::Test, 359)] {
            let digits = Digits::new(split)?;
            assert_eq!(digits.images.len(), count * PIXELS);
            assert!(
                digits
                    .images
                    .iter()
                    .all(|pixel| (0.0..=1.0).contains(pixel))
            );
            assert!(digits.images.contains(&1.0));
            assert_eq!(digits.labels.len(), count);
            assert!((0..10).all(|digit| digits.labels.contains(&digit)));
            assert!(digits.labels.iter().all(|label| *label < 10));
        }
        Ok(())
    }

    #[test]
    fn batches_shuffle_by_seed_and_keep_every_image() -> Result<(), DataError> {
        let digits = Digits::new(Split::Train)?;
        let shuffled = |seed| {
            let batches = digits.batches(64, &mut Rng::with_seed(seed));
            assert_eq!(batches.last().map(Digits::count), Some(1438 % 64));
            let images = batches.into_iter().flat_map(|batch| {
                assert_eq!(batch.images.len(), batch.count() * PIXELS);
                let images = batch.images.chunks(PIXELS).map(<[f32]>::to_vec);
                images.zip(batch.labels).collect::<Vec<_>>()
            });
            images.collect::<Vec<_>>()
        };
        assert_eq!(shuffled(1), shuffled(1));
        assert_ne!(shuffled(1), shuffled(2));
        let first = digits.first(3);
        assert_eq!(first.images, digits.images[..3 * PIXELS]);
        // Each has its label still.
        for (image, label) in first.images.chunks(PIXELS).zip(first.labels) {
            assert!(shuffled(1).contains(&(image.to_vec(), label)));
        }
        let labels = |of: &[(Vec<f32>, u8)]| of.iter().map(|(_, label)| *label).collect::<Vec<_>>();
        let (mut shuffled, mut stored) = (labels(&shuffled(1)), digits.labels.clone());
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

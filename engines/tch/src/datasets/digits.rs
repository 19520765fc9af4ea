//! Handwritten digits of 8 x 8 pixels.

use super::{DataError, Dataset, Folder};
use flate2::read::GzDecoder;
use registry_core::register;
use std::fs::File;
use std::io::Read;
use tch::Tensor;

const PIXELS: usize = 64;
const BRIGHTEST: u8 = 16;

/// 1,797 handwritten digits of 8 x 8 pixels, from `digits.csv.gz`: a line for each image, with 64
/// grey values of 0 to 16 and the digit.
#[derive(Debug)]
pub struct Digits {
    images: Tensor,
    labels: Tensor,
}

#[register(exclude = "folder", registry = Dataset)]
impl Digits {
    /// The images to learn from, or to test with: each fifth, so that both hold every writer.
    ///
    /// # Errors
    ///
    /// Where the file is not there, or damaged.
    pub fn new(
        folder: &Folder,
        #[register(default = true, skip_default)] train: bool,
    ) -> Result<Self, DataError> {
        let path = folder.path.join("digits.csv.gz");
        let mut text = String::new();
        File::open(&path)
            .and_then(|file| GzDecoder::new(file).read_to_string(&mut text))
            .map_err(DataError::file(&path))?;
        let (mut pixels, mut labels) = (Vec::new(), Vec::new());
        for (line, row) in (1usize..).zip(text.lines()) {
            let (image, label) = parse(row).ok_or_else(|| DataError::Content {
                path: path.clone(),
                problem: format!(
                    "line {line} is not {PIXELS} pixels of 0 to {BRIGHTEST} and a digit"
                ),
            })?;
            if (line % 5 == 0) != train {
                pixels.extend(image);
                labels.push(label);
            }
        }
        let labels = Tensor::f_from_slice(&labels)?;
        let images = Tensor::f_from_slice(&pixels)?.f_view([labels.size1()?, 1, 8, 8])?;
        Ok(Self {
            images: images.f_to_device(folder.device)?,
            labels: labels.f_to_device(folder.device)?,
        })
    }
}

impl Dataset for Digits {
    /// `f32` of shape `(images, 1, 8, 8)`, each pixel in `0.0..=1.0`.
    fn inputs(&self) -> &Tensor {
        &self.images
    }

    /// `i64` of shape `(images,)`, each in `0..10`.
    fn targets(&self) -> &Tensor {
        &self.labels
    }
}

fn parse(line: &str) -> Option<(Vec<f32>, i64)> {
    let (pixels, label) = line.rsplit_once(',')?;
    let pixels: Vec<f32> = pixels
        .split(',')
        .map(|pixel| {
            let grey: u8 = pixel.parse().ok().filter(|grey| *grey <= BRIGHTEST)?;
            Some(f32::from(grey) / f32::from(BRIGHTEST))
        })
        .collect::<Option<_>>()?;
    let label = label.parse().ok().filter(|label| (0..10).contains(label))?;
    (pixels.len() == PIXELS).then_some((pixels, label))
}

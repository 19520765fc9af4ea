//! MNIST, and what comes in its files.

use super::{DataError, Dataset, Folder};
use flate2::read::GzDecoder;
use registry_core::register;
use std::fs::File;
use std::io::Read;
use std::path::PathBuf;
use tch::{Kind, Tensor};

/// Images with a label each, from the IDX files of MNIST, Fashion-MNIST and their kin, each plain or
/// packed with `.gz` behind its name:
///
/// - `train-images-idx3-ubyte` and `train-labels-idx1-ubyte` to learn from,
/// - `t10k-images-idx3-ubyte` and `t10k-labels-idx1-ubyte` to test with.
///
/// MNIST's files are at `https://ossci-datasets.s3.amazonaws.com/mnist/`, from where torchvision takes
/// them, each as its name with `.gz`:
///
/// ```sh
/// for file in train-images-idx3 train-labels-idx1 t10k-images-idx3 t10k-labels-idx1; do
///     curl -O "https://ossci-datasets.s3.amazonaws.com/mnist/$file-ubyte.gz"
/// done
/// ```
///
/// Those of Fashion-MNIST have the same names; `https://github.com/zalandoresearch/fashion-mnist` has them.
#[derive(Debug)]
pub struct Mnist {
    images: Tensor,
    labels: Tensor,
}

#[register(name = "MNIST", exclude = "folder", registry = Dataset)]
impl Mnist {
    /// The images to learn from, or to test with.
    ///
    /// # Errors
    ///
    /// Where a file is not there, or damaged, or there is not one label for each image.
    pub fn new(
        folder: &Folder,
        #[register(default = true, skip_default)] train: bool,
    ) -> Result<Self, DataError> {
        let part = if train { "train" } else { "t10k" };
        let (path, bytes) = read(folder, &format!("{part}-images-idx3-ubyte"))?;
        let ([count, height, width], images) = parse(&bytes).map_err(DataError::content(&path))?;
        let images = Tensor::f_from_slice(images)?
            .f_to_device(folder.device)?
            .f_to_kind(Kind::Float)?
            .f_div_scalar(255)?
            .f_view([count, 1, height, width].map(i64::from))?;
        let (path, bytes) = read(folder, &format!("{part}-labels-idx1-ubyte"))?;
        let ([labelled], labels) = parse(&bytes).map_err(DataError::content(&path))?;
        if labelled != count {
            let problem = format!("it has {labelled} labels, where there are {count} images");
            return Err(DataError::content(&path)(problem));
        }
        let labels = Tensor::f_from_slice(labels)?
            .f_to_device(folder.device)?
            .f_to_kind(Kind::Int64)?;
        Ok(Self { images, labels })
    }
}

impl Dataset for Mnist {
    /// `f32` of shape `(images, 1, height, width)`, each pixel in `0.0..=1.0`.
    fn inputs(&self) -> &Tensor {
        &self.images
    }

    /// `i64` of shape `(images,)`.
    fn targets(&self) -> &Tensor {
        &self.labels
    }
}

/// What a file holds, or one of its name with `.gz`; and which of them it was.
fn read(folder: &Folder, name: &str) -> Result<(PathBuf, Vec<u8>), DataError> {
    let mut path = folder.path.join(name);
    let packed = folder.path.join(format!("{name}.gz"));
    let mut bytes = Vec::new();
    let read = if !path.exists() && packed.exists() {
        path = packed;
        File::open(&path).and_then(|file| GzDecoder::new(file).read_to_end(&mut bytes))
    } else {
        File::open(&path).and_then(|mut file| file.read_to_end(&mut bytes))
    };
    read.map_err(DataError::file(&path))?;
    Ok((path, bytes))
}

/// The sizes and the elements in an IDX file of bytes, or what is wrong with it.
///
/// It has a word for the type of the elements and the number of dimensions, a word for the size of
/// each dimension, and the elements. Words are big-endian.
fn parse<const DIMENSIONS: usize>(bytes: &[u8]) -> Result<([u32; DIMENSIONS], &[u8]), String> {
    const BYTES: usize = 0x0800;
    let Some((header, elements)) = bytes.split_at_checked(4 * (1 + DIMENSIONS)) else {
        return Err(format!(
            "it ends within its header, after {} bytes",
            bytes.len()
        ));
    };
    let mut words = header
        .as_chunks()
        .0
        .iter()
        .map(|word| u32::from_be_bytes(*word));
    let (found, expected) = (words.next().unwrap_or(0), BYTES + DIMENSIONS);
    if found as usize != expected {
        return Err(format!(
            "it begins with {found:#010x}, where {expected:#010x} stands for bytes in {DIMENSIONS} dimensions"
        ));
    }
    let sizes = [(); DIMENSIONS].map(|()| words.next().unwrap_or(0));
    let expected: u128 = sizes.iter().copied().map(u128::from).product();
    if elements.len() as u128 != expected {
        return Err(format!(
            "it has {} elements, where its header tells of {expected}",
            elements.len()
        ));
    }
    Ok((sizes, elements))
}

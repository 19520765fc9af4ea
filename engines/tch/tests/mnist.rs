//! MNIST's files, whole and damaged.

#![allow(clippy::disallowed_methods, reason = "what fails here may panic")]

use flate2::Compression;
use flate2::write::GzEncoder;
use registry_core::Registered;
use registry_tch::Dataset;
use registry_tch::datasets::{DataError, Folder, Mnist};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use tch::{Device, Kind, Tensor};

const IMAGES: &str = "train-images-idx3-ubyte";
const LABELS: &str = "train-labels-idx1-ubyte";

/// Two images of 1 x 2 pixels.
fn images() -> Vec<u8> {
    vec![
        0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 255, 51, 102,
    ]
}

fn labels() -> Vec<u8> {
    vec![0, 0, 8, 1, 0, 0, 0, 2, 7, 3]
}

fn packed(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

/// A folder of its own for each `test`.
fn folder(test: &str, files: &[(&str, &[u8])]) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).unwrap();
    for (name, content) in files {
        fs::write(path.join(name), content).unwrap();
    }
    path
}

fn read(path: &Path, train: bool) -> Result<Registered<Mnist>, DataError> {
    let (path, device) = (path.to_owned(), Device::Cpu);
    Mnist::new(&Folder { path, device }, train)
}

/// What is said of the file `name`.
fn problem(test: &str, files: &[(&str, &[u8])], name: &str) -> String {
    let folder = folder(test, files);
    let error = read(&folder, true).unwrap_err();
    let text = error.to_string();
    let DataError::Content { path, problem } = error else {
        panic!("{error:?}");
    };
    assert_eq!(path, folder.join(name));
    assert_eq!(
        text,
        format!("`{}`: {problem}\nhint: restore the file", path.display())
    );
    problem
}

#[test]
fn plain_and_packed_files_are_read() {
    let (plain, gz) = ((images(), labels()), (packed(&images()), packed(&labels())));
    let folder = folder(
        "mnist-packed",
        &[
            (IMAGES, &plain.0),
            ("train-images-idx3-ubyte.gz", b"the plain one is read"),
            ("train-labels-idx1-ubyte.gz", &gz.1),
            ("t10k-images-idx3-ubyte.gz", &gz.0),
            ("t10k-labels-idx1-ubyte", &plain.1),
        ],
    );
    for train in [true, false] {
        let mnist = read(&folder, train).unwrap();
        let pixels = Tensor::from_slice(&[0.0f32, 1.0, 0.2, 0.4]).view([2, 1, 1, 2]);
        assert_eq!(mnist.inputs(), &pixels);
        assert_eq!(mnist.targets(), &Tensor::from_slice(&[7i64, 3]));
        assert_eq!(mnist.len(), 2);
    }
}

#[test]
fn files_of_no_image_are_read() {
    let images = [0, 0, 8, 3, 0, 0, 0, 0, 0, 0, 0, 28, 0, 0, 0, 28];
    let labels = [0, 0, 8, 1, 0, 0, 0, 0];
    let folder = folder("mnist-empty", &[(IMAGES, &images), (LABELS, &labels)]);
    let mnist = read(&folder, true).unwrap();
    assert!(mnist.is_empty());
    assert_eq!(mnist.inputs().size(), [0, 1, 28, 28]);
    assert_eq!(mnist.targets().kind(), Kind::Int64);
}

#[test]
fn a_file_of_another_kind_is_refused() {
    let problem = problem(
        "mnist-kind",
        &[(IMAGES, &[labels(), images()].concat())],
        IMAGES,
    );
    assert_eq!(
        problem,
        "it begins with 0x00000801, where 0x00000803 stands for bytes in 3 dimensions"
    );
}

#[test]
fn files_cut_anywhere_are_refused() {
    let images = images();
    for length in 0..images.len() {
        let expected = match length.checked_sub(16) {
            None => format!("it ends within its header, after {length} bytes"),
            Some(pixels) => format!("it has {pixels} elements, where its header tells of 4"),
        };
        let files: &[(&str, &[u8])] = &[(IMAGES, &images[..length])];
        assert_eq!(problem("mnist-cut", files, IMAGES), expected);
    }
    let labels = &labels()[..9];
    assert_eq!(
        problem("mnist-cut", &[(IMAGES, &images), (LABELS, labels)], LABELS),
        "it has 1 elements, where its header tells of 2"
    );
}

#[test]
fn more_than_the_header_tells_is_refused() {
    let images = [images(), vec![0]].concat();
    assert_eq!(
        problem("mnist-long", &[(IMAGES, &images)], IMAGES),
        "it has 5 elements, where its header tells of 4"
    );
}

#[test]
fn a_header_of_huge_sizes_takes_no_memory() {
    let mut images = images();
    images[4..16].fill(255);
    let expected = u128::from(u32::MAX).pow(3);
    assert_eq!(
        problem("mnist-huge", &[(IMAGES, &images)], IMAGES),
        format!("it has 4 elements, where its header tells of {expected}")
    );
}

#[test]
fn each_image_needs_its_label() {
    let labels = [0, 0, 8, 1, 0, 0, 0, 3, 7, 3, 1];
    assert_eq!(
        problem(
            "mnist-labels",
            &[(IMAGES, &images()), (LABELS, &labels)],
            LABELS
        ),
        "it has 3 labels, where there are 2 images"
    );
}

#[test]
fn what_is_missing_or_does_not_unpack_is_named() {
    let missing = folder("mnist-missing", &[(IMAGES, &images())]);
    let gz = packed(&images());
    let cut = folder(
        "mnist-cut-gz",
        &[("train-images-idx3-ubyte.gz", &gz[..gz.len() - 9])],
    );
    for (folder, name) in [(missing, LABELS), (cut, "train-images-idx3-ubyte.gz")] {
        let error = read(&folder, true).unwrap_err();
        let path = folder.join(name);
        assert!(
            error
                .to_string()
                .starts_with(&format!("`{}`: ", path.display()))
        );
        assert!(matches!(error, DataError::File { path: found, .. } if found == path));
    }
}

//! The digits: what is read of the file, and what is refused.

#![allow(clippy::disallowed_methods, reason = "what fails here may panic")]

use flate2::{Compression, write::GzEncoder};
use registry_core::Entity;
use registry_tch::Dataset;
use registry_tch::datasets::{Digits, Folder};
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use tch::{Device, Kind, Tensor};

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn folder(path: &Path) -> Folder {
    Folder {
        path: path.to_owned(),
        device: Device::Cpu,
    }
}

/// A folder of this test run, with a `digits.csv.gz` that holds `text`.
fn with_text(name: &str, text: &str) -> Result<PathBuf, std::io::Error> {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&path)?;
    let file = File::create(path.join("digits.csv.gz"))?;
    let mut encoder = GzEncoder::new(file, Compression::default());
    encoder.write_all(text.as_bytes())?;
    encoder.finish()?;
    Ok(path)
}

#[test]
fn splits_hold_every_image_once() -> Outcome {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/digits/data");
    for (train, count, arguments) in [(true, 1438, "{}"), (false, 359, r#"{"train": false}"#)] {
        let digits = Digits::new(&folder(&data), train)?;
        assert_eq!(digits.arguments().to_string(), arguments);
        assert_eq!(digits.len(), usize::try_from(count)?);
        assert_eq!(digits.inputs().size(), [count, 1, 8, 8]);
        assert_eq!(digits.inputs().kind(), Kind::Float);
        assert_eq!(digits.inputs().min(), Tensor::from(0f32));
        assert_eq!(digits.inputs().max(), Tensor::from(1f32));
        assert_eq!(digits.targets().size(), [count]);
        let classes = Vec::<i64>::try_from(digits.targets().unique_dim(0, true, false, false).0)?;
        assert_eq!(classes, (0..10).collect::<Vec<_>>());
        let in_batches: i64 = digits.batches(64).map(|(images, _)| images.size()[0]).sum();
        assert_eq!(in_batches, count);
    }
    Ok(())
}

#[test]
fn a_damaged_file_is_an_error_with_its_line() -> Outcome {
    let line = |grey: &str, digit: &str| format!("{},{digit}\n", vec![grey; 64].join(","));
    let path = with_text("good", &line("16", "9").repeat(5))?;
    assert_eq!(Digits::new(&folder(&path), true)?.len(), 4);
    let path = with_text("few", &line("16", "9"))?;
    assert!(Digits::new(&folder(&path), false)?.is_empty());
    for (name, second) in [
        ("grey", line("17", "9")),
        ("digit", line("16", "10")),
        ("short", "1,2,3\n".to_owned()),
    ] {
        let path = with_text(name, &(line("0", "0") + &second))?;
        let error = Digits::new(&folder(&path), true).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "`{}`: line 2 is not 64 pixels of 0 to 16 and a digit\nhint: restore the file",
                path.join("digits.csv.gz").display()
            )
        );
    }
    Ok(())
}

#[test]
fn a_folder_without_the_file_is_an_error_with_its_path() {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("nowhere");
    let text = Digits::new(&folder(&path), true).unwrap_err().to_string();
    let file = path.join("digits.csv.gz").display().to_string();
    assert!(text.starts_with(&format!("`{file}`: ")), "{text}");
    assert!(
        text.ends_with("\nhint: give the folder that holds the dataset's files"),
        "{text}"
    );
}

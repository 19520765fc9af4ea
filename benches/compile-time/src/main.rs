//! Times `cargo rustc` on 200 structs of five fields: with no derive, with serde's two derives, and
//! with `#[derive(Entity)]`. The runs alternate, and the median of each is printed.
//!
//! ```text
//! cargo run --release -p compile-time [-- RUNS]
//! ```

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const STRUCTS: usize = 200;

/// A crate that differs in its derive alone.
struct Variant {
    name: &'static str,
    derive: &'static str,
    folder: PathBuf,
    times: Vec<Duration>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let runs = match std::env::args().nth(1) {
        Some(runs) => runs
            .parse()
            .map_err(|_| format!("expected a number of runs, found `{runs}`"))?,
        None => 7,
    };
    let folder = std::env::temp_dir().join(format!("entia-compile-time-{}", std::process::id()));
    let measured = measure(&folder, runs);
    let _ = fs::remove_dir_all(&folder);
    report(&measured?);
    Ok(())
}

fn measure(folder: &Path, runs: usize) -> Result<Vec<Variant>, Box<dyn Error>> {
    let mut variants = [
        ("none", ""),
        ("serde", "#[derive(serde::Serialize, serde::Deserialize)]"),
        ("entity", "#[derive(registry_core::Entity)]"),
    ]
    .map(|(name, derive)| Variant {
        name,
        derive,
        folder: folder.join(name),
        times: Vec::new(),
    });
    for variant in &variants {
        variant.write()?;
        variant.compile(folder)?; // the dependencies
    }
    for run in 0..runs {
        for variant in &mut variants {
            variant.touch(run + 1)?;
            let start = Instant::now();
            variant.compile(folder)?;
            variant.times.push(start.elapsed());
        }
        eprintln!("run {} of {runs}", run + 1);
    }
    Ok(variants.into())
}

impl Variant {
    fn write(&self) -> Result<(), Box<dyn Error>> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        fs::create_dir_all(self.folder.join("src"))?;
        fs::write(
            self.folder.join("Cargo.toml"),
            format!(
                "[package]\nname = \"derive-{}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\
                 [workspace]\n[dependencies]\n\
                 registry-core = {{ path = '{}', features = [\"derive\"] }}\n\
                 serde = {{ version = \"1\", features = [\"derive\"] }}\n",
                self.name,
                root.join("registry-core").display(),
            ),
        )?;
        fs::copy(root.join("Cargo.lock"), self.folder.join("Cargo.lock"))?;
        let mut code = String::from("mod touched;\npub use touched::RUN;\n");
        for index in 0..STRUCTS {
            write!(
                code,
                "{}\npub struct Module{index} {{ pub input_size: i64, pub dropout: f64, \
                 pub bias: bool, pub name: String, pub sizes: Vec<u32> }}\n",
                self.derive
            )?;
        }
        fs::write(self.folder.join("src/lib.rs"), code)?;
        self.touch(0)
    }

    /// Changes one line, so that the crate is compiled again.
    fn touch(&self, run: usize) -> Result<(), Box<dyn Error>> {
        fs::write(
            self.folder.join("src/touched.rs"),
            format!("pub const RUN: usize = {run};"),
        )?;
        Ok(())
    }

    fn compile(&self, folder: &Path) -> Result<(), Box<dyn Error>> {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let done = Command::new(cargo)
            .args(["build", "--quiet", "--offline"])
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", folder.join("target"))
            .env("CARGO_INCREMENTAL", "0")
            .stdout(Stdio::null())
            .status()?;
        if done.success() {
            Ok(())
        } else {
            Err(format!("`{}` does not compile", self.name).into())
        }
    }
}

fn report(variants: &[Variant]) {
    let median = |variant: &Variant| {
        let mut times = variant.times.clone();
        times.sort_unstable();
        times
            .get(times.len() / 2)
            .map_or(0.0, Duration::as_secs_f64)
    };
    let serde = variants
        .iter()
        .find(|variant| variant.name == "serde")
        .map_or(1.0, median);
    println!(
        "{STRUCTS} structs of five fields, debug build, median of {} runs",
        variants[0].times.len()
    );
    for variant in variants {
        let seconds = median(variant);
        println!(
            "{:>7}  {seconds:6.2} s  {:5.2} x serde",
            variant.name,
            seconds / serde
        );
    }
}

//! Checks the version of libtorch, and tells the tests where it is.

use std::env;
use std::path::Path;
use std::process::ExitCode;

/// What tch 0.26 is made for.
const VERSION: &str = "2.13.0";

fn main() -> ExitCode {
    for name in [
        "LIBTORCH",
        "LIBTORCH_USE_PYTORCH",
        "LIBTORCH_BYPASS_VERSION_CHECK",
    ] {
        println!("cargo:rerun-if-env-changed={name}");
    }
    println!("cargo:rerun-if-changed=build.rs");
    // The bindings ask Python then, and know best what it says.
    if env::var_os("LIBTORCH_USE_PYTORCH").is_some() {
        return ExitCode::SUCCESS;
    }
    let Ok(place) = env::var("LIBTORCH") else {
        return ExitCode::SUCCESS;
    };
    let header = Path::new(&place).join("include/torch/headeronly/version.h");
    println!("cargo:rerun-if-changed={}", header.display());
    let found = std::fs::read_to_string(header).unwrap_or_default();
    let found = found.lines().find_map(|line| {
        let text = line.trim().strip_prefix('"')?;
        text.strip_suffix('"')
    });
    if found == Some(VERSION) || env::var_os("LIBTORCH_BYPASS_VERSION_CHECK").is_some() {
        if env::var_os("CARGO_CFG_UNIX").is_some() {
            println!("cargo:rustc-link-arg=-Wl,-rpath,{place}/lib");
        }
        return ExitCode::SUCCESS;
    }
    let found = found.map_or("no libtorch".to_owned(), |version| {
        format!("libtorch {version}")
    });
    eprintln!(
        "error: there is {found} at `{place}`, where libtorch {VERSION} is needed\n\
         hint: run `scripts/libtorch.sh`, which fetches it, and build again"
    );
    ExitCode::FAILURE
}

//! Notes which compiler builds the crate, for the provenance of attempts. Where it cannot be asked,
//! nothing is noted, and the build goes on.

use std::env;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    if let Ok(output) = Command::new(rustc).arg("--version").output()
        && let Ok(text) = String::from_utf8(output.stdout)
        && let Some(version) = text.lines().next()
    {
        println!("cargo::rustc-env=ENTIA_RUSTC_VERSION={version}");
    }
}

//! Tells the programs where libtorch is, so that they start without `LD_LIBRARY_PATH`.

use std::env;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=LIBTORCH");
    // Windows looks for it along `PATH`.
    if let Some(place) = env::var_os("LIBTORCH")
        && env::var_os("CARGO_CFG_UNIX").is_some()
    {
        println!("cargo:rustc-link-arg=-Wl,-rpath,{}/lib", place.display());
    }
}

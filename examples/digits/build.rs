//! Tells a program with libtorch where that is, so that it starts without `LD_LIBRARY_PATH`.

use std::env;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=LIBTORCH");
    // Windows looks for it along `PATH`.
    if env::var_os("CARGO_FEATURE_TCH").is_some()
        && let Some(place) = env::var_os("LIBTORCH")
        && env::var_os("CARGO_CFG_UNIX").is_some()
    {
        println!("cargo:rustc-link-arg=-Wl,-rpath,{}/lib", place.display());
    }
}

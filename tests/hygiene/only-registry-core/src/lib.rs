//! Every macro in a crate that depends on `registry-core` and on nothing else.

use registry_core as library;

include!("../../components.rs");

//! Every macro in a crate that depends on `entia` and on nothing else.

use entia as library;

include!("../../components.rs");

//! The program as people and other programs use it, one file a feature.

mod archive;
mod artifacts;
mod compare;
mod complete;
mod doctor;
mod edit;
mod experiments;
mod export;
#[cfg(unix)]
mod full_disk;
mod import;
mod metrics;
mod narrow;
mod output;
mod params;
mod read;
#[cfg(all(unix, feature = "serve"))]
mod readme;
#[cfg(all(unix, feature = "http", feature = "serve"))]
mod remote;
#[cfg(all(unix, feature = "http", feature = "serve"))]
mod requests;
mod runs;
#[cfg(feature = "serve")]
mod serve;
mod several;
mod show;
mod start;
mod support;
mod target;
#[cfg(feature = "serve")]
mod token;
#[cfg(feature = "serve")]
mod ui;
mod verify;

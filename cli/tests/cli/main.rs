//! The program as people and other programs use it, one file a feature.

mod archive;
mod artifacts;
mod compare;
mod doctor;
mod edit;
mod experiments;
mod export;
mod import;
mod metrics;
mod output;
mod params;
mod read;
mod runs;
mod several;
mod show;
mod start;
mod support;
mod verify;

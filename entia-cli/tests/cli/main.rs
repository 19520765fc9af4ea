//! The program as people and other programs use it, one file a feature.

mod compare;
mod doctor;
mod edit;
mod experiments;
mod export;
mod import;
mod metrics;
mod output;
mod runs;
mod show;
mod start;
mod support;
mod verify;

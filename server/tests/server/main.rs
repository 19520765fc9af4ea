//! The server, over real stores.

mod access;
mod artifacts;
mod bad_input;
mod connections;
mod dashboard;
mod description;
mod events;
mod experiments;
mod jobs;
mod points;
mod runs;
mod series;
mod support;

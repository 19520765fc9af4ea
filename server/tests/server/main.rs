//! The server, over real stores.

mod access;
mod artifacts;
mod bad_input;
mod components;
mod connections;
mod dashboard;
mod description;
mod events;
mod experiments;
mod exports;
mod groups;
mod jobs;
mod mlflow;
mod mlflow_pages;
mod mlflow_search;
mod points;
mod rebuilt;
mod runs;
mod series;
mod store_port;
mod support;
mod table;

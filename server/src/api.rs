//! The handlers, one file a subject.

pub(crate) mod artifacts;
pub(crate) mod attempts;
pub(crate) mod changes;
pub(crate) mod columns;
pub(crate) mod compare;
pub(crate) mod components;
pub(crate) mod events;
pub(crate) mod experiments;
pub(crate) mod exports;
pub(crate) mod filter;
pub(crate) mod groups;
pub(crate) mod importance;
pub(crate) mod imports;
pub(crate) mod iterations;
pub(crate) mod jobs;
pub(crate) mod points;
pub(crate) mod runs;
pub(crate) mod schema;
pub(crate) mod series;
pub(crate) mod server;
pub(crate) mod table;
pub(crate) mod table_exports;
pub(crate) mod uploads;
pub(crate) mod verify;
pub(crate) mod views;

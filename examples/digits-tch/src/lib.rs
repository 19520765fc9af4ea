//! Trains models on handwritten digits from a configuration that names them, keeps what was learned
//! and how under their identity, and builds the best one again from its record.

pub mod best;
pub mod config;
pub mod error;
pub mod mlp;
pub mod scores;
pub mod session;
pub mod weights;

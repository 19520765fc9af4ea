//! Tables and learning curves of tracked runs, for a terminal and as SVG.
//!
//! - [`Table`] is a table without lines that gives way where the terminal is narrow;
//! - [`Figure`] reads series as curves, a [`Panel`] for each metric; [`chart`] draws a panel with
//!   characters, [`picture`] a whole figure as SVG;
//! - [`text`] writes values as people read them.
//!
//! What cannot be drawn, as NaN, is neither left out nor bridged: a curve has a gap and a mark there,
//! and its legend counts it.

pub mod text;

mod canvas;
mod chart;
mod curve;
mod figure;
mod picture;
mod scale;
mod svg;
mod table;

pub use chart::chart;
pub use curve::{Curve, X};
pub use figure::{Figure, How, Panel, Wanted};
pub use picture::picture;
pub use table::{Column, Table};

/// The program in the README runs with the other examples.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadMe;

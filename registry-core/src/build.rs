//! Building a component from its reference form.
//!
//! Everything here works on JSON text: the reference is cut into the texts of its arguments, and
//! each parameter reads its own. All problems go into one [`Report`], so that a caller sees them at
//! once.

mod argument;
mod builder;
mod call;
mod context;
mod problem;
mod report;

pub(crate) use argument::unknown_name;
pub use argument::{Argument, ArgumentType, FromArgument, Probe, ProbeFallback};
pub use builder::{Builder, Component};
pub use call::Call;
pub use context::FromContext;
pub use problem::{BuildError, Problem};
pub(crate) use report::Report;

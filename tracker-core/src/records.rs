//! What a store keeps: experiments, aggregates, and all that an aggregate holds.
//!
//! Each record is plain data with serde, in the one form that files, the command line and the
//! network share.

mod aggregate;
mod annotations;
mod artifact;
mod attempt;
mod columns;
mod definition;
mod experiment;
mod id;
mod identity;
mod iteration;
mod mean;
mod metric;
mod module;
mod moment;
mod number;
mod row;
mod series;
mod summary;

pub use aggregate::AggregateRecord;
pub use annotations::{Annotation, Annotations};
pub use artifact::ArtifactRecord;
pub use attempt::{AttemptRecord, AttemptState, Git, Outcome, Provenance, Status, System};
pub use columns::Columns;
pub use definition::{Definition, Direction};
pub use experiment::ExperimentRecord;
pub use iteration::Iteration;
pub use mean::{Mean, MeanOf};
pub use metric::{Metric, MetricValue};
pub use module::ModuleRecord;
pub use moment::{Micros, Moment};
pub use row::Row;
pub use series::Series;
pub use summary::{Position, Summary};

pub(crate) use id::new_id;
pub(crate) use identity::{check as check_identity, check_json};
pub(crate) use metric::{SYSTEM, check_count};
pub(crate) use moment::now;
#[cfg(feature = "schema")]
pub(crate) use number::Number;

//! Search: which aggregates of an experiment, in which order.
//!
//! A [`Query`] is made by methods, or read from text; both say the same.
//!
//! ```
//! # use tracker_core::conformance::Sample;
//! # let model = Sample::new("MLP", r#"{"layers": 2}"#);
//! # let optimizer = Sample::new("Adam", r#"{"lr": 0.001}"#);
//! # let experiment = tracker_core::Tracker::open("memory:")?.experiment("digits")?;
//! # let run = experiment.track(&model)?.with("optimizer", &optimizer)?;
//! use tracker_core::query::{argument, metric, tag};
//! use tracker_core::{Metric, Query};
//!
//! run.metrics().add(Metric::new("accuracy", 0.97).phase("test"))?;
//!
//! let accuracy = metric("accuracy").phase("test").max();
//! let best = Query::new().order_by(accuracy.clone().desc()).limit(10);
//! assert_eq!(experiment.aggregates().find(best)?[0].id(), run.id());
//!
//! let good = accuracy.gt(0.95).and(argument("optimizer", "lr").lt(0.01));
//! let query = Query::new().filter(good.and(!tag("stage").eq("broken")));
//! let text = r#"metric.accuracy[test].max > 0.95 and optimizer.lr < 0.01
//!               and not tag.stage = "broken""#;
//! assert_eq!(text.parse::<Query>()?, query);
//! assert_eq!(experiment.aggregates().find(query)?.len(), 1);
//! # Ok::<(), tracker_core::Error>(())
//! ```
//!
//! # The text
//!
//! A query is a condition, then `order by`, `limit` and `after`, each of them if wanted, in this
//! order:
//!
//! ```text
//! metric.accuracy[test].max > 0.95 and optimizer.lr < 0.01 order by metric.loss[test].last limit 10
//! ```
//!
//! | written | means |
//! |---|---|
//! | `metric.loss[test].last` | a metric in a phase: its `first`, `last`, `min`, `max`, `best` or `count` |
//! | `metric.loss.last` | the metric without a phase |
//! | `optimizer.lr` | an argument of the newest module of a kind |
//! | `model.layers.0.size` | an argument inside others; lists count from 0 |
//! | `model` | the name of the newest module of a kind |
//! | `hash.model` | its hash |
//! | `param.seed` | a parameter of the run that is an argument of no component |
//! | `tag.stage`, `name`, `notes` | what people wrote beside a run |
//! | `id`, `epoch`, `created` | what every run has |
//! | `status`, `duration` | how the newest attempt stands, as `"failed"`, and its seconds |
//! | `archived` | whether it is archived; without it, only what is not is found |
//! | `"my kind"."odd.name"` | names with other characters than letters, digits, `_`, `-` and `/` |
//! | `=` `!=` `<` `<=` `>` `>=` | comparisons with a value |
//! | `model ~ "MLP"` | the text has this one in it; case counts |
//! | `tag.stage exists` | there is one |
//! | `0.01` `1e-5` `NaN` `inf` `true` `null` | values |
//! | `"text"` `'text'` | texts, with `\"`, `\'`, `\\`, `\n`, `\r` and `\t` |
//! | `created >= "2026-01-31"` | times: RFC 3339, or a date, which is its first moment in UTC |
//! | `not a`, `a and b`, `a or b`, `(a)` | the first binds closest |
//! | `order by a desc, b` | by several fields; `asc` unless `desc` is said |
//! | `limit 10` | so many at most |
//! | `after 5b5b...` | the page behind a [`Cursor`] |
//!
//! Upper and lower case are one in all words that belong to the language.
//!
//! # What it means
//!
//! A comparison of what is not there is false, `!=` too, and its negation is true. Values of
//! different types are unequal and neither is less, so a tag equals a text, never a number.
//! Runs that are equal in the order stand as they were created. What is missing, and NaN, stands
//! last in both directions.
//!
//! A text that cannot be read gives an error that points at the place:
//!
//! ```
//! use tracker_core::Query;
//!
//! let error = "metric.accuracy[test].max >> 0.95".parse::<Query>().unwrap_err();
//! assert_eq!(
//!     error.to_string(),
//!     "cannot read the query: expected a comparison\n\
//!      \u{20} metric.accuracy[test].max >> 0.95\n\
//!      \u{20}                            ^\n\
//!      hint: the comparisons are `=`, `!=`, `<`, `<=`, `>`, `>=`, `~` and `exists`"
//! );
//! ```

mod condition;
mod cursor;
mod evaluate;
mod field;
mod fields;
mod order;
mod page;
mod paging;
mod parse;
mod print;
mod request;
mod scalar;
mod text;

pub use condition::{Comparison, Condition, Literal, Tree};
pub use cursor::Cursor;
pub use evaluate::Directions;
pub use field::{Field, Order, Statistic, Target};
pub use fields::{
    MetricField, archived, argument, created, duration, epoch, hash, id, metric, name, notes,
    param, run_name, status, tag,
};
pub use order::Key;
pub use page::Page;
pub use request::Query;
pub use scalar::Scalar;

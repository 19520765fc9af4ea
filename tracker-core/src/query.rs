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
//! A query is a condition, then `order by`, `limit` and `after`, each of them if wanted:
//!
//! ```text
//! metric.accuracy[test].max > 0.95 and optimizer.lr < 0.01 order by metric.loss[test].last limit 10
//! ```
//!
//! | written | means |
//! |---|---|
//! | `metric.loss[test].last` | a metric in a phase: its `first`, `last`, `min`, `max`, `best` or `count` |
//! | `metric.loss[test].best_epoch` | where its best value was first measured; `best_step` too |
//! | `metric.loss[test].mean(10)` | the mean of its last 10 numbers |
//! | `metric.loss.last` | the metric without a phase |
//! | `optimizer.lr` | an argument of the newest module of a kind |
//! | `model.layers.0.size` | an argument inside others; lists count from 0 |
//! | `model` | the name of the newest module of a kind |
//! | `hash.model` | its hash |
//! | `param.seed` | a parameter of the run that is an argument of no component |
//! | `tag.stage`, `name`, `notes` | what people wrote beside a run |
//! | `id`, `epoch`, `created` | what every run has |
//! | `status`, `duration` | how the newest attempt stands, as `"failed"`, and its seconds |
//! | `updated`, `ended` | when the newest attempt was last heard of, and when it ended |
//! | `archived` | whether it is archived; without it, only what is not is found |
//! | `metric."val/AR@100"[test].last` | names with other characters than letters, digits, `_`, `-` and `/` |
//! | `=` `!=` `<` `<=` `>` `>=` | comparisons with a value, or with another field |
//! | `metric.loss[train].last < metric.loss[test].last` | two fields of one run |
//! | `model = (teacher)` | the name of another component |
//! | `param.seed in (1, 2)`, `not in` | equal to one of several, or there and equal to none |
//! | `model ~ "^MLP"`, `!~` | the text, or a number in an argument or a parameter, has this [regular expression](Pattern) in it, or not |
//! | `tag.stage exists` | there is one |
//! | `0.01` `1e-5` `NaN` `inf` `true` `null` | values |
//! | `"text"` `'text'` | texts, with `\"`, `\'`, `\\`, `\n`, `\r` and `\t`; behind `~` each backslash stays |
//! | `duration > 1h30min` | durations: `s`, `min`, `h`, `d`, `w`, `mo` of 30 days and `y` of 365 |
//! | `created >= 2026-01-31` | times: RFC 3339, or a date, which is its first moment in UTC |
//! | `created > 7d ago` | a time before now, which is that of reading the text |
//! | `not a`, `a and b`, `a or b`, `(a)` | the first binds closest |
//! | `order by a desc, b` | by several fields; `asc` unless `desc` is said |
//! | `limit 10` | so many at most |
//! | `after 5b5b...` | the page behind a [`Cursor`] |
//!
//! Upper and lower case are one in all words that belong to the language. What people type into a
//! filter may be shorter: [`Query::read`] knows `lr>0.01 adam status:failed`.
//!
//! # What it means
//!
//! A comparison of what is not there is false, `!=`, `!~` and `not in` too, and its negation is
//! true. Values of
//! different types are unequal and neither is less, so a tag equals a text, never a number.
//! Runs that are equal in the order stand as they were created. What is missing, and NaN, stands
//! last in both directions.
//!
//! A text that cannot be read gives an error that points at the place, with what may be meant:
//!
//! ```
//! use tracker_core::Query;
//!
//! let error = "metric.val/AR@100[test].last > 0.5".parse::<Query>().unwrap_err();
//! assert_eq!(
//!     error.to_string(),
//!     "cannot read the query: expected `.`\n\
//!      \u{20} metric.val/AR@100[test].last > 0.5\n\
//!      \u{20}              ^\n\
//!      hint: did you mean `metric.\"val/AR@100\"[test].last`? (a metric is written \
//!      `metric.NAME[PHASE].max`, with one of `first`, `last`, `min`, `max`, `best`, `best_epoch`, \
//!      `best_step`, `count` and `mean(10)`)"
//! );
//! ```

mod condition;
mod cursor;
mod directions;
mod evaluate;
mod field;
mod fields;
mod literal;
mod meaning;
mod metric_field;
mod order;
mod page;
mod paging;
mod parse;
mod parse_field;
mod pattern;
mod print;
mod request;
mod scalar;
mod short;
mod slips;
mod text;
mod value;
mod vocabulary;
mod words;

pub use condition::{Comparison, Condition, Operand, Tree};
pub use cursor::Cursor;
pub use directions::Directions;
pub use field::{Field, Order, Statistic, Target};
pub use fields::{
    archived, argument, created, duration, ended, epoch, hash, id, name, notes, param, run_name,
    status, tag, updated,
};
pub use literal::Literal;
pub use metric_field::{MetricField, metric};
pub use order::Key;
pub use page::Page;
pub use pattern::Pattern;
pub use request::Query;
pub use scalar::Scalar;
pub use vocabulary::{KnownField, KnownSeries, Vocabulary};

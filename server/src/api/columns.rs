//! The columns of a table: those that a client names, or those that tell runs apart.

use std::collections::BTreeMap;
use std::fmt;

use registry_core::Value;
use schemars::JsonSchema;
use serde::Serialize;
use tracker_core::ports::Detail;
use tracker_core::query::{
    Field, KnownField, KnownSeries, Order, Statistic, Target, Vocabulary, created, duration, hash,
    id, metric, run_name, status,
};
use tracker_core::{Definition, Direction, Query};

use crate::problem::Problem;

/// Before a series whose course is wanted.
const SPARK: &str = "spark:";
/// So many arguments and parameters, and so many metrics, are chosen at most.
const VARYING: usize = 16;
const METRICS: usize = 8;
/// So many metrics are in a file of all that runs have.
const EVERY: usize = 200;
/// What is told to be the same in all runs: at most so much of it, and so many characters of a value.
const CONSTANTS: usize = 100;
const LONGEST: usize = 200;

/// A column.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Column {
    /// A field of each run.
    Field(Field),
    /// The course of a series.
    Spark { name: String, phase: String },
}

/// What a column holds, for whoever shows it.
#[derive(Serialize, JsonSchema)]
pub(crate) struct ColumnDocument {
    /// Its key in `columns`, as a query names it, or `spark:` before a series.
    field: String,
    kind: Kind,
    /// The metric that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    metric: Option<String>,
    /// The phase that the metric was measured in; empty for none.
    #[serde(skip_serializing_if = "Option::is_none")]
    phase: Option<String>,
    /// Whether smaller or larger values of the metric are better, where that is known: `min` or `max`.
    #[serde(skip_serializing_if = "Option::is_none")]
    direction: Option<&'static str>,
}

/// What a column holds.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Name,
    Argument,
    Param,
    Metric,
    /// A list of up to 32 numbers, in their order.
    Spark,
    Status,
    /// Seconds.
    Duration,
    Time,
    Tag,
    Text,
}

/// Whether smaller or larger values of each metric are better, as an experiment says.
pub(crate) type Definitions = BTreeMap<String, Definition>;

impl Column {
    /// The columns in a list, each as it was written; a comma may stand in quotes.
    pub(crate) fn list(text: &str) -> Result<Vec<(String, Self)>, Problem> {
        let mut columns = Vec::new();
        let (mut start, mut quote) = (0, None);
        for (at, char) in text.char_indices().chain([(text.len(), ',')]) {
            match (char, quote) {
                ('"' | '\'', None) => quote = Some(char),
                (_, Some(open)) if char == open => quote = None,
                (',', None) => {
                    let column = text[start..at].trim();
                    columns.push((column.to_owned(), Self::read(column)?));
                    start = at + 1;
                }
                _ => {}
            }
        }
        Ok(columns)
    }

    fn read(text: &str) -> Result<Self, Problem> {
        let Some(series) = text.strip_prefix(SPARK) else {
            return Ok(Self::Field(text.parse()?));
        };
        let (name, phase) = series_in(series)?;
        Ok(Self::Spark { name, phase })
    }

    /// All that runs have.
    pub(crate) fn every(known: &Vocabulary) -> Vec<(String, Self)> {
        let fields = known.fields().iter().map(|of| of.field.clone());
        let series = known.series().iter().take(EVERY).map(KnownSeries::last);
        let about = [run_name(), id()].into_iter();
        let all = about.chain(fields).chain(series);
        let all = all.chain([status(), duration(), created()]);
        all.map(|field| (field.to_string(), Self::Field(field)))
            .collect()
    }

    /// Whether it is known which values of a metric are the better ones.
    pub(crate) fn has_direction(metric: &str, definitions: &Definitions) -> bool {
        direction(metric, definitions).is_some()
    }

    /// Those that tell the runs apart: what varies, how the metrics stand, and how the run does.
    pub(crate) fn chosen(
        known: &Vocabulary,
        definitions: &Definitions,
        has_models: bool,
    ) -> Vec<(String, Self)> {
        let has_value =
            |of: &&KnownField| of.values.iter().any(|(value, _)| value.as_str() != "null");
        let varying = known.fields().iter().filter(|of| !of.is_constant());
        let varying = varying
            .filter(|of| !is_tag(of))
            .filter(has_value)
            .take(VARYING);
        let mut columns = vec![Self::Field(run_name()), Self::Field(id())];
        columns.extend(has_models.then(|| Self::Field(hash("model"))));
        columns.extend(varying.map(|of| Self::Field(of.field.clone())));
        let series = ranked(known, definitions);
        if let Some(first) = series.first() {
            let series = || metric(&first.name).phase(&first.phase);
            columns.push(Self::Field(series().last()));
            if direction(&first.name, definitions).is_some() {
                columns.extend([series().best(), series().best_epoch()].map(Self::Field));
            }
            columns.push(Self::Spark {
                name: first.name.clone(),
                phase: first.phase.clone(),
            });
        }
        let others = series.iter().skip(1).filter(|of| of.phase != "system");
        columns.extend(others.take(METRICS).map(|of| Self::Field(of.last())));
        columns.extend([status(), duration(), created()].map(Self::Field));
        columns
            .into_iter()
            .map(|column| (column.to_string(), column))
            .collect()
    }

    /// The order that has the best run first, by the metric that tells most.
    pub(crate) fn best(known: &Vocabulary, definitions: &Definitions) -> Option<Order> {
        let series = ranked(known, definitions).into_iter().next()?;
        let best = metric(&series.name).phase(&series.phase).best();
        Some(match direction(&series.name, definitions)? {
            "min" => best.asc(),
            _ => best.desc(),
        })
    }

    /// What must be read of runs for these columns; of a series whose course is wanted, its ends.
    pub(crate) fn detail(columns: &[(String, Self)]) -> Detail {
        let ends = columns.iter().filter_map(|(_, column)| match column {
            Self::Field(_) => None,
            Self::Spark { name, phase } => Some(metric(name).phase(phase).count()),
        });
        ends.fold(Self::asked(columns), Query::order_by).detail()
    }

    /// A query that names the fields.
    pub(crate) fn asked(columns: &[(String, Self)]) -> Query {
        let fields = columns.iter().filter_map(|(_, column)| match column {
            Self::Field(field) => Some(field.clone()),
            Self::Spark { .. } => None,
        });
        fields.fold(Query::new(), Query::order_by)
    }

    pub(crate) fn document(&self, text: &str, definitions: &Definitions) -> ColumnDocument {
        let (kind, series) = match self {
            Self::Spark { name, phase } => (Kind::Spark, Some((name, phase))),
            Self::Field(field) => match field.target() {
                Target::Metric { name, phase, .. } => (Kind::Metric, Some((name, phase))),
                Target::Name => (Kind::Name, None),
                Target::Argument { .. } | Target::Component(_) => (Kind::Argument, None),
                Target::Param(_) => (Kind::Param, None),
                Target::Tag(_) => (Kind::Tag, None),
                Target::Status => (Kind::Status, None),
                Target::Duration => (Kind::Duration, None),
                Target::Created | Target::Updated | Target::Ended => (Kind::Time, None),
                _ => (Kind::Text, None),
            },
        };
        let has_direction = series.filter(|_| self.is_value());
        ColumnDocument {
            field: text.to_owned(),
            kind,
            metric: series.map(|(name, _)| name.clone()),
            phase: series.map(|(_, phase)| phase.clone()),
            direction: has_direction.and_then(|(name, _)| direction(name, definitions)),
        }
    }

    /// Whether it holds values of a metric, rather than where they were measured, or how many.
    fn is_value(&self) -> bool {
        match self {
            Self::Spark { .. } => true,
            Self::Field(field) => !matches!(
                field.target(),
                Target::Metric {
                    statistic: Statistic::BestEpoch | Statistic::BestStep | Statistic::Count,
                    ..
                }
            ),
        }
    }
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(field) => write!(f, "{field}"),
            Self::Spark { name, phase } => {
                let last = metric(name).phase(phase).last().to_string();
                let series = last.strip_suffix(".last").unwrap_or(&last);
                write!(f, "{SPARK}{series}")
            }
        }
    }
}

/// The name and the phase of a series, as `metric.loss[test]` or `loss[test]`.
pub(crate) fn series_of(text: &str) -> Result<(String, String), Problem> {
    let text = text.trim();
    if text.starts_with("metric.") {
        return series_in(text);
    }
    series_in(&format!("metric.{text}"))
}

fn series_in(text: &str) -> Result<(String, String), Problem> {
    let field: Field = format!("{text}.last").parse()?;
    match field.target() {
        Target::Metric { name, phase, .. } => Ok((name.clone(), phase.clone())),
        _ => Err(
            Problem::bad(format!("`{}` is no series", crate::problem::shown(text)))
                .hint("write `metric.NAME[PHASE]`"),
        ),
    }
}

/// A value as it stands in a table: for a number that JSON does not have, its name.
pub(crate) fn shown(value: Value) -> Value {
    match value.as_str() {
        name @ ("NaN" | "Infinity" | "-Infinity") => Value::of(name).unwrap_or(value),
        _ => value,
    }
}

/// What is the same in all runs, by its field.
pub(crate) fn constants(known: &Vocabulary) -> BTreeMap<String, Value> {
    let constant = known
        .fields()
        .iter()
        .filter(|of| of.is_constant() && !is_tag(of));
    let values =
        constant.filter_map(|of| Some((of.field.to_string(), short(&of.values.first()?.0))));
    values.take(CONSTANTS).collect()
}

/// A value, or the beginning of one that is long.
fn short(value: &Value) -> Value {
    if value.as_str().len() <= LONGEST {
        return value.clone();
    }
    let whole = value.to::<String>();
    let text = whole.as_deref().unwrap_or(value.as_str());
    let begin: String = text.chars().take(LONGEST).collect();
    Value::of(&format!("{begin}…")).unwrap_or_else(|_| value.clone())
}

fn is_tag(of: &KnownField) -> bool {
    matches!(of.field.target(), Target::Tag(_))
}

/// The series with the one that tells most first.
fn ranked<'k>(known: &'k Vocabulary, definitions: &Definitions) -> Vec<&'k KnownSeries> {
    let most = known.series().iter().map(|of| of.runs).max().unwrap_or(0);
    let mut series: Vec<_> = known.series().iter().filter(|of| of.has_numbers).collect();
    series.sort_by_key(|of| {
        let said = definitions.get(&of.name).and_then(|of| of.direction);
        let direction = direction(&of.name, definitions);
        (
            of.phase == "system",
            direction.is_none(),
            said.is_none(),
            // What few runs have tells little of the others.
            of.runs * 2 < most,
            of.phase == "train",
            direction,
            std::cmp::Reverse(of.runs),
        )
    });
    series
}

/// Which values of a metric are the better ones.
fn direction(metric: &str, definitions: &Definitions) -> Option<&'static str> {
    match Definition::of(metric, definitions.get(metric)).direction? {
        Direction::Minimize => Some("min"),
        Direction::Maximize => Some("max"),
    }
}

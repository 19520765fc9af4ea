//! Finds the rows of a query: the one place that decides what a query means, for every store.

use std::borrow::Cow;
use std::cmp::Ordering;

use registry_core::Value;

use super::condition::{Comparison, Condition, Operand, Tree};
use super::cursor::Cursor;
use super::directions::Directions;
use super::field::{Field, Statistic, Target};
use super::order::{Key, compare};
use super::page::Page;
use super::request::Query;
use super::scalar::Scalar;
use crate::error::Result;
use crate::records::{Direction, Mean, MeanOf, MetricValue, ModuleRecord, Row, Summary};
use crate::scope::Detail;

impl Query {
    /// What must be read of each aggregate to answer the query; a table of what it finds may show
    /// the same.
    ///
    /// # Examples
    ///
    /// ```
    /// use tracker_core::Query;
    ///
    /// let query: Query = "optimizer.lr < 0.01 order by metric.loss[test].last".parse()?;
    /// assert!(query.detail().has_module("optimizer"));
    /// assert!(query.detail().has_series("loss", "test"));
    /// # Ok::<(), tracker_core::Error>(())
    /// ```
    pub fn detail(&self) -> Detail {
        let mut kinds = Vec::new();
        let (mut series, mut means) = (Vec::new(), Vec::new());
        for field in self.fields() {
            match &field.0 {
                Target::Argument { kind, .. } | Target::Component(kind) | Target::Hash(kind) => {
                    kinds.push(kind.clone());
                }
                Target::Metric {
                    name,
                    phase,
                    statistic: Statistic::Mean(last),
                } => means.push(MeanOf {
                    name: name.clone(),
                    phase: phase.clone(),
                    last: *last,
                }),
                Target::Metric { name, phase, .. } => series.push((name.clone(), phase.clone())),
                _ => {}
            }
        }
        kinds.sort_unstable();
        kinds.dedup();
        series.sort_unstable();
        series.dedup();
        means.sort_unstable();
        means.dedup();
        Detail {
            modules: Some(kinds),
            series: Some(series),
            means,
        }
    }

    /// Whether it asks for a best value, so that [`Directions`] must be known.
    pub fn needs_directions(&self) -> bool {
        self.fields().into_iter().any(|field| {
            matches!(
                &field.0,
                Target::Metric {
                    statistic: Statistic::Best | Statistic::BestEpoch | Statistic::BestStep,
                    ..
                }
            )
        })
    }

    /// Whether it asks for archived aggregates; else only those are found that are not archived.
    pub fn asks_for_archived(&self) -> bool {
        let condition = self.filter.iter().flat_map(Condition::fields);
        condition
            .map(Field::target)
            .any(|target| *target == Target::Archived)
    }

    /// The fields that it names: those of the condition, then those that it orders by.
    pub fn fields(&self) -> Vec<&Field> {
        let condition = self.filter.iter().flat_map(Condition::fields);
        let orders = self.order.iter().map(|order| &order.field);
        condition.chain(orders).collect()
    }

    /// Whether a row is one of those that are found. It must hold what [`detail`](Self::detail)
    /// names.
    pub fn holds(&self, row: &Row, directions: &Directions) -> bool {
        (!row.aggregate.archived || self.asks_for_archived())
            && self
                .filter
                .as_ref()
                .is_none_or(|filter| filter.0.holds(row, directions))
    }

    /// What a row is ordered by.
    pub fn keys<'r>(&self, row: &'r Row, directions: &Directions) -> Vec<Key<'r>> {
        let fields = self.order.iter().map(|order| &order.field);
        fields
            .map(|field| Key::of(field.value(row, directions).unwrap_or(Scalar::Null)))
            .collect()
    }

    /// The place behind a row, where the next page begins.
    pub fn cursor_behind(&self, row: &Row, directions: &Directions) -> Cursor {
        Cursor::new(self, &self.keys(row, directions), &row.aggregate)
    }

    /// The rows that are found, in order.
    ///
    /// # Errors
    ///
    /// [`Error::Query`](crate::Error::Query) when the cursor belongs to another query.
    pub fn select(&self, rows: Vec<Row>, directions: &Directions) -> Result<Page<Row>> {
        let mut found: Vec<(usize, Vec<Key<'_>>)> = Vec::new();
        for (index, row) in rows.iter().enumerate() {
            if self.holds(row, directions) {
                found.push((index, self.keys(row, directions)));
            }
        }
        let after = self.after.as_ref();
        if let Some(cursor) = after {
            let (keys, place) = (cursor.keys(self)?, cursor.place());
            let is_start = cursor.is_start();
            found.retain(|(index, row)| {
                let order = compare(&self.order, row, &keys);
                let place = order.then_with(|| rows[*index].aggregate.order().cmp(&place));
                is_start || place.is_gt()
            });
        }
        found.sort_by(|(a, left), (b, right)| {
            let order = compare(&self.order, left, right);
            order.then_with(|| rows[*a].aggregate.order().cmp(&rows[*b].aggregate.order()))
        });
        let length = self.limit.unwrap_or(found.len()).min(found.len());
        let more = length < found.len();
        found.truncate(length);
        let next = more.then(|| match found.last() {
            Some((last, keys)) => Cursor::new(self, keys, &rows[*last].aggregate),
            None => self.cursor_again(),
        });
        let order: Vec<usize> = found.into_iter().map(|(index, _)| index).collect();
        let mut rows: Vec<Option<Row>> = rows.into_iter().map(Some).collect();
        let items = order.into_iter().filter_map(|index| rows[index].take());
        Ok(Page {
            items: items.collect(),
            next,
        })
    }
}

impl Condition {
    fn fields(&self) -> Vec<&Field> {
        let mut fields = Vec::new();
        self.0.add_fields(&mut fields);
        fields
    }
}

impl Tree {
    fn add_fields<'t>(&'t self, fields: &mut Vec<&'t Field>) {
        match self {
            Self::Compare(field, _, Operand::Field(other)) => fields.extend([field, other]),
            Self::Compare(field, ..)
            | Self::In(field, _)
            | Self::Matches(field, _)
            | Self::Exists(field) => fields.push(field),
            Self::All(nodes) | Self::Any(nodes) => {
                for node in nodes {
                    node.add_fields(fields);
                }
            }
            Self::Not(node) => node.add_fields(fields),
        }
    }

    fn holds(&self, row: &Row, directions: &Directions) -> bool {
        match self {
            Self::Compare(field, comparison, operand) => {
                let value = field.value(row, directions);
                value.is_some_and(|value| match operand {
                    Operand::Value(literal) => comparison.holds(&value, literal.scalar()),
                    Operand::Field(other) => {
                        let other = other.value(row, directions);
                        other.is_some_and(|other| comparison.holds(&value, &other))
                    }
                })
            }
            Self::In(field, values) => {
                let value = field.value(row, directions);
                value.is_some_and(|value| values.iter().any(|one| value.equals(one.scalar())))
            }
            Self::Matches(field, pattern) => match field.value(row, directions) {
                Some(Scalar::Text(text)) => pattern.is_in(&text),
                Some(Scalar::Time(time)) => pattern.is_in(&time.to_string()),
                // What one program wrote as a text may be a number of another.
                Some(number) if matches!(field.0, Target::Param(_) | Target::Argument { .. }) => {
                    number.written().is_some_and(|text| pattern.is_in(&text))
                }
                _ => false,
            },
            Self::Exists(field) => field.value(row, directions).is_some(),
            Self::All(nodes) => nodes.iter().all(|node| node.holds(row, directions)),
            Self::Any(nodes) => nodes.iter().any(|node| node.holds(row, directions)),
            Self::Not(node) => !node.holds(row, directions),
        }
    }
}

impl Comparison {
    /// Whether it holds of two values.
    pub fn holds(self, value: &Scalar<'_>, other: &Scalar<'_>) -> bool {
        let order = || value.order(other);
        match self {
            Self::Eq => value.equals(other),
            Self::Ne => !value.equals(other),
            Self::Lt => order().is_some_and(Ordering::is_lt),
            Self::Le => order().is_some_and(Ordering::is_le),
            Self::Gt => order().is_some_and(Ordering::is_gt),
            Self::Ge => order().is_some_and(Ordering::is_ge),
        }
    }
}

impl Field {
    /// What a row has there, as it is kept; a time is a text. The row must hold the module or the
    /// summary in question, as those of [`Aggregates::rows`](crate::Aggregates::rows) do.
    ///
    /// # Examples
    ///
    /// ```
    /// # use tracker_core::conformance::Sample;
    /// # let model = Sample::new("MLP", r#"{"layers": [64, 10]}"#);
    /// # let experiment = tracker_core::Tracker::open("memory:")?.experiment("digits")?;
    /// # experiment.track(&model)?;
    /// use tracker_core::Query;
    /// use tracker_core::query::{Directions, argument, tag};
    ///
    /// let rows = experiment.aggregates().rows(Query::new())?;
    /// let directions = Directions::default();
    /// let layers = argument("model", "layers").of(&rows[0], &directions);
    /// assert_eq!(layers.unwrap().to_string(), "[64, 10]");
    /// assert_eq!(tag("stage").of(&rows[0], &directions), None);
    /// # Ok::<(), tracker_core::Error>(())
    /// ```
    pub fn of(&self, row: &Row, directions: &Directions) -> Option<Value> {
        match &self.0 {
            Target::Argument { kind, path } => {
                return argument(newest(row, kind)?, path).map(Cow::into_owned);
            }
            Target::Param(path) => return param(row, path).map(Cow::into_owned),
            _ => {}
        }
        match self.value(row, directions)? {
            Scalar::Nested => match self.point(row)? {
                MetricValue::Json(json) => Some(json.clone()),
                MetricValue::Number(_) => None,
            },
            Scalar::Time(time) => Value::of(&time.to_string()).ok(),
            value => value.kept(),
        }
    }

    /// The value of the point that it names.
    fn point<'r>(&self, row: &'r Row) -> Option<&'r MetricValue> {
        let Target::Metric {
            name,
            phase,
            statistic,
        } = &self.0
        else {
            return None;
        };
        let same = |summary: &&Summary| summary.name() == name && summary.phase() == phase;
        let summary = row.summaries.iter().find(same)?;
        match statistic {
            Statistic::First => Some(&summary.first.value),
            _ => Some(&summary.last.value),
        }
    }

    /// What a row has there, to compare.
    fn value<'r>(&self, row: &'r Row, directions: &Directions) -> Option<Scalar<'r>> {
        let record = &row.aggregate;
        let text = |text: &'r str| Scalar::Text(Cow::Borrowed(text));
        let filled = |value: &'r str| (!value.is_empty()).then(|| text(value));
        match &self.0 {
            Target::Metric {
                name,
                phase,
                statistic,
            } => {
                if let Statistic::Mean(last) = statistic {
                    let is_meant = |mean: &&Mean| {
                        let of = &mean.of;
                        of.name == *name && of.phase == *phase && of.last == *last
                    };
                    let mean = row.means.iter().find(is_meant)?;
                    return mean.value.map(Scalar::Float);
                }
                let mut summaries = row.summaries.iter();
                let same = |summary: &&Summary| summary.name() == name && summary.phase() == phase;
                let direction = || directions.direction(record, name);
                statistic.of(summaries.find(same)?, direction)
            }
            Target::Argument { kind, path } => {
                Some(Scalar::of(&*argument(newest(row, kind)?, path)?))
            }
            Target::Param(path) => Some(Scalar::of(&*param(row, path)?)),
            Target::Component(kind) => newest(row, kind).map(|module| text(module.name())),
            Target::Hash(kind) => newest(row, kind).map(|module| text(module.hash().as_str())),
            Target::Tag(tag) => record.annotations.tags.get(tag).map(|value| text(value)),
            Target::Notes => filled(&record.annotations.notes),
            Target::Name => filled(&record.name),
            Target::Id => Some(text(&record.id)),
            Target::Epoch => Some(Scalar::Integer(record.epoch.into())),
            Target::Created => Some(Scalar::Time(record.created)),
            Target::Updated => Some(Scalar::Time(record.attempt.as_ref()?.seen)),
            Target::Ended => record.attempt.as_ref()?.ended.map(Scalar::Time),
            Target::Archived => Some(Scalar::Bool(record.archived)),
            Target::Status => Some(text(record.status().as_str())),
            Target::Duration => {
                let duration = record.attempt.as_ref()?.duration();
                Some(Scalar::Float(duration.as_secs_f64()))
            }
        }
    }
}

impl Statistic {
    fn of(
        self,
        summary: &Summary,
        direction: impl FnOnce() -> Option<Direction>,
    ) -> Option<Scalar<'static>> {
        let value = |value: &MetricValue| match value {
            MetricValue::Number(number) => Scalar::Float(*number),
            MetricValue::Json(json) => Scalar::of(json),
        };
        match self {
            Self::First => Some(value(&summary.first.value)),
            Self::Last => Some(value(&summary.last.value)),
            Self::Min => summary.min.map(Scalar::Float),
            Self::Max => summary.max.map(Scalar::Float),
            Self::Best | Self::BestEpoch | Self::BestStep => {
                let (best, at) = match direction()? {
                    Direction::Minimize => (summary.min, summary.min_at),
                    Direction::Maximize => (summary.max, summary.max_at),
                };
                match self {
                    Self::BestEpoch => at.map(|at| Scalar::Integer(at.epoch.into())),
                    Self::BestStep => at.map(|at| Scalar::Integer(at.step.into())),
                    _ => best.map(Scalar::Float),
                }
            }
            Self::Count => Some(Scalar::Integer(summary.count.into())),
            // It is no part of a summary.
            Self::Mean(_) => None,
        }
    }
}

fn newest<'r>(row: &'r Row, kind: &str) -> Option<&'r ModuleRecord> {
    row.modules.iter().rfind(|module| module.kind == kind)
}

fn argument<'m>(module: &'m ModuleRecord, path: &[String]) -> Option<Cow<'m, Value>> {
    let (first, rest) = path.split_first()?;
    follow(module.record.exact_arguments().get(first)?, rest)
}

fn param<'r>(row: &'r Row, path: &[String]) -> Option<Cow<'r, Value>> {
    let (first, rest) = path.split_first()?;
    follow(row.aggregate.params.get(first)?, rest)
}

fn follow<'v>(value: &'v Value, path: &[String]) -> Option<Cow<'v, Value>> {
    let mut value = Cow::Borrowed(value);
    for name in path {
        value = Cow::Owned(member(&value, name)?);
    }
    Some(value)
}

fn member(value: &Value, name: &str) -> Option<Value> {
    match value.elements() {
        Some(elements) => elements.into_iter().nth(name.parse().ok()?),
        None => value.get(name),
    }
}

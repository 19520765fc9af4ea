//! Finds the rows of a query: the one place that decides what a query means, for every store.

use std::borrow::Cow;
use std::cmp::Ordering;

use registry_core::Value;
use uuid::Uuid;

use super::condition::{Comparison, Literal, Node};
use super::cursor::Cursor;
use super::field::{Field, Order, Place, Statistic};
use super::scalar::Scalar;
use super::{Page, Query};
use crate::error::{Error, Result};
use crate::metric::MetricValue;
use crate::module::Module;
use crate::ports::{Columns, Row};
use crate::summary::Summary;

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
    /// assert!(query.columns().has_kind("optimizer"));
    /// assert!(query.columns().has_series("loss", "test"));
    /// # Ok::<(), tracker_core::Error>(())
    /// ```
    pub fn columns(&self) -> Columns {
        let mut kinds = Vec::new();
        let mut series = Vec::new();
        let mut add = |field: &Field| match &field.0 {
            Place::Argument { kind, .. } | Place::Name(kind) | Place::Hash(kind) => {
                kinds.push(kind.clone());
            }
            Place::Metric { name, phase, .. } => series.push((name.clone(), phase.clone())),
            Place::Tag(_) | Place::Notes | Place::Id | Place::Epoch | Place::Created => {}
        };
        self.order.iter().for_each(|order| add(&order.field));
        if let Some(filter) = &self.filter {
            filter.0.each_field(&mut add);
        }
        kinds.sort_unstable();
        kinds.dedup();
        series.sort_unstable();
        series.dedup();
        Columns {
            ids: None,
            kinds: Some(kinds),
            series: Some(series),
        }
    }

    /// The items whose row is found, each with the id of its experiment; they stand in the order of
    /// creation.
    pub(crate) fn select<T>(
        &self,
        items: Vec<T>,
        row: impl Fn(&T) -> (Uuid, &Row),
    ) -> Result<Page<T>> {
        let rows: Vec<(Uuid, &Row)> = items.iter().map(row).collect();
        let filter = self.filter.as_ref();
        let holds = |row: &Row| filter.is_none_or(|filter| filter.0.holds(row));
        let keys = |row| {
            let fields = self.order.iter().map(|order| &order.field);
            fields.map(|field| key(field, row)).collect()
        };
        let mut found = Vec::new();
        for (index, (_, row)) in rows.iter().copied().enumerate() {
            if !holds(row) {
                continue;
            }
            let keys = keys(row);
            found.push(Found { index, keys });
        }
        if let Some(cursor) = &self.after {
            let (keys, first) = self.start(cursor, &rows)?;
            found.retain(|row| match compare(&self.order, &row.keys, &keys) {
                Ordering::Equal => row.index >= first,
                order => order.is_gt(),
            });
        }
        // A stable sort leaves equals in the order of creation.
        found.sort_by(|a, b| compare(&self.order, &a.keys, &b.keys));
        let length = self.limit.unwrap_or(found.len()).min(found.len());
        let more = length < found.len();
        found.truncate(length);
        let next = found.last().filter(|_| more).map(|last| {
            let (experiment, row) = rows[last.index];
            Cursor::new(&last.keys, experiment, &row.aggregate)
        });
        let order: Vec<usize> = found.into_iter().map(|row| row.index).collect();
        let mut items: Vec<Option<T>> = items.into_iter().map(Some).collect();
        let items = order.into_iter().filter_map(|index| items[index].take());
        Ok(Page {
            items: items.collect(),
            next,
        })
    }

    /// The keys of the row that a cursor points at, and the first index behind it among equals.
    fn start(
        &self,
        cursor: &Cursor,
        rows: &[(Uuid, &Row)],
    ) -> Result<(Vec<Option<Scalar<'static>>>, usize)> {
        if cursor.keys.len() != self.order.len() {
            let query = self.to_string();
            let before = query.rfind(&cursor.to_string()).unwrap_or(0);
            return Err(Error::Query {
                column: query[..before].chars().count(),
                query,
                problem: "the cursor belongs to another order".to_owned(),
                hint: "a cursor continues the query whose page it came with".to_owned(),
            });
        }
        let created = |row: &Row| row.aggregate.created.as_microsecond();
        // One that was removed and tracked again stands where it was created anew.
        let is_last = |(experiment, row): &(Uuid, &Row)| {
            *experiment == cursor.experiment
                && row.aggregate.id == cursor.id
                && created(row) == cursor.created
        };
        let first = match rows.iter().position(is_last) {
            Some(index) => index + 1,
            // It was removed since; what was created after it follows.
            None => rows
                .iter()
                .position(|(_, row)| created(row) > cursor.created)
                .unwrap_or(rows.len()),
        };
        let keys = cursor.keys.iter().map(|key| ordered(Scalar::of(key)));
        Ok((keys.collect(), first))
    }
}

/// A row that was found: its index, and what it is ordered by.
struct Found<'r> {
    index: usize,
    keys: Vec<Option<Scalar<'r>>>,
}

fn key<'r>(field: &Field, row: &'r Row) -> Option<Scalar<'r>> {
    field.value(row).and_then(ordered)
}

/// The value as something to order by; nothing for what stands last.
fn ordered(value: Scalar<'_>) -> Option<Scalar<'_>> {
    match value {
        Scalar::Null | Scalar::Nested => None,
        // A cursor holds it as a number.
        Scalar::Time(time) => Some(Scalar::Integer(time.as_microsecond().into())),
        value => Some(value).filter(|value| !value.is_nan()),
    }
}

fn compare(orders: &[Order], a: &[Option<Scalar<'_>>], b: &[Option<Scalar<'_>>]) -> Ordering {
    /// Numbers stand before texts, and texts before booleans.
    fn rank(value: &Scalar<'_>) -> u8 {
        match value {
            Scalar::Text(_) => 1,
            Scalar::Bool(_) => 2,
            _ => 0,
        }
    }
    let of_field =
        |((order, a), b): ((&Order, &Option<Scalar<'_>>), &Option<Scalar<'_>>)| match (a, b) {
            (Some(a), Some(b)) => {
                let ascending = a.order(b).unwrap_or_else(|| rank(a).cmp(&rank(b)));
                if order.descending {
                    ascending.reverse()
                } else {
                    ascending
                }
            }
            (a, b) => a.is_none().cmp(&b.is_none()),
        };
    let mut fields = orders.iter().zip(a).zip(b).map(of_field);
    fields
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}

impl Node {
    fn each_field(&self, act: &mut impl FnMut(&Field)) {
        match self {
            Self::Compare(field, ..) | Self::Exists(field) => act(field),
            Self::All(nodes) | Self::Any(nodes) => {
                for node in nodes {
                    node.each_field(act);
                }
            }
            Self::Not(node) => node.each_field(act),
        }
    }

    fn holds(&self, row: &Row) -> bool {
        match self {
            Self::Compare(field, comparison, literal) => field
                .value(row)
                .is_some_and(|value| comparison.holds(&value, literal)),
            Self::Exists(field) => field.value(row).is_some(),
            Self::All(nodes) => nodes.iter().all(|node| node.holds(row)),
            Self::Any(nodes) => nodes.iter().any(|node| node.holds(row)),
            Self::Not(node) => !node.holds(row),
        }
    }
}

impl Comparison {
    fn holds(self, value: &Scalar<'_>, literal: &Literal) -> bool {
        let order = || value.order(&literal.0);
        match self {
            Self::Eq => value.equals(&literal.0),
            Self::Ne => !value.equals(&literal.0),
            Self::Lt => order().is_some_and(Ordering::is_lt),
            Self::Le => order().is_some_and(Ordering::is_le),
            Self::Gt => order().is_some_and(Ordering::is_gt),
            Self::Ge => order().is_some_and(Ordering::is_ge),
            Self::Contains => match (value, &literal.0) {
                (Scalar::Text(text), Scalar::Text(part)) => text.contains(&**part),
                (Scalar::Time(time), Scalar::Text(part)) => time.to_string().contains(&**part),
                _ => false,
            },
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
    /// use tracker_core::query::{argument, tag};
    ///
    /// let rows = experiment.aggregates().rows(Query::new())?;
    /// let layers = argument("model", "layers").of(&rows[0]);
    /// assert_eq!(layers.unwrap().to_string(), "[64, 10]");
    /// assert_eq!(tag("stage").of(&rows[0]), None);
    /// # Ok::<(), tracker_core::Error>(())
    /// ```
    pub fn of(&self, row: &Row) -> Option<Value> {
        if let Place::Argument { kind, path } = &self.0 {
            return follow(newest(row, kind)?, path).map(Cow::into_owned);
        }
        match self.value(row)? {
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
        let Place::Metric {
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
    fn value<'r>(&self, row: &'r Row) -> Option<Scalar<'r>> {
        let record = &row.aggregate;
        let text = |text: &'r str| Scalar::Text(Cow::Borrowed(text));
        match &self.0 {
            Place::Metric {
                name,
                phase,
                statistic,
            } => {
                let mut summaries = row.summaries.iter();
                let same = |summary: &&Summary| summary.name() == name && summary.phase() == phase;
                statistic.of(summaries.find(same)?)
            }
            Place::Argument { kind, path } => Some(Scalar::of(&*follow(newest(row, kind)?, path)?)),
            Place::Name(kind) => newest(row, kind).map(|module| text(module.name())),
            Place::Hash(kind) => newest(row, kind).map(|module| text(module.hash().as_str())),
            Place::Tag(tag) => record.annotations.tags.get(tag).map(|value| text(value)),
            Place::Notes => {
                let notes = record.annotations.notes.as_str();
                (!notes.is_empty()).then(|| text(notes))
            }
            Place::Id => Some(text(&record.id)),
            Place::Epoch => Some(Scalar::Integer(record.epoch.into())),
            Place::Created => Some(Scalar::Time(record.created)),
        }
    }
}

impl Statistic {
    fn of(self, summary: &Summary) -> Option<Scalar<'static>> {
        let value = |value: &MetricValue| match value {
            MetricValue::Number(number) => Scalar::Float(*number),
            MetricValue::Json(json) => Scalar::of(json),
        };
        match self {
            Self::First => Some(value(&summary.first.value)),
            Self::Last => Some(value(&summary.last.value)),
            Self::Min => summary.min.map(Scalar::Float),
            Self::Max => summary.max.map(Scalar::Float),
            Self::Count => Some(Scalar::Integer(summary.count.into())),
        }
    }
}

fn newest<'r>(row: &'r Row, kind: &str) -> Option<&'r Module> {
    row.modules.iter().rfind(|module| module.kind == kind)
}

fn follow<'m>(module: &'m Module, path: &[String]) -> Option<Cow<'m, Value>> {
    let (first, rest) = path.split_first()?;
    let first = module.record.exact_arguments().get(first)?;
    let mut value = Cow::Borrowed(first);
    for name in rest {
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

//! What differs between two aggregates.

use std::collections::BTreeMap;
use std::fmt;

use registry_core::{Difference, Metadata, Value, diff};
use serde::Serialize;

use crate::aggregate::Aggregate;
use crate::error::Result;
use crate::records::{MetricValue, ModuleRecord};

/// What differs between two aggregates; see [`Aggregate::compare`].
///
/// It displays as a table: a line for each difference, a column for each aggregate.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// The id of the left one.
    pub left: String,
    /// The id of the right one.
    pub right: String,
    /// The epochs of the two, where they differ.
    pub epochs: Option<(u64, u64)>,
    /// The kinds whose newest modules differ, in the order of their names.
    pub modules: Vec<ModuleDifference>,
    /// The series that end in different values, ordered by name and phase.
    pub metrics: Vec<MetricDifference>,
}

/// A kind of modules whose newest ones differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ModuleDifference {
    /// The kind, as `optimizer`.
    pub kind: String,
    /// What differs: the component under the path `name`, else its arguments. Where only one
    /// aggregate has a module of the kind, its name is all there is.
    pub differences: Vec<Difference>,
}

/// A series that does not end in the same value.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MetricDifference {
    /// What was measured.
    pub name: String,
    /// The phase; empty for none.
    pub phase: String,
    /// The last value on the left; none where there is no such series.
    pub left: Option<MetricValue>,
    /// The last value on the right.
    pub right: Option<MetricValue>,
}

impl Aggregate {
    /// Compares this aggregate, on the left, with another, which may be of another experiment or
    /// store: the epochs, the newest modules of each kind with every argument they were built from,
    /// and the last value of each series. What is the same is left out.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`](crate::Error::Missing) when one of them was removed.
    ///
    /// # Examples
    ///
    /// ```
    /// # use tracker_core::conformance::Sample;
    /// # let small = Sample::new("MLP", r#"{"layers": 2, "dropout": 0.5}"#);
    /// # let large = Sample::new("MLP", r#"{"layers": 8, "dropout": 0.5}"#);
    /// # let experiment = tracker_core::Tracker::open("memory:")?.experiment("digits")?;
    /// use tracker_core::Metric;
    ///
    /// let left = experiment.track_as("small", &small)?;
    /// let right = experiment.track_as("large", &large)?;
    /// left.metrics().add(Metric::new("accuracy", 0.91).phase("test"))?;
    /// right.metrics().add(Metric::new("accuracy", 0.97).phase("test"))?;
    ///
    /// let comparison = left.compare(&right)?;
    /// assert_eq!(comparison.modules[0].differences[0].path, "layers");
    /// assert_eq!(
    ///     comparison.to_string(),
    ///     "                small  large\n\
    ///      model.layers    2      8\n\
    ///      accuracy[test]  0.91   0.97"
    /// );
    /// # Ok::<(), tracker_core::Error>(())
    /// ```
    pub fn compare(&self, other: &Self) -> Result<Comparison> {
        let epochs = (self.epoch(), other.epoch());
        Ok(Comparison {
            left: self.id().to_owned(),
            right: other.id().to_owned(),
            epochs: (epochs.0 != epochs.1).then_some(epochs),
            modules: modules(self.modules()?, other.modules()?),
            metrics: metrics(last_values(self)?, last_values(other)?),
        })
    }
}

impl Comparison {
    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.epochs.is_none() && self.modules.is_empty() && self.metrics.is_empty()
    }

    /// The lines of the table: what differs, and both values.
    fn rows(&self) -> Vec<[String; 3]> {
        let mut rows = vec![[String::new(), self.left.clone(), self.right.clone()]];
        if let Some((left, right)) = self.epochs {
            rows.push(["epoch".to_owned(), left.to_string(), right.to_string()]);
        }
        for ModuleDifference { kind, differences } in &self.modules {
            rows.extend(differences.iter().map(|Difference { path, left, right }| {
                if path == "name" {
                    [kind.clone(), named(left.as_ref()), named(right.as_ref())]
                } else {
                    [
                        format!("{kind}.{path}"),
                        given(left.as_ref()),
                        given(right.as_ref()),
                    ]
                }
            }));
        }
        for metric in &self.metrics {
            let title = match metric.phase.as_str() {
                "" => metric.name.clone(),
                phase => format!("{}[{phase}]", metric.name),
            };
            rows.push([
                title,
                measured(metric.left.as_ref()),
                measured(metric.right.as_ref()),
            ]);
        }
        rows
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return write!(f, "`{}` and `{}` do not differ", self.left, self.right);
        }
        let rows = self.rows();
        let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
        let (first, second) = (width(0).unwrap_or(0), width(1).unwrap_or(0));
        for (index, [title, left, right]) in rows.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{title:first$}  {left:second$}  {right}")?;
        }
        Ok(())
    }
}

fn modules(left: Vec<ModuleRecord>, right: Vec<ModuleRecord>) -> Vec<ModuleDifference> {
    // A later module of a kind takes the place of those before it.
    let newest = |modules: Vec<ModuleRecord>| -> BTreeMap<String, ModuleRecord> {
        let named = modules
            .into_iter()
            .map(|module| (module.kind.clone(), module));
        named.collect()
    };
    let pairs = pairs(newest(left), newest(right)).into_iter();
    let differences = pairs.map(|(kind, left, right)| {
        let differences = match (&left, &right) {
            (Some(left), Some(right)) => diff(&recorded(left), &recorded(right)),
            _ => {
                let name = |module: Option<ModuleRecord>| Value::of(module?.name()).ok();
                vec![Difference {
                    path: "name".to_owned(),
                    left: name(left),
                    right: name(right),
                }]
            }
        };
        ModuleDifference { kind, differences }
    });
    differences
        .filter(|module| !module.differences.is_empty())
        .collect()
}

/// The record with every argument that it was given.
fn recorded(module: &ModuleRecord) -> Metadata {
    Metadata {
        arguments: module.record.exact_arguments().clone(),
        ..module.record.clone()
    }
}

type LastValues = BTreeMap<(String, String), MetricValue>;

fn last_values(aggregate: &Aggregate) -> Result<LastValues> {
    let summaries = aggregate.metrics().summaries()?.into_iter();
    Ok(summaries
        .map(|summary| ((summary.last.name, summary.last.phase), summary.last.value))
        .collect())
}

fn metrics(left: LastValues, right: LastValues) -> Vec<MetricDifference> {
    let pairs = pairs(left, right).into_iter();
    pairs
        .filter(|(_, left, right)| left != right)
        .map(|((name, phase), left, right)| MetricDifference {
            name,
            phase,
            left,
            right,
        })
        .collect()
}

/// Every key of either side with its values, in the order of the keys.
fn pairs<K: Ord + Clone, V>(
    mut left: BTreeMap<K, V>,
    mut right: BTreeMap<K, V>,
) -> Vec<(K, Option<V>, Option<V>)> {
    let mut keys: Vec<K> = left.keys().chain(right.keys()).cloned().collect();
    keys.sort();
    keys.dedup();
    keys.into_iter()
        .map(|key| {
            let values = (left.remove(&key), right.remove(&key));
            (key, values.0, values.1)
        })
        .collect()
}

fn named(value: Option<&Value>) -> String {
    let name = value.and_then(|name| name.to::<String>().ok());
    cell(name.as_deref())
}

fn given(value: Option<&Value>) -> String {
    cell(value.map(Value::as_str))
}

fn measured(value: Option<&MetricValue>) -> String {
    match value {
        Some(MetricValue::Number(number)) => given(Value::of(number).ok().as_ref()),
        Some(MetricValue::Json(json)) => given(Some(json)),
        None => given(None),
    }
}

/// A text that leaves room for the other column.
fn cell(text: Option<&str>) -> String {
    const WIDTH: usize = 40;
    let Some(text) = text else {
        return "-".to_owned();
    };
    match text.char_indices().nth(WIDTH) {
        Some(_) => text.chars().take(WIDTH - 1).chain(['…']).collect(),
        None => text.to_owned(),
    }
}

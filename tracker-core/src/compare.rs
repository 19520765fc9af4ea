//! What differs between aggregates.

use std::collections::{BTreeMap, HashSet};
use std::fmt::{self, Write as _};

use registry_core::Value;
use serde::Serialize;

use crate::aggregate::Aggregate;
use crate::error::Result;
use crate::records::{MetricValue, ModuleRecord};

/// What one aggregate has, by name.
type Named = Vec<(String, Value)>;

/// What differs between aggregates, and what is equal; see [`Comparison::of`].
///
/// It displays as a table: a line for each difference, a column for each aggregate.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Comparison {
    /// The ids of the aggregates, in the order they were given.
    pub aggregates: Vec<String>,
    /// What is not the same in all of them: the epoch, parameters, modules with their arguments, and
    /// the last values of series.
    pub differences: Vec<Compared>,
    /// What is the same in all of them.
    pub equal: Vec<Compared>,
}

/// One thing that aggregates are compared in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Compared {
    /// What it is: `epoch`, `param.seed`, `model` for the name of a module, `model.layers` for one of
    /// its arguments, `loss[train]` for the last value of a series.
    pub name: String,
    /// The value of each aggregate; none where it has no such thing.
    pub values: Vec<Option<Value>>,
}

impl Aggregate {
    /// Compares this aggregate with another; see [`Comparison::of`].
    ///
    /// # Errors
    ///
    /// [`Error::Missing`](crate::Error::Missing) when one of them was removed.
    pub fn compare(&self, other: &Self) -> Result<Comparison> {
        Comparison::of(&[self, other])
    }
}

impl Comparison {
    /// Compares aggregates, which may be of several experiments and stores: the epochs, the
    /// parameters, the newest modules of each kind with every argument they were built from, and the
    /// last value of each series.
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
    /// use tracker_core::{Comparison, Metric};
    ///
    /// let left = experiment.track_as("small", &small)?;
    /// let right = experiment.track_as("large", &large)?;
    /// left.metrics().add(Metric::new("accuracy", 0.91).phase("test"))?;
    /// right.metrics().add(Metric::new("accuracy", 0.97).phase("test"))?;
    ///
    /// let comparison = Comparison::of(&[&left, &right])?;
    /// assert_eq!(comparison.differences[0].name, "model.layers");
    /// assert_eq!(
    ///     comparison.to_string(),
    ///     "                small  large\n\
    ///      model.layers    2      8\n\
    ///      accuracy[test]  0.91   0.97"
    /// );
    /// assert_eq!(comparison.equal.len(), 3); // the epoch, the name of the model, and its dropout
    /// # Ok::<(), tracker_core::Error>(())
    /// ```
    pub fn of(aggregates: &[&Aggregate]) -> Result<Self> {
        let mut comparison = Self {
            aggregates: aggregates.iter().map(|of| of.id().to_owned()).collect(),
            differences: Vec::new(),
            equal: Vec::new(),
        };
        let epochs = aggregates.iter().map(|of| Value::of(&of.epoch()).ok());
        comparison.add("epoch".to_owned(), epochs.collect());
        let params = aggregates
            .iter()
            .map(|of| of.params().into_iter().collect());
        comparison.add_sorted("param", params.collect());
        let modules = aggregates.iter().map(|of| Ok(newest(of.modules()?)));
        comparison.add_modules(&modules.collect::<Result<Vec<_>>>()?);
        let metrics = aggregates.iter().map(|of| last_values(of));
        comparison.add_sorted("", metrics.collect::<Result<_>>()?);
        Ok(comparison)
    }

    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.differences.is_empty()
    }

    fn add_modules(&mut self, modules: &[BTreeMap<String, ModuleRecord>]) {
        let mut kinds: Vec<&String> = modules.iter().flat_map(BTreeMap::keys).collect();
        kinds.sort();
        kinds.dedup();
        for kind in kinds {
            let of_kind = || modules.iter().map(|of| of.get(kind));
            let names = of_kind().map(|module| Value::of(module?.name()).ok());
            self.add(kind.clone(), names.collect());
            // What one has by itself is told by its name.
            if of_kind().all(|module| module.is_some()) {
                let arguments = of_kind().flatten().map(arguments);
                self.add_each(kind, arguments.collect());
            }
        }
    }

    /// Adds each named value that some of the aggregates have, in the order of the first that has it.
    fn add_each(&mut self, path: &str, all: Vec<Named>) {
        let names = names(&all);
        self.add_named(path, names, all);
    }

    /// As [`add_each`](Self::add_each), in the order of the names.
    fn add_sorted(&mut self, path: &str, all: Vec<Named>) {
        let mut names = names(&all);
        names.sort();
        self.add_named(path, names, all);
    }

    fn add_named(&mut self, path: &str, names: Vec<String>, all: Vec<Named>) {
        let maps: Vec<BTreeMap<_, _>> = all
            .into_iter()
            .map(|values| values.into_iter().collect())
            .collect();
        for name in names {
            let values = maps.iter().map(|values| values.get(&name).cloned());
            let values = values.collect();
            self.add(
                match path {
                    "" => name,
                    path => format!("{path}.{name}"),
                },
                values,
            );
        }
    }

    /// Adds a value; of objects that differ, what differs inside them.
    fn add(&mut self, name: String, values: Vec<Option<Value>>) {
        if values.windows(2).all(|pair| pair[0] == pair[1]) {
            self.equal.push(Compared { name, values });
            return;
        }
        let members = values.iter().map(|value| value.as_ref()?.members());
        match members.collect::<Option<Vec<_>>>() {
            Some(members) => self.add_each(&name, members),
            None => self.differences.push(Compared { name, values }),
        }
    }
}

/// Every name once.
fn names(all: &[Named]) -> Vec<String> {
    let mut known = HashSet::new();
    let names = all.iter().flatten().map(|(name, _)| name);
    names.filter(|name| known.insert(*name)).cloned().collect()
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            let ids: Vec<String> = self.aggregates.iter().map(|id| format!("`{id}`")).collect();
            return write!(f, "{} do not differ", ids.join(" and "));
        }
        let mut rows = vec![(String::new(), self.aggregates.clone())];
        for Compared { name, values } in &self.differences {
            rows.push((
                name.clone(),
                values.iter().map(|value| cell(value.as_ref())).collect(),
            ));
        }
        let first = rows.iter().map(|(name, _)| name.chars().count()).max();
        let width = |column: usize| rows.iter().map(move |(_, row)| row[column].chars().count());
        let widths = (0..self.aggregates.len()).map(|column| width(column).max().unwrap_or(0));
        let widths: Vec<usize> = widths.collect();
        for (index, (name, cells)) in rows.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            let mut line = format!("{name:0$}", first.unwrap_or(0));
            for (cell, width) in cells.iter().zip(&widths) {
                write!(line, "  {cell:width$}")?;
            }
            f.write_str(line.trim_end())?;
        }
        Ok(())
    }
}

/// The newest module of each kind: a later one takes the place of those before it.
fn newest(modules: Vec<ModuleRecord>) -> BTreeMap<String, ModuleRecord> {
    let named = modules.into_iter();
    named.map(|module| (module.kind.clone(), module)).collect()
}

/// Every argument that a module was given.
fn arguments(module: &ModuleRecord) -> Vec<(String, Value)> {
    let arguments = module.record.exact_arguments().iter();
    arguments
        .map(|(name, value)| (name.to_owned(), value.clone()))
        .collect()
}

/// The last value of each series, ordered by name and phase.
fn last_values(aggregate: &Aggregate) -> Result<Vec<(String, Value)>> {
    let mut values = BTreeMap::new();
    for summary in aggregate.metrics().summaries()? {
        let (name, phase) = (summary.name().to_owned(), summary.phase().to_owned());
        let value = match summary.last.value {
            MetricValue::Number(number) => Value::of(&number).ok(),
            MetricValue::Json(json) => Some(json),
        };
        values.insert((name, phase), value);
    }
    let titled = values.into_iter().filter_map(|((name, phase), value)| {
        let title = match phase.as_str() {
            "" => name,
            phase => format!("{name}[{phase}]"),
        };
        Some((title, value?))
    });
    Ok(titled.collect())
}

/// A text that leaves room for the other columns.
fn cell(value: Option<&Value>) -> String {
    const WIDTH: usize = 40;
    let Some(value) = value else {
        return "-".to_owned();
    };
    let text = value.to::<String>().unwrap_or_else(|_| value.to_string());
    match text.char_indices().nth(WIDTH) {
        Some(_) => text.chars().take(WIDTH - 1).chain(['…']).collect(),
        None => text,
    }
}

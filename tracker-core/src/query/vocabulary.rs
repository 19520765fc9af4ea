//! What runs have that a query can name.

use std::collections::HashMap;

use registry_core::Value;

use super::field::{Field, Target};
use super::metric_field::metric;
use crate::records::{ModuleRecord, Row};

/// What runs have that a query can name: arguments, components, parameters and tags with their
/// values, and series. It tells what differs between runs and what does not, and what a
/// [short](crate::Query::read) name means.
///
/// # Examples
///
/// ```
/// # use tracker_core::conformance::Sample;
/// # let model = Sample::new("MLP", r#"{"layers": 2}"#);
/// # let experiment = tracker_core::Tracker::open("memory:")?.experiment("digits")?;
/// use tracker_core::Query;
/// use tracker_core::query::Vocabulary;
///
/// experiment.track(&model)?.set_param("seed", 17)?;
/// experiment.track_as("again", &model)?.set_param("seed", 18)?;
///
/// let rows = experiment.aggregates().rows(Query::new())?;
/// let known = Vocabulary::of(&rows);
/// let varying: Vec<String> = known.fields().iter()
///     .filter(|of| !of.is_constant()).map(|of| of.field.to_string()).collect();
/// assert_eq!(varying, ["param.seed"]);
/// # Ok::<(), tracker_core::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Vocabulary {
    runs: usize,
    fields: Vec<KnownField>,
    series: Vec<KnownSeries>,
}

/// An argument, the name of a component, a parameter or a tag, as runs have it.
#[derive(Clone, Debug)]
pub struct KnownField {
    /// The field.
    pub field: Field,
    /// How many runs have it.
    pub runs: usize,
    /// Each value once, with how many runs have it, in the order they were found.
    pub values: Vec<(Value, usize)>,
    of_all: bool,
}

/// A series, as runs have it.
#[derive(Clone, Debug)]
pub struct KnownSeries {
    /// What was measured.
    pub name: String,
    /// The phase; empty for none.
    pub phase: String,
    /// How many runs have it.
    pub runs: usize,
    /// Whether its last value is a number in one of them.
    pub has_numbers: bool,
}

impl Vocabulary {
    /// What these rows have, as far as they hold it: arguments of the newest module of each kind,
    /// in their order, then parameters and tags by their names.
    pub fn of(rows: &[Row]) -> Self {
        let mut tops = Tops::default();
        for row in rows {
            tops.add(row);
        }
        Self {
            runs: rows.len(),
            fields: tops.fields(rows.len()),
            series: series(rows),
        }
    }

    /// The same fields, with the series of these rows: where runs have thousands, those of some of
    /// the runs tell as much.
    #[must_use]
    pub fn with_series_of(mut self, rows: &[Row]) -> Self {
        self.series = series(rows);
        self
    }

    /// How many runs were looked at.
    pub fn runs(&self) -> usize {
        self.runs
    }

    /// The arguments, components, parameters and tags.
    pub fn fields(&self) -> &[KnownField] {
        &self.fields
    }

    /// The series, by name and phase.
    pub fn series(&self) -> &[KnownSeries] {
        &self.series
    }
}

impl KnownField {
    /// Whether all runs have it, with one value.
    pub fn is_constant(&self) -> bool {
        self.of_all && self.values.len() == 1
    }
}

impl KnownSeries {
    /// Its last value.
    pub fn last(&self) -> Field {
        metric(&self.name).phase(&self.phase).last()
    }
}

/// What stands at the top of a row, before objects are looked into.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Top<'r> {
    Component(&'r str),
    Argument(&'r str, &'r str),
    Param(&'r str),
    Tag(&'r str),
}

/// The values of each, by their text: rows mostly have the same few.
#[derive(Default)]
struct Tops<'r> {
    order: Vec<Top<'r>>,
    values: HashMap<Top<'r>, Counted<'r>>,
}

/// Texts in the order they were found, with the JSON that each is, unless it is a plain text; and
/// how often each was.
#[derive(Default)]
struct Counted<'r> {
    order: Vec<(&'r str, Option<&'r Value>)>,
    counts: HashMap<&'r str, usize>,
}

impl<'r> Tops<'r> {
    fn add(&mut self, row: &'r Row) {
        for (index, module) in row.modules.iter().enumerate() {
            // Of several of a kind, the newest counts.
            let later = &row.modules[index + 1..];
            if !later.iter().any(|of| of.kind == module.kind) {
                self.add_module(module);
            }
        }
        for (name, value) in &row.aggregate.params {
            self.put(Top::Param(name), value.as_str(), Some(value));
        }
        for (name, text) in &row.aggregate.annotations.tags {
            self.put(Top::Tag(name), text, None);
        }
    }

    fn add_module(&mut self, module: &'r ModuleRecord) {
        let kind = &module.kind;
        self.put(Top::Component(kind), module.name(), None);
        for (name, value) in module.record.exact_arguments().iter() {
            self.put(Top::Argument(kind, name), value.as_str(), Some(value));
        }
    }

    fn put(&mut self, top: Top<'r>, text: &'r str, value: Option<&'r Value>) {
        let values = self.values.entry(top).or_insert_with(|| {
            self.order.push(top);
            Counted::default()
        });
        let order = &mut values.order;
        *values.counts.entry(text).or_insert_with(|| {
            order.push((text, value));
            0
        }) += 1;
    }

    fn fields(mut self, all: usize) -> Vec<KnownField> {
        self.order.sort_by_key(Top::place);
        let known = self
            .order
            .iter()
            .filter_map(|top| Some((top, self.values.get(top)?)));
        known
            .flat_map(|(top, values)| values.fields(top, all))
            .collect()
    }
}

impl Counted<'_> {
    /// A field for the values that are no objects, and for those at each path inside objects.
    fn fields(&self, top: &Top<'_>, all: usize) -> Vec<KnownField> {
        let mut fields: Vec<KnownField> = Vec::new();
        let mut places: HashMap<Vec<String>, (usize, HashMap<String, usize>)> = HashMap::new();
        for (text, value) in &self.order {
            let count = self.counts.get(text).copied().unwrap_or_default();
            let Some(value) = value.cloned().or_else(|| Value::of(text).ok()) else {
                continue;
            };
            leaves(&mut Vec::new(), value, &mut |path, value| {
                let (at, known) = places.entry(path.to_vec()).or_insert_with(|| {
                    fields.push(KnownField {
                        field: top.field(path),
                        runs: 0,
                        values: Vec::new(),
                        of_all: false,
                    });
                    (fields.len() - 1, HashMap::new())
                });
                let field = &mut fields[*at];
                field.runs += count;
                let at = known.entry(value.to_string()).or_insert(field.values.len());
                match field.values.get_mut(*at) {
                    Some((_, of_value)) => *of_value += count,
                    None => field.values.push((value, count)),
                }
            });
        }
        for field in &mut fields {
            field.of_all = field.runs == all;
        }
        fields
    }
}

impl Top<'_> {
    /// Components stand first, as they were put; then parameters and tags, by their names.
    fn place(&self) -> (u8, String) {
        match self {
            Self::Component(_) | Self::Argument(..) => (0, String::new()),
            Self::Param(name) => (1, (*name).to_owned()),
            Self::Tag(name) => (2, (*name).to_owned()),
        }
    }

    /// The field of what stands at a path inside it.
    fn field(&self, inside: &[String]) -> Field {
        let path = |name: &str| {
            let mut path = vec![name.to_owned()];
            path.extend_from_slice(inside);
            path
        };
        Field(match *self {
            Self::Component(kind) => Target::Component(kind.to_owned()),
            Self::Tag(name) => Target::Tag(name.to_owned()),
            Self::Param(name) => Target::Param(path(name)),
            Self::Argument(kind, name) => Target::Argument {
                kind: kind.to_owned(),
                path: path(name),
            },
        })
    }
}

/// Each value inside an object, by its path; a list is a value.
fn leaves(path: &mut Vec<String>, value: Value, add: &mut dyn FnMut(&[String], Value)) {
    match value.members() {
        Some(members) if !members.is_empty() => {
            for (name, inner) in members {
                path.push(name);
                leaves(path, inner, add);
                path.pop();
            }
        }
        _ => add(path, value),
    }
}

fn series(rows: &[Row]) -> Vec<KnownSeries> {
    let mut found: HashMap<(&str, &str), (usize, bool)> = HashMap::new();
    for summary in rows.iter().flat_map(|row| &row.summaries) {
        let of = found.entry((summary.name(), summary.phase())).or_default();
        of.0 += 1;
        of.1 |= summary.last.value.number().is_some();
    }
    let mut series: Vec<_> = found
        .into_iter()
        .map(|((name, phase), (runs, has_numbers))| KnownSeries {
            name: name.to_owned(),
            phase: phase.to_owned(),
            runs,
            has_numbers,
        })
        .collect();
    series.sort_by(|a, b| (&a.name, &a.phase).cmp(&(&b.name, &b.phase)));
    series
}

#[cfg(test)]
mod made {
    use super::{Field, KnownField, KnownSeries, Vocabulary};

    impl Vocabulary {
        pub(crate) fn made(fields: Vec<KnownField>, series: Vec<KnownSeries>) -> Self {
            let runs = 1;
            Self {
                runs,
                fields,
                series,
            }
        }
    }

    impl KnownField {
        pub(crate) fn made(field: Field, value: &str) -> Self {
            let values = vec![(value.parse().unwrap(), 1)];
            Self {
                field,
                runs: 1,
                values,
                of_all: true,
            }
        }
    }

    impl KnownSeries {
        pub(crate) fn made(name: &str, phase: &str) -> Self {
            let (name, phase) = (name.to_owned(), phase.to_owned());
            Self {
                name,
                phase,
                runs: 1,
                has_numbers: true,
            }
        }
    }
}

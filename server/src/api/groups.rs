//! Runs in groups: repeats of one another, or those that have the same in chosen fields.

use std::collections::{BTreeMap, HashMap};

use axum::extract::State;
use registry_core::Value;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tracker_core::ports::Row;
use tracker_core::query::{Directions, Field, Target};
use tracker_core::{Series, Uuid};

use crate::access::Caller;
use crate::api::columns::{Column, ColumnDocument, constants, shown};
use crate::api::course;
use crate::api::runs::{Search, Sought};
use crate::api::sparks::{axis, courses, drawn};
use crate::api::table::{OrderDocument, best_first, definitions};
use crate::app::App;
use crate::extract::Query;
use crate::overview::Overview;
use crate::problem::{Answer, Problem};
use crate::repeats::Repeats;

/// As many groups are given at most.
pub(crate) const MOST: usize = 1_000;
/// Curves are given of the groups of so many runs.
const WITH_COURSES: usize = 1_000;

/// Which runs, and how they are grouped.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "GroupsRequest")]
pub(crate) struct Wanted {
    /// The name or id of an experiment; all without it.
    experiment: Option<String>,
    /// A condition and an order of the groups, by the means of their runs; or the short form of a filter.
    query: Option<String>,
    /// The columns, as for `GET /api/v1/table`.
    columns: Option<String>,
    /// The fields whose values are equal in a group, with commas between them. Without it, a group has
    /// the repeats of a run: equal components, and parameters but for those that the experiment says.
    by: Option<String>,
    /// At most so many groups: up to 1,000.
    limit: Option<usize>,
}

/// Groups of runs.
#[derive(Serialize, JsonSchema)]
#[expect(clippy::struct_field_names, reason = "it is the word of the interface")]
pub(crate) struct Groups {
    groups: Vec<Group>,
    /// What the columns hold, in their order.
    fields: Vec<ColumnDocument>,
    /// What is the same in all runs, by its field.
    constant: BTreeMap<String, Value>,
    /// What the groups are ordered by.
    order: Vec<OrderDocument>,
    /// How many groups there are.
    total: usize,
    /// The number of the newest change that they may show; none where the store has no numbers.
    seq: Option<u64>,
}

/// A group of runs.
#[derive(Serialize, JsonSchema)]
struct Group {
    /// The uuids of its runs.
    runs: Vec<Uuid>,
    count: usize,
    /// By its field: the value that all its runs have; of numbers that differ, how they are spread; null
    /// of all else.
    values: BTreeMap<String, Option<Cell>>,
}

#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
enum Cell {
    Spread(Spread),
    Spark(Vec<Option<f64>>),
    #[schemars(with = "Value")]
    Value(Value),
}

/// How the numbers of a group are spread.
#[derive(Clone, Copy, Serialize, JsonSchema)]
struct Spread {
    mean: f64,
    /// The standard deviation, of a sample.
    std: f64,
    min: f64,
    max: f64,
    /// How many runs have a number.
    count: usize,
}

/// `GET /api/v1/groups`.
pub(crate) async fn read(
    State(app): State<App>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
) -> Answer {
    app.answer(move |app| groups(app, &caller, wanted)).await
}

fn groups(app: &App, caller: &Caller, wanted: Wanted) -> Result<Groups, Problem> {
    let named = wanted.columns.as_deref().map(Column::list).transpose()?;
    let by = wanted.by.as_deref().map(Field::list).transpose()?;
    let mut sought = Sought::of(
        app,
        caller,
        &Search {
            experiment: wanted.experiment,
            query: wanted.query,
            ..Search::default()
        },
    )?;
    let seq = app.tracker.store()?.newest_change().ok();
    let mut all = Overview::of(app, &sought)?;
    let experiments = app.tracker.store()?.experiments()?;
    let definitions = definitions(&experiments, &all.rows);
    let constant = constants(&all.known);
    let columns = match named {
        Some(columns) => columns,
        None => Column::chosen(&all.known, &definitions, all.has_models()),
    };
    if sought.query.orders().is_empty() {
        sought.query = best_first(sought.query, &all.known, &definitions);
    }
    let by = by.unwrap_or_default();
    let asked = by
        .iter()
        .cloned()
        .fold(sought.query.clone(), tracker_core::Query::order_by);
    all.fill(app, &Column::detail(&columns).union(&asked.detail()))?;
    let directions = Directions::of(&experiments);
    let rows = sought.ordered(all.rows, &directions)?;

    let repeats = Repeats::of(app)?;
    let mut groups = grouped(&rows, |row| {
        if by.is_empty() {
            return repeats.key(row);
        }
        let values = by.iter().map(|field| field.of(row, &directions));
        format!("{:?}", values.collect::<Vec<_>>())
    });
    let total = groups.len();
    if let Some(order) = sought.query.orders().first() {
        order_by_mean(&mut groups, order.descending, |row| {
            order.field.of(row, &directions)
        });
    }
    groups.truncate(wanted.limit.unwrap_or(MOST).clamp(1, MOST));
    let first = groups.iter().flatten().take(WITH_COURSES);
    let first: Vec<Row> = first.map(|row| (*row).clone()).collect();
    let (courses, axis) = (courses(app, &first, &columns)?, axis(&first));
    let is_repeat = |row: &Row, field: &Field| match field.target() {
        Target::Param(path) => repeats
            .params(row.aggregate.experiment)
            .contains(&path.join(".")),
        _ => false,
    };
    let groups = groups.iter().map(|group| {
        let cell = |column: &Column| match column {
            Column::Field(field) => {
                let values: Vec<_> = group.iter().map(|row| field.of(row, &directions)).collect();
                let has_spread = !group.iter().any(|row| is_repeat(row, field));
                cell(values, has_spread)
            }
            Column::Spark { name, phase } => {
                let course = |row: &&Row| {
                    let series = (row.aggregate.uuid, name.as_str(), phase.as_str());
                    courses.get(&series)
                };
                let all: Vec<&Series> = group.iter().map(course).collect::<Option<_>>()?;
                let spark = match all[..] {
                    [only] => drawn(only.numbers()),
                    _ => course::mean(&all, axis),
                };
                (!spark.is_empty()).then_some(Cell::Spark(spark))
            }
        };
        Group {
            runs: group.iter().map(|row| row.aggregate.uuid).collect(),
            count: group.len(),
            values: columns
                .iter()
                .map(|(text, column)| (text.clone(), cell(column)))
                .collect(),
        }
    });
    Ok(Groups {
        groups: groups.collect(),
        fields: columns
            .iter()
            .map(|(text, column)| column.document(text, &definitions))
            .collect(),
        constant,
        order: OrderDocument::all(&sought.query),
        total,
        seq,
    })
}

/// The rows in groups of one key, both in the order of the rows.
fn grouped(rows: &[Row], key: impl Fn(&Row) -> String) -> Vec<Vec<&Row>> {
    let mut groups: Vec<Vec<&Row>> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for row in rows {
        let place = *places.entry(key(row)).or_insert(groups.len());
        match groups.get_mut(place) {
            Some(group) => group.push(row),
            None => groups.push(vec![row]),
        }
    }
    groups
}

/// Orders groups by the means of their runs. Those without a mean stand last, as their first runs stand.
fn order_by_mean(
    groups: &mut [Vec<&Row>],
    descending: bool,
    value: impl Fn(&Row) -> Option<Value>,
) {
    let mean = |group: &Vec<&Row>| {
        let values: Vec<_> = group.iter().map(|row| value(row)).collect();
        let mean = spread(&values).map(|spread| spread.mean);
        mean.filter(|mean| !mean.is_nan())
    };
    groups.sort_by(|a, b| match (mean(a), mean(b)) {
        (Some(a), Some(b)) if descending => b.total_cmp(&a),
        (Some(a), Some(b)) => a.total_cmp(&b),
        (a, b) => b.is_some().cmp(&a.is_some()),
    });
}

/// What the runs of a group have in a field.
fn cell(mut values: Vec<Option<Value>>, has_spread: bool) -> Option<Cell> {
    if values.windows(2).all(|pair| pair[0] == pair[1]) {
        return values.pop().flatten().map(shown).map(Cell::Value);
    }
    spread(&values).filter(|_| has_spread).map(Cell::Spread)
}

/// How numbers are spread; nothing where a value is there that is none.
fn spread(values: &[Option<Value>]) -> Option<Spread> {
    let numbers = values.iter().flatten().map(|value| value.to::<f64>().ok());
    let numbers: Vec<f64> = numbers.collect::<Option<_>>()?;
    if numbers.is_empty() {
        return None;
    }
    #[expect(
        clippy::cast_precision_loss,
        reason = "there are some thousands at most"
    )]
    let count = numbers.len() as f64;
    let mean = numbers.iter().sum::<f64>() / count;
    let squares = numbers
        .iter()
        .map(|number| (number - mean).powi(2))
        .sum::<f64>();
    let fold = |pick: fn(f64, f64) -> f64| numbers.iter().copied().reduce(pick).unwrap_or(mean);
    Some(Spread {
        mean,
        std: (squares / (count - 1.0).max(1.0)).sqrt(),
        min: fold(f64::min),
        max: fold(f64::max),
        count: numbers.len(),
    })
}

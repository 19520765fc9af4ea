//! Fields of runs, in columns.

use std::collections::{BTreeMap, HashMap};

use axum::extract::State;
use registry_core::Value;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tracker_core::ports::{Axis, ExperimentRecord, Histories, Row};
use tracker_core::query::{Directions, Vocabulary, created};
use tracker_core::{Metric, Query as RunQuery, Uuid};

use crate::access::Caller;
use crate::api::columns::{Column, ColumnDocument, Definitions, constants, shown};
use crate::api::runs::{Found, Search, Sought};
use crate::app::App;
use crate::extract::Query;
use crate::overview::Overview;
use crate::problem::{Answer, Problem};
use crate::repeats::Repeats;

/// A series is shown by so many of its numbers, and by fewer where so many are in an answer already;
/// but by as many at least.
const SPARK: usize = 32;
const SPARKS: usize = 16_000;
const LEAST: usize = 8;

/// Which runs, and what of each.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// The name or id of an experiment; all without it.
    experiment: Option<String>,
    /// A condition and an order, as `metric.loss[test].last < 0.2 order by created desc`, or the short
    /// form of a filter.
    /// Without `columns` and without an order, the best comes first by the metric that tells most.
    query: Option<String>,
    /// The columns, with commas between them, as `id,metric.loss[test].min,optimizer.lr`;
    /// `spark:metric.loss[test]` is the course of a series. Without it, those that tell the runs apart.
    columns: Option<String>,
    /// The uuids of runs, with commas between them, where only these are wanted.
    runs: Option<String>,
    /// The `next` of the page before.
    cursor: Option<String>,
    /// At most so many: up to 1,000, and 200 where nothing is said.
    limit: Option<usize>,
    /// Whether to count all that the query finds.
    #[serde(default)]
    total: bool,
    /// Whether to tell what is the same in all runs that the query finds; it is told where `columns` are
    /// not given.
    constant: Option<bool>,
}

/// A page of a table.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Table {
    /// The run of each line.
    uuids: Vec<Uuid>,
    /// What the columns hold, in their order.
    fields: Vec<ColumnDocument>,
    /// By its field, a value for each line; null where the run has none. Of a `spark:` column, a list
    /// of numbers, with null for what is none.
    columns: BTreeMap<String, Vec<Option<Cell>>>,
    /// Arguments, components and parameters that are the same in all runs that the query finds, by
    /// their fields.
    constant: BTreeMap<String, Value>,
    /// How many of the runs that the query finds have a repeat among them; told with the columns that
    /// nobody chose.
    repeated: usize,
    /// What the lines are ordered by.
    order: Vec<OrderDocument>,
    /// The `cursor` of the next page; none where this is the last.
    next: Option<String>,
    /// How many runs the query finds, where that was asked.
    total: Option<usize>,
    /// The number of the newest change that it may show; none where the store has no numbers.
    seq: Option<u64>,
}

/// A field that lines are ordered by.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Order")]
pub(crate) struct OrderDocument {
    field: String,
    /// Whether the greatest comes first.
    descending: bool,
}

/// What stands in a line under a column.
#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
#[schemars(with = "Value")]
enum Cell {
    Value(Value),
    Spark(Vec<Option<f64>>),
}

/// `GET /api/v1/table`.
pub(crate) async fn read(
    State(app): State<App>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
) -> Answer {
    app.answer(move |app| table(app, &caller, wanted)).await
}

fn table(app: &App, caller: &Caller, wanted: Wanted) -> Result<Table, Problem> {
    let named = wanted.columns.as_deref().map(Column::list).transpose()?;
    let sought = Sought::of(
        app,
        caller,
        &Search {
            experiment: wanted.experiment,
            query: wanted.query,
            runs: wanted.runs,
            cursor: wanted.cursor,
            limit: wanted.limit,
            total: wanted.total,
        },
    )?;
    let chosen = match named {
        Some(columns) => {
            let asks = wanted.constant.unwrap_or(false);
            let all = asks.then(|| Overview::of(app, &sought)).transpose()?;
            let constant = all.map(|all| constants(&all.known)).unwrap_or_default();
            let detail = Column::detail(&columns);
            let found = sought.find(app, detail)?;
            let definitions = definitions(&found.experiments, &found.page.items);
            let repeated = 0;
            Chosen {
                found,
                columns,
                constant,
                definitions,
                repeated,
            }
        }
        None => Chosen::of(app, sought)?,
    };
    chosen.table(app)
}

/// What is found, and which columns show it.
struct Chosen {
    found: Found,
    columns: Vec<(String, Column)>,
    constant: BTreeMap<String, Value>,
    definitions: Definitions,
    repeated: usize,
}

impl Chosen {
    /// The columns that tell the runs apart, and where nothing is said, the order from the best.
    fn of(app: &App, mut sought: Sought) -> Result<Self, Problem> {
        let all = Overview::of(app, &sought)?;
        let experiments = app.tracker.store()?.experiments()?;
        let definitions = definitions(&experiments, &all.rows);
        let has_models = all.has_models();
        let columns = Column::chosen(&all.known, &definitions, has_models);
        if sought.query.orders().is_empty() {
            sought.query = best_first(sought.query, &all.known, &definitions);
        }
        let constant = constants(&all.known);
        let detail = Column::detail(&columns);
        let repeated = Repeats::of(app)?.count(&all.rows);
        let found = all.page(app, sought, &detail)?;
        Ok(Self {
            found,
            columns,
            constant,
            definitions,
            repeated,
        })
    }

    fn table(self, app: &App) -> Result<Table, Problem> {
        let Self {
            found,
            columns,
            constant,
            definitions,
            repeated,
        } = self;
        let rows = &found.page.items;
        let cells = cells(app, rows, &columns, &found.experiments)?;
        let documents = columns
            .iter()
            .map(|(text, column)| column.document(text, &definitions));
        Ok(Table {
            uuids: rows.iter().map(|row| row.aggregate.uuid).collect(),
            fields: documents.collect(),
            columns: cells,
            constant,
            repeated,
            order: OrderDocument::all(&found.query),
            next: found.next(),
            total: found.total,
            seq: found.seq,
        })
    }
}

/// A query with the order from the best run, or else from the newest.
pub(crate) fn best_first(
    query: RunQuery,
    known: &Vocabulary,
    definitions: &Definitions,
) -> RunQuery {
    let best = Column::best(known, definitions);
    query.order_by(best.unwrap_or_else(|| created().desc()))
}

impl OrderDocument {
    pub(crate) fn all(query: &RunQuery) -> Vec<Self> {
        let orders = query.orders().iter().map(|order| Self {
            field: order.field.to_string(),
            descending: order.descending,
        });
        orders.collect()
    }
}

/// What the experiment of these runs says of its metrics; of several, nothing.
pub(crate) fn definitions(experiments: &[ExperimentRecord], rows: &[Row]) -> Definitions {
    let mut of = rows.iter().map(|row| row.aggregate.experiment);
    let first = of.next();
    let is_one = of.all(|other| Some(other) == first);
    let only = experiments.iter().find(|of| is_one && Some(of.id) == first);
    only.map(|of| of.definitions.clone()).unwrap_or_default()
}

/// The values under each column.
fn cells(
    app: &App,
    rows: &[Row],
    columns: &[(String, Column)],
    experiments: &[ExperimentRecord],
) -> Result<BTreeMap<String, Vec<Option<Cell>>>, Problem> {
    let sparks = sparks(app, rows, columns)?;
    let directions = Directions::of(experiments);
    let cells = columns.iter().map(|(text, column)| {
        let cell = |row: &Row| match column {
            Column::Field(field) => field.of(row, &directions).map(shown).map(Cell::Value),
            Column::Spark { name, phase } => {
                let series = (row.aggregate.uuid, name.as_str(), phase.as_str());
                sparks.get(&series).cloned().map(Cell::Spark)
            }
        };
        (text.clone(), rows.iter().map(cell).collect())
    });
    Ok(cells.collect())
}

type Sparks<'c> = HashMap<(Uuid, &'c str, &'c str), Vec<Option<f64>>>;

/// The courses of series, in one call.
pub(crate) fn sparks<'c>(
    app: &App,
    rows: &[Row],
    columns: &'c [(String, Column)],
) -> Result<Sparks<'c>, Problem> {
    let series = columns.iter().filter_map(|(_, column)| match column {
        Column::Spark { name, phase } => Some((name.as_str(), phase.as_str())),
        Column::Field(_) => None,
    });
    let series: Vec<_> = series.collect();
    let count = rows.len() * series.len();
    if count == 0 {
        return Ok(Sparks::new());
    }
    let histories = app.tracker.store()?.histories(&Histories {
        aggregates: rows.iter().map(|row| row.aggregate.uuid).collect(),
        series: series
            .iter()
            .map(|(name, phase)| ((*name).to_owned(), (*phase).to_owned()))
            .collect(),
        axis: axis(rows),
        most: Some((SPARKS / count).clamp(LEAST, SPARK)),
        ..Histories::default()
    })?;
    // They come in the order of the runs, and then of the series.
    let of_series = histories.iter().zip(series.iter().cycle());
    let with_points = of_series.filter(|(history, _)| !history.series.is_empty());
    Ok(with_points
        .map(|(history, (name, phase))| {
            let numbers = history.series.numbers().iter().map(|number| short(*number));
            ((history.aggregate, *name, *phase), numbers.collect())
        })
        .collect())
}

/// What a course goes along: steps may begin anew in each epoch, and epochs may be few.
fn axis(rows: &[Row]) -> Axis {
    let ends = rows.iter().flat_map(|row| &row.summaries);
    let ends = ends.map(|summary| (&summary.first, &summary.last));
    let has_epochs = |(first, last): (&Metric, &Metric)| last.epoch - first.epoch >= LEAST as u64;
    let has_steps = |(first, last): (&Metric, &Metric)| last.step != first.step;
    if ends.clone().any(has_epochs) || !ends.clone().any(has_steps) {
        Axis::Epoch
    } else {
        Axis::Step
    }
}

/// A number with as many digits as a small picture can show; none for what is no finite number.
fn short(number: f64) -> Option<f64> {
    const DIGITS: i32 = 3;
    if number == 0.0 || !number.is_finite() {
        return number.is_finite().then_some(0.0);
    }
    #[expect(clippy::cast_possible_truncation, reason = "an exponent is small")]
    let exponent = DIGITS - 1 - number.abs().log10().floor() as i32;
    if exponent.abs() > 22 {
        return Some(number);
    }
    // Powers of ten up to there are exact, and so is what has few digits.
    let power = 10_f64.powi(exponent.abs());
    Some(if exponent < 0 {
        (number / power).round() * power
    } else {
        (number * power).round() / power
    })
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn a_small_picture_needs_few_digits() {
        for (number, expected) in [
            (0.123_456, Some(0.123)),
            (-98_765.0, Some(-98_800.0)),
            (2.345e-9, Some(2.35e-9)),
            (1e300, Some(1e300)),
            (0.3, Some(0.3)),
            (4e-300, Some(4e-300)),
            (0.0, Some(0.0)),
            (f64::NAN, None),
            (f64::INFINITY, None),
        ] {
            assert_eq!(short(number), expected, "{number}");
        }
    }
}

//! Fields of runs, in columns.

use std::collections::BTreeMap;

use axum::extract::State;
use registry_core::Value;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tracker_core::ports::{ExperimentRecord, Row};
use tracker_core::query::{Directions, Field, Target, Vocabulary, created};
use tracker_core::{Query as RunQuery, Timestamp, Uuid};

use crate::access::Caller;
use crate::api::columns::{Column, ColumnDocument, Definitions, constants, shown};
use crate::api::runs::{Found, Search, Sought};
use crate::api::sparks::{rounded, sparks};
use crate::app::App;
use crate::extract::Query;
use crate::overview::Overview;
use crate::problem::{Answer, Problem};
use crate::repeats::Repeats;

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
    /// As many are passed over first: a page anywhere in the table, without those before.
    #[serde(default)]
    skip: usize,
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
    /// By its field, a value for each line; null where the run has none. Times are told to the second,
    /// and how long something took to the millisecond. Of a `spark:` column, a list of numbers, with
    /// null for what is none, and with as many digits as a small picture shows.
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
    let mut sought = Sought::of(
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
    sought.skip = wanted.skip;
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

/// What a run has there, as a page shows it: times to the second, and how long something took to the
/// millisecond.
fn brief(field: &Field, row: &Row, directions: &Directions) -> Option<Value> {
    let value = field.of(row, directions)?;
    let rounded = match field.target() {
        Target::Created | Target::Updated | Target::Ended => {
            let time = value.to::<Timestamp>().ok();
            let whole = time.and_then(|time| Timestamp::from_second(time.as_second()).ok());
            whole.and_then(|whole| Value::of(&whole).ok())
        }
        Target::Duration => {
            let seconds = value.to::<f64>().ok();
            seconds.and_then(|seconds| Value::of(&rounded(seconds, 3)).ok())
        }
        _ => return Some(shown(value)),
    };
    Some(rounded.unwrap_or(value))
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
            Column::Field(field) => brief(field, row, &directions).map(Cell::Value),
            Column::Spark { name, phase } => {
                let series = (row.aggregate.uuid, name.as_str(), phase.as_str());
                sparks.get(&series).cloned().map(Cell::Spark)
            }
        };
        (text.clone(), rows.iter().map(cell).collect())
    });
    Ok(cells.collect())
}

//! Chosen fields of runs, in columns.

use std::collections::BTreeMap;

use axum::extract::State;
use registry_core::Value;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tracker_core::query::{Directions, Field};
use tracker_core::{Query as RunQuery, Uuid};

use crate::access::Caller;
use crate::api::runs::{Search, search};
use crate::app::App;
use crate::extract::Query;
use crate::problem::{Answer, Problem};

/// Which runs, and what of each.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// The name or id of an experiment; all without it.
    experiment: Option<String>,
    /// A condition and an order, as `metric.loss[test].last < 0.2 order by created desc`.
    query: Option<String>,
    /// The fields, with commas between them, as `id,metric.loss[test].min,optimizer.lr`.
    columns: String,
    /// The `next` of the page before.
    cursor: Option<String>,
    /// At most so many: up to 1,000, and 200 where nothing is said.
    limit: Option<usize>,
    /// Whether to count all that the query finds.
    #[serde(default)]
    total: bool,
}

/// A page of a table.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Table {
    /// The run of each line.
    uuids: Vec<Uuid>,
    /// By its field, a value for each line; null where the run has none.
    columns: BTreeMap<String, Vec<Option<Value>>>,
    /// The `cursor` of the next page; none where this is the last.
    next: Option<String>,
    /// How many runs the query finds, where that was asked.
    total: Option<usize>,
    /// The number of the newest change that it may show; none where the store has no numbers.
    seq: Option<u64>,
}

/// `GET /api/v1/table`.
pub(crate) async fn read(
    State(app): State<App>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
) -> Answer {
    app.answer(move |app| {
        let fields = fields(&wanted.columns)?;
        let search_for = Search {
            experiment: wanted.experiment,
            query: wanted.query,
            cursor: wanted.cursor,
            limit: wanted.limit,
            total: wanted.total,
        };
        let asked = fields.iter().map(|(_, field)| field.clone());
        let asked = asked.fold(RunQuery::new(), RunQuery::order_by);
        let found = search(app, &caller, &search_for, |_| asked.detail())?;
        let directions = if asked.needs_directions() {
            Directions::of(&app.tracker.store()?.experiments()?)
        } else {
            Directions::default()
        };
        let rows = &found.page.items;
        let column = |field: &Field| rows.iter().map(|row| field.of(row, &directions)).collect();
        let columns = fields
            .iter()
            .map(|(text, field)| (text.clone(), column(field)));
        Ok(Table {
            uuids: rows.iter().map(|row| row.aggregate.uuid).collect(),
            columns: columns.collect(),
            next: found.next(),
            total: found.total,
            seq: found.seq,
        })
    })
    .await
}

/// The fields in a list, each as it was written; a comma may stand in quotes.
fn fields(text: &str) -> Result<Vec<(String, Field)>, Problem> {
    let mut fields = Vec::new();
    let (mut start, mut quote) = (0, None);
    for (at, char) in text.char_indices().chain([(text.len(), ',')]) {
        match (char, quote) {
            ('"' | '\'', None) => quote = Some(char),
            (_, Some(open)) if char == open => quote = None,
            (',', None) => {
                let field = text[start..at].trim();
                fields.push((field.to_owned(), field.parse()?));
                start = at + 1;
            }
            _ => {}
        }
    }
    Ok(fields)
}

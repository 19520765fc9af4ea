//! `entia experiments`: the experiments of a store.

use std::collections::HashMap;
use std::io::Write;

use console::Color;
use entia_report::{Column, Table};
use tracker_core::ports::Detail;
use tracker_core::{Query, Timestamp, Uuid};

use crate::document::ExperimentDocument;
use crate::error::Result;
use crate::output::Output;
use crate::store::Store;
use crate::text;

pub(crate) fn run(store: &Store, output: &mut Output) -> Result<()> {
    let experiments = store.experiments(None)?;
    let mut runs: HashMap<Uuid, (usize, Timestamp)> = HashMap::new();
    for (_, row) in store
        .tracker
        .experiments()
        .rows_with(Query::new(), Detail::NONE)?
    {
        let (count, newest) = runs.entry(row.aggregate.experiment).or_default();
        *count += 1;
        *newest = row.aggregate.created.max(*newest);
    }
    let all: Vec<_> = experiments
        .into_iter()
        .map(|experiment| {
            let of = runs.get(&experiment.id()).copied();
            (experiment, of.map_or(0, |of| of.0), of.map(|of| of.1))
        })
        .collect();
    if output.json {
        let documents = all.iter().map(|(experiment, runs, _)| ExperimentDocument {
            experiment: experiment.record(),
            runs: *runs,
        });
        return output.document(&documents.collect::<Vec<_>>());
    }
    if all.is_empty() {
        let text = "No experiments yet. The program that trains creates them: \
                    `tracker.experiment(\"digits\")`.";
        return Ok(writeln!(output, "{text}")?);
    }
    let in_terminal = output.width.is_some();
    let mut table = Table::new(vec![
        Column::text("EXPERIMENT").colored(Color::Cyan).flexible(),
        Column::number("RUNS"),
        Column::text("CREATED").left_out(1),
        Column::text("NEWEST RUN").left_out(2),
        Column::text("TAGS").flexible().left_out(1),
    ]);
    for (experiment, runs, newest) in &all {
        let newest = newest.map_or_else(String::new, |time| text::time(time, in_terminal));
        table.row(vec![
            experiment.name(),
            text::count(*runs as u64),
            text::time(experiment.created(), in_terminal),
            newest,
            text::tags(&experiment.annotations().tags),
        ]);
    }
    table.drop_empty();
    output.table(table)
}

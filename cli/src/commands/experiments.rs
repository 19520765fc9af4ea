//! `entia experiments`: the experiments of a store.

use std::io::Write;

use console::Color;
use entia_report::{Column, Table};
use tracker_core::query::created;
use tracker_core::{Aggregate, Query};

use crate::document::ExperimentDocument;
use crate::error::Result;
use crate::output::Output;
use crate::store::Store;
use crate::text;

pub(crate) fn run(store: &Store, output: &mut Output) -> Result<()> {
    let mut all = Vec::new();
    for experiment in store.experiments(None)? {
        let aggregates = experiment.aggregates();
        let runs = aggregates.count(Query::new())?;
        let newest = Query::new().order_by(created().desc()).limit(1);
        let newest = aggregates.find(newest)?;
        let newest = newest.first().map(Aggregate::created);
        all.push((experiment, runs, newest));
    }
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
            text::count(*runs),
            text::time(experiment.created(), in_terminal),
            newest,
            text::tags(&experiment.annotations().tags),
        ]);
    }
    table.drop_empty();
    output.table(table)
}

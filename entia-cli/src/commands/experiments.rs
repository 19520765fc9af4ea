//! `entia experiments`: the experiments of a store.

use std::io::Write;

use console::Color;

use crate::error::Result;
use crate::json::ExperimentJson;
use crate::output::Output;
use crate::store::Store;
use crate::table::{Column, Table};
use crate::text;

pub(crate) fn run(store: &Store, output: &mut Output) -> Result<()> {
    let mut all = Vec::new();
    for experiment in store.experiments(None)? {
        let runs = experiment.aggregates().list()?;
        let newest = runs.iter().map(tracker_core::Aggregate::created).max();
        all.push((experiment, runs.len(), newest));
    }
    if output.json {
        let document: Vec<_> = all
            .iter()
            .map(|(experiment, runs, _)| ExperimentJson::new(experiment, *runs))
            .collect();
        return output.document(&document);
    }
    if all.is_empty() {
        let text = "No experiments yet. The program that trains creates them: \
                    `tracker.experiment(\"digits\")`.";
        return Ok(writeln!(output, "{text}")?);
    }
    let in_terminal = output.width.is_some();
    let mut table = Table::new(vec![
        Column::text("EXPERIMENT").colored(Color::Cyan),
        Column::number("RUNS"),
        Column::text("CREATED"),
        Column::text("NEWEST RUN"),
        Column::text("TAGS").flexible(),
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
    let width = output.width;
    table.write(output, width)?;
    Ok(())
}

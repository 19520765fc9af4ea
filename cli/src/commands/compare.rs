//! `entia compare`: in what two runs differ.

use std::io::Write;

use registry_core::Value;
use tracker_core::{Comparison, Difference, MetricDifference, MetricValue};

use crate::error::Result;
use crate::options::Compare;
use crate::output::Output;
use crate::store::Store;
use crate::table::{Column, Table};
use crate::text;

pub(crate) fn run(store: &Store, options: &Compare, output: &mut Output) -> Result<()> {
    let of_both = options.experiment.first().map(String::as_str);
    let of_right = options.experiment.get(1).map(String::as_str).or(of_both);
    let left = store.run(&options.left, of_both)?;
    let right = store.run(&options.right, of_right)?;
    let comparison = left.aggregate.compare(&right.aggregate)?;
    if output.json {
        return output.document(&comparison);
    }
    if comparison.is_empty() {
        return Ok(writeln!(
            output,
            "{}.",
            text::line(&comparison.to_string())
        )?);
    }
    let length = text::telling([&*comparison.left, &*comparison.right]);
    let titles = if comparison.left == comparison.right {
        [left.experiment.name(), right.experiment.name()]
    } else {
        [&*comparison.left, &*comparison.right].map(|id| text::short_id(id, length).to_owned())
    };
    let table = table(&comparison, &titles);
    let width = output.width;
    table.write(output, width)?;
    Ok(())
}

fn table(comparison: &Comparison, [left, right]: &[String; 2]) -> Table {
    let mut table = Table::new(vec![
        Column::text(""),
        Column::text(left).flexible(),
        Column::text(right).flexible(),
    ]);
    let mut row = |title: String, left: Option<String>, right: Option<String>| {
        let cell = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
        table.row(vec![title, cell(left), cell(right)]);
    };
    if let Some((left, right)) = comparison.epochs {
        row(
            "epoch".to_owned(),
            Some(left.to_string()),
            Some(right.to_string()),
        );
    }
    for module in &comparison.modules {
        for Difference { path, left, right } in &module.differences {
            let title = match path.as_str() {
                "name" => module.kind.clone(),
                path => format!("{}.{path}", module.kind),
            };
            let shown = |value: &Option<Value>| value.as_ref().map(text::argument);
            row(title, shown(left), shown(right));
        }
    }
    for MetricDifference {
        name,
        phase,
        left,
        right,
    } in &comparison.metrics
    {
        let shown = |value: &Option<MetricValue>| value.as_ref().map(text::value);
        row(text::series(name, phase), shown(left), shown(right));
    }
    table
}

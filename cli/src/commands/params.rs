//! `entia params`: the parameters of a run that belong to no component.

use std::io::Write;

use console::Color;
use entia_report::{Column, Table};

use crate::error::Result;
use crate::options::RunName;
use crate::output::Output;
use crate::store::Store;
use crate::text;

pub(crate) fn run(store: &Store, name: &RunName, output: &mut Output) -> Result<()> {
    let record = store.record(&name.id, name.experiment.as_deref())?;
    if output.json {
        return output.document(&record.params);
    }
    if record.params.is_empty() {
        let text = format!(
            "{} has no parameters of its own. The program that trains sets them: \
             in Rust with `run.set_param(\"seed\", 17)`, with MLflow's client by \
             `mlflow.log_param(\"seed\", 17)`. `entia show` lists the arguments of its components.",
            record.id
        );
        return Ok(writeln!(output, "{}", text::line(&text))?);
    }
    let mut table = Table::new(vec![
        Column::text("PARAMETER").colored(Color::Cyan).flexible(),
        Column::text("VALUE").flexible(),
    ]);
    for (name, value) in record.params {
        table.row(vec![name, text::argument(&value)]);
    }
    output.table(table)
}

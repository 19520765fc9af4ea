//! `entia metrics`: the learning curves of a run.

use std::io::Write;
use std::path::Path;

use serde::Serialize;
use tracker_core::Series;

use crate::error::{Error, Result};
use crate::export::whole_file;
use crate::options::Metrics;
use crate::output::Output;
use crate::series::{self, Panel};
use crate::store::Store;
use crate::{chart, picture, text};

/// The columns of a chart that goes to no terminal.
const PIPED_WIDTH: usize = 80;

/// The file that was written.
#[derive(Serialize)]
struct Picture {
    file: String,
    charts: usize,
}

pub(crate) fn run(store: &Store, options: &Metrics, output: &mut Output) -> Result<()> {
    let run = store.run(&options.run.id, options.run.experiment.as_deref())?;
    let metrics = run.aggregate.metrics();
    let mut histories: Vec<Series> = Vec::new();
    for summary in series::chosen(&run.aggregate, &options.series)? {
        histories.push(metrics.history(summary.name(), summary.phase())?);
    }
    if output.json && options.svg.is_none() {
        return output.document(&histories);
    }
    // Without colours, curves that lie over each other are one.
    let together = options.svg.is_some() || console::colors_enabled();
    let panels = series::panels(&histories, together);
    if panels.is_empty() {
        return Err(nothing(run.aggregate.id(), &histories));
    }
    match &options.svg {
        Some(path) => save(path, &panels, output),
        None => draw(&panels, output),
    }
}

fn draw(panels: &[Panel], output: &mut Output) -> Result<()> {
    let charts: Vec<String> = panels
        .iter()
        .map(|panel| chart::chart(panel, output.width.unwrap_or(PIPED_WIDTH)))
        .collect();
    Ok(write!(output, "{}", charts.join("\n"))?)
}

fn save(path: &Path, panels: &[Panel], output: &mut Output) -> Result<()> {
    let picture = picture::svg(panels)?;
    whole_file(path, |file| Ok(file.write_all(picture.as_bytes())?))?;
    if output.json {
        return output.document(&Picture {
            file: path.display().to_string(),
            charts: panels.len(),
        });
    }
    let charts = text::plural(panels.len(), "chart");
    Ok(writeln!(output, "{}: {charts}", path.display())?)
}

fn nothing(run: &str, histories: &[Series]) -> Error {
    Error::NothingToDraw {
        run: run.to_owned(),
        hint: if histories.is_empty() {
            "it has no metrics yet"
        } else {
            "its values are NaN, infinite or JSON; `--json` prints them"
        },
    }
}

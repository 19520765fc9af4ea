//! `entia import`: copies another store into this one.

use std::io::Write;

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use tracker_core::{Address, Imported, Tracker};

use crate::error::Result;
use crate::output::Output;
use crate::store::{self, Store};
use crate::text;

/// What was added, as `--json` prints it.
#[derive(Serialize)]
struct Report {
    experiments: u64,
    runs: u64,
    modules: u64,
    iterations: u64,
    points: u64,
    artifacts: u64,
}

/// `open` is called when the source is known to be there: a slip in its address makes no store.
pub(crate) fn run(
    from: &str,
    open: impl FnOnce() -> Result<Store>,
    output: &mut Output,
) -> Result<()> {
    let source = Tracker::read(from)?;
    store::tell_waiting(&source);
    let store = open()?;
    // Draws itself on standard error, and only where that is a terminal.
    let bar = ProgressBar::new(0);
    if let Ok(style) =
        ProgressStyle::with_template("{bar:30} {human_pos} of {human_len} points, {eta} left")
    {
        bar.set_style(style);
    }
    let imported = tracker_core::import(&source, &store.tracker, |progress| {
        bar.set_length(progress.points.total);
        bar.set_position(progress.points.done);
    });
    bar.finish_and_clear();
    let imported = imported?;
    if output.json {
        return output.document(&Report {
            experiments: imported.experiments,
            runs: imported.aggregates,
            modules: imported.modules,
            iterations: imported.iterations,
            points: imported.points,
            artifacts: imported.artifacts,
        });
    }
    if imported == Imported::default() {
        return Ok(writeln!(
            output,
            "`{}` has all of `{}` already.",
            store.address,
            Address::shown(from)
        )?);
    }
    let plural = |number, thing| text::plural(usize::try_from(number).unwrap_or(usize::MAX), thing);
    let artifacts = match imported.artifacts {
        0 => String::new(),
        number => format!(", {}", plural(number, "artifact")),
    };
    Ok(writeln!(
        output,
        "added to `{}`: {}, {}, {}{artifacts}",
        store.address,
        plural(imported.experiments, "experiment"),
        plural(imported.aggregates, "run"),
        plural(imported.points, "point"),
    )?)
}

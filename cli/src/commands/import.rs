//! `entia import`: copies another store into this one.

use std::io::Write;
use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use tracker_core::{Address, Imported, Tracker};

use crate::error::{Error, Result};
use crate::options::Options;
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

pub(crate) fn run(
    from: &str,
    to: Option<&str>,
    options: &Options,
    output: &mut Output,
) -> Result<()> {
    let target = to.or_else(|| store::address(options));
    if target.is_some_and(|to| is_same(from, to)) {
        return Err(Error::IntoItself {
            address: Address::shown(from),
        });
    }
    let source = Tracker::read(from)?;
    store::tell_waiting(&source);
    // Only now: a slip in the address of the source makes no store.
    let store = Store::create(to, options)?;
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

/// Whether two addresses name one store: one text, or two paths of one file.
fn is_same(one: &str, other: &str) -> bool {
    let (Some((scheme, path)), Some((of_other, other_path))) =
        (one.split_once(':'), other.split_once(':'))
    else {
        return one == other;
    };
    let file = |path: &str| Path::new(path).canonicalize().ok();
    let is_file = file(path).is_some() && file(path) == file(other_path);
    one.trim_end_matches('/') == other.trim_end_matches('/') || (scheme == of_other && is_file)
}

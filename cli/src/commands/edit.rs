//! `entia note` and `rename`: what people write by hand.

use std::io::Write;

use tracker_core::documents::RunDocument;
use tracker_core::{Error as TrackerError, Experiment};

use crate::error::{Error, Result};
use crate::options::{Note, Rename};
use crate::output::Output;
use crate::store::{Run, Store};
use crate::text;

pub(crate) fn note(store: &Store, options: &Note, output: &mut Output) -> Result<()> {
    let run = store.run(&options.run.id, options.run.experiment.as_deref())?;
    run.aggregate.set_notes(&options.text)?;
    let text = format!("{} has new notes", run.aggregate.id());
    tell(store, &run, &text, output)
}

pub(crate) fn rename(store: &Store, options: &Rename, output: &mut Output) -> Result<()> {
    let (present, name) = (&options.present, &options.name);
    let within = options.experiment.as_deref();
    let run = match (within, store.experiment(present)) {
        (Some(_), _) => store.run(present, within)?,
        (None, Ok(experiment)) => return rename_experiment(store, &experiment, options, output),
        (None, Err(Error::Tracker(TrackerError::Missing { hint, .. }))) => {
            let run = store.run(present, within);
            run.map_err(|error| neither(store, present, hint, error))?
        }
        (None, Err(error)) => return Err(error),
    };
    run.aggregate.set_name(name)?;
    let id = run.aggregate.id();
    let text = match name.as_str() {
        "" => format!("{id} has no name now"),
        name => format!("{id} is named `{name}` now"),
    };
    tell(store, &run, &text, output)
}

fn rename_experiment(
    store: &Store,
    experiment: &Experiment,
    options: &Rename,
    output: &mut Output,
) -> Result<()> {
    experiment.rename(&options.name)?;
    // A change that only waits in a journal is not told as done.
    store.tracker.flush()?;
    if output.json {
        return super::experiments::run(store, output);
    }
    let text = format!("`{}` is `{}` now", options.present, options.name);
    Ok(writeln!(output, "{}", text::line(&text))?)
}

/// That no run is there either, with what may be meant.
fn neither(store: &Store, name: &str, of_experiment: String, run: Error) -> Error {
    let is_guess = |hint: &String| hint.starts_with("did you mean");
    let of_run = match run {
        Error::NoRun { hint, .. } => hint,
        Error::ShortId { .. } => String::new(),
        error => return error,
    };
    let guess = [of_experiment, of_run].into_iter().find(is_guess);
    let all = || "`entia experiments` and `entia runs` list them".to_owned();
    Error::Tracker(TrackerError::Missing {
        what: "experiment or run",
        name: name.to_owned(),
        place: format!("the store `{}`", store.address),
        hint: guess.unwrap_or_else(all),
    })
}

/// Says what became of a run.
fn tell(store: &Store, run: &Run, text: &str, output: &mut Output) -> Result<()> {
    store.tracker.flush()?;
    if output.json {
        let experiment = run.experiment.name();
        let rows = store.rows(vec![run.aggregate.uuid()])?;
        let mut documents = rows
            .into_iter()
            .map(|row| RunDocument::new(&experiment, row));
        return documents.try_for_each(|document| output.document(&document));
    }
    Ok(writeln!(output, "{}", text::line(text))?)
}

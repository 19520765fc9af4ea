//! `entia tag`, `note`, `rename`, `remove` and `remove-experiment`: what people change by hand.

use std::io::Write;

use crate::error::{Error, Result};
use crate::json::RunJson;
use crate::options::{Note, Remove, RemoveExperiment, Rename, Tag};
use crate::output::Output;
use crate::store::{Run, Store};
use crate::text;

pub(crate) fn tag(store: &Store, options: &Tag, output: &mut Output) -> Result<()> {
    let run = store.run(&options.run.id, options.run.experiment.as_deref())?;
    for tag in &options.tags {
        let (tag, value) = tag.split_once('=').unwrap_or((tag, ""));
        run.aggregate.set_tag(tag, value)?;
    }
    for tag in &options.remove {
        run.aggregate.remove_tag(tag)?;
    }
    done(&run, output, |run| {
        match text::tags(&run.aggregate.annotations().tags) {
            tags if tags.is_empty() => "has no tags now".to_owned(),
            tags => format!("has the tags {tags}"),
        }
    })
}

pub(crate) fn note(store: &Store, options: &Note, output: &mut Output) -> Result<()> {
    let run = store.run(&options.run.id, options.run.experiment.as_deref())?;
    run.aggregate.set_notes(&options.text)?;
    done(&run, output, |_| "has new notes".to_owned())
}

fn done(run: &Run, output: &mut Output, text: impl FnOnce(&Run) -> String) -> Result<()> {
    if output.json {
        return output.document(&RunJson::new(&run.experiment.name(), &run.row()?, None));
    }
    let text = format!("{} {}", run.aggregate.id(), text(run));
    Ok(writeln!(output, "{}", text::line(&text))?)
}

pub(crate) fn rename(store: &Store, options: &Rename, output: &mut Output) -> Result<()> {
    let experiments = store.experiments(Some(&options.experiment))?;
    for experiment in &experiments {
        experiment.rename(&options.name)?;
    }
    if output.json {
        return super::experiments::run(store, output);
    }
    let text = format!("`{}` is `{}` now", options.experiment, options.name);
    Ok(writeln!(output, "{}", text::line(&text))?)
}

pub(crate) fn remove(store: &Store, options: &Remove, output: &mut Output) -> Result<()> {
    let run = store.run(&options.run.id, options.run.experiment.as_deref())?;
    let (id, experiment) = (run.aggregate.id().to_owned(), run.experiment.name());
    if !options.yes {
        return Err(Error::NotConfirmed { id, experiment });
    }
    let row = run.row()?;
    run.aggregate.remove()?;
    store.tracker.flush()?;
    if output.json {
        return output.document(&RunJson::new(&experiment, &row, None));
    }
    let text = format!("{id} is removed from `{experiment}`");
    Ok(writeln!(output, "{}", text::line(&text))?)
}

pub(crate) fn remove_experiment(
    store: &Store,
    options: &RemoveExperiment,
    output: &mut Output,
) -> Result<()> {
    for experiment in store.experiments(Some(&options.experiment))? {
        let name = experiment.name();
        let runs = text::plural(experiment.aggregates().list()?.len(), "run");
        if !options.yes {
            return Err(Error::ExperimentNotConfirmed {
                experiment: name,
                runs,
            });
        }
        experiment.remove()?;
        store.tracker.flush()?;
        if !output.json {
            let text = format!("`{name}` is removed with {runs}");
            writeln!(output, "{}", text::line(&text))?;
        }
    }
    if output.json {
        return super::experiments::run(store, output);
    }
    Ok(())
}

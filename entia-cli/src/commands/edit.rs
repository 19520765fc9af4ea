//! `entia tag`, `note`, `rename`, `remove` and `remove-experiment`: what people change by hand.

use std::io::Write;

use registry_core::nearest;

use crate::error::{Error, Result};
use crate::json::RunJson;
use crate::options::{Note, Remove, RemoveExperiment, Rename, Tag};
use crate::output::Output;
use crate::store::{Run, Store};
use crate::text;

pub(crate) fn tag(store: &Store, options: &Tag, output: &mut Output) -> Result<()> {
    let run = store.run(&options.run.id, options.run.experiment.as_deref())?;
    let set: Vec<(&str, &str)> = options
        .tags
        .iter()
        .map(|tag| tag.split_once('=').unwrap_or((tag, "")))
        .collect();
    check(&run, &set, &options.remove)?;
    for (tag, value) in set {
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

/// Refuses tags without a name, and the removal of those that are not there, before any is changed.
fn check(run: &Run, set: &[(&str, &str)], remove: &[String]) -> Result<()> {
    if set.iter().any(|(tag, _)| tag.is_empty()) {
        return Err(Error::Tracker(tracker_core::Error::EmptyName {
            what: "name",
            place: "a tag".to_owned(),
        }));
    }
    let there = run.aggregate.annotations().tags;
    let named = set.iter().map(|(tag, _)| *tag);
    let known: Vec<&str> = there.keys().map(String::as_str).chain(named).collect();
    let Some(missing) = remove.iter().find(|tag| !known.contains(&tag.as_str())) else {
        return Ok(());
    };
    Err(Error::Tracker(tracker_core::Error::Missing {
        what: "tag",
        name: missing.clone(),
        place: format!("the run `{}`", run.aggregate.id()),
        hint: match (nearest(missing, known.iter().copied()), known.is_empty()) {
            (Some(near), _) => format!("did you mean `{near}`?"),
            (None, true) => "it has no tags".to_owned(),
            (None, false) => format!("it has the tags `{}`", known.join("`, `")),
        },
    }))
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

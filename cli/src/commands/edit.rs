//! `entia note` and `rename`: what people write by hand.

use std::io::Write;

use tracker_core::documents::RunDocument;

use crate::error::Result;
use crate::options::{Note, Rename};
use crate::output::Output;
use crate::store::Store;
use crate::text;

pub(crate) fn note(store: &Store, options: &Note, output: &mut Output) -> Result<()> {
    let run = store.run(&options.run.id, options.run.experiment.as_deref())?;
    run.aggregate.set_notes(&options.text)?;
    store.tracker.flush()?;
    if output.json {
        let experiment = run.experiment.name();
        let rows = store.rows(vec![run.aggregate.uuid()])?;
        let mut documents = rows
            .into_iter()
            .map(|row| RunDocument::new(&experiment, row));
        return documents.try_for_each(|document| output.document(&document));
    }
    let text = format!("{} has new notes", run.aggregate.id());
    Ok(writeln!(output, "{}", text::line(&text))?)
}

pub(crate) fn rename(store: &Store, options: &Rename, output: &mut Output) -> Result<()> {
    store
        .experiment(&options.experiment)?
        .rename(&options.name)?;
    // A change that only waits in a journal is not told as done.
    store.tracker.flush()?;
    if output.json {
        return super::experiments::run(store, output);
    }
    let text = format!("`{}` is `{}` now", options.experiment, options.name);
    Ok(writeln!(output, "{}", text::line(&text))?)
}

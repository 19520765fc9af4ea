//! `entia artifacts`: the files that belong to a run.

use std::io::{self, Write};
use std::path::Path;

use console::Color;
use entia_report::{Column, Table};
use serde::Serialize;
use tracker_core::Error as TrackerError;
use tracker_core::ports::ArtifactRecord;

use crate::error::{Error, Result};
use crate::options::Artifacts;
use crate::output::Output;
use crate::store::Store;
use crate::target::Target;
use crate::text;

/// An artifact and where it was saved.
#[derive(Serialize)]
struct Saved<'a> {
    file: String,
    #[serde(flatten)]
    record: &'a ArtifactRecord,
}

pub(crate) fn run(store: &Store, options: &Artifacts, output: &mut Output) -> Result<()> {
    if let (Some(name), Some(path)) = (&options.name, &options.output) {
        return save(store, options, name, path, output);
    }
    let run = store.record(&options.run.id, options.run.experiment.as_deref())?;
    let artifacts = store.tracker.store()?.artifacts(run.uuid)?;
    if output.json {
        return output.document(&artifacts);
    }
    if artifacts.is_empty() {
        let text = format!(
            "{} has no artifacts. The program that trains puts them there: in Rust with \
             `run.artifacts().put(\"weights.safetensors\", &path)`, with MLflow's client by \
             `mlflow.log_artifact(\"weights.safetensors\")`, and over HTTP by `PUT \
             /api/v1/runs/RUN/artifacts/weights.safetensors`.",
            run.id
        );
        return Ok(writeln!(output, "{}", text::line(&text))?);
    }
    write(&artifacts, output)
}

/// Saves one artifact, whose content is checked against its hash.
fn save(
    store: &Store,
    options: &Artifacts,
    name: &str,
    path: &Path,
    output: &mut Output,
) -> Result<()> {
    let run = store.run(&options.run.id, options.run.experiment.as_deref())?;
    let artifacts = run.aggregate.artifacts();
    let artifact = match options.epoch {
        Some(epoch) => artifacts.get_at(name, epoch)?,
        None => artifacts.get(name)?,
    };
    let target = Target::of(path);
    let mut content = artifact.reader()?;
    let saved = target.write(output, |out| Ok(io::copy(&mut content, out).map(drop)?));
    saved.map_err(|error| match error {
        Error::File { path, cause }
            if !matches!(
                cause.kind(),
                io::ErrorKind::BrokenPipe | io::ErrorKind::IsADirectory
            ) =>
        {
            let place = path.display().to_string();
            TrackerError::io("save an artifact", place, cause).into()
        }
        error => error,
    })?;
    if target == Target::StandardOutput {
        return Ok(());
    }
    let record = artifact.record();
    if output.json {
        let file = path.display().to_string();
        return output.document(&Saved { file, record });
    }
    let text = format!("{}: {}", path.display(), text::bytes(record.size));
    Ok(writeln!(output, "{}", text::line(&text))?)
}

/// A table of artifacts.
pub(super) fn write(artifacts: &[ArtifactRecord], output: &mut Output) -> Result<()> {
    let mut table = Table::new(vec![
        Column::text("ARTIFACT").colored(Color::Cyan).flexible(),
        Column::number("EPOCH"),
        Column::number("SIZE"),
        Column::text("SHA-256").left_out(1),
        Column::text("TYPE").left_out(1),
    ]);
    let hashes = artifacts.iter().map(|artifact| artifact.hash.as_str());
    let length = text::telling(hashes);
    for artifact in artifacts {
        let epoch = artifact.epoch.map(|epoch| epoch.to_string());
        table.row(vec![
            artifact.name.clone(),
            epoch.unwrap_or_default(),
            text::bytes(artifact.size),
            text::short_id(&artifact.hash, length).to_owned(),
            artifact.media_type.clone(),
        ]);
    }
    table.drop_empty();
    output.table(table)
}

//! Where a path of the artifact proxy leads: to the files of a run, or of a model.

use std::collections::BTreeMap;

use serde::Serialize;
use tracker_core::ports::ArtifactRecord;
use tracker_core::{Aggregate, Uuid};

use super::find::no_run;
use super::models::{Model, no_model};
use super::refusal::{absent, invalid};
use crate::access::Caller;
use crate::app::App;
use crate::problem::{Problem, shown};

/// In a run, the files of the models that it has made stand in this folder.
pub(super) const MODELS: &str = "models/";

/// Files, and what the names of those that are meant begin with.
pub(super) struct Place {
    pub(super) run: Aggregate,
    /// The folder of the model; empty for a run's own.
    folder: String,
    /// The path in it; empty for all.
    path: String,
}

/// A file or a folder in a list.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[expect(clippy::struct_field_names, reason = "they are those of the answer")]
pub(super) struct File {
    pub(super) path: String,
    is_dir: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    file_size: Option<u64>,
}

/// A path that leads nowhere else, without a slash at its end.
pub(super) fn safe(path: &str) -> Result<&str, Problem> {
    let mut decoded = path.to_owned();
    // It may have been encoded twice.
    for _ in 0..3 {
        if !is_safe(&decoded) {
            return Err(invalid("Invalid path"));
        }
        decoded = decode(&decoded);
    }
    Ok(path.strip_suffix('/').unwrap_or(path))
}

fn is_safe(path: &str) -> bool {
    let is_drive = path.as_bytes().get(1) == Some(&b':')
        && path.starts_with(|char: char| char.is_ascii_alphabetic());
    let leads_out = path.split('/').any(|part| matches!(part, "." | ".."));
    let is_scheme = path.starts_with("file:");
    let is_absolute = is_drive || is_scheme || path.starts_with('/');
    let is_odd = path.contains("//") || path.contains('\\');
    let has_control = path.chars().any(char::is_control);
    !(is_absolute || leads_out || is_odd || has_control)
}

/// A text whose percent signs are read.
fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut index = 0;
    while let Some(byte) = bytes.get(index) {
        let digits = text.get(index + 1..index + 3);
        let read = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match read.filter(|_| *byte == b'%') {
            Some(read) => {
                decoded.push(read);
                index += 3;
            }
            None => {
                decoded.push(*byte);
                index += 1;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

/// What a path is of, and the path in it.
#[derive(Debug, PartialEq, Eq)]
enum Of<'p> {
    Run(&'p str, String),
    Model(&'p str, String),
    Nothing,
}

/// The last of a path's parts that says so decides: `.../RUN/artifacts/...` or
/// `.../models/MODEL/artifacts/...`.
fn of(path: &str) -> Of<'_> {
    let parts: Vec<&str> = path.split('/').collect();
    for (index, part) in parts.iter().enumerate() {
        let Some(before) = index.checked_sub(1).map(|before| parts[before]) else {
            continue;
        };
        if *part != "artifacts" {
            continue;
        }
        let rest = parts[index + 1..].join("/");
        if before.len() == 32 && before.parse::<Uuid>().is_ok() {
            return Of::Run(before, rest);
        }
        if before.starts_with("m-") && index > 1 && parts[index - 2] == "models" {
            return Of::Model(before, rest);
        }
    }
    Of::Nothing
}

impl Place {
    /// Where a path of the proxy leads; nothing where it leads above runs and models.
    pub(super) fn of_path(app: &App, caller: &Caller, path: &str) -> Result<Option<Self>, Problem> {
        match of(safe(path)?) {
            Of::Run(run, path) => Self::of_run(app, caller, run, &path).map(Some),
            Of::Model(model, path) => {
                let model = Model::read(app, caller, model)?;
                Self::of_model(app, &model, &path).map(Some)
            }
            Of::Nothing => Ok(None),
        }
    }

    /// A path among the files of a run.
    pub(super) fn of_run(
        app: &App,
        caller: &Caller,
        id: &str,
        path: &str,
    ) -> Result<Self, Problem> {
        let record = app.run_of(caller, id, &tracker_core::ports::Detail::NONE)?;
        let run = app.tracker.aggregate(record.aggregate.uuid)?;
        let path = safe(path)?.to_owned();
        let (folder, path) = match path
            .strip_prefix(MODELS)
            .and_then(|rest| rest.split_once('/'))
        {
            // A file of a model, by its place in the run.
            Some((model, rest)) if model.starts_with("m-") => {
                (format!("{MODELS}{model}/"), rest.to_owned())
            }
            _ => (String::new(), path),
        };
        Ok(Self {
            run: run.ok_or_else(|| no_run(id))?,
            folder,
            path,
        })
    }

    /// A path among the files of a model.
    pub(super) fn of_model(app: &App, model: &Model, path: &str) -> Result<Self, Problem> {
        let run = app.tracker.aggregate(model.owner)?;
        Ok(Self {
            run: run.ok_or_else(|| no_model(&model.model_id))?,
            folder: model.folder(),
            path: safe(path)?.to_owned(),
        })
    }

    /// The name of the artifact that the path is.
    pub(super) fn name(&self) -> Result<String, Problem> {
        if self.path.is_empty() {
            return Err(absent(
                "No such artifact: ''. The path is that of a folder.",
            ));
        }
        Ok(format!("{}{}", self.folder, self.path))
    }

    /// The records whose names stand below the path, with what stands behind it.
    fn below(&self) -> Result<Vec<(String, ArtifactRecord)>, Problem> {
        let mut prefix = self.folder.clone();
        if !self.path.is_empty() {
            prefix = format!("{prefix}{}/", self.path);
        }
        let artifacts = self.run.artifacts().list()?.into_iter();
        let is_other = |name: &str| {
            self.folder.is_empty()
                && name.starts_with(MODELS)
                && name[MODELS.len()..].starts_with("m-")
        };
        let below = artifacts.filter_map(|artifact| {
            let rest = artifact.name().strip_prefix(prefix.as_str())?.to_owned();
            Some((rest, artifact.record().clone()))
        });
        Ok(below
            .filter(|(_, record)| !is_other(&record.name))
            .collect())
    }

    /// What the folder holds, each file with the path of `root` before it.
    pub(super) fn list(&self, root: &str) -> Result<Vec<File>, Problem> {
        let mut files: BTreeMap<String, Option<u64>> = BTreeMap::new();
        for (rest, record) in self.below()? {
            match rest.split_once('/') {
                Some((folder, _)) => files.insert(folder.to_owned(), None),
                None => files.insert(rest, Some(record.size)),
            };
        }
        let before = if root.is_empty() {
            String::new()
        } else {
            format!("{root}/")
        };
        let files = files.into_iter().map(|(name, size)| File {
            path: format!("{before}{name}"),
            is_dir: size.is_none(),
            file_size: size.filter(|size| *size > 0),
        });
        Ok(files.collect())
    }

    /// Removes the file, or all that stands in the folder.
    pub(super) fn remove(&self) -> Result<(), Problem> {
        let artifacts = self.run.artifacts();
        for (_, record) in self.below()? {
            artifacts.remove(&record.name, record.epoch)?;
        }
        if let Ok(name) = self.name() {
            artifacts.remove(&name, None)?;
        }
        Ok(())
    }
}

/// For a path that no run and no model has.
pub(super) fn no_place(path: &str) -> Problem {
    absent(format!(
        "No such artifact: '{}'. Artifacts belong to a run, as in `0/RUN_ID/artifacts/NAME`, or to a \
         logged model.",
        shown(path)
    ))
}

#[cfg(test)]
mod tests {
    use super::{Of, of, safe};

    #[test]
    fn a_path_belongs_to_a_run_or_to_a_model() {
        let run = "0190c7a9f0a07d3c8a4b0d2a4c6e8f10";
        let path = format!("0/{run}/artifacts/plots/a.svg");
        assert_eq!(of(&path), Of::Run(run, "plots/a.svg".to_owned()));
        let path = format!("my/place/{run}/artifacts");
        assert_eq!(of(&path), Of::Run(run, String::new()));
        assert_eq!(
            of("0/models/m-1/artifacts/MLmodel"),
            Of::Model("m-1", "MLmodel".to_owned())
        );
        for path in ["", "0", "0/artifacts/x", "artifacts/x", "a/b/c"] {
            assert_eq!(of(path), Of::Nothing, "{path}");
        }
    }

    #[test]
    fn paths_lead_nowhere_else() {
        for path in [
            "../a",
            "a/../b",
            "a/..",
            "%2e%2e/a",
            "a/%2E%2E/b",
            "%252e%252e/a",
            "/etc/passwd",
            "%2fetc",
            "C:/a",
            "c:\\a",
            "a\\b",
            "a//b",
            "a\0b",
            "./a",
            "file:/a",
            "a%5c..%5cb",
        ] {
            assert!(safe(path).is_err(), "{path}");
        }
        for path in [
            "",
            "a",
            "a/b c/größe.txt",
            "100%",
            "a%20b",
            "...",
            "a/.hidden",
        ] {
            assert_eq!(safe(path).unwrap(), path, "{path}");
        }
        assert_eq!(safe("a/b/").unwrap(), "a/b");
    }
}

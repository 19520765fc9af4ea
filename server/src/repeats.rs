//! Which runs are repeats of one another.

use std::collections::{BTreeMap, HashMap};

use registry_core::Value;
use tracker_core::ports::{Change, Row};
use tracker_core::{ErrorKind, Uuid};

use crate::app::App;
use crate::problem::Problem;

/// Before the id of an experiment in the settings of a store.
const PREFIX: &str = "repeats/";

/// The parameters in which the runs of an experiment differ that are repeats of one another.
pub(crate) struct Repeats(HashMap<Uuid, Vec<String>>);

impl Repeats {
    /// Those of all experiments.
    pub(crate) fn of(app: &App) -> Result<Self, Problem> {
        let settings = match app.tracker.store()?.settings(PREFIX) {
            Err(error) if error.kind() == ErrorKind::Unsupported => Vec::new(),
            settings => settings?,
        };
        let said = settings.into_iter().filter_map(|(key, value)| {
            let id = key.strip_prefix(PREFIX)?.parse().ok()?;
            Some((id, value.to().ok()?))
        });
        Ok(Self(said.collect()))
    }

    /// Those of an experiment: `seed`, where nobody has said others.
    pub(crate) fn params(&self, experiment: Uuid) -> Vec<String> {
        let said = self.0.get(&experiment);
        said.cloned().unwrap_or_else(|| vec!["seed".to_owned()])
    }

    /// What says which they are.
    pub(crate) fn change(experiment: Uuid, params: &[String]) -> Result<Change, Problem> {
        let value = Value::of(params).map_err(|_| Problem::internal())?;
        Ok(Change::PutSetting {
            key: format!("{PREFIX}{experiment}"),
            value: Some(value),
        })
    }

    /// The same for all runs that are repeats of one another: components and parameters, but for those
    /// in which repeats differ.
    pub(crate) fn key(&self, row: &Row) -> String {
        let run = &row.aggregate;
        let repeats = self.params(run.experiment);
        let hashes: BTreeMap<&str, &str> = row
            .modules
            .iter()
            .map(|of| (&*of.kind, of.hash().as_str()))
            .collect();
        let params = run
            .params
            .iter()
            .filter(|(name, _)| !repeats.contains(name));
        let params: BTreeMap<_, _> = params.map(|(name, value)| (name, value.as_str())).collect();
        format!("{} {hashes:?} {params:?}", run.experiment)
    }

    /// How many runs have a repeat among them.
    pub(crate) fn count(&self, rows: &[Row]) -> usize {
        let mut groups: HashMap<String, usize> = HashMap::new();
        for row in rows {
            *groups.entry(self.key(row)).or_default() += 1;
        }
        groups.into_values().filter(|count| *count > 1).sum()
    }
}

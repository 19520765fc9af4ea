//! The store, and what is sought in it by name.

use registry_core::nearest;
use tracker_core::ports::{AggregateRecord, Row};
use tracker_core::{Aggregate, Experiment, Tracker};

use crate::error::{Error, Result};
use crate::options::Options;
use crate::text;

/// The beginning of an id is at least as long.
const LEAST: usize = 4;
/// As many runs are named in a message.
const NAMED: usize = 10;

/// An open store.
pub(crate) struct Store {
    pub(crate) address: String,
    pub(crate) tracker: Tracker,
}

/// A run and the experiment it belongs to.
pub(crate) struct Run {
    pub(crate) experiment: Experiment,
    pub(crate) aggregate: Aggregate,
}

impl Store {
    /// Opens the store that the options name, which must be there: who only looks creates nothing.
    pub(crate) fn open(options: &Options) -> Result<Self> {
        Self::with(options, Tracker::open_existing)
    }

    /// Opens the store that the options name, and creates it where there is none.
    pub(crate) fn create(options: &Options) -> Result<Self> {
        Self::with(options, Tracker::open)
    }

    fn with(
        options: &Options,
        open: impl FnOnce(&str) -> tracker_core::Result<Tracker>,
    ) -> Result<Self> {
        let address = address(options).ok_or(Error::NoAddress)?;
        Ok(Self {
            address: address.to_owned(),
            tracker: open(address)?,
        })
    }

    /// The experiment of this name, or all where none is given.
    pub(crate) fn experiments(&self, name: Option<&str>) -> Result<Vec<Experiment>> {
        let experiments = self.tracker.experiments();
        let Some(name) = name else {
            return Ok(experiments.list()?);
        };
        match experiments.get(name)? {
            Some(experiment) => Ok(vec![experiment]),
            None => Err(self.no_experiment(name)?),
        }
    }

    fn no_experiment(&self, name: &str) -> Result<Error> {
        let known = self.tracker.experiments().list()?;
        let names: Vec<String> = known.iter().map(Experiment::name).collect();
        let near = nearest(name, names.iter().map(String::as_str));
        let all = "`entia experiments` lists them";
        let hint = match near {
            Some(near) => format!("did you mean `{near}`? {all}"),
            None => all.to_owned(),
        };
        Ok(Error::Tracker(tracker_core::Error::Missing {
            what: "experiment",
            name: name.to_owned(),
            place: format!("the store `{}`", self.address),
            hint,
        }))
    }

    /// The runs of the experiment of this name, or all where none is given.
    pub(crate) fn runs(&self, experiment: Option<&str>) -> Result<Vec<Run>> {
        let mut runs = Vec::new();
        for experiment in self.experiments(experiment)? {
            let aggregates = experiment.aggregates().list()?.into_iter();
            runs.extend(aggregates.map(|aggregate| Run {
                experiment: experiment.clone(),
                aggregate,
            }));
        }
        Ok(runs)
    }

    /// The run of this id, or of the one id that begins so.
    pub(crate) fn run(&self, id: &str, experiment: Option<&str>) -> Result<Run> {
        let is_whole = |run: &Run| run.aggregate.id() == id;
        let (mut found, others): (Vec<Run>, Vec<Run>) = self
            .runs(experiment)?
            .into_iter()
            .partition(|run| run.aggregate.id().starts_with(id));
        if found.iter().any(is_whole) {
            found.retain(is_whole);
        } else if id.chars().count() < LEAST {
            return Err(Error::ShortId {
                id: id.to_owned(),
                least: LEAST,
            });
        }
        match found.len() {
            0 => Err(no_run(id, experiment, &others)),
            1 => Ok(found.remove(0)),
            _ => Err(ambiguous(id, &found)),
        }
    }
}

impl Run {
    /// The run as it stands in a table, with all its modules and summaries.
    pub(crate) fn row(&self) -> Result<Row> {
        let aggregate = &self.aggregate;
        Ok(Row {
            aggregate: AggregateRecord {
                id: aggregate.id().to_owned(),
                epoch: aggregate.epoch(),
                created: aggregate.created(),
                annotations: aggregate.annotations(),
            },
            modules: aggregate.modules()?,
            summaries: aggregate.metrics().summaries()?,
        })
    }
}

/// The address that the options or the environment name.
pub(crate) fn address(options: &Options) -> Option<&str> {
    options
        .store
        .as_deref()
        .filter(|address| !address.is_empty())
}

fn no_run(id: &str, experiment: Option<&str>, others: &[Run]) -> Error {
    let length = id.chars().count();
    let beginnings: Vec<&str> = others
        .iter()
        .map(|other| text::beginning(other.aggregate.id(), length))
        .collect();
    let all = "`entia runs` lists them";
    Error::NoRun {
        id: id.to_owned(),
        place: experiment.map_or("the store".to_owned(), |name| {
            format!("the experiment `{name}`")
        }),
        hint: match nearest(id, beginnings) {
            Some(near) => format!("did you mean `{near}`? {all}"),
            None => all.to_owned(),
        },
    }
}

fn ambiguous(id: &str, found: &[Run]) -> Error {
    let mut lines: Vec<String> = found
        .iter()
        .take(NAMED)
        .map(|run| format!("  {}  in `{}`", run.aggregate.id(), run.experiment.name()))
        .collect();
    if found.len() > NAMED {
        lines.push(format!("  and {} more", found.len() - NAMED));
    }
    let one_id = found
        .iter()
        .all(|run| run.aggregate.id() == found[0].aggregate.id());
    Error::Ambiguous {
        id: id.to_owned(),
        count: found.len(),
        remedy: if one_id {
            "say which with `--experiment NAME`"
        } else {
            "write more of one of them"
        },
        list: lines.join("\n"),
    }
}

//! Finds experiments and runs by what clients call them.

use tracker_core::ports::{AggregateRecord, Detail, ExperimentRecord, Row, Scope, Search};
use tracker_core::query::{archived, run_name};
use tracker_core::{Aggregate, Query, Tracker, Uuid};

use axum::http::StatusCode;

use crate::access::Caller;
use crate::app::App;
use crate::problem::{Problem, shown};

/// The beginning of an id is at least as long.
const LEAST: usize = 4;
/// As many runs are named in an answer.
const NAMED: usize = 20;

impl App {
    /// The experiment of a name or an id, as far as the caller may know of it.
    pub(crate) fn experiment(
        &self,
        caller: &Caller,
        name: &str,
    ) -> Result<ExperimentRecord, Problem> {
        let store = self.tracker.store()?;
        let mut found = store.experiment(name)?;
        if let (None, Ok(id)) = (&found, name.parse()) {
            found = store.experiment_by_id(id)?;
        }
        match found {
            Some(record) if caller.sees(record.id) => Ok(record),
            _ => Err(self.no_experiment(caller, name)?),
        }
    }

    fn no_experiment(&self, caller: &Caller, name: &str) -> Result<Problem, Problem> {
        let experiments = self.tracker.store()?.experiments()?.into_iter();
        let seen = experiments.filter(|record| caller.sees(record.id));
        let names: Vec<String> = seen.map(|record| record.name).collect();
        let near = registry_core::nearest(name, names.iter().map(String::as_str));
        let problem = Problem::absent("experiment", name);
        Ok(match near {
            Some(near) => problem.hint(format!("did you mean `{near}`?")),
            None => problem.hint("`GET /api/v1/experiments` lists them"),
        })
    }

    /// Where to search: in an experiment where one is named, else everywhere.
    pub(crate) fn scope(
        &self,
        caller: &Caller,
        experiment: Option<&str>,
    ) -> Result<Scope, Problem> {
        if let Some(name) = experiment {
            return Ok(Scope::Experiment(self.experiment(caller, name)?.id));
        }
        match caller.experiments.as_deref() {
            None => Ok(Scope::All),
            Some([only]) => Ok(Scope::Experiment(*only)),
            Some(_) => Err(Problem::forbidden(
                "the token is limited to some experiments, and none of them is named",
            )
            .hint("add `experiment=NAME`")),
        }
    }

    /// The run of an id, a uuid or a name, or the one whose id begins so; also one that is archived.
    pub(crate) fn run(
        &self,
        caller: &Caller,
        name: &str,
        experiment: Option<&str>,
    ) -> Result<AggregateRecord, Problem> {
        let within = experiment.map(|name| self.experiment(caller, name));
        let within = within.transpose()?.map(|record| record.id);
        let mut found = candidates(&self.tracker, name, within)?;
        found.retain(|record| caller.sees(record.experiment));
        match found.len() {
            0 => Err(Problem::absent("run", name).hint("`GET /api/v1/runs` lists them")),
            1 => Ok(found.remove(0)),
            count => {
                let uuids = found.iter().take(NAMED).map(|run| run.uuid.to_string());
                let detail = format!("`{}` may be any of {count} runs", shown(name));
                Err(Problem::new(StatusCode::MULTIPLE_CHOICES, detail)
                    .hint("give more of the id, a uuid, or `experiment=NAME`")
                    .candidates(uuids.collect()))
            }
        }
    }

    /// As [`run`](Self::run), with all its modules and summaries.
    pub(crate) fn row(&self, run: &AggregateRecord) -> Result<Row, Problem> {
        let rows = self
            .tracker
            .store()?
            .rows(&Scope::Uuids(vec![run.uuid]), &Detail::ALL)?;
        let row = rows.into_iter().next();
        row.ok_or_else(|| Problem::absent("run", &run.id))
    }

    /// As [`run`](Self::run), to be changed.
    pub(crate) fn handle(
        &self,
        caller: &Caller,
        name: &str,
        experiment: Option<&str>,
    ) -> Result<Aggregate, Problem> {
        let record = self.run(caller, name, experiment)?;
        let handle = self.tracker.aggregate(record.uuid)?;
        handle.ok_or_else(|| Problem::absent("run", name))
    }
}

/// The runs that may be meant. What is a whole id, uuid or name is not the beginning of another id
/// too.
fn candidates(
    tracker: &Tracker,
    name: &str,
    experiment: Option<Uuid>,
) -> Result<Vec<AggregateRecord>, Problem> {
    let store = tracker.store()?;
    let records = |scope: &Scope| -> Result<Vec<AggregateRecord>, Problem> {
        let rows = store.rows(scope, &Detail::NONE)?.into_iter();
        Ok(rows.map(|row| row.aggregate).collect())
    };
    if let Ok(uuid) = name.parse() {
        let mut found = records(&Scope::Uuids(vec![uuid]))?;
        found.retain(|record| experiment.is_none_or(|within| within == record.experiment));
        if !found.is_empty() {
            return Ok(found);
        }
    }
    let id = name.to_owned();
    let found = records(&Scope::Id { experiment, id })?;
    if !found.is_empty() {
        return Ok(found);
    }
    let named = Query::new().filter(run_name().eq(name).and(archived().exists()));
    let search = Search {
        scope: experiment.map_or(Scope::All, Scope::Experiment),
        query: &named,
        detail: Detail::NONE,
    };
    let found = store.search(&search)?.items.into_iter();
    let found: Vec<_> = found.map(|row| row.aggregate).collect();
    if !found.is_empty() {
        return Ok(found);
    }
    if name.chars().count() < LEAST {
        let detail = format!("there is no run `{}`", shown(name));
        return Err(Problem::new(StatusCode::NOT_FOUND, detail).hint(format!(
            "the beginning of an id has at least {LEAST} characters"
        )));
    }
    let prefix = name.to_owned();
    records(&Scope::Prefix { experiment, prefix })
}

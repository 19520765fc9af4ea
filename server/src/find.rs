//! Finds experiments and runs by what clients call them.

use tracker_core::ports::{AggregateRecord, Detail, ExperimentRecord, Row, Scope, Search};
use tracker_core::query::{archived, created, run_name};
use tracker_core::{Aggregate, Query, Tracker, Uuid};

use axum::http::StatusCode;

use crate::access::Caller;
use crate::app::App;
use crate::problem::{Problem, shown};

/// The beginning of an id is at least as long.
const LEAST: usize = 4;
/// So many runs may be named in a request.
const MOST: usize = 1_000;
/// As many are named that may be meant instead, and no id is longer that is looked for.
const NEAREST: usize = 3;
const LONGEST: usize = 40;
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

    /// Of a list of uuids, those in a scope of experiments.
    pub(crate) fn narrowed(&self, scope: &Scope, uuids: &str) -> Result<Scope, Problem> {
        let uuids = uuids.split(',').map(|uuid| {
            uuid.trim().parse().map_err(|_| {
                Problem::bad(format!("`{}` is no uuid", shown(uuid)))
                    .hint("write uuids of runs, with commas between them")
            })
        });
        let uuids = uuids.collect::<Result<Vec<Uuid>, Problem>>()?;
        if uuids.len() > MOST {
            return Err(Problem::too_many("runs", uuids.len(), MOST));
        }
        if *scope == Scope::All {
            return Ok(Scope::Uuids(uuids));
        }
        let rows = self
            .tracker
            .store()?
            .rows(&Scope::Uuids(uuids), &Detail::NONE)?;
        let held = rows.into_iter().filter(|row| scope.holds(&row.aggregate));
        Ok(Scope::Uuids(held.map(|row| row.aggregate.uuid).collect()))
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
            0 => Err(Problem::absent("run", name)
                .hint(if name.chars().count() < LEAST {
                    "the beginning of an id has at least 4 characters"
                } else {
                    "`GET /api/v1/runs` lists them"
                })
                .nearest(self.nearest_runs(caller, name, within)?)),
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

    /// Ids of runs that may be meant by one that is none: those that begin as it does, then those that
    /// are like it.
    fn nearest_runs(
        &self,
        caller: &Caller,
        name: &str,
        within: Option<Uuid>,
    ) -> Result<Vec<String>, Problem> {
        let store = self.tracker.store()?;
        let search = |scope, most| {
            let query = Query::new().order_by(created().desc()).limit(most);
            let (query, detail) = (&query, Detail::NONE);
            store.search(&Search {
                scope,
                query,
                detail,
            })
        };
        let mut near = Vec::new();
        let mut add = |rows: Vec<Row>| {
            for run in rows.into_iter().map(|row| row.aggregate) {
                if near.len() < NEAREST && caller.sees(run.experiment) && !near.contains(&run.id) {
                    near.push(run.id);
                }
            }
            near.len() == NEAREST
        };
        let short = name.chars().take(LONGEST).count();
        for length in (2..short).rev() {
            let prefix = name.chars().take(length).collect();
            let experiment = within;
            if add(search(Scope::Prefix { experiment, prefix }, NAMED)?.items) {
                return Ok(near);
            }
        }
        let mut newest = search(within.map_or(Scope::All, Scope::Experiment), MOST)?.items;
        newest.retain(|row| {
            let names = [&*row.aggregate.id, &*row.aggregate.name];
            registry_core::nearest(name, names).is_some()
        });
        add(newest);
        Ok(near)
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
        return Ok(Vec::new());
    }
    let prefix = name.to_owned();
    records(&Scope::Prefix { experiment, prefix })
}

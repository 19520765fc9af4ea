//! All that a query finds, to tell what the runs have, before a page of them is shown.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use tracker_core::ports::{Detail, Row, Scope, Search};
use tracker_core::query::{Condition, Directions, Page, Vocabulary, created};
use tracker_core::{Query, Uuid};

use crate::api::runs::{Found, Sought};
use crate::app::App;
use crate::problem::Problem;

/// So many runs are looked at: the newest.
const MOST: usize = 10_000;
/// The series of so many of them are: a run may have thousands.
const WITH_SERIES: usize = 200;

/// The runs that a query finds, the newest first, with their components; and what they have.
#[derive(Clone)]
pub(crate) struct Overview {
    pub(crate) rows: Vec<Row>,
    pub(crate) known: Vocabulary,
}

/// What was looked at, and what was there.
#[derive(Default)]
pub(crate) struct Seen(Mutex<Vec<Look>>);

type Look = (Scope, Option<Condition>, Arc<Overview>);

impl Seen {
    /// What is there, read at most once; who comes meanwhile waits for it.
    fn overview(
        &self,
        scope: &Scope,
        condition: Option<&Condition>,
        read: impl FnOnce() -> Result<Overview, Problem>,
    ) -> Result<Arc<Overview>, Problem> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut known = all.iter();
        let known = known.find(|(of, under, _)| of == scope && under.as_ref() == condition);
        if let Some((.., known)) = known {
            return Ok(Arc::clone(known));
        }
        let found = Arc::new(read()?);
        all.push((scope.clone(), condition.cloned(), Arc::clone(&found)));
        Ok(found)
    }
}

impl App {
    /// What the newest runs in a scope have that a condition finds.
    pub(crate) fn vocabulary(
        &self,
        scope: &Scope,
        condition: Option<&Condition>,
    ) -> Result<Vocabulary, Problem> {
        Ok(self.overview(scope, condition)?.known.clone())
    }

    fn overview(
        &self,
        scope: &Scope,
        condition: Option<&Condition>,
    ) -> Result<Arc<Overview>, Problem> {
        let read = || self.read_overview(scope, condition);
        match &self.seen {
            Some(seen) => seen.overview(scope, condition, read),
            None => read().map(Arc::new),
        }
    }

    fn read_overview(
        &self,
        scope: &Scope,
        condition: Option<&Condition>,
    ) -> Result<Overview, Problem> {
        let query = condition
            .cloned()
            .into_iter()
            .fold(Query::new(), Query::filter);
        let store = self.tracker.store()?;
        let found = store.search(&Search {
            scope: scope.clone(),
            query: &query.order_by(created().desc()).limit(MOST),
            detail: Detail {
                series: Some(Vec::new()),
                ..Detail::ALL
            },
        })?;
        let rows = found.items;
        let newest = rows.iter().take(WITH_SERIES).map(|row| row.aggregate.uuid);
        let only_series = Detail {
            modules: Some(Vec::new()),
            ..Detail::ALL
        };
        let with_series = store.rows(&Scope::Uuids(newest.collect()), &only_series)?;
        let known = Vocabulary::of(&rows).with_series_of(&with_series);
        Ok(Overview { rows, known })
    }
}

impl Overview {
    pub(crate) fn of(app: &App, sought: &Sought) -> Result<Self, Problem> {
        let found = app.overview(&sought.scope, sought.query.condition())?;
        Ok(Arc::unwrap_or_clone(found))
    }

    /// Whether there are several models.
    pub(crate) fn has_models(&self) -> bool {
        let model = |row: &Row| {
            let model = row.modules.iter().rfind(|module| module.kind == "model")?;
            Some(model.hash().clone())
        };
        let hashes: HashSet<_> = self.rows.iter().filter_map(model).collect();
        hashes.len() > 1
    }

    /// Reads the summaries and means that are wanted.
    pub(crate) fn fill(&mut self, app: &App, detail: &Detail) -> Result<(), Problem> {
        let store = app.tracker.store()?;
        let wanted = Detail {
            modules: Some(Vec::new()),
            ..detail.clone()
        };
        let uuids = self.rows.iter().map(|row| row.aggregate.uuid).collect();
        let mut filled = store.rows(&Scope::Uuids(uuids), &wanted)?;
        wanted.add_means(&mut filled, |run, name, phase| {
            store.history(run, name, phase)
        })?;
        let mut filled: HashMap<Uuid, Row> = filled
            .into_iter()
            .map(|row| (row.aggregate.uuid, row))
            .collect();
        for row in &mut self.rows {
            if let Some(filled) = filled.remove(&row.aggregate.uuid) {
                row.summaries = filled.summaries;
                row.means = filled.means;
            }
        }
        Ok(())
    }

    /// The page that is sought. Where it has all the runs, they are not searched for again.
    pub(crate) fn page(
        mut self,
        app: &App,
        sought: Sought,
        detail: &Detail,
    ) -> Result<Found, Problem> {
        let most = sought.query.most().unwrap_or(MOST).min(MOST - 1);
        let is_first = sought.query.cursor().is_none() && sought.skip == 0;
        if self.rows.len() > most || !is_first {
            return sought.find(app, detail.clone());
        }
        let store = app.tracker.store()?;
        let seq = store.newest_change().ok();
        self.fill(app, &detail.union(&sought.query.detail()))?;
        let experiments = store.experiments()?;
        let items = sought.ordered(self.rows, &Directions::of(&experiments))?;
        let page = Page { items, next: None };
        Ok(sought.found(page, experiments, seq))
    }
}

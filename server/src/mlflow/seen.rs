//! Which points a metric has already: a repeat stores nothing, whenever it comes.
//!
//! Of each metric that is written to, the last points are remembered. What is behind the least of
//! them is in the history, if anywhere, and is looked for there.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tracker_core::ports::{AggregateRecord, Detail};
use tracker_core::{Aggregate, Metric as Point, Timestamp, Uuid};

use super::metric::{Place, places, series};
use super::{find, runs};
use crate::access::Caller;
use crate::app::App;
use crate::problem::Problem;

/// A run is taken to be as it was for so long, and to have the points that it had.
const AGE: Duration = Duration::from_secs(1);
const POINTS_AGE: Duration = Duration::from_secs(30);
/// So often a run that is logged to gives a sign of life.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// A run to which nothing is logged for so long is forgotten.
const IDLE: Duration = Duration::from_secs(120);
/// So many points of a metric are remembered, and so many metrics of a run.
const KEPT: usize = 1_000;
const METRICS: usize = 5_000;

/// The runs that are logged to.
#[derive(Default)]
pub(crate) struct Logged {
    runs: Mutex<HashMap<Uuid, Arc<Mutex<Run>>>>,
    /// Held by whoever reads a setting to change it.
    pub(super) alone: Mutex<()>,
}

/// A run that is logged to.
pub(super) struct Run {
    aggregate: Aggregate,
    record: AggregateRecord,
    /// When all of it was read, and when its record was.
    read: Instant,
    looked: Instant,
    /// When it gave a sign of life.
    alive: Option<Instant>,
    /// How many points each series has had, by name and phase.
    counts: HashMap<(String, String), u64>,
    metrics: HashMap<String, Seen>,
}

/// The points of a metric, as far as they are remembered.
struct Seen {
    /// The name and phase of its series.
    series: (String, String),
    count: u64,
    /// The greatest of them.
    last: BTreeSet<Place>,
    /// Whether these are all.
    is_whole: bool,
}

/// A point that is to be added.
pub(super) struct New {
    pub(super) key: String,
    pub(super) place: Place,
}

impl Logged {
    /// Some runs may have changed.
    pub(crate) fn forget(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Uuid, Arc<Mutex<Run>>>> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl App {
    /// Adds those points of a run that are new to it.
    pub(super) fn add_points(
        &self,
        caller: &Caller,
        id: &str,
        mut points: Vec<New>,
    ) -> Result<(), Problem> {
        let uuid = super::ids::run(id)?.ok_or_else(|| find::no_run(id))?;
        let there = self.logged.lock().get(&uuid).cloned();
        let run = match there {
            Some(run) => run,
            None => {
                let run = Arc::new(Mutex::new(Run::read(self, caller, id)?));
                let mut runs = self.logged.lock();
                let is_idle = |run: &Mutex<Run>| {
                    let run = run.try_lock();
                    run.is_ok_and(|run| run.looked.elapsed() > IDLE)
                };
                runs.retain(|_, run| !is_idle(run));
                Arc::clone(runs.entry(uuid).or_insert(run))
            }
        };
        let mut run = run.lock().unwrap_or_else(PoisonError::into_inner);
        if !caller.sees(run.record.experiment) {
            return Err(find::no_run(id));
        }
        run.refresh(self, caller, id)?;
        if run.record.archived {
            return Err(find::inactive_run(id));
        }
        // In the order that a metric has them, so that the last one stored is the latest.
        points.sort_by_key(|point| point.place);
        let added = run.add(self, points);
        if added.is_err() {
            // What became of them is not known.
            run.metrics.clear();
        }
        added
    }
}

impl Run {
    fn read(app: &App, caller: &Caller, id: &str) -> Result<Self, Problem> {
        let row = app.run_of(
            caller,
            id,
            &Detail {
                modules: Some(Vec::new()),
                ..Detail::ALL
            },
        )?;
        let uuid = row.aggregate.uuid;
        let aggregate = app.tracker.aggregate(uuid)?;
        let counts = row.summaries.iter().map(|summary| {
            let series = (summary.name().to_owned(), summary.phase().to_owned());
            (series, summary.count)
        });
        Ok(Self {
            aggregate: aggregate.ok_or_else(|| find::no_run(id))?,
            counts: counts.collect(),
            record: row.aggregate,
            read: Instant::now(),
            looked: Instant::now(),
            alive: None,
            metrics: HashMap::new(),
        })
    }

    /// Reads again what may have changed, and gives a sign of life.
    fn refresh(&mut self, app: &App, caller: &Caller, id: &str) -> Result<(), Problem> {
        if self.read.elapsed() > POINTS_AGE {
            let alive = self.alive;
            let now = Self::read(app, caller, id)?;
            let metrics = std::mem::take(&mut self.metrics);
            *self = Self { alive, ..now };
            // Those to which nobody else has added, and from which nothing was removed.
            let counts = &self.counts;
            let is_same =
                |seen: &Seen| counts.get(&seen.series).copied().unwrap_or(0) == seen.count;
            self.metrics = metrics
                .into_iter()
                .filter(|(_, seen)| is_same(seen))
                .collect();
        } else if self.looked.elapsed() > AGE {
            // Without waiting for what is on its way into the store.
            let aggregate = app.tracker.aggregate(self.record.uuid)?;
            self.aggregate = aggregate.ok_or_else(|| find::no_run(id))?;
            self.record = self.aggregate.record();
            self.looked = Instant::now();
        }
        if self.alive.is_none_or(|alive| alive.elapsed() > HEARTBEAT) {
            self.alive = Some(Instant::now());
            let running = self.record.attempt.as_ref().filter(|of| of.ended.is_none());
            let silent = running.map(|of| Timestamp::now().duration_since(of.seen).unsigned_abs());
            if silent.is_some_and(|silent| silent > HEARTBEAT)
                && let Some(attempt) = app.tracker.store()?.attempts(self.record.uuid)?.pop()
            {
                app.change(&[runs::sign_of_life(&self.record, attempt.id)])?;
            }
        }
        Ok(())
    }

    fn add(&mut self, app: &App, points: Vec<New>) -> Result<(), Problem> {
        let mut new: Vec<Point> = Vec::with_capacity(points.len());
        if self.metrics.len() >= METRICS {
            self.metrics.clear();
        }
        for New { key, place } in points {
            if !self.metrics.contains_key(&key) {
                let seen = Seen::read(app, self.record.uuid, &self.counts, &key)?;
                self.counts.entry(seen.series.clone()).or_default();
                self.metrics.insert(key.clone(), seen);
            }
            let Some(seen) = self.metrics.get_mut(&key) else {
                continue;
            };
            if seen.has(app, self.record.uuid, place)? {
                continue;
            }
            // Of one step and time the greatest is the latest, and the last in the store.
            let of_time = seen.last.range(..place.end()).next_back();
            let is_late = of_time.is_some_and(|last| {
                (last.step, last.time) == (place.step, place.time) && *last > place
            });
            let micros = place.time.saturating_mul(1_000) - i64::from(is_late);
            let time = Timestamp::from_microsecond(micros).unwrap_or(Timestamp::MAX);
            let (name, phase) = seen.series.clone();
            let point = Point::new(name, place.value()).phase(phase);
            new.push(point.step(place.step).time(time));
            seen.add(place);
        }
        if new.is_empty() {
            return Ok(());
        }
        let count = new.len() as u64;
        self.aggregate.metrics().add_all(new)?;
        let points = &app.figures.points;
        points.fetch_add(count, std::sync::atomic::Ordering::Relaxed);
        Ok(())
    }
}

impl Seen {
    /// What a metric has: that of Entia's series where there is one, else as MLflow writes it.
    fn read(
        app: &App,
        run: Uuid,
        counts: &HashMap<(String, String), u64>,
        key: &str,
    ) -> Result<Self, Problem> {
        let mut candidates = series(key);
        let there = candidates
            .iter()
            .position(|series| counts.contains_key(series));
        let series = candidates.swap_remove(there.unwrap_or(0));
        let mut seen = Self {
            series,
            count: 0,
            last: BTreeSet::new(),
            is_whole: true,
        };
        if there.is_some() {
            let (name, phase) = &seen.series;
            let history = app.tracker.store()?.history(run, name, phase)?;
            seen.count = history.len() as u64;
            let mut all = places(&history);
            all.sort_unstable();
            seen.is_whole = all.len() <= KEPT;
            seen.last = all
                .split_off(all.len().saturating_sub(KEPT))
                .into_iter()
                .collect();
        }
        Ok(seen)
    }

    fn has(&self, app: &App, run: Uuid, place: Place) -> Result<bool, Problem> {
        if self.last.contains(&place) {
            return Ok(true);
        }
        if self.is_whole || self.last.first().is_none_or(|first| place > *first) {
            return Ok(false);
        }
        let (name, phase) = &self.series;
        let history = app.tracker.store()?.history(run, name, phase)?;
        Ok(places(&history).contains(&place))
    }

    fn add(&mut self, place: Place) {
        self.last.insert(place);
        self.count += 1;
        if self.last.len() > KEPT {
            self.last.pop_first();
            self.is_whole = false;
        }
    }
}

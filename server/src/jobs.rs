//! Work that takes longer than a request.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use tracker_core::Uuid;

use crate::access::{Caller, Role};
use crate::app::App;
use crate::problem::{Problem, ProblemDocument};

/// So many that have ended are remembered.
const MOST: usize = 100;
/// So many at once.
const AT_ONCE: usize = 4;

/// The jobs of this server.
#[derive(Default)]
pub(crate) struct Jobs(Mutex<BTreeMap<Uuid, Arc<Job>>>);

/// A job.
pub(crate) struct Job {
    pub(crate) id: Uuid,
    kind: &'static str,
    /// The token that has begun it.
    token: Option<String>,
    started: Timestamp,
    done: AtomicU64,
    total: AtomicU64,
    is_cancelled: AtomicBool,
    end: Mutex<Option<(Timestamp, Outcome)>>,
}

enum Outcome {
    Finished(serde_json::Value),
    Failed(ProblemDocument),
    Cancelled,
}

/// How a job stands.
#[derive(Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum JobStatus {
    Running,
    Finished,
    Failed,
    Cancelled,
}

/// How far a job is.
#[derive(Serialize, JsonSchema)]
pub(crate) struct JobDocument {
    id: Uuid,
    /// What it does: `verify` or `import`.
    kind: &'static str,
    status: JobStatus,
    started: Timestamp,
    ended: Option<Timestamp>,
    /// How much is done.
    done: u64,
    /// Of how much; 0 as long as nobody knows.
    total: u64,
    /// What came of it.
    result: Option<serde_json::Value>,
    /// Why it failed.
    problem: Option<ProblemDocument>,
}

/// Jobs, as they were begun.
#[derive(Serialize, JsonSchema)]
pub(crate) struct JobList {
    pub(crate) jobs: Vec<JobDocument>,
}

impl Job {
    /// Says how far it is, and whether it may go on.
    pub(crate) fn reached(&self, done: u64, total: u64) -> bool {
        self.done.store(done, Ordering::Relaxed);
        self.total.store(total, Ordering::Relaxed);
        !self.is_cancelled.load(Ordering::Relaxed)
    }

    pub(crate) fn cancel(&self) {
        self.is_cancelled.store(true, Ordering::Relaxed);
    }

    fn end(&self) -> MutexGuard<'_, Option<(Timestamp, Outcome)>> {
        self.end.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn finish(&self, done: Result<serde_json::Value, Problem>) {
        let outcome = match done {
            Ok(result) => Outcome::Finished(result),
            Err(_) if self.is_cancelled.load(Ordering::Relaxed) => Outcome::Cancelled,
            Err(problem) => Outcome::Failed(problem.document()),
        };
        *self.end() = Some((Timestamp::now(), outcome));
    }

    /// How much is done, and whether it has ended.
    pub(crate) fn place(&self) -> (u64, bool) {
        (self.done.load(Ordering::Relaxed), self.end().is_some())
    }

    /// What a job has found is for whoever has begun it, and for those who may all.
    pub(crate) fn is_for(&self, caller: &Caller) -> bool {
        caller.role == Role::Admin || self.token == caller.token
    }

    pub(crate) fn document(&self) -> JobDocument {
        let end = self.end();
        let (status, result, problem) = match end.as_ref().map(|(_, outcome)| outcome) {
            None => (JobStatus::Running, None, None),
            Some(Outcome::Finished(result)) => (JobStatus::Finished, Some(result.clone()), None),
            Some(Outcome::Failed(problem)) => (JobStatus::Failed, None, Some(problem.clone())),
            Some(Outcome::Cancelled) => (JobStatus::Cancelled, None, None),
        };
        JobDocument {
            id: self.id,
            kind: self.kind,
            status,
            started: self.started,
            ended: end.as_ref().map(|(ended, _)| *ended),
            done: self.done.load(Ordering::Relaxed),
            total: self.total.load(Ordering::Relaxed),
            result,
            problem,
        }
    }
}

impl Jobs {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<Uuid, Arc<Job>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The jobs in the order they were begun.
    pub(crate) fn all(&self) -> Vec<Arc<Job>> {
        self.lock().values().cloned().collect()
    }

    pub(crate) fn get(&self, id: &str) -> Result<Arc<Job>, Problem> {
        let uuid = id.parse().ok();
        let job = uuid.and_then(|uuid: Uuid| self.lock().get(&uuid).cloned());
        job.ok_or_else(|| {
            Problem::absent("job", id).hint("a server forgets its jobs when it is started again")
        })
    }

    fn add(&self, job: Arc<Job>) -> Result<(), Problem> {
        let mut jobs = self.lock();
        let running = jobs.values().filter(|job| job.end().is_none()).count();
        if running >= AT_ONCE {
            let status = axum::http::StatusCode::SERVICE_UNAVAILABLE;
            let detail = format!("{running} jobs are under way");
            return Err(Problem::new(status, detail).hint("wait for one, or cancel it"));
        }
        while jobs.len() >= MOST {
            let oldest = jobs.iter().find(|(_, job)| job.end().is_some());
            let Some(oldest) = oldest.map(|(id, _)| *id) else {
                break;
            };
            jobs.remove(&oldest);
        }
        jobs.insert(job.id, job);
        Ok(())
    }
}

impl App {
    /// Begins a job on a thread of its own.
    pub(crate) fn begin<T: Serialize>(
        &self,
        kind: &'static str,
        token: Option<String>,
        work: impl FnOnce(&Self, &Job) -> Result<T, Problem> + Send + 'static,
    ) -> Result<JobDocument, Problem> {
        let job = Arc::new(Job {
            id: Uuid::now_v7(),
            kind,
            token,
            started: Timestamp::now(),
            done: AtomicU64::new(0),
            total: AtomicU64::new(0),
            is_cancelled: AtomicBool::new(false),
            end: Mutex::new(None),
        });
        self.jobs.add(Arc::clone(&job))?;
        let (app, at_work) = (self.clone(), Arc::clone(&job));
        let work = tokio::task::spawn_blocking(move || {
            let done = work(&app, &at_work)?;
            serde_json::to_value(done).map_err(|_| Problem::internal())
        });
        let document = job.document();
        tokio::spawn(async move {
            job.finish(work.await.unwrap_or_else(|_| Err(Problem::internal())));
        });
        Ok(document)
    }
}

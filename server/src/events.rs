//! What changes in the store, told to whoever listens.
//!
//! Programs that train write to the same store beside the server, so the numbers of events are those
//! of the store. While somebody listens, one task looks at it now and then, and gives what it finds
//! to all.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use serde::Serialize;
use tokio::sync::{Mutex, broadcast};
use tracker_core::Uuid;
use tracker_core::documents::RunDocument;
use tracker_core::ports::{Detail, ExperimentRecord, Row, Scope, Touch};

use crate::access::Caller;
use crate::added::{Added, Ends};
use crate::app::App;
use crate::jobs::Job;
use crate::problem::Problem;

/// So many changes are read at once.
pub(crate) const PAGE: usize = 500;
/// Who is so many events behind reads them from the store.
const BEHIND: usize = 512;

/// An event.
#[derive(Clone)]
pub(crate) struct Event {
    /// Its number in the store; none for one of this server alone.
    pub(crate) number: Option<u64>,
    about: About,
    pub(crate) text: Bytes,
}

#[derive(Clone)]
enum About {
    Experiment(Uuid),
    Job(Arc<Job>),
}

/// Where events come from.
pub(crate) struct Hub {
    sender: broadcast::Sender<Arc<Event>>,
    /// Whether the task is at work.
    at_work: Arc<Mutex<bool>>,
}

impl Default for Hub {
    fn default() -> Self {
        Self {
            sender: broadcast::Sender::new(BEHIND),
            at_work: Arc::default(),
        }
    }
}

/// What is told of something that is gone.
#[derive(Serialize)]
struct Gone {
    experiment: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<Uuid>,
}

impl App {
    /// Events from now on. What happened before, and from which number on these come, the store
    /// tells when it is asked after this.
    pub(crate) async fn listen(&self) -> Result<broadcast::Receiver<Arc<Event>>, Problem> {
        let receiver = self.hub.sender.subscribe();
        let mut at_work = self.hub.at_work.lock().await;
        if !*at_work {
            let ends = Ends::now();
            let newest = self.off(|app| Ok(app.tracker.store()?.newest_change()?));
            let newest = newest.await?;
            *at_work = true;
            tokio::spawn(look(self.clone(), newest, ends));
        }
        Ok(receiver)
    }
}

/// Looks at the store as long as somebody listens.
async fn look(app: App, mut last: u64, ends: Ends) {
    let mut jobs = HashMap::new();
    told(&app, &mut jobs);
    let ends = Arc::new(std::sync::Mutex::new(ends));
    loop {
        tokio::time::sleep(app.options.look_every).await;
        let ends = Arc::clone(&ends);
        let found = app.off(move |app| {
            let mut ends = ends.lock().unwrap_or_else(PoisonError::into_inner);
            news_after(app, last, Some(&mut ends))
        });
        match found.await {
            Ok(events) => {
                for event in events.into_iter().chain(told(&app, &mut jobs)) {
                    last = event.number.unwrap_or(last);
                    // Nobody may listen any more.
                    let _ = app.hub.sender.send(Arc::new(event));
                }
            }
            // The next look may succeed.
            Err(_) => tokio::time::sleep(Duration::from_secs(1)).await,
        }
        let mut at_work = app.hub.at_work.lock().await;
        if app.hub.sender.receiver_count() == 0 {
            *at_work = false;
            return;
        }
    }
}

/// The jobs that are at another place than they were.
fn told(app: &App, known: &mut HashMap<Uuid, (u64, bool)>) -> Vec<Event> {
    let jobs = app.jobs.all().into_iter();
    let moved = jobs.filter(|job| known.insert(job.id, job.place()) != Some(job.place()));
    let events = moved.filter_map(|job| {
        let data = serde_json::to_string(&job.document()).ok()?;
        Some(Event {
            number: None,
            text: text(None, "job", &data),
            about: About::Job(job),
        })
    });
    events.collect()
}

/// The events behind a number, as the store has them.
pub(crate) fn events_after(app: &App, number: u64) -> Result<Vec<Event>, Problem> {
    news_after(app, number, None)
}

/// The same, and what was added to the series, or where it is not known how far they were, how long they
/// are: who has fewer points reads them.
fn news_after(app: &App, number: u64, mut ends: Option<&mut Ends>) -> Result<Vec<Event>, Problem> {
    let store = app.tracker.store()?;
    let touched = store.changes_after(number, PAGE)?;
    if touched.is_empty() {
        return Ok(Vec::new());
    }
    let runs = touched.iter().filter(|touch| !touch.removed);
    let runs = runs.filter_map(|touch| touch.aggregate).collect();
    let rows = store.rows(&Scope::Uuids(runs), &Detail::ALL)?;
    let experiments = store.experiments()?;
    let events = touched
        .iter()
        .map(|touch| event(touch, &rows, &experiments));
    let mut events = events.collect::<Result<Vec<_>, Problem>>()?;
    for row in &rows {
        let experiment = experiments
            .iter()
            .find(|of| of.id == row.aggregate.experiment);
        let experiment = experiment.map_or("", |of| &of.name);
        let added = match &mut ends {
            Some(ends) => ends.added(store, experiment, row)?,
            None => Added::totals(experiment, row),
        };
        if let Some(added) = added {
            let data = serde_json::to_string(&added).map_err(|_| Problem::internal())?;
            events.push(Event {
                number: None,
                about: About::Experiment(added.experiment_id),
                text: text(None, "points", &data),
            });
        }
    }
    Ok(events)
}

fn event(touch: &Touch, rows: &[Row], experiments: &[ExperimentRecord]) -> Result<Event, Problem> {
    let experiment = experiments.iter().find(|of| of.id == touch.experiment);
    let row = rows
        .iter()
        .find(|row| Some(row.aggregate.uuid) == touch.aggregate);
    let (kind, data) = match (touch.aggregate, experiment, row) {
        (Some(_), Some(experiment), Some(row)) => {
            let run = RunDocument::new(&experiment.name, row.clone());
            ("run", serde_json::to_string(&run))
        }
        (None, Some(experiment), _) if !touch.removed => {
            ("experiment", serde_json::to_string(experiment))
        }
        (run, ..) => {
            let experiment = touch.experiment;
            ("removed", serde_json::to_string(&Gone { experiment, run }))
        }
    };
    let data = data.map_err(|_| Problem::internal())?;
    Ok(Event {
        number: Some(touch.number),
        about: About::Experiment(touch.experiment),
        text: text(Some(touch.number), kind, &data),
    })
}

/// An event as it is sent.
pub(crate) fn text(number: Option<u64>, kind: &str, data: &str) -> Bytes {
    let id = number.map_or_else(String::new, |number| format!("id: {number}\n"));
    Bytes::from(format!("{id}event: {kind}\ndata: {data}\n\n"))
}

impl Event {
    /// Whether it is for a caller who asks for an experiment, or for all.
    pub(crate) fn is_for(&self, caller: &Caller, experiment: Option<Uuid>) -> bool {
        match &self.about {
            About::Job(job) => job.is_for(caller),
            About::Experiment(id) => {
                caller.sees(*id) && experiment.is_none_or(|wanted| wanted == *id)
            }
        }
    }
}

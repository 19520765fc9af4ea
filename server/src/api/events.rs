//! Events, as a client listens to them.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::IntoResponse;
use futures_util::StreamExt as _;
use futures_util::future::{Either, select};
use schemars::JsonSchema;
use serde::Deserialize;
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tokio::time::Instant;
use tracker_core::Uuid;

use crate::access::Caller;
use crate::app::App;
use crate::events::{Event, events_after, text};
use crate::extract::Query;
use crate::problem::{Answer, Problem};

/// A sign of life where nothing happens.
const PING: Duration = Duration::from_secs(15);
/// So long an event waits until it is known whether the client may have it.
const PATIENCE: Duration = Duration::from_secs(2);

/// Where to begin, and of what.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct From {
    /// The number of the last event that is known: what has changed since comes first. Without it,
    /// and without `Last-Event-ID`, only what changes from now on.
    after: Option<u64>,
    /// The name or id of an experiment; all without it.
    experiment: Option<String>,
}

/// A client that listens.
struct Listener {
    app: App,
    caller: Caller,
    /// Those of its request, which say who it is: as long as it listens, its token may be revoked.
    headers: HeaderMap,
    experiment: Option<Uuid>,
    receiver: Receiver<Arc<Event>>,
    end: tokio::sync::watch::Receiver<bool>,
    /// The number of the last event that it knows.
    last: u64,
    /// Whether the store has more than it was told.
    is_behind: bool,
    waiting: VecDeque<Bytes>,
    /// When it has to hear something, also where all that happens is not for it.
    ping: Instant,
}

/// `GET /api/v1/events`.
pub(crate) async fn listen(
    State(app): State<App>,
    caller: Caller,
    Query(from): Query<From>,
    headers: HeaderMap,
) -> Answer {
    let last = headers.get("last-event-id").map(|value| {
        let number = value.to_str().ok().and_then(|text| text.parse().ok());
        number.ok_or_else(|| {
            Problem::bad("`Last-Event-ID` is no number").hint("send the `id` of the last event")
        })
    });
    let after = last.transpose()?.or(from.after);
    let receiver = app.listen().await?;
    let asking = caller.clone();
    let (experiment, newest) = app
        .off(move |app| {
            let name = from.experiment.as_deref();
            let record = name.map(|name| app.experiment(&asking, name)).transpose()?;
            let newest = app.tracker.store()?.newest_change()?;
            Ok((record.map(|record| record.id), newest))
        })
        .await?;
    let mut waiting = VecDeque::new();
    let known = after.filter(|after| *after <= newest);
    if after.is_some() && known.is_none() {
        // The number is of another store: what the client shows has to be read again.
        waiting.push_back(text(Some(newest), "reset", "{}"));
    }
    // Sent at once, so that a proxy lets the head of the answer through, and the number is known.
    let last = known.unwrap_or(newest);
    waiting.push_back(text(Some(last), "ping", "{}"));
    app.figures.listeners.fetch_add(1, Ordering::Relaxed);
    let listener = Listener {
        end: app.end.subscribe(),
        app,
        caller,
        headers,
        experiment,
        receiver,
        last,
        is_behind: known.is_some(),
        waiting,
        ping: Instant::now() + PING,
    };
    let body = Body::from_stream(futures_util::stream::unfold(listener, next).fuse());
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, body).into_response())
}

async fn next(mut listener: Listener) -> Option<(Result<Bytes, Infallible>, Listener)> {
    loop {
        if let Some(text) = listener.waiting.pop_front() {
            listener.ping = Instant::now() + PING;
            return listener.is_let_in().await.then_some((Ok(text), listener));
        }
        if listener.is_behind {
            listener.catch_up().await.ok()?;
            continue;
        }
        match listener.heard().await {
            Some(Ok(event)) => listener.take(&event),
            Some(Err(RecvError::Lagged(_))) => listener.is_behind = true,
            // A client that is cut off goes on from its last number elsewhere.
            Some(Err(RecvError::Closed)) => return None,
            None => listener.waiting.push_back(text(None, "ping", "{}")),
        }
    }
}

impl Listener {
    /// Whether it is still let in. Where the store cannot say so in time, nothing has changed.
    async fn is_let_in(&mut self) -> bool {
        let Ok(Ok(doors)) = tokio::time::timeout(PATIENCE, self.app.doors()).await else {
            return true;
        };
        match doors.caller(&self.headers) {
            Ok(caller) => self.caller = caller,
            Err(_) => return false,
        }
        true
    }

    /// The next event, if one comes in time.
    async fn heard(&mut self) -> Option<Result<Arc<Event>, RecvError>> {
        let event = std::pin::pin!(tokio::time::timeout_at(self.ping, self.receiver.recv()));
        let end = std::pin::pin!(self.end.wait_for(|is_end| *is_end));
        match select(event, end).await {
            Either::Left((heard, _)) => heard.ok(),
            Either::Right(_) => Some(Err(RecvError::Closed)),
        }
    }

    fn take(&mut self, event: &Event) {
        if let Some(number) = event.number {
            if number <= self.last {
                return;
            }
            self.last = number;
        }
        if event.is_for(&self.caller, self.experiment) {
            self.waiting.push_back(event.text.clone());
        }
    }

    /// Takes some of what the store has and it was not told.
    async fn catch_up(&mut self) -> Result<(), Problem> {
        let last = self.last;
        let events = self.app.off(move |app| events_after(app, last)).await?;
        self.is_behind = !events.is_empty();
        for event in &events {
            self.take(event);
        }
        Ok(())
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.app.figures.listeners.fetch_sub(1, Ordering::Relaxed);
    }
}

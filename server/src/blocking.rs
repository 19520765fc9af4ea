//! Calls of the store, which are synchronous, off the event loop.

use std::sync::Arc;

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use tokio::sync::Semaphore;
use tracing::error;

use crate::app::App;
use crate::problem::{Answer, Problem};

impl App {
    /// Does work that waits for the store, on a thread that may wait. A panic there is an answer like
    /// any other.
    pub(crate) async fn off<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        self.off_with(Arc::clone(&self.room), work).await
    }

    /// As [`off`](Self::off), where so much else may be done at once.
    pub(crate) async fn off_with<T: Send + 'static>(
        &self,
        room: Arc<Semaphore>,
        work: impl FnOnce(&Self) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        // It is never closed.
        let permit = room.acquire_owned().await.ok();
        let app = self.clone();
        let done = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work(&app)
        });
        done.await.unwrap_or_else(|failure| {
            error!(%failure, "a handler did not come to its end");
            Err(Problem::internal())
        })
    }

    /// Answers with what the work gives, as JSON, which is also written off the event loop.
    pub(crate) async fn answer<T: Serialize>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, Problem> + Send + 'static,
    ) -> Answer {
        self.answer_as(StatusCode::OK, work).await
    }

    /// As [`answer`](Self::answer), with another status.
    pub(crate) async fn answer_as<T: Serialize>(
        &self,
        status: StatusCode,
        work: impl FnOnce(&Self) -> Result<T, Problem> + Send + 'static,
    ) -> Answer {
        self.off(move |app| json(status, &work(app)?)).await
    }
}

/// An answer of JSON.
pub(crate) fn json(status: StatusCode, value: &impl Serialize) -> Answer {
    let body = serde_json::to_vec(value).map_err(|failure| {
        error!(%failure, "an answer cannot be written");
        Problem::internal()
    })?;
    Ok(typed(status, body))
}

fn typed(status: StatusCode, body: Vec<u8>) -> Response {
    let content_type = [(header::CONTENT_TYPE, "application/json")];
    (status, content_type, body).into_response()
}

//! What the server says of itself.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use schemars::JsonSchema;
use serde::Serialize;
use tracker_core::{ErrorKind, Uuid};

use crate::access::Caller;
use crate::app::App;
use crate::problem::{Answer, Problem};

const TEXT: [(header::HeaderName, &str); 1] = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];

/// What the server is and allows.
#[derive(Serialize, JsonSchema)]
pub(crate) struct About {
    /// The address of its store, without a password; empty where whoever runs the server does not say.
    store: String,
    /// How many bytes the file of the store has; none where it is in no file, or is not said.
    bytes: Option<u64>,
    /// The version of the server.
    version: &'static str,
    /// Whether nothing may be changed.
    read_only: bool,
    /// Whether something may be removed.
    allow_delete: bool,
    /// Whether changes are told by `GET /api/v1/events`.
    events: bool,
    /// The number of the newest change: `after` for who reads what there is and then listens.
    seq: Option<u64>,
    /// The name of the token; none where none is asked for.
    token: Option<String>,
    /// What the caller may do.
    role: crate::access::Role,
}

/// `GET /health`.
pub(crate) async fn health(State(app): State<App>) -> Answer {
    app.off(|app| {
        app.tracker.store()?.position(Uuid::nil())?;
        Ok(())
    })
    .await?;
    Ok((TEXT, "OK").into_response())
}

/// `GET /version`.
pub(crate) async fn version() -> impl IntoResponse {
    (TEXT, env!("CARGO_PKG_VERSION"))
}

/// `GET /metrics`.
pub(crate) async fn metrics(State(app): State<App>) -> impl IntoResponse {
    const PROMETHEUS: &str = "text/plain; version=0.0.4; charset=utf-8";
    ([(header::CONTENT_TYPE, PROMETHEUS)], app.figures.text())
}

/// `GET /api/v1/openapi.json`.
pub(crate) async fn openapi() -> Answer {
    crate::blocking::json(StatusCode::OK, &crate::openapi::openapi())
}

/// `GET /api/v1/about`.
pub(crate) async fn about(State(app): State<App>, caller: Caller) -> Answer {
    app.answer(move |app| {
        let seq = match app.tracker.store()?.newest_change() {
            Ok(number) => Some(number),
            Err(error) if error.kind() == ErrorKind::Unsupported => None,
            Err(error) => return Err(error.into()),
        };
        Ok(About {
            store: app.options.store.clone(),
            bytes: file_size(&app.options.store),
            version: env!("CARGO_PKG_VERSION"),
            read_only: app.options.read_only,
            allow_delete: app.options.allow_delete,
            events: seq.is_some(),
            seq,
            token: caller.token,
            role: caller.role,
        })
    })
    .await
}

/// With what `SQLite` has written last, which stands in a file beside its own.
fn file_size(address: &str) -> Option<u64> {
    let (kind, path) = address.split_once(':')?;
    let size = |path: &str| Some(std::fs::metadata(path).ok()?.len());
    let is_file = matches!(kind, "sqlite" | "json");
    let file = is_file.then(|| size(path))??;
    Some(file + size(&format!("{path}-wal")).unwrap_or(0))
}

/// `GET /api/v1/manifest`.
pub(crate) async fn manifest() -> Answer {
    let content_type = [(header::CONTENT_TYPE, "application/json")];
    Ok((content_type, registry_core::manifest()).into_response())
}

/// `POST /api/v1/flush`.
pub(crate) async fn flush(State(app): State<App>) -> Answer {
    app.off(|app| Ok(app.tracker.flush()?)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// An error where the server lets nothing be removed.
pub(crate) fn check_delete(app: &App) -> Result<(), Problem> {
    if app.options.allow_delete {
        return Ok(());
    }
    Err(Problem::forbidden("the server lets nothing be removed")
        .hint("archive it; or whoever runs the server starts it with `--allow-delete`"))
}

#[cfg(test)]
mod tests {
    use super::file_size;

    #[test]
    fn size_counts_what_sqlite_wrote_last() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        let address = format!("sqlite:{}", path.display());
        assert_eq!(file_size(&address), None);
        std::fs::write(&path, [0; 10]).unwrap();
        assert_eq!(file_size(&address), Some(10));
        std::fs::write(folder.path().join("store.db-wal"), [0; 7]).unwrap();
        assert_eq!(file_size(&address), Some(17));
        assert_eq!(file_size("memory:"), None);
    }
}

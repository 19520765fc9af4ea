//! The port of the remote store: the calls of a [`Store`] as another program makes them.
//!
//! The description of the interface leaves these routes out. Their form is that of
//! [`tracker_core::wire`], which belongs to the remote store of the same version and not to people.

mod contents;
mod limited;

use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode, header};
use axum::response::IntoResponse;
use tracker_core::ports::{Change, Store};
use tracker_core::wire::{About, Apply, Read, Refusal, STORE_HEADER, VERSION, VERSION_HEADER};
use tracker_core::{Error, Result, Uuid};

use crate::access::{Caller, Role};
use crate::api::server::check_delete;
use crate::app::App;
use crate::blocking::json;
use crate::extract::Body;
use crate::problem::{Answer, Problem};
use crate::route::Route;
use limited::Limited;

const READ: Option<Role> = Some(Role::Read);
const WRITE: Option<Role> = Some(Role::Write);

/// The routes.
pub(crate) fn routes() -> Vec<Route> {
    const CONTENTS: &str = "/api/v1/store/contents";
    const CONTENT: &str = "/api/v1/store/contents/{hash}";
    let routes = vec![
        Route::get("/api/v1/store", READ, about),
        Route::post("/api/v1/store/read", READ, read),
        Route::post("/api/v1/store/apply", WRITE, apply),
        Route::get(CONTENTS, READ, contents::list),
        Route::post(CONTENTS, WRITE, contents::put).streams(),
        Route::delete(CONTENTS, WRITE, contents::remove_interrupted),
        Route::get(CONTENT, READ, contents::open).streams(),
        Route::delete(CONTENT, WRITE, contents::remove),
        Route::get("/api/v1/store/contents/{hash}/size", READ, contents::size),
        Route::get(
            "/api/v1/store/contents/{hash}/measure",
            READ,
            contents::measure,
        )
        .streams(),
        Route::new(
            Method::POST,
            "/api/v1/store/contents/{hash}/renew",
            WRITE,
            contents::renew,
        ),
    ];
    routes.into_iter().map(Route::unlisted).collect()
}

/// `GET /api/v1/store`.
async fn about(State(app): State<App>, caller: Caller) -> Answer {
    app.answer(move |app| {
        let read_only = if app.options.read_only {
            Some("the server only lets read".to_owned())
        } else if caller.role < Role::Write {
            let name = caller.token.unwrap_or_default();
            Some(format!("the token `{name}` only lets read"))
        } else {
            None
        };
        Ok(About {
            wire: VERSION,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            identity: app.tracker.store()?.identity()?,
            read_only,
        })
    })
    .await
}

/// A call in the form of this version, and the store that it is for, where it says so.
struct Asked(Option<Uuid>);

impl FromRequestParts<App> for Asked {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        let header = |name| {
            parts
                .headers
                .get(name)
                .and_then(|value| value.to_str().ok())
        };
        if header(VERSION_HEADER) != Some(&VERSION.to_string()) {
            let version = env!("CARGO_PKG_VERSION");
            let detail = format!("the server is of version {version}, and the program of another");
            return Err(Problem::new(StatusCode::CONFLICT, detail)
                .code("another_version")
                .hint("update the older of both; what was added waits in a journal"));
        }
        Ok(Self(header(STORE_HEADER).and_then(|id| id.parse().ok())))
    }
}

impl Asked {
    /// What is for a store that stood here before goes to no other.
    fn check(&self, app: &App) -> Result<(), Problem> {
        let Some(wanted) = self.0 else {
            return Ok(());
        };
        let own = app.tracker.store()?.identity()?;
        if own.is_none_or(|own| own == wanted) {
            return Ok(());
        }
        let detail = "another store has taken the place of the one that this is for";
        Err(Problem::new(StatusCode::CONFLICT, detail)
            .code("another_store")
            .hint("what was added waits in a journal, which goes nowhere else"))
    }
}

/// `POST /api/v1/store/read`.
async fn read(
    State(app): State<App>,
    caller: Caller,
    asked: Asked,
    Body(call): Body<Read>,
) -> Answer {
    app.off(move |app| {
        asked.check(app)?;
        let answer = with_store(app, &caller, |store| call.answer(store))?;
        let content_type = [(header::CONTENT_TYPE, "application/json")];
        Ok((content_type, answer).into_response())
    })
    .await
}

/// `POST /api/v1/store/apply`.
async fn apply(
    State(app): State<App>,
    caller: Caller,
    asked: Asked,
    Body(Apply {
        changes,
        mark,
        copied,
    }): Body<Apply<'static>>,
) -> Answer {
    app.off(move |app| {
        asked.check(app)?;
        for change in &*changes {
            check(app, change, copied)?;
        }
        let applied = with_store(app, &caller, |store| {
            if copied {
                store.copy(&changes, mark)
            } else {
                store.apply(&changes, mark)
            }
        })?;
        if changes.iter().any(|change| change.removal().is_some()) {
            app.recent.forget();
        }
        if changes.iter().any(takes_points) {
            app.logged.forget();
        }
        json(StatusCode::OK, &applied)
    })
    .await
}

/// Whether points may be gone that were there before.
fn takes_points(change: &Change) -> bool {
    matches!(
        change,
        Change::Rewind { .. }
            | Change::ClearMetrics { .. }
            | Change::RemoveAggregate { .. }
            | Change::RemoveExperiment { .. }
    )
}

/// A change that nobody may make here is refused for ever, so that no journal waits for it.
fn check(app: &App, change: &Change, is_copy: bool) -> Result<(), Problem> {
    if let Change::PutSetting { .. } = change {
        return Err(refused(Error::NotAllowed {
            what: "to change the settings of a server".to_owned(),
            hint: "change them on its machine".to_owned(),
        }));
    }
    let checked = if is_copy {
        change.check_copy()
    } else {
        change.check()
    };
    checked.map_err(refused)?;
    if let Change::PutArtifact { artifact, .. } = change {
        contents::check(app, artifact)?;
    }
    let Some(what) = change.removal() else {
        return Ok(());
    };
    check_delete(app).map_err(|_| {
        refused(Error::NotAllowed {
            what: what.to_owned(),
            hint: "archive it; or whoever runs the server starts it with `--allow-delete`"
                .to_owned(),
        })
    })
}

/// Does something with as much of the store as the caller may know of.
fn with_store<T>(
    app: &App,
    caller: &Caller,
    work: impl FnOnce(&dyn Store) -> Result<T>,
) -> Result<T, Problem> {
    let store = app.tracker.store()?;
    let done = match &caller.experiments {
        None => work(store),
        Some(only) => work(&Limited { store, only }),
    };
    done.map_err(refused)
}

/// A problem that is the same error on the other side.
fn refused(error: Error) -> Problem {
    let refusal = Refusal::of(&error);
    Problem::from(error).refusal(refusal)
}

#[cfg(test)]
mod tests {
    use axum::http::Method;

    use super::{READ, WRITE, routes};

    #[test]
    fn whoever_changes_something_needs_the_role_to_write() {
        for route in routes() {
            let reads = route.method == Method::GET || route.path.ends_with("/read");
            let role = if reads { READ } else { WRITE };
            assert_eq!(route.role, role, "{} {}", route.method, route.path);
        }
    }
}

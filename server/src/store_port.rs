//! The port of the remote store: the calls of a [`Store`] as another program makes them.
//!
//! The description of the interface leaves these routes out. Their form is that of
//! [`tracker_core::wire`], which belongs to the remote store of the same version and not to people.

mod contents;
mod limited;

use axum::extract::State;
use axum::http::{Method, StatusCode, header};
use axum::response::IntoResponse;
use tracker_core::ports::{Change, Store};
use tracker_core::wire::{About, Apply, Read, Refusal, VERSION};
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

/// `POST /api/v1/store/read`.
async fn read(State(app): State<App>, caller: Caller, Body(call): Body<Read>) -> Answer {
    app.off(move |app| {
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
    Body(asked): Body<Apply<'static>>,
) -> Answer {
    app.off(move |app| {
        check_identity(app, asked.store)?;
        for change in &*asked.changes {
            check(app, change)?;
        }
        let applied = with_store(app, &caller, |store| {
            store.apply(&asked.changes, asked.mark)
        })?;
        json(StatusCode::OK, &applied)
    })
    .await
}

/// Changes for a store that stood here before go to no other.
fn check_identity(app: &App, wanted: Option<Uuid>) -> Result<(), Problem> {
    let (Some(wanted), Some(own)) = (wanted, app.tracker.store()?.identity()?) else {
        return Ok(());
    };
    if wanted == own {
        return Ok(());
    }
    let detail = "another store has taken the place of the one that this is for";
    Err(Problem::new(StatusCode::CONFLICT, detail)
        .code("another_store")
        .hint("what was added waits in a journal, which goes nowhere else"))
}

/// A change that nobody may make here is refused for ever, so that no journal waits for it.
fn check(app: &App, change: &Change) -> Result<(), Problem> {
    let what = match change {
        Change::RemoveExperiment { .. } => "to remove an experiment",
        Change::RemoveAggregate { .. } => "to remove a run",
        Change::RemoveArtifact { .. } => "to remove an artifact",
        Change::ClearMetrics { .. } => "to remove metrics",
        Change::ClearIterations { .. } => "to remove iterations",
        Change::PutSetting { .. } => {
            return Err(refused(Error::NotAllowed {
                what: "to change the settings of a server".to_owned(),
                hint: "change them on its machine".to_owned(),
            }));
        }
        _ => return Ok(()),
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

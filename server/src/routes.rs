//! The one table: every route, who may call it, and what it takes and gives.

use axum::http::{Method, StatusCode};
use serde_json::Value;

use crate::access::{self, Role};
use crate::api::{
    artifacts, attempts, changes, compare, components, events, experiments, exports, filter,
    groups, importance, imports, iterations, jobs, log, points, runs, schema, series, server,
    table, table_exports, uploads, verify, views,
};
use crate::route::Route;

const READ: Option<Role> = Some(Role::Read);
const WRITE: Option<Role> = Some(Role::Write);
const ADMIN: Option<Role> = Some(Role::Admin);
const CREATED: StatusCode = StatusCode::CREATED;
const ACCEPTED: StatusCode = StatusCode::ACCEPTED;
const EMPTY: StatusCode = StatusCode::NO_CONTENT;

/// All of them.
pub(crate) fn all() -> Vec<Route> {
    let groups = [
        crate::dashboard::routes(),
        about(),
        of_experiments(),
        of_runs(),
        of_one_run(),
        of_components(),
        of_training(),
        of_files(),
        of_work(),
        crate::store_port::routes(),
        crate::mlflow::routes(),
    ];
    groups.into_iter().flatten().collect()
}

fn about() -> Vec<Route> {
    vec![
        Route::get("/health", None, server::health)
            .says("Whether the store can be read")
            .media("text/plain"),
        Route::get("/version", None, server::version)
            .says("The version of the server")
            .media("text/plain"),
        Route::get("/metrics", READ, server::metrics)
            .says("Figures of the server for Prometheus")
            .media("text/plain"),
        Route::get("/sign-in", None, access::form)
            .says("A page where a browser signs in")
            .media("text/html"),
        Route::post("/sign-in", None, access::sign_in)
            .says("Gives a browser a cookie for a token")
            .bytes("application/x-www-form-urlencoded")
            .status(StatusCode::SEE_OTHER),
        Route::post("/sign-out", None, access::sign_out)
            .says("Ends the session of a browser")
            .status(StatusCode::SEE_OTHER),
        Route::get("/api/v1/openapi.json", None, server::openapi)
            .says("This description")
            .answer::<Value>(),
        Route::get("/api/v1/about", READ, server::about)
            .says("What the server is and allows")
            .answer::<server::About>(),
        Route::get("/api/v1/manifest", READ, server::manifest)
            .says("The components that the server knows, as JSON Schema")
            .answer::<Value>(),
        Route::post("/api/v1/flush", WRITE, server::flush)
            .says("Returns when all that was recorded survives a power loss")
            .status(EMPTY),
    ]
}

fn of_experiments() -> Vec<Route> {
    const LIST: &str = "/api/v1/experiments";
    const ONE: &str = "/api/v1/experiments/{experiment}";
    vec![
        Route::get(LIST, READ, experiments::list)
            .says("The experiments, as they were created")
            .query::<experiments::PageOf>()
            .answer::<experiments::Experiments>(),
        Route::post(LIST, WRITE, experiments::create)
            .says("Creates an experiment")
            .body::<experiments::NewExperiment>()
            .status(CREATED)
            .answer::<experiments::ExperimentDocument>(),
        Route::get(ONE, READ, experiments::read)
            .says("An experiment, by its name or id")
            .answer::<experiments::ExperimentDocument>(),
        Route::patch(ONE, WRITE, experiments::change)
            .says("Renames or annotates an experiment")
            .body::<experiments::ExperimentPatch>()
            .answer::<experiments::ExperimentDocument>(),
        Route::delete(ONE, WRITE, experiments::remove)
            .says("Removes an experiment with all its runs"),
        Route::get(
            "/api/v1/experiments/{experiment}/schema",
            READ,
            schema::read,
        )
        .says("What its runs have: arguments, parameters, metrics")
        .query::<schema::Wanted>()
        .answer::<schema::SchemaDocument>(),
        Route::get(
            "/api/v1/experiments/{experiment}/importance",
            READ,
            importance::read,
        )
        .says("How much each argument and parameter explains of a metric")
        .query::<importance::Wanted>()
        .answer::<Vec<importance::Share>>(),
    ]
}

fn of_runs() -> Vec<Route> {
    vec![
        Route::get("/api/v1/runs", READ, runs::list)
            .says("The runs that a query finds")
            .query::<runs::Search>()
            .answer::<runs::Runs>(),
        Route::post("/api/v1/runs", WRITE, runs::create)
            .says("Creates a run, and its experiment where there is none")
            .body::<runs::NewRun>()
            .status(CREATED)
            .answer::<tracker_core::documents::RunDocument>(),
        Route::get("/api/v1/table", READ, table::read)
            .says("Fields of runs, in columns: chosen ones, or those that tell the runs apart")
            .query::<table::Wanted>()
            .answer::<table::Table>(),
        Route::get("/api/v1/groups", READ, groups::read)
            .says("Runs in groups: repeats of one another, or those with the same in chosen fields")
            .query::<groups::Wanted>()
            .answer::<groups::Groups>(),
        Route::get("/api/v1/filter", READ, filter::read)
            .says("What a filter means, as a query in its long form")
            .query::<filter::Wanted>()
            .answer::<filter::Filter>(),
        Route::post("/api/v1/series", READ, series::read)
            .says("Histories of many runs at once, thinned without losing a peak")
            .body::<series::Wanted>()
            .answer::<series::SeriesAnswer>(),
        Route::post("/api/v1/compare", READ, compare::read)
            .says("In what runs differ, and in what not")
            .body::<compare::Wanted>()
            .answer::<compare::Differences>(),
    ]
}

fn of_one_run() -> Vec<Route> {
    const ONE: &str = "/api/v1/runs/{run}";
    vec![
        Route::get(ONE, READ, runs::read)
            .says("All about a run but its points; by id, uuid, name, or the beginning of an id")
            .query::<runs::Within>()
            .answer::<tracker_core::documents::WholeRun>(),
        Route::patch(ONE, WRITE, changes::change)
            .says("Changes name, tags, notes, epoch, or whether it is archived")
            .query::<runs::Within>()
            .headers(&["If-Match"])
            .body::<changes::RunPatch>()
            .answer::<tracker_core::documents::RunDocument>(),
        Route::delete(ONE, WRITE, changes::remove)
            .says("Removes a run with all it holds")
            .query::<runs::Within>(),
        Route::post("/api/v1/runs/{run}/params", WRITE, changes::set_params)
            .says("Sets parameters, each of them once")
            .query::<runs::Within>()
            .body::<changes::Params>()
            .status(EMPTY),
        Route::post("/api/v1/runs/{run}/modules", WRITE, changes::put_module)
            .says("Puts a component")
            .query::<runs::Within>()
            .body::<runs::NewModule>()
            .status(EMPTY),
        Route::post("/api/v1/runs/{run}/rewind", WRITE, changes::rewind)
            .says("Takes a run back to an epoch: what is later is removed")
            .query::<runs::Within>()
            .body::<changes::Epoch>()
            .status(EMPTY),
        Route::post("/api/v1/runs/{run}/points", WRITE, points::add)
            .says("Adds a point, or a list of points: all of them or none")
            .query::<runs::Within>()
            .body::<points::Points>()
            .status(EMPTY),
    ]
}

fn of_components() -> Vec<Route> {
    const ONE: &str = "/api/v1/components/{hash}";
    vec![
        Route::get(ONE, READ, components::read)
            .says("A component and the runs that have it, by its hash or the beginning of it")
            .answer::<components::ComponentDocument>(),
        Route::get(
            "/api/v1/components/{hash}/nearest",
            READ,
            components::nearest,
        )
        .says("The components of its kind that differ least from it")
        .query::<components::HowMany>()
        .answer::<Vec<components::Near>>(),
        Route::get(
            "/api/v1/components/{hash}/rebuild",
            READ,
            components::rebuild,
        )
        .says("Code that builds it again")
        .query::<components::InLanguage>()
        .answer::<components::Rebuild>(),
    ]
}

fn of_training() -> Vec<Route> {
    const ATTEMPTS: &str = "/api/v1/runs/{run}/attempts";
    const ITERATIONS: &str = "/api/v1/runs/{run}/iterations";
    vec![
        Route::get(ITERATIONS, READ, iterations::list)
            .says("The iterations of a run")
            .query::<runs::Within>()
            .answer::<iterations::Iterations>(),
        Route::post(ITERATIONS, WRITE, iterations::put)
            .says("Puts an iteration")
            .query::<runs::Within>()
            .body::<iterations::NewIteration>()
            .status(EMPTY),
        Route::get(ATTEMPTS, READ, attempts::list)
            .says("The attempts on a run")
            .query::<runs::Within>()
            .answer::<attempts::Attempts>(),
        Route::post(ATTEMPTS, WRITE, attempts::begin)
            .says("Begins an attempt, which is to be heard of every minute")
            .query::<runs::Within>()
            .body::<attempts::NewAttempt>()
            .status(CREATED)
            .answer::<tracker_core::AttemptRecord>(),
        Route::patch(
            "/api/v1/runs/{run}/attempts/{attempt}",
            WRITE,
            attempts::update,
        )
        .says("A sign of life of an attempt, or its end")
        .query::<runs::Within>()
        .body::<attempts::Sign>()
        .status(EMPTY),
        Route::get("/api/v1/runs/{run}/verify", READ, verify::one)
            .says("Whether the records of a run give their hashes")
            .query::<runs::Within>()
            .answer::<verify::Verdict>(),
    ]
}

fn of_files() -> Vec<Route> {
    const LIST: &str = "/api/v1/runs/{run}/artifacts";
    const ONE: &str = "/api/v1/runs/{run}/artifacts/{*name}";
    const UPLOAD: &str = "/api/v1/uploads/{upload}";
    vec![
        Route::get(LIST, READ, artifacts::list)
            .says("The artifacts of a run")
            .query::<runs::Within>()
            .answer::<artifacts::Artifacts>(),
        Route::get(ONE, READ, artifacts::read)
            .says("The content of an artifact")
            .query::<artifacts::Which>()
            .headers(&["Range"])
            .media("*/*")
            .streams(),
        Route::get("/api/v1/runs/{run}/log", READ, log::read)
            .says("What the program of a run has written, as the log among its artifacts has it")
            .query::<log::Part>()
            .headers(&["Range"])
            .media("text/plain")
            .streams(),
        Route::new(Method::PUT, ONE, WRITE, artifacts::put)
            .says("Puts an artifact, whose content is the body")
            .query::<artifacts::Placed>()
            .bytes("application/octet-stream")
            .answer::<tracker_core::ports::ArtifactRecord>()
            .streams(),
        Route::delete(ONE, WRITE, artifacts::remove)
            .says("Removes an artifact")
            .query::<artifacts::Which>(),
        Route::post("/api/v1/runs/{run}/uploads", WRITE, uploads::begin)
            .says("Begins an upload that can be resumed")
            .query::<runs::Within>()
            .body::<uploads::NewUpload>()
            .status(CREATED)
            .answer::<uploads::UploadDocument>(),
        Route::get(UPLOAD, WRITE, uploads::read)
            .says("How far an upload is")
            .answer::<uploads::UploadDocument>(),
        Route::patch(UPLOAD, WRITE, uploads::resume)
            .says("Goes on with an upload from its offset")
            .headers(&["Upload-Offset"])
            .bytes("application/octet-stream")
            .answer::<uploads::UploadDocument>()
            .streams(),
        Route::delete(UPLOAD, WRITE, uploads::remove).says("Gives an upload up"),
    ]
}

fn of_work() -> Vec<Route> {
    vec![
        Route::get("/api/v1/events", READ, events::listen)
            .says("What changes, as server-sent events")
            .query::<events::From>()
            .headers(&["Last-Event-ID"])
            .media("text/event-stream")
            .streams(),
        Route::get("/api/v1/export", READ, exports::read)
            .says("Every point as a row")
            .query::<exports::Wanted>()
            .media("*/*")
            .streams(),
        Route::get("/api/v1/export/series.csv", READ, exports::series)
            .says("The points of runs and series as rows of CSV")
            .query::<exports::WantedSeries>()
            .media("text/csv")
            .streams(),
        Route::get("/api/v1/export/runs.csv", READ, table_exports::csv)
            .says("A table of runs as CSV")
            .query::<table_exports::Wanted>()
            .media("text/csv")
            .streams(),
        Route::get("/api/v1/export/runs.json", READ, table_exports::json)
            .says("A table of runs as a list of objects")
            .query::<table_exports::Wanted>()
            .answer::<Value>()
            .streams(),
        Route::get("/api/v1/export/runs.tex", READ, table_exports::latex)
            .says("A table of runs for LaTeX")
            .query::<table_exports::Wanted>()
            .media("application/x-tex")
            .streams(),
        Route::post("/api/v1/verify", READ, verify::all)
            .says("Verifies all runs, or those of an experiment, as a job")
            .body::<verify::Wanted>()
            .status(ACCEPTED)
            .answer::<jobs::JobDocument>(),
        Route::post("/api/v1/import", ADMIN, imports::begin)
            .says("Copies another store into this one, as a job")
            .body::<imports::NewImport>()
            .status(ACCEPTED)
            .answer::<jobs::JobDocument>(),
        Route::get("/api/v1/jobs", READ, jobs::list)
            .says("The jobs of this server")
            .answer::<jobs::JobList>(),
        Route::get("/api/v1/jobs/{job}", READ, jobs::read)
            .says("How far a job is")
            .answer::<jobs::JobDocument>(),
        Route::delete("/api/v1/jobs/{job}", WRITE, jobs::cancel).says("Cancels a job"),
        Route::post("/api/v1/views", WRITE, views::keep)
            .says("Keeps a view of a page")
            .body::<Value>()
            .status(CREATED)
            .answer::<views::View>(),
        Route::get("/api/v1/views/{view}", READ, views::read)
            .says("A view that was kept")
            .answer::<views::View>(),
    ]
}

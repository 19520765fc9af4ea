#![doc = include_str!("../MLFLOW.md")]

mod about;
mod artifacts;
mod experiment;
mod experiment_search;
mod experiments;
mod fields;
mod filter;
mod find;
mod graphql;
mod history;
mod ids;
mod inputs;
mod log;
mod matcher;
mod metric;
mod model_search;
mod models;
mod names;
mod order;
mod pages;
mod places;
mod refusal;
mod run;
mod runs;
mod search;
mod seen;
mod status;
mod translate;

use axum::http::Method;

use crate::access::Role;
use crate::route::Route;

pub(crate) use refusal::translate;
pub(crate) use seen::Logged;

const READ: Option<Role> = Some(Role::Read);
const WRITE: Option<Role> = Some(Role::Write);

/// A path as clients and as pages have it.
macro_rules! both {
    ($path:literal) => {
        [
            concat!("/api/2.0/mlflow/", $path),
            concat!("/ajax-api/2.0/mlflow/", $path),
        ]
    };
}

/// As `both`, of the proxy for artifacts.
macro_rules! proxy {
    ($path:literal) => {
        [
            concat!("/api/2.0/mlflow-artifacts/", $path),
            concat!("/ajax-api/2.0/mlflow-artifacts/", $path),
        ]
    };
}

/// As `both`, of the newer version.
macro_rules! newer {
    ($path:literal) => {
        [
            concat!("/api/3.0/mlflow/", $path),
            concat!("/ajax-api/3.0/mlflow/", $path),
        ]
    };
}

/// The routes. Their form is MLflow's, and the description of the interface leaves them out.
pub(crate) fn routes() -> Vec<Route> {
    let groups = [
        of_experiments(),
        of_runs(),
        of_logging(),
        of_artifacts(),
        of_models(),
        of_pages(),
    ];
    let routes = groups.into_iter().flatten();
    routes.map(Route::unlisted).collect()
}

fn of_experiments() -> Vec<Route> {
    use experiments as of;
    [
        both!("experiments/create").map(|path| Route::post(path, WRITE, of::create)),
        both!("experiments/get").map(|path| Route::get(path, READ, of::get)),
        both!("experiments/get-by-name").map(|path| Route::get(path, READ, of::get_by_name)),
        both!("experiments/search").map(|path| Route::post(path, READ, experiment_search::search)),
        both!("experiments/search").map(|path| Route::get(path, READ, experiment_search::search)),
        both!("experiments/update").map(|path| Route::post(path, WRITE, of::update)),
        both!("experiments/delete").map(|path| Route::post(path, WRITE, of::delete)),
        both!("experiments/restore").map(|path| Route::post(path, WRITE, of::restore)),
        both!("experiments/set-experiment-tag").map(|path| Route::post(path, WRITE, of::set_tag)),
        both!("experiments/delete-experiment-tag")
            .map(|path| Route::post(path, WRITE, of::delete_tag)),
        both!("experiments/search-datasets")
            .map(|path| Route::post(path, READ, inputs::search_datasets)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn of_runs() -> Vec<Route> {
    [
        both!("runs/create").map(|path| Route::post(path, WRITE, runs::create)),
        both!("runs/get").map(|path| Route::get(path, READ, runs::get)),
        both!("runs/update").map(|path| Route::post(path, WRITE, runs::update)),
        both!("runs/delete").map(|path| Route::post(path, WRITE, runs::delete)),
        both!("runs/restore").map(|path| Route::post(path, WRITE, runs::restore)),
        both!("runs/search").map(|path| Route::post(path, READ, search::runs)),
        both!("runs/set-tag").map(|path| Route::post(path, WRITE, runs::set_tag)),
        both!("runs/delete-tag").map(|path| Route::post(path, WRITE, runs::delete_tag)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn of_logging() -> Vec<Route> {
    [
        both!("runs/log-metric").map(|path| Route::post(path, WRITE, log::metric)),
        both!("runs/log-parameter").map(|path| Route::post(path, WRITE, log::param)),
        both!("runs/log-batch").map(|path| Route::post(path, WRITE, log::batch)),
        both!("runs/log-model").map(|path| Route::post(path, WRITE, log::model)),
        both!("runs/log-inputs").map(|path| Route::post(path, WRITE, inputs::log_inputs)),
        both!("runs/outputs").map(|path| Route::post(path, WRITE, inputs::outputs)),
        both!("metrics/get-history").map(|path| Route::get(path, READ, history::get)),
        both!("metrics/get-history-bulk").map(|path| Route::get(path, READ, history::bulk)),
        both!("metrics/get-history-bulk-interval")
            .map(|path| Route::get(path, READ, history::interval)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn of_artifacts() -> Vec<Route> {
    let put = |path| Route::new(Method::PUT, path, WRITE, artifacts::put).streams();
    let mut routes: Vec<Route> = [
        proxy!("artifacts").map(|path| Route::get(path, READ, artifacts::list)),
        proxy!("artifacts/{*path}").map(put),
        proxy!("artifacts/{*path}").map(|path| Route::get(path, READ, artifacts::get).streams()),
        proxy!("artifacts/{*path}").map(|path| Route::delete(path, WRITE, artifacts::delete)),
        both!("artifacts/list").map(|path| Route::get(path, READ, artifacts::list_of_run)),
        both!("upload-artifact").map(|path| Route::post(path, WRITE, artifacts::upload).streams()),
        both!("artifacts/presigned-upload-url")
            .map(|path| Route::post(path, WRITE, artifacts::no_parts)),
        both!("artifacts/presigned-download-url")
            .map(|path| Route::post(path, READ, artifacts::no_parts)),
        proxy!("mpu/create/{*path}").map(|path| Route::post(path, WRITE, artifacts::no_parts)),
        proxy!("mpu/complete/{*path}").map(|path| Route::post(path, WRITE, artifacts::no_parts)),
        proxy!("mpu/abort/{*path}").map(|path| Route::post(path, WRITE, artifacts::no_parts)),
        proxy!("presigned/{*path}").map(|path| Route::get(path, READ, artifacts::no_parts)),
    ]
    .into_iter()
    .flatten()
    .collect();
    routes.push(Route::get("/get-artifact", READ, artifacts::of_run).streams());
    routes
}

fn of_models() -> Vec<Route> {
    let finalize = |path| Route::patch(path, WRITE, models::finalize);
    let set_tags = |path| Route::patch(path, WRITE, models::set_tags);
    [
        both!("logged-models").map(|path| Route::post(path, WRITE, models::create)),
        both!("logged-models/search").map(|path| Route::post(path, READ, models::search)),
        both!("logged-models/{id}").map(|path| Route::get(path, READ, models::get)),
        both!("logged-models/{id}").map(finalize),
        both!("logged-models/{id}").map(|path| Route::delete(path, WRITE, models::delete)),
        both!("logged-models/{id}/tags").map(set_tags),
        both!("logged-models/{id}/tags/{key}")
            .map(|path| Route::delete(path, WRITE, models::delete_tag)),
        both!("logged-models/{id}/params").map(|path| Route::post(path, WRITE, models::add_params)),
        both!("logged-models/{id}/artifacts/directories")
            .map(|path| Route::get(path, READ, models::directories)),
        both!("logged-models/{id}/artifacts/files")
            .map(|path| Route::get(path, READ, artifacts::of_model).streams()),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What MLflow's pages ask besides; what there is none of is shown empty.
fn of_pages() -> Vec<Route> {
    let mut routes: Vec<Route> = [
        newer!("server-info").map(|path| Route::get(path, None, about::server_info)),
        newer!("ui-telemetry").map(|path| Route::get(path, None, about::no_telemetry)),
        newer!("traces/search").map(|path| Route::post(path, READ, about::none)),
        newer!("traces/metrics").map(|path| Route::post(path, READ, about::none)),
        newer!("scorers/list").map(|path| Route::get(path, READ, about::none)),
        newer!("datasets/search").map(|path| Route::post(path, READ, about::none)),
        newer!("issues/search").map(|path| Route::post(path, READ, about::none)),
        newer!("gateway/{what}/list").map(|path| Route::get(path, READ, about::none)),
        both!("registered-models/search").map(|path| Route::get(path, READ, about::none)),
        both!("model-versions/search").map(|path| Route::get(path, READ, about::none)),
        both!("registered-models/{*call}").map(|path| Route::post(path, READ, about::out_of_scope)),
        both!("model-versions/{*call}").map(|path| Route::post(path, READ, about::out_of_scope)),
    ]
    .into_iter()
    .flatten()
    .collect();
    for path in ["/graphql", "/ajax-api/2.0/mlflow/graphql"] {
        routes.push(Route::post(path, READ, graphql::query));
    }
    routes
}

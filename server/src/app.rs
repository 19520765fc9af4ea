//! What all handlers share, and the router over it.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{Extensions, HeaderMap, StatusCode, Version, header};
use axum::middleware::{from_fn, from_fn_with_state};
use tokio::sync::Semaphore;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, Predicate as _, SizeAbove};
use tracker_core::Tracker;

use crate::access::Known;
use crate::api::points::Recent;
use crate::api::uploads::Uploads;
use crate::events::Hub;
use crate::figures::Figures;
use crate::filter::Vocabularies;
use crate::jobs::Jobs;
use crate::mlflow::{self, Logged};
use crate::options::Options;
use crate::overview::Seen;
use crate::{layers, route, routes};

/// What all handlers share.
#[derive(Clone)]
pub(crate) struct App {
    shared: Arc<Shared>,
    /// Where several answers are made for one page: what they have in common.
    pub(crate) seen: Option<Arc<Seen>>,
}

pub(crate) struct Shared {
    pub(crate) tracker: Tracker,
    pub(crate) options: Options,
    /// So many calls of the store at once.
    pub(crate) room: Arc<Semaphore>,
    /// So many uploads at once, which may take long.
    pub(crate) room_for_uploads: Arc<Semaphore>,
    pub(crate) tokens: Known,
    pub(crate) recent: Recent,
    pub(crate) logged: Logged,
    pub(crate) uploads: Uploads,
    pub(crate) jobs: Jobs,
    pub(crate) hub: Hub,
    pub(crate) figures: Figures,
    pub(crate) vocabularies: Vocabularies,
    /// Whether the server ends, and nobody may listen any longer.
    pub(crate) end: tokio::sync::watch::Sender<bool>,
}

impl std::ops::Deref for App {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.shared
    }
}

impl App {
    pub(crate) fn new(tracker: Tracker, options: Options) -> Self {
        let shared = Arc::new(Shared {
            room: Arc::new(Semaphore::new(options.most_at_once)),
            room_for_uploads: Arc::new(Semaphore::new(options.most_at_once)),
            tokens: Known::default(),
            recent: Recent::default(),
            logged: Logged::default(),
            uploads: Uploads::default(),
            jobs: Jobs::default(),
            hub: Hub::default(),
            figures: Figures::default(),
            vocabularies: Vocabularies::default(),
            end: tokio::sync::watch::Sender::new(false),
            tracker,
            options,
        });
        Self { shared, seen: None }
    }

    /// For the answers of one page, which look at the same runs: these are read once.
    pub(crate) fn for_one_page(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            seen: Some(Arc::default()),
        }
    }

    /// The routes over it, with all layers.
    pub(crate) fn router(&self) -> Router {
        let mut paths: HashMap<&str, axum::routing::MethodRouter<Self>> = HashMap::new();
        for route in routes::all() {
            let guarded = route.handler.layer(from_fn_with_state(
                (self.clone(), route.role, route.about.patience),
                layers::admit,
            ));
            let there = paths.remove(route.path).unwrap_or_default();
            paths.insert(route.path, there.merge(guarded));
        }
        let is_worth_it = DefaultPredicate::new()
            .and(SizeAbove::new(route::SMALL))
            .and(is_no_content);
        let routes = paths
            .into_iter()
            .fold(Router::new(), |router, (path, of)| router.route(path, of));
        routes
            .fallback(route::nothing)
            .method_not_allowed_fallback(route::no_method)
            .layer(from_fn(layers::revalidate))
            .layer(from_fn(mlflow::translate))
            .layer(
                CompressionLayer::new()
                    // Most clients are near, and wait for the processor rather than for the line: from
                    // 3 to 6 takes twice as long, for a twentieth less. What is compressed already
                    // stays as it is.
                    .quality(CompressionLevel::Precise(3))
                    .compress_when(is_worth_it),
            )
            .layer(DefaultBodyLimit::max(self.options.largest_body))
            .layer(from_fn_with_state(self.clone(), layers::observe))
            .with_state(self.clone())
    }
}

/// Whether an answer is no content of an artifact: those come in parts, with their length.
fn is_no_content(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    !headers.contains_key(header::ACCEPT_RANGES)
}

/// The routes over the store of a tracker, to be served, or nested in a router of one's own. What it
/// does off the event loop, it does on the threads of tokio, whose runtime needs its timer.
///
/// # Examples
///
/// ```
/// use entia_server::{Options, router};
/// use tracker_core::Tracker;
///
/// # fn main() -> Result<(), tracker_core::Error> {
/// let tracking = router(Tracker::open("memory:")?, Options::default());
/// let app: axum::Router = axum::Router::new().nest("/tracking", tracking);
/// # Ok(())
/// # }
/// ```
pub fn router(tracker: Tracker, options: Options) -> Router {
    App::new(tracker, options).router()
}

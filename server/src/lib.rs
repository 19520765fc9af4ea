//! The server of Entia: experiments and runs over HTTP, for a team, for programs in other languages
//! and for pages.
//!
//! [`router`] is an [`axum::Router`] over any [`Tracker`](tracker_core::Tracker), to be served or
//! nested by a program of one's own; [`Server`] listens, with TLS and limits, and comes to an end
//! in order. The command `entia serve` is little more than the latter.
//!
//! ```
//! use axum::body::Body;
//! use axum::http::{Request, StatusCode};
//! use entia_server::{Options, router};
//! use tower::ServiceExt as _;
//! use tracker_core::Tracker;
//!
//! # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
//! # runtime.block_on(async {
//! let router = router(Tracker::open("memory:")?, Options::default());
//! let request = Request::get("/api/v1/experiments").header("host", "localhost");
//! let answer = router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
//! assert_eq!(answer.status(), StatusCode::OK);
//! # Ok::<(), tracker_core::Error>(())
//! # }).unwrap();
//! ```
//!
//! # What is served
//!
//! | path | what |
//! |---|---|
//! | `/api/v1/...` | REST; described by `/api/v1/openapi.json`, which is `OpenAPI` 3.1 |
//! | `/api/v1/store/...` | the port of the remote store, `tracker-http`, as [`tracker_core::wire`] has it |
//! | `/api/2.0/mlflow/...`, `/ajax-api/...` | the protocol of [`mlflow`] |
//! | `/api/v1/events` | what changes, as server-sent events |
//! | `/health`, `/version`, `/metrics` | for load balancers, people and Prometheus |
//! | `/sign-in` | where a browser gives a token for a cookie |
//!
//! JSON is the one form: the records of [`tracker_core`] as serde writes them, histories in columns.
//! What is wrong comes as `application/problem+json`, with a sentence, and a hint where one is known.
//!
//! # Who may do what
//!
//! A [`Token`] has a [`Role`], and may be limited to some experiments. As long as a store has no
//! tokens, whoever reaches a server on the loopback address may do all; see [`Options`].

mod access;
mod added;
mod api;
mod app;
mod blocking;
mod component;
mod dashboard;
mod etag;
mod events;
mod extract;
mod figures;
mod filter;
mod find;
mod jobs;
mod layers;
pub mod mlflow;
mod openapi;
mod options;
mod overview;
mod problem;
mod rebuild;
mod repeats;
mod route;
mod routes;
mod server;
mod signature;
mod store_port;
mod stream;
mod tls;

pub use access::{Issued, Role, Token, Tokens};
pub use app::router;
pub use openapi::openapi;
pub use options::Options;
pub use server::{Server, ServerError};

/// The program in the README runs with the other examples.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadMe;

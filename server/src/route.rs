//! A route: its path, who may call it, and what the description of the interface says of it.

use axum::extract::State;
use axum::handler::Handler;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::routing::{MethodFilter, MethodRouter, on};
use schemars::{JsonSchema, Schema, SchemaGenerator};

use crate::access::Role;
use crate::app::App;
use crate::problem::{Answer, Problem};

type Describe = fn(&mut SchemaGenerator) -> Schema;

/// A route.
pub(crate) struct Route {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    /// Who may call it; everybody with `None`.
    pub(crate) role: Option<Role>,
    pub(crate) handler: MethodRouter<App>,
    pub(crate) about: About,
}

/// What is said of a route.
pub(crate) struct About {
    /// What it does, in a sentence.
    pub(crate) summary: &'static str,
    /// What may follow the `?`.
    pub(crate) query: Option<Describe>,
    /// The type of a body, and its schema where it is JSON.
    pub(crate) body: Option<(&'static str, Option<Describe>)>,
    pub(crate) status: StatusCode,
    /// The type of the answer, and its schema where it is JSON.
    pub(crate) answer: Option<(&'static str, Option<Describe>)>,
    /// Headers that it knows.
    pub(crate) headers: &'static [&'static str],
    /// Whether it is given up after a while; not where it streams.
    pub(crate) patience: bool,
    /// Whether the description of the interface has it.
    pub(crate) is_listed: bool,
}

const JSON: &str = "application/json";

/// An answer of fewer bytes is sent as it is.
pub(crate) const SMALL: u16 = 1_024;

impl Route {
    pub(crate) fn new<H: Handler<T, App>, T: 'static>(
        method: Method,
        path: &'static str,
        role: Option<Role>,
        handler: H,
    ) -> Self {
        let filter = MethodFilter::try_from(method.clone()).unwrap_or(MethodFilter::GET);
        Self {
            method,
            path,
            role,
            handler: on(filter, handler),
            about: About {
                summary: "",
                query: None,
                body: None,
                status: StatusCode::OK,
                answer: None,
                headers: &[],
                patience: true,
                is_listed: true,
            },
        }
    }

    pub(crate) fn get<H: Handler<T, App>, T: 'static>(
        path: &'static str,
        role: Option<Role>,
        handler: H,
    ) -> Self {
        Self::new(Method::GET, path, role, handler)
    }

    pub(crate) fn post<H: Handler<T, App>, T: 'static>(
        path: &'static str,
        role: Option<Role>,
        handler: H,
    ) -> Self {
        Self::new(Method::POST, path, role, handler)
    }

    pub(crate) fn patch<H: Handler<T, App>, T: 'static>(
        path: &'static str,
        role: Option<Role>,
        handler: H,
    ) -> Self {
        Self::new(Method::PATCH, path, role, handler)
    }

    pub(crate) fn delete<H: Handler<T, App>, T: 'static>(
        path: &'static str,
        role: Option<Role>,
        handler: H,
    ) -> Self {
        Self::new(Method::DELETE, path, role, handler).status(StatusCode::NO_CONTENT)
    }

    /// What it does, in a sentence.
    pub(crate) fn says(mut self, summary: &'static str) -> Self {
        self.about.summary = summary;
        self
    }

    pub(crate) fn query<T: JsonSchema>(mut self) -> Self {
        self.about.query = Some(T::json_schema);
        self
    }

    pub(crate) fn body<T: JsonSchema>(mut self) -> Self {
        self.about.body = Some((JSON, Some(describe::<T>)));
        self
    }

    /// A body that is no JSON.
    pub(crate) fn bytes(mut self, media_type: &'static str) -> Self {
        self.about.body = Some((media_type, None));
        self
    }

    pub(crate) fn answer<T: JsonSchema>(mut self) -> Self {
        self.about.answer = Some((JSON, Some(describe::<T>)));
        self
    }

    /// An answer that is no JSON.
    pub(crate) fn media(mut self, media_type: &'static str) -> Self {
        self.about.answer = Some((media_type, None));
        self
    }

    pub(crate) fn status(mut self, status: StatusCode) -> Self {
        self.about.status = status;
        self
    }

    pub(crate) fn headers(mut self, headers: &'static [&'static str]) -> Self {
        self.about.headers = headers;
        self
    }

    /// It streams, and may take as long as it likes.
    pub(crate) fn streams(mut self) -> Self {
        self.about.patience = false;
        self
    }

    /// It is for another program of this workspace, and described there.
    pub(crate) fn unlisted(mut self) -> Self {
        self.about.is_listed = false;
        self
    }
}

fn describe<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

/// For a path that leads nowhere.
pub(crate) async fn nothing(State(app): State<App>, headers: HeaderMap, uri: Uri) -> Answer {
    if let Some(page) = crate::dashboard::missing(&app, &headers, &uri).await {
        return page;
    }
    Err(Problem::absent("page", uri.path()).hint("`/api/v1/openapi.json` lists what there is"))
}

/// For a path that has no such method.
pub(crate) async fn no_method(method: Method, uri: Uri) -> Answer {
    let detail = format!("`{}` has no {method}", crate::problem::shown(uri.path()));
    Err(Problem::new(StatusCode::METHOD_NOT_ALLOWED, detail)
        .hint("`/api/v1/openapi.json` lists what there is"))
}

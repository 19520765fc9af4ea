//! Who asks.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use tracker_core::Uuid;

use super::token::Role;
use crate::app::App;
use crate::problem::Problem;

/// Who asks, as the guard of the route has found.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// The name of the token; none where none is asked for.
    pub(crate) token: Option<String>,
    pub(crate) role: Role,
    /// The experiments that they are limited to.
    pub(crate) experiments: Option<Vec<Uuid>>,
}

impl Caller {
    /// Whether they may know of an experiment.
    pub(crate) fn sees(&self, experiment: Uuid) -> bool {
        let only = self.experiments.as_ref();
        only.is_none_or(|only| only.contains(&experiment))
    }

    /// An error where they are limited to some experiments, and ask for what concerns all.
    pub(crate) fn check_unlimited(&self) -> Result<(), Problem> {
        if self.experiments.is_none() {
            return Ok(());
        }
        Err(
            Problem::forbidden("the token is limited to some experiments, and this concerns all")
                .hint("use a token without a limit"),
        )
    }
}

impl FromRequestParts<App> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        // Every route has a guard, which has put it there.
        let caller = parts.extensions.get::<Self>().cloned();
        caller.ok_or_else(|| Problem::unknown_caller("a token is needed"))
    }
}

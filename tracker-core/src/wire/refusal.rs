//! What a store refuses, so that it is the same error on the other side.
//!
//! Only what comes as a [`Refusal`] is an answer of the store: whatever else a server, or something
//! before it, may say, the same change may be taken later.

use std::sync::Arc;

use registry_core::Value;
use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind};

/// What a store itself says to what was asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "they are the fields of the errors")]
pub enum Refusal {
    /// [`Error::Missing`].
    Missing {
        what: String,
        name: String,
        place: String,
        hint: String,
    },
    /// [`Error::Taken`].
    Taken {
        what: String,
        name: String,
        hint: String,
    },
    /// [`Error::ParamSet`].
    ParamSet {
        aggregate: String,
        name: String,
        present: Value,
        given: Value,
    },
    /// [`Error::NotAllowed`].
    NotAllowed { what: String, hint: String },
    /// [`Error::Query`].
    Query {
        query: String,
        column: usize,
        problem: String,
        hint: String,
    },
    /// Any other error of what was given: the [code](ErrorKind::code) of its kind, and what it says.
    Other {
        kind: String,
        detail: String,
        hint: String,
    },
}

/// What can be missing or taken.
const KNOWN: [&str; 4] = ["aggregate", "experiment", "attempt", "content at"];

impl Refusal {
    /// What an error tells the other side; none for one that is no answer to what was asked, as of a
    /// store that is away.
    pub fn of(error: &Error) -> Option<Self> {
        Some(match error.clone() {
            Error::Missing {
                what,
                name,
                place,
                hint,
            } if what != "content at" => Self::Missing {
                what: what.to_owned(),
                name,
                place,
                hint,
            },
            Error::Missing { .. } => Self::other(
                ErrorKind::NotFound,
                "the content of the artifact is gone",
                "put the artifact again",
            ),
            Error::Taken { what, name, hint } => Self::Taken {
                what: what.to_owned(),
                name,
                hint,
            },
            Error::ParamSet {
                aggregate,
                name,
                present,
                given,
            } => Self::ParamSet {
                aggregate,
                name,
                present,
                given,
            },
            Error::NotAllowed { what, hint } => Self::NotAllowed { what, hint },
            Error::Query {
                query,
                column,
                problem,
                hint,
            } => Self::Query {
                query,
                column,
                problem,
                hint,
            },
            // What else a store says may name its files.
            Error::Store {
                kind: kind @ (ErrorKind::Exists | ErrorKind::Invalid | ErrorKind::Conflict),
                hint,
                ..
            } => Self::other(kind, "the store has refused it", &hint),
            error @ (Error::EmptyName { .. }
            | Error::Name { .. }
            | Error::TooLarge { .. }
            | Error::Unwritable { .. }
            | Error::NoIdentity { .. }
            | Error::Json { .. }
            | Error::Disagrees { .. }) => {
                let text = error.to_string();
                let (detail, hint) = text.split_once("\nhint: ").unwrap_or((&text, ""));
                Self::other(error.kind(), detail, hint)
            }
            _ => return None,
        })
    }

    fn other(kind: ErrorKind, detail: &str, hint: &str) -> Self {
        Self::Other {
            kind: kind.code().to_owned(),
            detail: detail.to_owned(),
            hint: hint.to_owned(),
        }
    }

    /// The error again, of an `action` on the store at a `place`, as in "cannot add points in
    /// `http://localhost`"; none where this version does not know what it is about.
    pub fn error(self, action: &str, place: &str) -> Option<Error> {
        let known = |what: String| KNOWN.into_iter().find(|known| *known == what);
        Some(match self {
            Self::Missing {
                what,
                name,
                place,
                hint,
            } => Error::Missing {
                what: known(what)?,
                name,
                place,
                hint,
            },
            Self::Taken { what, name, hint } => Error::Taken {
                what: known(what)?,
                name,
                hint,
            },
            Self::ParamSet {
                aggregate,
                name,
                present,
                given,
            } => Error::ParamSet {
                aggregate,
                name,
                present,
                given,
            },
            Self::NotAllowed { what, hint } => Error::NotAllowed { what, hint },
            Self::Query {
                query,
                column,
                problem,
                hint,
            } => Error::Query {
                query,
                column,
                problem,
                hint,
            },
            Self::Other { kind, detail, hint } => Error::Store {
                kind: ErrorKind::of_code(&kind)?,
                action: action.to_owned(),
                place: place.to_owned(),
                cause: Arc::from(Box::from(detail)),
                hint,
            },
        })
    }
}

impl ErrorKind {
    /// The kind as it is written in JSON, as `not_found`.
    pub fn code(self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::Exists => "exists",
            Self::Invalid => "invalid",
            Self::Conflict => "conflict",
            Self::Denied => "denied",
            Self::Unavailable => "unavailable",
            Self::Unsupported => "unsupported",
            Self::Damaged => "damaged",
            Self::Failed => "failed",
        }
    }

    /// The kind of a [`code`](Self::code).
    ///
    /// # Examples
    ///
    /// ```
    /// use tracker_core::ErrorKind;
    ///
    /// let code = ErrorKind::NotFound.code();
    /// assert_eq!(code, "not_found");
    /// assert_eq!(ErrorKind::of_code(code), Some(ErrorKind::NotFound));
    /// ```
    pub fn of_code(code: &str) -> Option<Self> {
        let all = [
            Self::NotFound,
            Self::Exists,
            Self::Invalid,
            Self::Conflict,
            Self::Denied,
            Self::Unavailable,
            Self::Unsupported,
            Self::Damaged,
            Self::Failed,
        ];
        all.into_iter().find(|kind| kind.code() == code)
    }
}

#[cfg(test)]
mod tests {
    use super::Refusal;
    use crate::error::{Error, ErrorKind};
    use uuid::Uuid;

    #[test]
    fn an_error_is_the_same_on_the_other_side() {
        for error in [
            Error::no_aggregate(Uuid::nil()),
            Error::experiment_taken("digits"),
            "loss <".parse::<crate::Query>().unwrap_err(),
            Error::ParamSet {
                aggregate: "a".to_owned(),
                name: "seed".to_owned(),
                present: "1".parse().unwrap(),
                given: "2".parse().unwrap(),
            },
            Error::NotAllowed {
                what: "to remove a run".to_owned(),
                hint: "archive it".to_owned(),
            },
        ] {
            let text = serde_json::to_string(&Refusal::of(&error).unwrap()).unwrap();
            let back: Refusal = serde_json::from_str(&text).unwrap();
            let back = back.error("change it", "there").unwrap();
            assert_eq!(back.to_string(), error.to_string());
            assert_eq!(back.kind(), error.kind());
        }
    }

    #[test]
    fn what_was_given_is_refused_and_a_store_that_fails_refuses_nothing() {
        let error = Error::EmptyName {
            what: "name",
            place: "a metric".to_owned(),
        };
        let back = Refusal::of(&error).unwrap().error("add points", "there");
        let back = back.unwrap();
        assert_eq!(back.kind(), ErrorKind::Invalid);
        assert_eq!(
            back.to_string(),
            "cannot add points in `there`: a metric needs a name that is not empty\n\
             hint: give it at least one character"
        );
        let full = Error::io("write", "runs.db", std::io::ErrorKind::StorageFull.into());
        assert_eq!(Refusal::of(&full), None);
        let newer = Refusal::Other {
            kind: "of another version".to_owned(),
            detail: String::new(),
            hint: String::new(),
        };
        assert!(newer.error("add points", "there").is_none());
    }
}

//! What a store refuses, so that it is the same error on the other side.

use registry_core::Value;
use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind};

/// An error that programs tell from others by more than its kind.
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
}

/// What can be missing or taken.
const KNOWN: [&str; 4] = ["aggregate", "experiment", "attempt", "content at"];

impl Refusal {
    /// What an error tells the other side; none where its kind and text are all.
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
            _ => return None,
        })
    }

    /// The error again; none where this version does not know what it is about.
    pub fn error(self) -> Option<Error> {
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
    use crate::error::Error;
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
            let back = back.error().unwrap();
            assert_eq!(back.to_string(), error.to_string());
            assert_eq!(back.kind(), error.kind());
        }
    }
}

//! What an object store says, as the tracker says it.

use std::sync::Arc;

use tracker_core::{Error, ErrorKind};

/// The error for something that the object store refused or failed at.
pub(crate) fn failure(action: &str, place: String, cause: object_store::Error) -> Error {
    use object_store::Error::{
        NotFound, NotImplemented, NotSupported, PermissionDenied, Unauthenticated,
    };
    let (kind, hint) = match &cause {
        PermissionDenied { .. } | Unauthenticated { .. } => (
            ErrorKind::Denied,
            "give the user of `AWS_ACCESS_KEY_ID` the right to read and write there",
        ),
        NotFound { .. } => (ErrorKind::NotFound, "see that the bucket exists"),
        NotSupported { .. } | NotImplemented { .. } => (
            ErrorKind::Unsupported,
            "use an object store that can do it, as S3",
        ),
        _ => (
            ErrorKind::Unavailable,
            "see that `AWS_ENDPOINT` can be reached and the bucket exists, and try again",
        ),
    };
    Error::Store {
        kind,
        action: action.to_owned(),
        place,
        cause: Arc::new(cause),
        hint: hint.to_owned(),
    }
}

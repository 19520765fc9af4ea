//! What the server says of itself, and what it has no part of.

use axum::http::{StatusCode, Uri};
use serde_json::json;

use super::refusal::SCOPE;
use crate::blocking;
use crate::problem::{Answer, Problem};

/// `GET server-info`. Artifacts come and go whole, by their address.
pub(super) async fn server_info() -> Answer {
    blocking::json(
        StatusCode::OK,
        &json!({
            "store_type": null,
            "workspaces_enabled": false,
            "trace_archival_enabled": false,
            "multipart_uploads_enabled": false,
            "multipart_downloads_enabled": false,
            "presigned_upload_run_id_supported": false,
            "presigned_upload_model_id_supported": false,
            "features_enabled": {"gateway": false},
        }),
    )
}

/// `GET ui-telemetry`.
pub(super) async fn no_telemetry() -> Answer {
    blocking::json(
        StatusCode::OK,
        &json!({"disable_ui_telemetry": true, "disable_ui_events": [], "ui_rollout_percentage": 0}),
    )
}

/// Lists of what this server has none of, so that pages show them empty.
pub(super) async fn none() -> Answer {
    blocking::json(StatusCode::OK, &json!({}))
}

/// What is out of scope.
pub(super) async fn out_of_scope(uri: Uri) -> Answer {
    let detail = format!(
        "there is no page `{}`; {SCOPE}",
        crate::problem::shown(uri.path())
    );
    Err(Problem::new(StatusCode::NOT_FOUND, detail).code("ENDPOINT_NOT_FOUND"))
}

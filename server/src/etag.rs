//! Which state of something an answer shows.

use axum::http::HeaderValue;
use sha2::{Digest as _, Sha256};
use tracker_core::documents::RunDocument;

/// The tag of an answer.
pub(crate) fn of(bytes: &[u8]) -> HeaderValue {
    quoted(&digest(bytes))
}

/// As many digits of a hash as tell states apart.
pub(crate) fn digest(bytes: &[u8]) -> String {
    let mut start = [0; 8];
    start.copy_from_slice(&Sha256::digest(bytes)[..8]);
    format!("{:016x}", u64::from_be_bytes(start))
}

/// Tells states of what people write beside a run apart.
pub(crate) fn revision(run: &RunDocument) -> String {
    let run = &run.row.aggregate;
    let written = serde_json::to_vec(&(&run.name, run.archived, &run.annotations));
    digest(&written.unwrap_or_default())
}

/// A tag of what stands in quotes.
pub(crate) fn quoted(text: &str) -> HeaderValue {
    // Digits are good in a header.
    HeaderValue::from_str(&format!("\"{text}\"")).unwrap_or(HeaderValue::from_static("\"\""))
}

/// The tags in `If-Match` or `If-None-Match`, without their quotes. A weak one counts as any other:
/// whoever compresses an answer on its way weakens it.
pub(crate) fn list(value: &HeaderValue) -> impl Iterator<Item = &str> {
    let all = value.to_str().unwrap_or_default().split(',');
    all.map(|tag| tag.trim().trim_start_matches("W/").trim_matches('"'))
}

/// Whether one of the tags is this one, or all are meant.
pub(crate) fn lists(value: &HeaderValue, tag: &HeaderValue) -> bool {
    let tag = tag.to_str().unwrap_or_default().trim_matches('"');
    list(value).any(|other| other == "*" || other == tag)
}

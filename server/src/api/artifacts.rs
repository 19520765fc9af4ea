//! Artifacts, whose contents stream.

use std::fmt::Write as _;
use std::io::{self, Read};

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tracker_core::Artifact;
use tracker_core::ports::ArtifactRecord;

use crate::access::Caller;
use crate::api::runs::Within;
use crate::api::server::check_delete;
use crate::app::App;
use crate::etag;
use crate::extract::{InPath, Query};
use crate::problem::{Answer, Problem};
use crate::stream;

/// Whatever a content holds, a browser lets it do nothing.
pub(super) const SANDBOX: HeaderValue = HeaderValue::from_static("sandbox; default-src 'none'");

/// The artifacts of a run.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Artifacts {
    artifacts: Vec<ArtifactRecord>,
}

/// Which artifact of a name.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    /// The name or id of the experiment, where several have a run of this id.
    experiment: Option<String>,
    /// Its epoch; without it, the one of no epoch, or else of the latest.
    epoch: Option<u64>,
}

/// What an artifact is to be.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Placed {
    /// The name or id of the experiment, where several have a run of this id.
    pub(crate) experiment: Option<String>,
    /// Its epoch; one of the whole run without it.
    pub(crate) epoch: Option<u64>,
    /// What it holds, as `image/png`; guessed from its name without it.
    pub(crate) media_type: Option<String>,
}

/// `GET /api/v1/runs/{run}/artifacts`.
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    InPath(name): InPath<String>,
    Query(within): Query<Within>,
) -> Answer {
    app.answer(move |app| {
        let run = app.handle(&caller, &name, within.experiment.as_deref())?;
        let artifacts = run.artifacts().list()?;
        let records = artifacts.iter().map(|artifact| artifact.record().clone());
        Ok(Artifacts {
            artifacts: records.collect(),
        })
    })
    .await
}

/// `PUT /api/v1/runs/{run}/artifacts/{name}`.
pub(crate) async fn put(
    State(app): State<App>,
    caller: Caller,
    InPath((run, name)): InPath<(String, String)>,
    Query(placed): Query<Placed>,
    request: Request,
) -> Answer {
    let record = stream::with_reader(&app, request.into_body(), move |app, reader| {
        let experiment = placed.experiment.clone();
        let run = app.handle(&caller, &run, experiment.as_deref())?;
        keep(&run, &name, &placed, reader)
    });
    crate::blocking::json(StatusCode::OK, &record.await?)
}

/// Puts a content as an artifact.
pub(crate) fn keep(
    run: &tracker_core::Aggregate,
    name: &str,
    placed: &Placed,
    content: impl Read,
) -> Result<ArtifactRecord, Problem> {
    let artifacts = run.artifacts();
    let media_type = placed.media_type.as_deref();
    let artifact = match (placed.epoch, media_type) {
        (Some(epoch), Some(media_type)) => {
            let builder = artifacts.epoch(epoch).media_type(media_type);
            builder.put_reader(name, content)
        }
        (Some(epoch), None) => artifacts.epoch(epoch).put_reader(name, content),
        (None, Some(media_type)) => artifacts.media_type(media_type).put_reader(name, content),
        (None, None) => artifacts.put_reader(name, content),
    };
    Ok(artifact?.record().clone())
}

/// `DELETE /api/v1/runs/{run}/artifacts/{name}`.
pub(crate) async fn remove(
    State(app): State<App>,
    caller: Caller,
    InPath((run, name)): InPath<(String, String)>,
    Query(which): Query<Which>,
) -> Answer {
    app.off(move |app| {
        check_delete(app)?;
        let run = app.handle(&caller, &run, which.experiment.as_deref())?;
        Ok(run.artifacts().remove(&name, which.epoch)?)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `GET /api/v1/runs/{run}/artifacts/{name}`.
pub(crate) async fn read(
    State(app): State<App>,
    caller: Caller,
    InPath((run, name)): InPath<(String, String)>,
    Query(which): Query<Which>,
    headers: HeaderMap,
) -> Answer {
    let found = app.off(move |app| {
        let run = app.handle(&caller, &run, which.experiment.as_deref())?;
        Ok(match which.epoch {
            Some(epoch) => run.artifacts().get_at(&name, epoch)?,
            None => run.artifacts().get(&name)?,
        })
    });
    content(&app, found.await?, &headers).await
}

/// The content of an artifact, or the part of it that the headers ask for.
pub(crate) async fn content(app: &App, artifact: Artifact, headers: &HeaderMap) -> Answer {
    let tag = etag::quoted(&artifact.record().hash);
    if let Some(known) = headers.get(header::IF_NONE_MATCH)
        && etag::lists(known, &tag)
    {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    let size = artifact.record().size;
    let is_same = headers
        .get(header::IF_RANGE)
        .is_none_or(|known| etag::lists(known, &tag));
    let range = headers.get(header::RANGE).filter(|_| is_same);
    match range.map_or(Wanted::Whole, |range| Wanted::of(range, size)) {
        Wanted::Whole => whole(app, artifact, tag).await,
        Wanted::Part(first, last) => part(app, artifact, tag, first, last).await,
        Wanted::Nothing => {
            let detail = format!("the content has {size} bytes, and the range begins behind them");
            let problem = Problem::new(StatusCode::RANGE_NOT_SATISFIABLE, detail);
            let mut response = problem.into_response();
            insert(
                &mut response,
                header::CONTENT_RANGE,
                &format!("bytes */{size}"),
            );
            Ok(response)
        }
    }
}

async fn whole(app: &App, artifact: Artifact, tag: HeaderValue) -> Answer {
    let record = artifact.record().clone();
    // It compares what it reads with the hash, and breaks off where they differ.
    let reader = app.off(move |_| Ok(artifact.reader()?)).await?;
    let body = stream::body_of(app, Box::new(reader));
    let mut response = described(body, &record, tag);
    insert(
        &mut response,
        header::CONTENT_LENGTH,
        &record.size.to_string(),
    );
    Ok(response)
}

async fn part(app: &App, artifact: Artifact, tag: HeaderValue, first: u64, last: u64) -> Answer {
    let record = artifact.record().clone();
    let length = last - first + 1;
    let hash = record.hash.clone();
    let reader = app.off(move |app| Ok(app.tracker.contents()?.open_at(&hash, first)?));
    let reader: Box<dyn Read + Send> = Box::new(Exactly(reader.await?.take(length)));
    let mut response = described(stream::body_of(app, reader), &record, tag);
    *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    let range = format!("bytes {first}-{last}/{}", record.size);
    insert(&mut response, header::CONTENT_RANGE, &range);
    insert(&mut response, header::CONTENT_LENGTH, &length.to_string());
    Ok(response)
}

/// A part of a content, which is an error where it ends too soon.
pub(super) struct Exactly<R>(pub(super) io::Take<R>);

impl<R: Read> Read for Exactly<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.0.read(buffer)?;
        if length == 0 && !buffer.is_empty() && self.0.limit() > 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(length)
    }
}

/// An answer with a content. It is offered as a file and never shown as a page of this server, which
/// whoever put it there could have a browser do anything with.
fn described(body: Body, record: &ArtifactRecord, tag: HeaderValue) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    let media_type = HeaderValue::from_str(&record.media_type);
    let bytes = HeaderValue::from_static("application/octet-stream");
    headers.insert(header::CONTENT_TYPE, media_type.unwrap_or(bytes));
    headers.insert(header::ETAG, tag);
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(header::CONTENT_SECURITY_POLICY, SANDBOX);
    let file = record.name.rsplit('/').next().unwrap_or_default();
    let disposition = format!("attachment; filename*=UTF-8''{}", encoded(file));
    insert(&mut response, header::CONTENT_DISPOSITION, &disposition);
    response
}

fn insert(response: &mut Response, name: header::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

/// A text as RFC 8187 has it in a header.
fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a `String` does not fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// What a range asks for.
#[derive(Debug, PartialEq, Eq)]
enum Wanted {
    Whole,
    /// From the first to the last byte, both counted from 0.
    Part(u64, u64),
    /// Nothing that is there.
    Nothing,
}

impl Wanted {
    /// Several ranges at once, and what is no range, ask for the whole, as RFC 9110 lets a server do.
    fn of(range: &HeaderValue, size: u64) -> Self {
        let text = range.to_str().unwrap_or_default();
        let Some((first, last)) = text
            .strip_prefix("bytes=")
            .and_then(|range| range.trim().split_once('-'))
        else {
            return Self::Whole;
        };
        match (first.parse::<u64>(), last.parse::<u64>()) {
            (Ok(first), _) if first >= size => Self::Nothing,
            (Ok(first), Ok(last)) if first <= last => Self::Part(first, last.min(size - 1)),
            (Ok(first), Err(_)) if last.is_empty() => Self::Part(first, size - 1),
            (Err(_), Ok(count)) if first.is_empty() => match count.min(size) {
                0 => Self::Nothing,
                count => Self::Part(size - count, size - 1),
            },
            _ => Self::Whole,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Wanted;
    use axum::http::HeaderValue;

    #[test]
    fn ranges_are_read() {
        for (range, size, wanted) in [
            ("bytes=0-3", 10, Wanted::Part(0, 3)),
            ("bytes=3-", 10, Wanted::Part(3, 9)),
            ("bytes=-4", 10, Wanted::Part(6, 9)),
            ("bytes=-40", 10, Wanted::Part(0, 9)),
            ("bytes=8-90", 10, Wanted::Part(8, 9)),
            ("bytes=10-", 10, Wanted::Nothing),
            ("bytes=-0", 10, Wanted::Nothing),
            ("bytes=0-", 0, Wanted::Nothing),
            ("bytes=4-3", 10, Wanted::Whole),
            ("bytes=0-1,4-5", 10, Wanted::Whole),
            ("lines=1-2", 10, Wanted::Whole),
            ("bytes=x-y", 10, Wanted::Whole),
        ] {
            assert_eq!(
                Wanted::of(&HeaderValue::from_static(range), size),
                wanted,
                "{range}"
            );
        }
    }
}

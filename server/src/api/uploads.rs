//! Uploads that can be resumed: what has come so far stays, until it is complete.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Seek as _, Write as _};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tracker_core::ports::ArtifactRecord;
use tracker_core::{Error, Uuid};

use crate::access::Caller;
use crate::api::artifacts::{Placed, keep};
use crate::api::runs::Within;
use crate::app::App;
use crate::extract::{Body, InPath, Query};
use crate::problem::{Answer, Problem};
use crate::stream::{self, BodyReader};

/// An upload that nobody goes on with for so long is given up.
const AGE: Duration = Duration::from_secs(24 * 60 * 60);
/// So many at once.
const MOST: usize = 1_000;

/// An artifact to be put.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewUpload {
    /// Its name, as `weights.safetensors`.
    name: String,
    /// Its epoch; one of the whole run without it.
    epoch: Option<u64>,
    /// What it holds, as `image/png`; guessed from its name without it.
    media_type: Option<String>,
    /// Its length in bytes.
    size: u64,
}

/// How far an upload is.
#[derive(Serialize, JsonSchema)]
pub(crate) struct UploadDocument {
    id: Uuid,
    /// How many bytes have come: where to go on.
    offset: u64,
    /// How many are to come in all.
    size: u64,
    /// The artifact, once all have come.
    artifact: Option<ArtifactRecord>,
}

/// The uploads of this server.
#[derive(Default)]
pub(crate) struct Uploads(Mutex<HashMap<Uuid, Arc<Mutex<Upload>>>>);

struct Upload {
    token: Option<String>,
    run: Uuid,
    name: String,
    placed: Placed,
    size: u64,
    offset: u64,
    /// Without a name: it goes with the server.
    file: File,
    touched: Instant,
    artifact: Option<ArtifactRecord>,
}

impl Uploads {
    fn lock(&self) -> MutexGuard<'_, HashMap<Uuid, Arc<Mutex<Upload>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn get(&self, caller: &Caller, id: &str) -> Result<(Uuid, Arc<Mutex<Upload>>), Problem> {
        let absent = || {
            Problem::absent("upload", id)
                .hint("it was given up, or the server was started again; begin another")
        };
        let uuid: Uuid = id.parse().map_err(|_| absent())?;
        let upload = self.lock().get(&uuid).cloned().ok_or_else(absent)?;
        let is_theirs = lock(&upload).token == caller.token;
        is_theirs.then_some((uuid, upload)).ok_or_else(absent)
    }
}

fn lock(upload: &Mutex<Upload>) -> MutexGuard<'_, Upload> {
    upload.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Upload {
    fn document(&self, id: Uuid) -> UploadDocument {
        UploadDocument {
            id,
            offset: self.offset,
            size: self.size,
            artifact: self.artifact.clone(),
        }
    }

    /// Appends what comes; what has come before an error stays.
    fn append(&mut self, mut reader: BodyReader) -> Result<(), Problem> {
        let mut piece = vec![0; 64 * 1024];
        loop {
            let length = match io::Read::read(&mut reader, &mut piece) {
                Ok(0) => return Ok(()),
                Ok(length) => length,
                Err(_) => return Err(Problem::bad("the body did not come to its end")),
            };
            if self.offset + length as u64 > self.size {
                let detail = format!("the upload has {} bytes, and more have come", self.size);
                return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail)
                    .hint("begin another, with the length of the whole"));
            }
            let written = self
                .file
                .seek(io::SeekFrom::Start(self.offset))
                .and_then(|_| self.file.write_all(&piece[..length]));
            written.map_err(|error| Error::io("keep an upload", "", error))?;
            self.offset += length as u64;
            self.touched = Instant::now();
        }
    }
}

/// `POST /api/v1/runs/{run}/uploads`.
pub(crate) async fn begin(
    State(app): State<App>,
    caller: Caller,
    InPath(run): InPath<String>,
    Query(within): Query<Within>,
    Body(new): Body<NewUpload>,
) -> Answer {
    app.answer_as(StatusCode::CREATED, move |app| {
        let run = app.run(&caller, &run, within.experiment.as_deref())?;
        let file = tempfile::tempfile();
        let file = file.map_err(|error| Error::io("begin an upload", "", error))?;
        let upload = Upload {
            token: caller.token,
            run: run.uuid,
            name: new.name,
            placed: Placed {
                experiment: None,
                epoch: new.epoch,
                media_type: new.media_type,
            },
            size: new.size,
            offset: 0,
            file,
            touched: Instant::now(),
            artifact: None,
        };
        let id = Uuid::new_v4();
        let document = upload.document(id);
        let mut uploads = app.uploads.lock();
        uploads.retain(|_, upload| {
            // One that is at work is not old.
            upload
                .try_lock()
                .map_or(true, |upload| upload.touched.elapsed() < AGE)
        });
        if uploads.len() >= MOST {
            let detail = format!("{MOST} uploads are under way");
            return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail)
                .hint("try again when some have come to their end"));
        }
        uploads.insert(id, Arc::new(Mutex::new(upload)));
        Ok(document)
    })
    .await
}

/// `GET /api/v1/uploads/{upload}`.
pub(crate) async fn read(
    State(app): State<App>,
    caller: Caller,
    InPath(id): InPath<String>,
) -> Answer {
    app.answer(move |app| {
        let (id, upload) = app.uploads.get(&caller, &id)?;
        Ok(lock(&upload).document(id))
    })
    .await
}

/// `PATCH /api/v1/uploads/{upload}`.
pub(crate) async fn resume(
    State(app): State<App>,
    caller: Caller,
    InPath(id): InPath<String>,
    headers: HeaderMap,
    request: Request,
) -> Answer {
    let offset = headers.get("upload-offset").and_then(|value| {
        let text = value.to_str().ok()?;
        text.parse::<u64>().ok()
    });
    let offset = offset.ok_or_else(|| {
        Problem::bad("the header `Upload-Offset` is missing, or no number")
            .hint("send the `offset` that `GET /api/v1/uploads/{upload}` gives")
    })?;
    let document = stream::with_reader(&app, request.into_body(), move |app, reader| {
        let (id, upload) = app.uploads.get(&caller, &id)?;
        let mut upload = lock(&upload);
        if upload.offset != offset {
            let detail = format!(
                "{} bytes have come, and these begin at {offset}",
                upload.offset
            );
            return Err(Problem::new(StatusCode::CONFLICT, detail)
                .hint("go on from the `offset` that `GET /api/v1/uploads/{upload}` gives"));
        }
        upload.append(reader)?;
        if upload.offset == upload.size && upload.artifact.is_none() {
            let run = app.tracker.aggregate(upload.run)?;
            let run = run.ok_or_else(|| Error::no_aggregate(upload.run))?;
            let rewound = upload.file.rewind();
            rewound.map_err(|error| Error::io("read an upload", "", error))?;
            upload.artifact = Some(keep(&run, &upload.name, &upload.placed, &upload.file)?);
        }
        Ok(upload.document(id))
    });
    crate::blocking::json(StatusCode::OK, &document.await?)
}

/// `DELETE /api/v1/uploads/{upload}`.
pub(crate) async fn remove(
    State(app): State<App>,
    caller: Caller,
    InPath(id): InPath<String>,
) -> Answer {
    let (id, _) = app.uploads.get(&caller, &id)?;
    app.uploads.lock().remove(&id);
    Ok(StatusCode::NO_CONTENT.into_response())
}

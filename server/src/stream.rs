//! Bodies that are too large for memory, between the event loop and synchronous readers.

use std::io::{self, Read};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use futures_util::StreamExt as _;
use tokio::sync::mpsc;
use tracker_core::{Error, ErrorKind};

use crate::app::App;
use crate::problem::Problem;

/// As many bytes are read at once.
const PIECE: usize = 64 * 1024;
/// So many pieces of an upload wait for the disk.
const PIECES: usize = 8;
/// A sender has so long, and a second more for each piece of `SLOWEST` bytes.
const START: Duration = Duration::from_secs(30);
const SLOWEST: u64 = 1_024;

/// The body of an answer that is read piece by piece, off the event loop; no thread waits for a
/// slow reader.
pub(crate) fn body_of(app: &App, reader: Box<dyn Read + Send>) -> Body {
    let pieces = futures_util::stream::unfold(Some((app.clone(), reader)), |state| async {
        let (app, mut reader) = state?;
        let read = app.off(move |_| {
            let mut piece = vec![0; PIECE];
            let length = read(&mut *reader, &mut piece);
            Ok((length, piece, reader))
        });
        match read.await {
            Ok((Ok(0), ..)) => None,
            Ok((Ok(length), mut piece, reader)) => {
                piece.truncate(length);
                Some((Ok(Bytes::from(piece)), Some((app, reader))))
            }
            Ok((Err(failure), ..)) => {
                tracing::error!(%failure, "a content cannot be read to its end");
                Some((Err(failure), None))
            }
            Err(_) => Some((Err(io::Error::other("the server failed")), None)),
        }
    });
    // Whoever compresses it asks once more behind its end.
    Body::from_stream(pieces.fuse())
}

fn read(reader: &mut dyn Read, piece: &mut [u8]) -> io::Result<usize> {
    loop {
        match reader.read(piece) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            done => return done,
        }
    }
}

/// A text that is made part by part.
pub(crate) struct Texts<F> {
    next: F,
    text: io::Cursor<Vec<u8>>,
}

impl<F: FnMut() -> Result<Option<Vec<u8>>, Problem>> Texts<F> {
    /// The text of these parts, up to the first that is none.
    pub(crate) fn new(next: F) -> Self {
        let text = io::Cursor::default();
        Self { next, text }
    }
}

impl<F: FnMut() -> Result<Option<Vec<u8>>, Problem>> Read for Texts<F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let length = self.text.read(buffer)?;
            if length > 0 || buffer.is_empty() {
                return Ok(length);
            }
            match (self.next)() {
                Ok(Some(text)) => self.text = io::Cursor::new(text),
                Ok(None) => return Ok(0),
                Err(_) => return Err(io::Error::other("the store failed")),
            }
        }
    }
}

/// The body of a request as a reader; an error where the client goes away before its end.
pub(crate) struct BodyReader {
    pieces: mpsc::Receiver<Option<Bytes>>,
    piece: Bytes,
    is_over: bool,
}

impl Read for BodyReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.piece.is_empty() && !self.is_over {
            match self.pieces.blocking_recv() {
                Some(Some(piece)) => self.piece = piece,
                Some(None) => self.is_over = true,
                None => return Err(io::Error::other(broken_off())),
            }
        }
        let length = buffer.len().min(self.piece.len());
        buffer[..length].copy_from_slice(&self.piece.split_to(length));
        Ok(length)
    }
}

/// No disk has failed where a client goes away.
fn broken_off() -> Error {
    Error::Store {
        kind: ErrorKind::Invalid,
        action: "read the body".to_owned(),
        place: String::new(),
        cause: Arc::new(io::Error::from(io::ErrorKind::UnexpectedEof)),
        hint: "send it to its end".to_owned(),
    }
}

/// Gives work the body of a request as a reader.
pub(crate) async fn with_reader<T: Send + 'static>(
    app: &App,
    body: Body,
    work: impl FnOnce(&App, BodyReader) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let (sender, pieces) = mpsc::channel(PIECES);
    let reader = BodyReader {
        pieces,
        piece: Bytes::new(),
        is_over: false,
    };
    let room = Arc::clone(&app.room_for_uploads);
    let work = app.off_with(room, move |app| work(app, reader));
    let (sent, done) = futures_util::future::join(send(body, sender), work).await;
    // What went wrong with the body explains what went wrong with the work.
    sent.and(done)
}

async fn send(body: Body, sender: mpsc::Sender<Option<Bytes>>) -> Result<(), Problem> {
    let mut body = body.into_data_stream();
    let mut pace = Pace::start();
    while let Some(piece) = pace.wait(body.next()).await? {
        let piece = piece.map_err(|_| Problem::bad("the body did not come to its end"))?;
        pace.add(piece.len());
        if sender.send(Some(piece)).await.is_err() {
            // The work has ended with an error of its own.
            return Ok(());
        }
    }
    let _ = sender.send(None).await;
    Ok(())
}

/// How fast a sender is.
struct Pace {
    start: Instant,
    received: u64,
}

impl Pace {
    fn start() -> Self {
        Self {
            start: Instant::now(),
            received: 0,
        }
    }

    fn add(&mut self, bytes: usize) {
        self.received += bytes as u64;
    }

    async fn wait<T>(&self, next: impl Future<Output = T>) -> Result<T, Problem> {
        let left = left(self.start.elapsed(), self.received);
        tokio::time::timeout(left, next).await.map_err(|_| {
            let status = axum::http::StatusCode::REQUEST_TIMEOUT;
            Problem::new(status, "the body comes too slowly")
                .hint("send at least 1 KiB a second; an upload can be resumed")
        })
    }
}

/// How long a sender may take for the next piece.
fn left(elapsed: Duration, received: u64) -> Duration {
    let end = START + Duration::from_secs(received / SLOWEST);
    end.saturating_sub(elapsed)
}

#[cfg(test)]
mod tests {
    use super::left;
    use std::time::Duration;

    #[test]
    fn a_byte_a_second_is_too_slow() {
        let after = |seconds: u64, received| left(Duration::from_secs(seconds), received);
        assert_eq!(after(10, 10), Duration::from_secs(20));
        assert_eq!(after(30, 30), Duration::ZERO);
        assert!(
            after(600, 600 << 10) > Duration::ZERO,
            "a slow line is none too slow"
        );
    }
}

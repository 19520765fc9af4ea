//! Reads an object piece by piece.

use std::io::{self, Read};
use std::sync::Arc;

use bytes::{Buf as _, Bytes};
use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;

use crate::errors::failure;
use crate::runtime::Worker;

/// The pieces of an object as a stream of bytes.
pub(crate) struct Pieces {
    worker: Arc<Worker>,
    /// Not here any more after an error or the end.
    stream: Option<BoxStream<'static, object_store::Result<Bytes>>>,
    piece: Bytes,
    place: String,
}

impl Pieces {
    pub(crate) fn new(
        worker: Arc<Worker>,
        stream: BoxStream<'static, object_store::Result<Bytes>>,
        place: String,
    ) -> Self {
        Self {
            worker,
            stream: Some(stream),
            piece: Bytes::new(),
            place,
        }
    }
}

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // A piece may be empty.
        while self.piece.is_empty() && !buffer.is_empty() {
            let Some(mut stream) = self.stream.take() else {
                return Ok(0);
            };
            let next = async move { (stream.next().await, stream) };
            let (piece, stream) = self.worker.wait(next).map_err(io::Error::other)?;
            match piece {
                Some(Ok(piece)) => {
                    self.piece = piece;
                    self.stream = Some(stream);
                }
                Some(Err(error)) => {
                    let place = self.place.clone();
                    return Err(io::Error::other(failure("read an artifact", place, error)));
                }
                None => return Ok(0),
            }
        }
        let length = buffer.len().min(self.piece.len());
        self.piece.copy_to_slice(&mut buffer[..length]);
        Ok(length)
    }
}

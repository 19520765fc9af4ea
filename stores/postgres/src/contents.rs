//! The contents of artifacts, in pieces.

use std::io::{self, Read, Write};
use std::sync::Arc;

use tracker_core::ports::{Content, ContentStore};
use tracker_core::{Error, Micros, Result, Timestamp, Uuid};

use crate::column::{column, count, get, text, time};
use crate::failure::Failure;
use crate::pool::Pool;
use crate::session::Session;
use crate::text::column as stored;

/// So many bytes are sent and fetched at once.
const PIECE: usize = 1 << 20;

/// Keeps the contents of artifacts in the database, so that every program reads what another has
/// put, on whatever machine.
///
/// Made by [`PostgresStore::contents`](crate::PostgresStore::contents), and what a tracker that was
/// opened by an address uses unless it is told otherwise. A content is kept in pieces of 1 MiB, so
/// neither side has it in memory as a whole.
pub struct PostgresContents {
    pool: Arc<Pool>,
}

impl PostgresContents {
    pub(crate) fn new(pool: Arc<Pool>) -> Self {
        Self { pool }
    }

    /// Sends the pieces of a content, and keeps it under its hash.
    fn send(&self, id: Uuid, content: &mut dyn Read) -> Result<Content> {
        let mut pieces = Pieces {
            pool: &self.pool,
            content: id,
            number: 0,
            piece: Vec::with_capacity(PIECE),
        };
        let copied = Content::copy(content, &mut pieces).and_then(|content| {
            pieces.send()?;
            Ok(content)
        });
        let content =
            copied.map_err(|error| Error::io("put an artifact", self.place(""), error))?;
        self.pool.writing("put an artifact", true, |session| {
            session.run("START TRANSACTION")?;
            keep(session, id, &content)
        })?;
        Ok(content)
    }
}

/// Notes a content; where it is there already, it counts as put now, and its pieces stay.
fn keep(session: &mut Session, id: Uuid, content: &Content) -> Result<(), Failure> {
    let rows = session.query(
        "INSERT INTO contents AS c (hash, content, size, stored) VALUES ($1, $2, $3, $4)
         ON CONFLICT (hash) DO UPDATE SET stored = greatest(c.stored, excluded.stored)
         RETURNING content",
        &[
            &stored(&content.hash),
            &id,
            &column(content.size),
            &content.stored.as_microsecond(),
        ],
    )?;
    let kept: Uuid = rows.first().map_or(Ok(id), |row| get(row, 0))?;
    if kept != id {
        remove_pieces(session, id)?;
    }
    Ok(())
}

fn remove_pieces(session: &mut Session, content: Uuid) -> Result<(), Failure> {
    session.execute("DELETE FROM pieces WHERE content = $1", &[&content])?;
    Ok(())
}

impl ContentStore for PostgresContents {
    fn put(&self, content: &mut dyn Read) -> Result<Content> {
        // Its time says how old the pieces are, should this be interrupted.
        let id = Uuid::now_v7();
        let sent = self.send(id, content);
        if sent.is_err() {
            // What stays behind is removed as what was interrupted.
            let _ = self
                .pool
                .asking("put an artifact", |session| remove_pieces(session, id));
        }
        sent
    }

    fn open(&self, hash: &str) -> Result<Box<dyn Read + Send>> {
        self.open_at(hash, 0)
    }

    fn open_at(&self, hash: &str, first: u64) -> Result<Box<dyn Read + Send>> {
        let found = self.pool.asking("read an artifact", |session| {
            let sql = "SELECT content FROM contents WHERE hash = $1";
            let rows = session.query(sql, &[&stored(hash)])?;
            rows.first().map(|row| get(row, 0)).transpose()
        })?;
        let content = found.ok_or_else(|| Error::no_content(self.place(hash)))?;
        Ok(Box::new(Reader {
            pool: Arc::clone(&self.pool),
            content,
            // All pieces but the last are whole.
            number: i64::try_from(first / PIECE as u64).unwrap_or(i64::MAX),
            skipped: usize::try_from(first % PIECE as u64).unwrap_or_default(),
            piece: Vec::new(),
            read: 0,
        }))
    }

    fn size(&self, hash: &str) -> Result<Option<u64>> {
        self.pool.asking("look for an artifact", |session| {
            let sql = "SELECT size FROM contents WHERE hash = $1";
            let rows = session.query(sql, &[&stored(hash)])?;
            rows.first().map(|row| count(get(row, 0)?)).transpose()
        })
    }

    fn renew(&self, hash: &str) -> Result<Option<u64>> {
        let now = Micros::now().get();
        self.pool.asking("put an artifact", |session| {
            let rows = session.query(
                "UPDATE contents SET stored = greatest(stored, $2) WHERE hash = $1 RETURNING size",
                &[&stored(hash), &now],
            )?;
            rows.first().map(|row| count(get(row, 0)?)).transpose()
        })
    }

    fn list(&self) -> Result<Vec<Content>> {
        self.pool.asking("list the artifacts", |session| {
            let sql = "SELECT hash, size, stored FROM contents ORDER BY hash";
            let rows = session.query(sql, &[])?;
            let content = |row| {
                Ok(Content {
                    hash: text(row, 0)?,
                    size: count(get(row, 1)?)?,
                    stored: time(row, 2)?,
                })
            };
            rows.iter().map(content).collect()
        })
    }

    fn remove(&self, hash: &str, before: Timestamp) -> Result<bool> {
        self.pool.writing("remove an artifact", true, |session| {
            session.run("START TRANSACTION")?;
            let rows = session.query(
                "DELETE FROM contents WHERE hash = $1 AND stored <= $2 RETURNING content",
                &[&stored(hash), &before.as_microsecond()],
            )?;
            match rows.first() {
                Some(row) => remove_pieces(session, get(row, 0)?).map(|()| true),
                None => Ok(false),
            }
        })
    }

    /// Pieces of no content were sent by somebody who did not come to the end, or not yet.
    fn remove_interrupted(&self, before: Timestamp) -> Result<()> {
        let milliseconds = u64::try_from(before.as_millisecond()).unwrap_or(0);
        // The first uuid of a later moment.
        let first = Uuid::from_u64_pair((milliseconds + 1) << 16, 0);
        self.pool.asking("remove what was interrupted", |session| {
            session.execute(
                "DELETE FROM pieces AS p WHERE content < $1
                     AND NOT EXISTS (SELECT 1 FROM contents AS c WHERE c.content = p.content)",
                &[&first],
            )?;
            Ok(())
        })
    }

    fn place(&self, hash: &str) -> String {
        let place = &self.pool.target.place;
        match hash {
            "" => place.clone(),
            hash => format!("{place}, content {hash}"),
        }
    }
}

impl std::fmt::Debug for PostgresContents {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PostgresContents")
            .field("place", &self.pool.target.place)
            .finish_non_exhaustive()
    }
}

/// Sends what is written to it, a piece after the other.
struct Pieces<'p> {
    pool: &'p Pool,
    content: Uuid,
    number: i64,
    piece: Vec<u8>,
}

impl Pieces<'_> {
    fn send(&mut self) -> io::Result<()> {
        if self.piece.is_empty() {
            return Ok(());
        }
        let (content, number, piece) = (self.content, self.number, &self.piece);
        let sent = self.pool.asking("put an artifact", |session| {
            // Perhaps it is sent again, because nobody knew whether it had arrived.
            session.execute(
                "INSERT INTO pieces (content, number, bytes) VALUES ($1, $2, $3)
                 ON CONFLICT DO NOTHING",
                &[&content, &number, piece],
            )?;
            Ok(())
        });
        sent.map_err(io::Error::other)?;
        self.number += 1;
        self.piece.clear();
        Ok(())
    }
}

impl Write for Pieces<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(PIECE - self.piece.len());
        self.piece.extend_from_slice(&bytes[..taken]);
        if self.piece.len() == PIECE {
            self.send()?;
        }
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Fetches a content, a piece after the other.
struct Reader {
    pool: Arc<Pool>,
    content: Uuid,
    number: i64,
    /// How much of the next piece is not asked for.
    skipped: usize,
    piece: Vec<u8>,
    read: usize,
}

impl Reader {
    /// The next piece; an empty one behind the last.
    fn fetch(&self) -> Result<Vec<u8>> {
        self.pool.asking("read an artifact", |session| {
            let sql = "SELECT bytes FROM pieces WHERE content = $1 AND number = $2";
            let rows = session.query(sql, &[&self.content, &self.number])?;
            rows.first().map_or(Ok(Vec::new()), |row| get(row, 0))
        })
    }
}

impl Read for Reader {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.read == self.piece.len() {
            self.piece = self.fetch().map_err(io::Error::other)?;
            self.number += 1;
            self.read = std::mem::take(&mut self.skipped).min(self.piece.len());
        }
        let taken = into.len().min(self.piece.len() - self.read);
        into[..taken].copy_from_slice(&self.piece[self.read..self.read + taken]);
        self.read += taken;
        Ok(taken)
    }
}

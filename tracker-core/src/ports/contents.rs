//! The port for the contents of artifacts.

use std::fmt::Write as _;
use std::io::{self, Read, Write};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::error::{Error, Result};
use crate::records::now;

/// The content of an artifact, as a [`ContentStore`] knows it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Content {
    /// Its SHA-256, 64 hexadecimal digits in lower case.
    pub hash: String,
    /// Its length in bytes.
    pub size: u64,
    /// When it was last put there.
    pub stored: Timestamp,
}

impl Content {
    /// Copies a stream to its end, in pieces, and says what it was.
    ///
    /// # Errors
    ///
    /// What reading or writing fails with.
    ///
    /// # Examples
    ///
    /// ```
    /// use tracker_core::ports::Content;
    ///
    /// let mut copy = Vec::new();
    /// let content = Content::copy(&mut &b"weights"[..], &mut copy).unwrap();
    /// assert_eq!(copy, b"weights");
    /// assert_eq!(content.size, 7);
    /// assert_eq!(content.hash.len(), 64);
    /// ```
    pub fn copy(from: &mut dyn Read, to: &mut dyn Write) -> io::Result<Self> {
        let (mut hasher, mut size) = (ContentHasher::default(), 0);
        let mut piece = vec![0; 128 * 1024];
        loop {
            match from.read(&mut piece) {
                Ok(0) => break,
                Ok(length) => {
                    to.write_all(&piece[..length])?;
                    hasher.update(&piece[..length]);
                    size += length as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Self {
            hash: hasher.finish(),
            size,
            stored: now(),
        })
    }

    /// Whether a text is a hash as contents have it; only such a text may become part of a path.
    pub fn is_hash(text: &str) -> bool {
        let is_digit = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        text.len() == 64 && text.bytes().all(is_digit)
    }
}

/// Hashes a content piece by piece.
#[derive(Clone, Debug, Default)]
pub(crate) struct ContentHasher(Sha256);

impl ContentHasher {
    pub(crate) fn update(&mut self, piece: &[u8]) {
        self.0.update(piece);
    }

    pub(crate) fn finish(self) -> String {
        let mut digits = String::with_capacity(64);
        for byte in self.0.finalize() {
            // Writing to a `String` does not fail.
            let _ = write!(digits, "{byte:02x}");
        }
        digits
    }
}

/// Keeps the contents of artifacts under their SHA-256.
///
/// A content is there wholly or not at all, and the same content is kept once. The records of
/// artifacts are no concern of it: [`PutArtifact`](super::Change::PutArtifact) follows a `put`, and
/// what no record refers to is removed by
/// [`remove_unreferenced_artifacts`](crate::Tracker::remove_unreferenced_artifacts).
///
/// Calls come from several threads, and several processes may share one place.
///
/// # Examples
///
/// ```
/// use std::io::Read as _;
/// use tracker_core::MemoryContents;
/// use tracker_core::ports::ContentStore;
///
/// let contents = MemoryContents::default();
/// let content = contents.put(&mut &b"weights"[..])?;
/// let mut read = String::new();
/// contents.open(&content.hash)?.read_to_string(&mut read).unwrap();
/// assert_eq!(read, "weights");
/// # Ok::<(), tracker_core::Error>(())
/// ```
pub trait ContentStore: Send + Sync {
    /// Reads a stream to its end and keeps it. When this returns, the content survives a power loss
    /// and counts as put now, also where it was there before. After an error nothing of it is there.
    ///
    /// The stream is not read into memory as a whole; [`Content::copy`] helps with that. An error of
    /// the stream is given on by [`Error::io`], which shows what it was.
    ///
    /// # Errors
    ///
    /// When the stream or the store fails.
    fn put(&self, content: &mut dyn Read) -> Result<Content>;

    /// A content to be read from its beginning, as it is: whoever reads compares length and hash.
    ///
    /// # Errors
    ///
    /// [`Error::no_content`] where it is not there; or when the store fails.
    fn open(&self, hash: &str) -> Result<Box<dyn Read + Send>>;

    /// As [`open`](Self::open), from a byte on, counted from 0.
    ///
    /// Provided: what stands before is read, too.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    fn open_at(&self, hash: &str, first: u64) -> Result<Box<dyn Read + Send>> {
        let mut content = self.open(hash)?;
        let skipped = io::copy(&mut (&mut content).take(first), &mut io::sink());
        skipped.map_err(|error| Error::io("read an artifact", self.place(hash), error))?;
        Ok(content)
    }

    /// The length of a content; none where it is not there.
    ///
    /// # Errors
    ///
    /// When the store fails.
    fn size(&self, hash: &str) -> Result<Option<u64>>;

    /// The hash and the length of a content as it is now, read to its end.
    ///
    /// Provided: it is opened and read here. Where it is kept elsewhere, it can be read there.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    fn measure(&self, hash: &str) -> Result<(String, u64)> {
        let mut content = self.open(hash)?;
        let measured = Content::copy(&mut *content, &mut io::sink());
        let measured =
            measured.map_err(|error| Error::io("read an artifact", self.place(hash), error))?;
        Ok((measured.hash, measured.size))
    }

    /// Lets a content count as put now, and gives its length; none where that cannot be done, and it
    /// has to be [`put`](Self::put).
    ///
    /// Provided: it has to be put.
    ///
    /// # Errors
    ///
    /// When the store fails.
    fn renew(&self, hash: &str) -> Result<Option<u64>> {
        let _ = hash;
        Ok(None)
    }

    /// All contents, ordered by their hashes.
    ///
    /// # Errors
    ///
    /// When the store fails.
    fn list(&self) -> Result<Vec<Content>>;

    /// Removes a content that was last put at `before` or earlier, and says whether it did. One that
    /// is put at the same moment is there afterwards.
    ///
    /// # Errors
    ///
    /// When the store fails.
    fn remove(&self, hash: &str, before: Timestamp) -> Result<bool>;

    /// Removes what was left by calls of [`put`](Self::put) that were interrupted at `before` or
    /// earlier, as by the end of a process.
    ///
    /// Provided: there is nothing to remove.
    ///
    /// # Errors
    ///
    /// When the store fails.
    fn remove_interrupted(&self, before: Timestamp) -> Result<()> {
        let _ = before;
        Ok(())
    }

    /// What messages call the place of a content, as the path of its file.
    fn place(&self, hash: &str) -> String;
}

/// A store of contents that is shared is one.
impl<C: ContentStore + ?Sized> ContentStore for std::sync::Arc<C> {
    fn put(&self, content: &mut dyn Read) -> Result<Content> {
        (**self).put(content)
    }
    fn open(&self, hash: &str) -> Result<Box<dyn Read + Send>> {
        (**self).open(hash)
    }
    fn open_at(&self, hash: &str, first: u64) -> Result<Box<dyn Read + Send>> {
        (**self).open_at(hash, first)
    }
    fn size(&self, hash: &str) -> Result<Option<u64>> {
        (**self).size(hash)
    }
    fn measure(&self, hash: &str) -> Result<(String, u64)> {
        (**self).measure(hash)
    }
    fn renew(&self, hash: &str) -> Result<Option<u64>> {
        (**self).renew(hash)
    }
    fn list(&self) -> Result<Vec<Content>> {
        (**self).list()
    }
    fn remove(&self, hash: &str, before: Timestamp) -> Result<bool> {
        (**self).remove(hash, before)
    }
    fn remove_interrupted(&self, before: Timestamp) -> Result<()> {
        (**self).remove_interrupted(before)
    }
    fn place(&self, hash: &str) -> String {
        (**self).place(hash)
    }
}

impl Error {
    /// For the content of an artifact that is not where it should be.
    pub fn no_content(place: impl Into<String>) -> Self {
        Self::Missing {
            what: "content at",
            name: place.into(),
            place: "the artifact".to_owned(),
            hint: "copy it there from where the artifacts were, or put the artifact again"
                .to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Content;

    #[test]
    fn a_content_is_known_by_its_sha_256() {
        let mut copy = Vec::new();
        let content = Content::copy(&mut &b"abc"[..], &mut copy).unwrap();
        let hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!((content.hash.as_str(), content.size), (hash, 3));
        assert_eq!(copy, b"abc");
        assert!(Content::is_hash(hash));
        for text in [
            "",
            "ba78",
            &hash.to_uppercase(),
            &hash.replace("ba7", "../"),
        ] {
            assert!(!Content::is_hash(text), "{text}");
        }
    }
}

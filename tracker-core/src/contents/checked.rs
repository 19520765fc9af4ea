//! Reads a content and compares it with what was put.

use std::fmt;
use std::io::{self, Read};

use crate::error::{Error, Result};
use crate::ports::{ContentHasher, ContentStore};

/// Reads the content of an artifact as a stream, and compares its length and hash at the end.
///
/// Where they are others, the last `read` gives an [`io::Error`] around [`Error::Damaged`] instead
/// of the end of the stream. So what was read may be used when the end is reached.
///
/// # Examples
///
/// ```
/// # use tracker_core::conformance::Sample;
/// # let run = tracker_core::Tracker::open("memory:")?.experiment("digits")?
/// #     .track(&Sample::new("MLP", "{}"))?;
/// use std::io::Read as _;
///
/// run.artifacts().put_bytes("report.txt", b"accurate")?;
/// let mut reader = run.artifacts().get("report.txt")?.reader()?;
/// let mut text = String::new();
/// reader.read_to_string(&mut text).unwrap();
/// assert_eq!(text, "accurate");
/// # Ok::<(), tracker_core::Error>(())
/// ```
pub struct ArtifactReader {
    content: Box<dyn Read + Send>,
    place: String,
    hash: String,
    size: u64,
    read: u64,
    hasher: ContentHasher,
}

impl ArtifactReader {
    pub(crate) fn open(contents: &dyn ContentStore, hash: &str, size: u64) -> Result<Self> {
        Ok(Self {
            content: contents.open(hash)?,
            place: contents.place(hash),
            hash: hash.to_owned(),
            size,
            read: 0,
            hasher: ContentHasher::default(),
        })
    }

    /// Compares what was read, where this is the end.
    fn compare(&self) -> io::Result<()> {
        let found = (self.hasher.clone().finish(), self.read);
        let Some(problem) = damage((&self.hash, self.size), &found) else {
            return Ok(());
        };
        Err(io::Error::new(
            io::ErrorKind::InvalidData,
            Error::Damaged {
                place: self.place.clone(),
                problem,
            },
        ))
    }
}

/// What is wrong with a content whose hash and length are others than when it was put.
pub(crate) fn damage(put: (&str, u64), found: &(String, u64)) -> Option<String> {
    let ((put_hash, put_size), (hash, size)) = (put, found);
    if *size != put_size {
        Some(format!(
            "it has {size} bytes, and had {put_size} when it was put"
        ))
    } else if hash != put_hash {
        Some(format!(
            "its SHA-256 is {hash}, and was {put_hash} when it was put"
        ))
    } else {
        None
    }
}

impl Read for ArtifactReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.content.read(buffer)?;
        self.hasher.update(&buffer[..length]);
        self.read += length as u64;
        if length == 0 && !buffer.is_empty() {
            self.compare()?;
        }
        Ok(length)
    }
}

impl fmt::Debug for ArtifactReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ArtifactReader")
            .field("place", &self.place)
            .field("read", &self.read)
            .finish_non_exhaustive()
    }
}

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

    /// Reads on to the end, to see whether the content is sound.
    pub(crate) fn check(mut self) -> Result<()> {
        let place = self.place.clone();
        let read = io::copy(&mut self, &mut io::sink());
        read.map_err(|error| Error::io("read an artifact", place, error))?;
        Ok(())
    }

    /// Compares what was read, where this is the end.
    fn compare(&self) -> io::Result<()> {
        let problem = if self.read == self.size {
            let hash = self.hasher.clone().finish();
            if hash == self.hash {
                return Ok(());
            }
            format!(
                "its SHA-256 is {hash}, and was {} when it was put",
                self.hash
            )
        } else {
            format!(
                "it has {} bytes, and had {} when it was put",
                self.read, self.size
            )
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

//! An artifact, to be read.

use std::fmt;
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::Arc;

use crate::contents::{ArtifactReader, WholeFile, parent};
use crate::error::{Error, Result};
use crate::link::Link;
use crate::records::ArtifactRecord;

/// An artifact of an aggregate: its record, and the way to its content.
///
/// # Examples
///
/// ```
/// # use tracker_core::conformance::Sample;
/// # let folder = tempfile::tempdir().unwrap();
/// # let path = folder.path().join("report.json");
/// # let run = tracker_core::Tracker::open("memory:")?.experiment("digits")?
/// #     .track(&Sample::new("MLP", "{}"))?;
/// run.artifacts().put_bytes("report.json", br#"{"accuracy": 0.9}"#)?;
///
/// let report = run.artifacts().get("report.json")?;
/// assert_eq!((report.record().size, report.epoch()), (17, None));
/// assert_eq!(report.record().media_type, "application/json");
/// report.save_to(&path)?;
/// assert_eq!(std::fs::read(&path).unwrap(), report.read()?);
/// # Ok::<(), tracker_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Artifact {
    link: Arc<Link>,
    record: ArtifactRecord,
}

impl Artifact {
    pub(crate) fn new(link: Arc<Link>, record: ArtifactRecord) -> Self {
        Self { link, record }
    }

    /// Its name, epoch, hash, size, media type and time.
    pub fn record(&self) -> &ArtifactRecord {
        &self.record
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.record.name
    }

    /// The epoch that it belongs to; none for one of the whole run.
    pub fn epoch(&self) -> Option<u64> {
        self.record.epoch
    }

    /// The whole content, compared with its hash.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] when the content is not there, [`Error::Damaged`] when it is not what was
    /// put.
    pub fn read(&self) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let read = self.reader()?.read_to_end(&mut bytes);
        read.map_err(|error| Error::io("read an artifact", self.place(), error))?;
        Ok(bytes)
    }

    /// The content as a stream, for what need not be in memory as a whole.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] when the content is not there; the reader says at the end when it is
    /// damaged.
    pub fn reader(&self) -> Result<ArtifactReader> {
        let contents = self.link.contents()?;
        ArtifactReader::open(&*contents, &self.record.hash, self.record.size)
    }

    /// Writes the content to a file, in the place of one that is there: the whole content, or after
    /// an error nothing.
    ///
    /// # Errors
    ///
    /// Those of [`read`](Self::read), or when the file cannot be written.
    pub fn save_to(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let mut reader = self.reader()?;
        let mut save = || -> io::Result<()> {
            let mut file = WholeFile::create(parent(path).unwrap_or(path))?;
            io::copy(&mut reader, &mut file)?;
            file.finish(path)
        };
        save().map_err(|error| Error::io("save an artifact", path.display().to_string(), error))
    }

    fn place(&self) -> String {
        let contents = self.link.contents();
        contents.map_or_else(
            |_| self.record.hash.clone(),
            |of| of.place(&self.record.hash),
        )
    }
}

impl fmt::Debug for Artifact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Artifact")
            .field("record", &self.record)
            .finish_non_exhaustive()
    }
}

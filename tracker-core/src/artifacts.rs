//! The artifacts of an aggregate.

mod artifact;
mod media_type;
mod upkeep;

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use crate::aggregate::Aggregate;
use crate::error::{Error, ErrorKind, Result};
use crate::names::check_artifact;
use crate::ports::Change;
use crate::records::{ArtifactRecord, check_count, now};

pub use artifact::Artifact;
pub(crate) use upkeep::{remove_unreferenced, unreferenced, unsound_artifacts};

impl Aggregate {
    /// The artifacts: files that belong to the run, as weights, plots and logs.
    pub fn artifacts(&self) -> Artifacts {
        Artifacts {
            aggregate: self.clone(),
        }
    }
}

/// The artifacts of an aggregate: one for each name and epoch.
///
/// The content of an artifact is kept once, under its SHA-256, in a folder beside the store
/// (`runs.db.artifacts`), or where [`with_artifacts`](crate::Tracker::with_artifacts) says. A name
/// may have parts, as `plots/loss.svg`.
///
/// # Examples
///
/// ```
/// # use tracker_core::conformance::Sample;
/// # let folder = tempfile::tempdir().unwrap();
/// # let path = folder.path().join("weights.safetensors");
/// # std::fs::write(&path, "weights").unwrap();
/// # let run = tracker_core::Tracker::open("memory:")?.experiment("digits")?
/// #     .track(&Sample::new("MLP", "{}"))?;
/// let artifacts = run.artifacts();
/// artifacts.put("weights.safetensors", &path)?;
/// artifacts.epoch(3).put_bytes("plots/confusion.csv", b"9,1\n2,8\n")?;
///
/// assert_eq!(artifacts.get("weights.safetensors")?.read()?, b"weights");
/// assert_eq!(artifacts.get_at("plots/confusion.csv", 3)?.record().media_type, "text/csv");
/// let names: Vec<String> = artifacts.list()?.iter().map(|one| one.name().to_owned()).collect();
/// assert_eq!(names, ["weights.safetensors", "plots/confusion.csv"]);
/// # Ok::<(), tracker_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Artifacts {
    aggregate: Aggregate,
}

impl Artifacts {
    /// Keeps the content of a file as the artifact of this name, in the place of the one before. The
    /// file is read piece by piece, and stays where it is.
    ///
    /// When this returns, the content survives a power loss; its record does once
    /// [`flush`](crate::Tracker::flush) has returned.
    ///
    /// # Errors
    ///
    /// [`Error::Name`] for a name that is empty, longer than 1,024 bytes, begins or ends with `/`, or
    /// has a control character, a backslash, or a part that is empty, `.` or `..`;
    /// [`Error::Missing`] when the aggregate was removed; or when the file cannot be read or the
    /// content cannot be written. Nothing is kept then.
    pub fn put(&self, name: &str, path: impl AsRef<Path>) -> Result<Artifact> {
        self.builder().put(name, path)
    }

    /// As [`put`](Self::put), with a content that is in memory.
    ///
    /// # Errors
    ///
    /// As [`put`](Self::put).
    pub fn put_bytes(&self, name: &str, bytes: impl AsRef<[u8]>) -> Result<Artifact> {
        self.builder().put_bytes(name, bytes)
    }

    /// As [`put`](Self::put), with a stream that is read to its end.
    ///
    /// # Errors
    ///
    /// As [`put`](Self::put).
    pub fn put_reader(&self, name: &str, reader: impl Read) -> Result<Artifact> {
        self.builder().put_reader(name, reader)
    }

    /// To put an artifact of an epoch; those of other epochs and that of the whole run stay.
    pub fn epoch(&self, epoch: u64) -> ArtifactBuilder {
        self.builder().epoch(epoch)
    }

    /// To put an artifact whose media type the ending of its name does not tell.
    pub fn media_type(&self, media_type: &str) -> ArtifactBuilder {
        self.builder().media_type(media_type)
    }

    fn builder(&self) -> ArtifactBuilder {
        ArtifactBuilder {
            aggregate: self.aggregate.clone(),
            epoch: None,
            media_type: None,
        }
    }

    /// The artifact of this name: that of the whole run, or else that of the latest epoch.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] when there is none; the hint names those there are.
    pub fn get(&self, name: &str) -> Result<Artifact> {
        let artifacts = self.list()?;
        let named = artifacts.iter().filter(|artifact| artifact.name() == name);
        let newest = named.max_by_key(|artifact| artifact.epoch().map_or(u64::MAX, |epoch| epoch));
        newest
            .cloned()
            .ok_or_else(|| self.missing(name, &artifacts))
    }

    /// The artifact of this name and epoch.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] when there is none; the hint names those there are.
    pub fn get_at(&self, name: &str, epoch: u64) -> Result<Artifact> {
        let artifacts = self.list()?;
        let mut named = artifacts.iter();
        let found = named.find(|artifact| artifact.record().is(name, Some(epoch)));
        let shown = || format!("{name} at epoch {epoch}");
        found
            .cloned()
            .ok_or_else(|| self.missing(&shown(), &artifacts))
    }

    /// All artifacts in the order they were first put.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] when the aggregate was removed.
    pub fn list(&self) -> Result<Vec<Artifact>> {
        let link = self.aggregate.link();
        let records = link.store()?.artifacts(self.aggregate.uuid())?;
        if records.is_empty() {
            link.check_aggregate(self.aggregate.uuid())?;
        }
        let artifacts = records.into_iter();
        Ok(artifacts
            .map(|record| Artifact::new(link.clone(), record))
            .collect())
    }

    /// Removes the artifact of this name and epoch; one that is not there is no error. Its content
    /// stays until no artifact refers to it and
    /// [`remove_unreferenced_artifacts`](crate::Tracker::remove_unreferenced_artifacts) is called.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] when the aggregate was removed.
    pub fn remove(&self, name: &str, epoch: Option<u64>) -> Result<()> {
        self.aggregate.link().apply(Change::RemoveArtifact {
            aggregate: self.aggregate.uuid(),
            name: name.to_owned(),
            epoch,
        })
    }

    fn missing(&self, name: &str, there: &[Artifact]) -> Error {
        let shown = |artifact: &Artifact| match artifact.epoch() {
            Some(epoch) => format!("{} at epoch {epoch}", artifact.name()),
            None => artifact.name().to_owned(),
        };
        let names: Vec<String> = there.iter().map(shown).collect();
        let hint = match registry_core::nearest(name, names.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None if names.is_empty() => "it has no artifacts".to_owned(),
            None => few(&names),
        };
        Error::Missing {
            what: "artifact",
            name: name.to_owned(),
            place: format!("the aggregate `{}`", self.aggregate.id()),
            hint,
        }
    }
}

/// The last names of a list that may be long.
fn few(names: &[String]) -> String {
    const MOST: usize = 8;
    let last = &names[names.len().saturating_sub(MOST)..];
    let among = if last.len() < names.len() {
        "among them are"
    } else {
        "its artifacts are"
    };
    format!("{among} `{}`", last.join("`, `"))
}

impl fmt::Debug for Artifacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Artifacts")
            .field("aggregate", &self.aggregate.id())
            .finish_non_exhaustive()
    }
}

/// An artifact that is about to be put, with its epoch and media type; see [`Artifacts::epoch`].
///
/// # Examples
///
/// ```
/// # use tracker_core::conformance::Sample;
/// # let run = tracker_core::Tracker::open("memory:")?.experiment("digits")?
/// #     .track(&Sample::new("MLP", "{}"))?;
/// let sample = run.artifacts().epoch(3).media_type("text/plain").put_bytes("sample", "Once")?;
/// assert_eq!(sample.record().media_type, "text/plain");
/// assert_eq!(sample.epoch(), Some(3));
/// # Ok::<(), tracker_core::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct ArtifactBuilder {
    aggregate: Aggregate,
    epoch: Option<u64>,
    media_type: Option<String>,
}

impl ArtifactBuilder {
    /// Sets the epoch that the artifact belongs to.
    pub fn epoch(mut self, epoch: u64) -> Self {
        self.epoch = Some(epoch);
        self
    }

    /// Sets the media type; by default the ending of the name tells it.
    pub fn media_type(mut self, media_type: &str) -> Self {
        self.media_type = Some(media_type.to_owned());
        self
    }

    /// Keeps the content of a file; see [`Artifacts::put`].
    ///
    /// # Errors
    ///
    /// As [`Artifacts::put`]; [`Error::TooLarge`] for an epoch above `i64::MAX`; [`Error::Name`] for
    /// a media type that is none.
    pub fn put(self, name: &str, path: impl AsRef<Path>) -> Result<Artifact> {
        self.check(name)?;
        let mut source = Source::open(path.as_ref())?;
        self.keep(name, &mut source)
    }

    /// Keeps a content that is in memory; see [`Artifacts::put_bytes`].
    ///
    /// # Errors
    ///
    /// As [`put`](Self::put).
    pub fn put_bytes(self, name: &str, bytes: impl AsRef<[u8]>) -> Result<Artifact> {
        self.put_reader(name, bytes.as_ref())
    }

    /// Keeps a stream that is read to its end; see [`Artifacts::put_reader`].
    ///
    /// # Errors
    ///
    /// As [`put`](Self::put).
    pub fn put_reader(self, name: &str, mut reader: impl Read) -> Result<Artifact> {
        self.check(name)?;
        self.keep(name, &mut reader)
    }

    /// Before a content is copied, which may take long.
    fn check(&self, name: &str) -> Result<()> {
        check_artifact(name)?;
        if let Some(epoch) = self.epoch {
            check_count("epoch", epoch, || format!("the artifact `{name}`"))?;
        }
        if let Some(media_type) = &self.media_type
            && !media_type::is_media_type(media_type)
        {
            return Err(Error::Name {
                name: media_type.clone(),
                place: "a media type".to_owned(),
                problem: "it is none",
                hint: "write it as `text/plain`, or leave it out",
            });
        }
        let link = self.aggregate.link();
        link.check_access()?;
        link.check_aggregate(self.aggregate.uuid())
    }

    /// The content first: a record never refers to what is not there.
    fn keep(self, name: &str, reader: &mut dyn Read) -> Result<Artifact> {
        let link = self.aggregate.link();
        let content = link.contents()?.put(reader)?;
        let guessed = || media_type::media_type(name).to_owned();
        let record = ArtifactRecord {
            name: name.to_owned(),
            epoch: self.epoch,
            hash: content.hash,
            size: content.size,
            media_type: self.media_type.unwrap_or_else(guessed),
            created: now(),
        };
        link.apply(Change::PutArtifact {
            aggregate: self.aggregate.uuid(),
            artifact: record.clone(),
        })?;
        Ok(Artifact::new(link.clone(), record))
    }
}

/// A file whose errors name it, wherever they come up.
struct Source<'p> {
    file: File,
    path: &'p Path,
}

impl<'p> Source<'p> {
    fn open(path: &'p Path) -> Result<Self> {
        let place = || path.display().to_string();
        let file = File::open(path).map_err(|error| Error::io("read a file", place(), error))?;
        if file.metadata().is_ok_and(|file| file.is_dir()) {
            return Err(Error::Store {
                kind: ErrorKind::Invalid,
                action: "read a file".to_owned(),
                place: place(),
                cause: Arc::new(io::Error::other("it is a folder")),
                hint: "put each file in it as an artifact of its own".to_owned(),
            });
        }
        Ok(Self { file, path })
    }
}

impl Read for Source<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer);
        read.map_err(|error| {
            let place = self.path.display().to_string();
            io::Error::new(error.kind(), Error::io("read a file", place, error))
        })
    }
}

//! Contents in a folder.

use std::fs::{self, File, Metadata};
use std::io::{self, Read, Seek as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::whole::{WholeFile, make_folder};
use crate::error::{Error, Result};
use crate::fork::OwnFile;
use crate::ports::{Content, ContentStore};
use crate::records::now;

/// Keeps the contents of artifacts in a folder, each in a file that has its hash as name: `ab/cd/`,
/// the first four digits, and the whole hash.
///
/// A store in a file has one beside it: that of `runs.db` is `runs.db.artifacts`. The folder is made
/// with the first content; reading changes nothing in it. Several processes may use it at once.
///
/// A content is written under another name first, and takes its own when all of it is on the disk.
/// The same content is kept once; to put it again mends a file that was damaged.
///
/// # Examples
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # let path = folder.path().join("artifacts");
/// use tracker_core::{FolderContents, MemoryStore, Tracker, conformance::Sample};
///
/// let tracker = Tracker::new(MemoryStore::default()).with_artifacts(FolderContents::new(&path));
/// let run = tracker.experiment("digits")?.track(&Sample::new("MLP", "{}"))?;
/// let report = run.artifacts().put_bytes("report.txt", b"abc")?;
/// let hash = &report.record().hash;
/// assert!(path.join("ba/78").join(hash).exists());
/// # Ok::<(), tracker_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct FolderContents {
    folder: PathBuf,
}

/// How a lock is taken.
type Lock = fn(&File) -> io::Result<()>;

impl FolderContents {
    /// The contents in a folder, which need not be there yet.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
        }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The file of a content; none for what is no hash.
    fn path(&self, hash: &str) -> Option<PathBuf> {
        let is_hash = Content::is_hash(hash);
        is_hash.then(|| self.folder.join(&hash[..2]).join(&hash[2..4]).join(hash))
    }

    /// While a file gets its name, nobody takes another for old and removes it. Gone when the file
    /// is dropped.
    fn lock(&self, lock: Lock) -> io::Result<OwnFile> {
        let mut options = File::options();
        let path = self.folder.join("lock");
        options.create(true).truncate(false).write(true);
        let file = OwnFile::open(&options, path)?;
        lock(&file)?;
        Ok(file)
    }

    fn put_file(&self, content: &mut dyn Read) -> io::Result<Content> {
        make_folder(&self.folder)?;
        let mut file = WholeFile::create(&self.folder)?;
        let content = Content::copy(content, &mut file)?;
        let Some(path) = self.path(&content.hash) else {
            return Err(io::ErrorKind::InvalidData.into());
        };
        if let Some(folder) = path.parent() {
            make_folder(folder)?;
        }
        // What takes long is done before others have to wait.
        file.sync()?;
        let _lock = self.lock(File::lock_shared)?;
        file.finish(&path)?;
        Ok(Content {
            stored: now(),
            ..content
        })
    }

    fn remove_file(&self, path: &Path, before: Timestamp) -> io::Result<bool> {
        if path.metadata()?.is_file() {
            let _lock = self.lock(File::lock)?;
            let is_old = stored(&path.metadata()?) <= before;
            if is_old {
                fs::remove_file(path)?;
            }
            return Ok(is_old);
        }
        Ok(false)
    }

    fn failure(&self, action: &str, error: io::Error) -> Error {
        Error::io(action, self.folder.display().to_string(), error)
    }
}

impl ContentStore for FolderContents {
    fn put(&self, content: &mut dyn Read) -> Result<Content> {
        let put = self.put_file(content);
        put.map_err(|error| self.failure("keep an artifact", error))
    }

    fn open(&self, hash: &str) -> Result<Box<dyn Read + Send>> {
        self.open_at(hash, 0)
    }

    fn open_at(&self, hash: &str, first: u64) -> Result<Box<dyn Read + Send>> {
        let path = self.path(hash);
        let path = path.ok_or_else(|| Error::no_content(self.place(hash)))?;
        let opened = File::open(&path).and_then(|mut file| {
            file.seek(io::SeekFrom::Start(first))?;
            Ok(file)
        });
        match opened {
            Ok(file) => Ok(Box::new(file)),
            Err(error) if is_absent(&error) => Err(Error::no_content(self.place(hash))),
            Err(error) => Err(Error::io("read an artifact", self.place(hash), error)),
        }
    }

    fn size(&self, hash: &str) -> Result<Option<u64>> {
        let Some(path) = self.path(hash) else {
            return Ok(None);
        };
        match path.metadata() {
            Ok(file) => Ok(Some(file.len())),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(Error::io("look for an artifact", self.place(hash), error)),
        }
    }

    fn renew(&self, hash: &str) -> Result<Option<u64>> {
        let Some(path) = self.path(hash) else {
            return Ok(None);
        };
        if self.size(hash)?.is_none() {
            return Ok(None);
        }
        let renew = || {
            let _lock = self.lock(File::lock_shared)?;
            let file = File::options().append(true).open(&path)?;
            file.set_modified(std::time::SystemTime::now())?;
            Ok(file.metadata()?.len())
        };
        let renewed: io::Result<u64> = renew();
        // What belongs to another user has to be put again, which replaces it.
        Ok(renewed.ok())
    }

    fn list(&self) -> Result<Vec<Content>> {
        let mut contents = Vec::new();
        let list = list(&self.folder, 2, &mut contents);
        list.map_err(|error| self.failure("list the artifacts", error))?;
        contents.sort_unstable_by(|a, b| a.hash.cmp(&b.hash));
        Ok(contents)
    }

    fn remove(&self, hash: &str, before: Timestamp) -> Result<bool> {
        let Some(path) = self.path(hash) else {
            return Ok(false);
        };
        match self.remove_file(&path, before) {
            Err(error) if is_absent(&error) => Ok(false),
            removed => removed.map_err(|error| self.failure("remove an artifact", error)),
        }
    }

    fn remove_interrupted(&self, before: Timestamp) -> Result<()> {
        let remove = || {
            for entry in entries(&self.folder)? {
                let is_new = entry
                    .file_name()
                    .to_string_lossy()
                    .starts_with(WholeFile::PREFIX);
                if is_new && stored(&entry.metadata()?) <= before {
                    fs::remove_file(entry.path())?;
                }
            }
            Ok(())
        };
        match remove() {
            // Somebody else was faster.
            Err(error) if is_absent(&error) => Ok(()),
            removed => removed.map_err(|error| self.failure("remove an artifact", error)),
        }
    }

    fn place(&self, hash: &str) -> String {
        let path = self.path(hash).unwrap_or_else(|| self.folder.join(hash));
        path.display().to_string()
    }
}

/// Lists the contents in a folder and `depth` folders below.
fn list(folder: &Path, depth: usize, contents: &mut Vec<Content>) -> io::Result<()> {
    for entry in entries(folder)? {
        let name = entry.file_name().to_string_lossy().into_owned();
        if depth > 0 {
            if name.len() == 2 && entry.file_type()?.is_dir() {
                list(&entry.path(), depth - 1, contents)?;
            }
        } else if Content::is_hash(&name) {
            match entry.metadata() {
                Ok(file) => contents.push(Content {
                    hash: name,
                    size: file.len(),
                    stored: stored(&file),
                }),
                Err(error) if is_absent(&error) => {}
                Err(error) => return Err(error),
            }
        }
    }
    Ok(())
}

/// What is in a folder; nothing where there is no such folder.
fn entries(folder: &Path) -> io::Result<Vec<fs::DirEntry>> {
    match fs::read_dir(folder) {
        Ok(entries) => entries.collect(),
        Err(error) if is_absent(&error) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// When a file was last written; a time that no calendar has is long ago.
fn stored(file: &Metadata) -> Timestamp {
    let modified = file.modified().ok();
    let time = modified.and_then(|time| Timestamp::try_from(time).ok());
    time.unwrap_or(Timestamp::MIN)
}

fn is_absent(error: &io::Error) -> bool {
    use io::ErrorKind::{NotADirectory, NotFound};
    matches!(error.kind(), NotFound | NotADirectory)
}

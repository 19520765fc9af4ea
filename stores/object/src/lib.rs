//! The contents of artifacts in an object store: S3, and what speaks its protocol.
//!
//! ```no_run
//! use tracker_core::Tracker;
//! use tracker_object::ObjectContents;
//!
//! let contents = ObjectContents::open("s3://models/digits")?;
//! let tracker = Tracker::open("memory:")?.with_artifacts(contents);
//! # Ok::<(), tracker_core::Error>(())
//! ```
//!
//! The calls block, as those of every store; they may be made within an asynchronous runtime too,
//! where they hold up the thread that makes them.

mod errors;
mod reader;
mod runtime;

use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek as _};
use std::sync::Arc;

use bytes::Bytes;
use futures_util::StreamExt as _;
use object_store::aws::AmazonS3Builder;
use object_store::buffered::BufWriter;
use object_store::path::Path;
use object_store::{GetOptions, GetRange, ObjectMeta, ObjectStore, ObjectStoreExt as _};
use tokio::io::AsyncWriteExt as _;
use tracker_core::ports::{Content, ContentStore};
use tracker_core::{Error, Result, Timestamp};

use errors::failure;
use reader::Pieces;
use runtime::Worker;

/// How many seconds a content counts as put now. One that is younger is not sent again.
const YOUNG: i64 = 3_600;
/// How many bytes of a content are sent at once.
const PIECE: usize = 1 << 20;

/// Keeps the contents of artifacts in a bucket, each in an object that has its hash as name:
/// `ab/cd/`, the first four digits, and the whole hash, as
/// [`FolderContents`](tracker_core::FolderContents) has its files.
///
/// A content waits in a temporary file until its hash is known, and is sent then, a large one in
/// parts. An object appears when all of it is there. What was sent of an upload that was interrupted
/// is not listed; a rule of the bucket should abort such uploads after some days.
///
/// An object store removes without a condition. A content that is put again in the moment between
/// the look at its age and its removal may be lost, so remove what nothing refers to when nobody
/// puts contents that have been there before.
///
/// # Examples
///
/// ```
/// use std::sync::Arc;
/// use object_store::memory::InMemory;
/// use tracker_core::ports::ContentStore;
/// use tracker_object::ObjectContents;
///
/// let contents = ObjectContents::new(Arc::new(InMemory::new()), "memory://", "digits")?;
/// let content = contents.put(&mut &b"weights"[..])?;
/// assert_eq!(contents.size(&content.hash)?, Some(7));
/// # Ok::<(), tracker_core::Error>(())
/// ```
pub struct ObjectContents {
    store: Arc<dyn ObjectStore>,
    worker: Arc<Worker>,
    /// What messages put before a path, as `s3://models/`.
    address: String,
    prefix: Path,
}

impl ObjectContents {
    /// The contents in a bucket, under a prefix that may be empty: `s3://BUCKET/PREFIX`.
    ///
    /// Who asks, and where, is read from the environment: `AWS_ACCESS_KEY_ID`,
    /// `AWS_SECRET_ACCESS_KEY`, `AWS_REGION`, `AWS_ENDPOINT` and `AWS_ALLOW_HTTP` for another server
    /// than that of Amazon, and the others that
    /// [`AmazonS3Builder`](object_store::aws::AmazonS3Builder::from_env) knows. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// [`Error::Address`] where this is no such address, or the environment says something that
    /// cannot be.
    ///
    /// # Examples
    ///
    /// ```
    /// use tracker_object::ObjectContents;
    ///
    /// let error = ObjectContents::open("models/digits").unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "`models/digits` names no store: it names no bucket\nhint: write `s3://BUCKET/PREFIX`"
    /// );
    /// ```
    pub fn open(address: &str) -> Result<Self> {
        let refuse = |problem: String, hint: &str| Error::Address {
            address: address.to_owned(),
            problem,
            hint: hint.to_owned(),
        };
        let rest = address.strip_prefix("s3://").unwrap_or_default();
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        if bucket.is_empty() {
            return Err(refuse(
                "it names no bucket".to_owned(),
                "write `s3://BUCKET/PREFIX`",
            ));
        }
        let builder = AmazonS3Builder::from_env().with_bucket_name(bucket);
        let store = builder
            .build()
            .map_err(|error| refuse(error.to_string(), "see the variables `AWS_...`"))?;
        Self::new(Arc::new(store), &format!("s3://{bucket}/"), prefix)
    }

    /// The contents in any object store, under a prefix that may be empty. `address` is what messages
    /// put before a path, as `s3://models/`.
    ///
    /// # Errors
    ///
    /// [`Error::Address`] for a prefix that cannot be part of a path.
    pub fn new(store: Arc<dyn ObjectStore>, address: &str, prefix: &str) -> Result<Self> {
        let prefix = Path::parse(prefix).map_err(|error| Error::Address {
            address: format!("{address}{prefix}"),
            problem: error.to_string(),
            hint: "write the prefix as `models/digits`".to_owned(),
        })?;
        Ok(Self {
            store,
            worker: Arc::new(Worker::start()?),
            address: address.to_owned(),
            prefix,
        })
    }

    /// The object of a content; none for what is no hash.
    fn path(&self, hash: &str) -> Option<Path> {
        let path = || {
            let folder = self.prefix.clone().join(&hash[..2]).join(&hash[2..4]);
            folder.join(hash)
        };
        Content::is_hash(hash).then(path)
    }

    /// What is known of the object of a content; none where it is not there.
    fn meta(&self, hash: &str) -> Result<Option<(Path, ObjectMeta)>> {
        let Some(path) = self.path(hash) else {
            return Ok(None);
        };
        let (store, wanted) = (Arc::clone(&self.store), path.clone());
        match self.worker.wait(async move { store.head(&wanted).await })? {
            Ok(meta) => Ok(Some((path, meta))),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(failure("look for an artifact", self.place(hash), error)),
        }
    }

    /// The length of a content that was put a short while ago.
    fn young(&self, hash: &str) -> Result<Option<u64>> {
        let meta = self.meta(hash)?.map(|(_, meta)| meta);
        let young = meta.filter(|meta| {
            let age = Timestamp::now().as_second() - stored(meta).as_second();
            age < YOUNG
        });
        Ok(young.map(|meta| meta.size))
    }

    /// Sends a file.
    fn send(&self, content: &Content, mut file: File) -> Result<()> {
        let Some(path) = self.path(&content.hash) else {
            return Err(Error::no_content(self.place(&content.hash)));
        };
        let place = || self.place(&content.hash);
        file.rewind()
            .map_err(|error| Error::io("keep an artifact", place(), error))?;
        let mut writer = BufWriter::new(Arc::clone(&self.store), path);
        let sent = self.worker.wait(async move {
            if let Err(error) = send(&mut file, &mut writer).await {
                // Where that fails too, a rule of the bucket does it.
                let _ = writer.abort().await;
                return Err(error);
            }
            // It gives up the upload itself when it fails.
            writer.shutdown().await
        })?;
        sent.map_err(|error| match error.downcast::<object_store::Error>() {
            Ok(error) => failure("keep an artifact", place(), error),
            Err(error) => Error::io("keep an artifact", place(), error),
        })
    }
}

/// Sends all pieces of a file; the upload is not ended.
async fn send(file: &mut File, writer: &mut BufWriter) -> io::Result<()> {
    loop {
        let mut piece = Vec::with_capacity(PIECE);
        let length = file.take(PIECE as u64).read_to_end(&mut piece)?;
        if length == 0 {
            return Ok(());
        }
        writer.put(Bytes::from(piece)).await?;
    }
}

impl ContentStore for ObjectContents {
    fn put(&self, content: &mut dyn Read) -> Result<Content> {
        let spool = |error| Error::io("keep an artifact", "a temporary file", error);
        let mut file = tempfile::tempfile().map_err(spool)?;
        let content = Content::copy(content, &mut file).map_err(spool)?;
        if self.young(&content.hash)? != Some(content.size) {
            self.send(&content, file)?;
        }
        Ok(content)
    }

    fn open(&self, hash: &str) -> Result<Box<dyn Read + Send>> {
        self.open_at(hash, 0)
    }

    fn open_at(&self, hash: &str, first: u64) -> Result<Box<dyn Read + Send>> {
        if first > 0 && self.size(hash)?.is_some_and(|size| size <= first) {
            // What begins behind the end cannot be asked for.
            return Ok(Box::new(io::empty()));
        }
        let Some(path) = self.path(hash) else {
            return Err(Error::no_content(self.place(hash)));
        };
        let store = Arc::clone(&self.store);
        let range = (first > 0).then_some(GetRange::Offset(first));
        let options = GetOptions::new().with_range(range);
        let found = async move { store.get_opts(&path, options).await };
        match self.worker.wait(found)? {
            Ok(found) => {
                let worker = Arc::clone(&self.worker);
                Ok(Box::new(Pieces::new(
                    worker,
                    found.into_stream(),
                    self.place(hash),
                )))
            }
            Err(object_store::Error::NotFound { .. }) => Err(Error::no_content(self.place(hash))),
            Err(error) => Err(failure("read an artifact", self.place(hash), error)),
        }
    }

    fn size(&self, hash: &str) -> Result<Option<u64>> {
        Ok(self.meta(hash)?.map(|(_, meta)| meta.size))
    }

    fn renew(&self, hash: &str) -> Result<Option<u64>> {
        self.young(hash)
    }

    fn list(&self) -> Result<Vec<Content>> {
        let (store, prefix) = (Arc::clone(&self.store), self.prefix.clone());
        let listed = self.worker.wait(async move {
            let objects = store.list(Some(&prefix)).collect::<Vec<_>>().await;
            objects
                .into_iter()
                .collect::<object_store::Result<Vec<_>>>()
        })?;
        let place = || format!("{}{}", self.address, self.prefix);
        let listed = listed.map_err(|error| failure("list the artifacts", place(), error))?;
        let mut contents: Vec<Content> = listed
            .into_iter()
            .filter_map(|meta| {
                let hash = meta.location.filename()?.to_owned();
                // Somebody else may keep objects there.
                let is_own = self.path(&hash).is_some_and(|path| path == meta.location);
                is_own.then(|| Content {
                    hash,
                    size: meta.size,
                    stored: stored(&meta),
                })
            })
            .collect();
        contents.sort_unstable_by(|a, b| a.hash.cmp(&b.hash));
        Ok(contents)
    }

    fn remove(&self, hash: &str, before: Timestamp) -> Result<bool> {
        let old = self.meta(hash)?.filter(|(_, meta)| stored(meta) <= before);
        let Some((path, _)) = old else {
            return Ok(false);
        };
        let store = Arc::clone(&self.store);
        match self.worker.wait(async move { store.delete(&path).await })? {
            Ok(()) => Ok(true),
            // Somebody else was faster.
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(failure("remove an artifact", self.place(hash), error)),
        }
    }

    fn place(&self, hash: &str) -> String {
        let path = self.path(hash);
        let path = path.unwrap_or_else(|| self.prefix.clone().join(hash));
        format!("{}{path}", self.address)
    }
}

/// When an object was last written; a time that no calendar has is long ago.
fn stored(meta: &ObjectMeta) -> Timestamp {
    let time = Timestamp::from_microsecond(meta.last_modified.timestamp_micros());
    time.unwrap_or(Timestamp::MIN)
}

impl fmt::Debug for ObjectContents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ObjectContents")
            .field("address", &self.address)
            .field("prefix", &self.prefix)
            .finish_non_exhaustive()
    }
}

/// The program in the README is checked with the other examples.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadMe;

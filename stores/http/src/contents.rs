//! The contents of artifacts on the server.

use std::fmt;
use std::io::{self, Read};
use std::sync::Arc;

use serde::de::DeserializeOwned;
use tracker_core::ports::{Content, ContentStore};
use tracker_core::{Error, ErrorKind, Result, Timestamp};

use crate::client::{Call, Client};

/// Keeps the contents of artifacts on a server, which streams them up and down.
///
/// Addresses of [`Tracker::open`](tracker_core::Tracker::open) bring it along;
/// [`HttpStore::contents`](crate::HttpStore::contents) makes one for a tracker of one's own.
pub struct HttpContents {
    client: Arc<Client>,
}

impl HttpContents {
    pub(crate) fn new(client: Arc<Client>) -> Self {
        Self { client }
    }

    fn ask<T: DeserializeOwned>(
        &self,
        action: &str,
        (method, path): (&str, &str),
        sort: Call,
    ) -> Result<T> {
        let nothing: Option<&()> = None;
        self.client.ask(action, (method, path), nothing, sort)
    }
}

const ALL: &str = "/store/contents";

fn path(hash: &str) -> String {
    format!("{ALL}/{hash}")
}

impl ContentStore for HttpContents {
    fn put(&self, content: &mut dyn Read) -> Result<Content> {
        self.client.upload("put an artifact", ALL, content)
    }

    fn open(&self, hash: &str) -> Result<Box<dyn Read + Send>> {
        self.open_at(hash, 0)
    }

    fn open_at(&self, hash: &str, first: u64) -> Result<Box<dyn Read + Send>> {
        if !Content::is_hash(hash) {
            return Err(Error::no_content(self.place(hash)));
        }
        let opened = self.client.download("read an artifact", &path(hash), first);
        opened.map_err(|error| match error.kind() {
            ErrorKind::NotFound => Error::no_content(self.place(hash)),
            _ => error,
        })
    }

    fn size(&self, hash: &str) -> Result<Option<u64>> {
        if !Content::is_hash(hash) {
            return Ok(None);
        }
        let path = format!("{}/size", path(hash));
        self.ask("look for an artifact", ("GET", &path), Call::Small)
    }

    fn measure(&self, hash: &str) -> Result<(String, u64)> {
        if !Content::is_hash(hash) {
            return Err(Error::no_content(self.place(hash)));
        }
        let path = format!("{}/measure", path(hash));
        match self.ask("check an artifact", ("GET", &path), Call::Once) {
            // An older server cannot, and it takes another longer than a server may say nothing.
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Unavailable) => {
                let content = Content::copy(&mut *self.open(hash)?, &mut io::sink());
                let content = content
                    .map_err(|error| Error::io("read an artifact", self.place(hash), error))?;
                Ok((content.hash, content.size))
            }
            measured => measured,
        }
    }

    fn renew(&self, hash: &str) -> Result<Option<u64>> {
        if !Content::is_hash(hash) {
            return Ok(None);
        }
        let path = format!("{}/renew", path(hash));
        self.ask("keep an artifact", ("POST", &path), Call::Small)
    }

    fn list(&self) -> Result<Vec<Content>> {
        self.ask("list the contents of artifacts", ("GET", ALL), Call::Long)
    }

    fn remove(&self, hash: &str, before: Timestamp) -> Result<bool> {
        if !Content::is_hash(hash) {
            return Ok(false);
        }
        let path = format!("{}?before={before}", path(hash));
        self.ask("remove an artifact", ("DELETE", &path), Call::Long)
    }

    fn remove_interrupted(&self, before: Timestamp) -> Result<()> {
        let path = format!("{ALL}?before={before}");
        let action = "remove what uploads have left";
        self.ask(action, ("DELETE", &path), Call::Long)
    }

    fn place(&self, hash: &str) -> String {
        format!("{}/artifacts/{hash}", self.client.place())
    }
}

impl fmt::Debug for HttpContents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpContents")
            .field("place", &self.client.place())
            .finish_non_exhaustive()
    }
}

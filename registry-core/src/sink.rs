//! Where canonical text goes: a string, or a digest.

use md5::{Digest, Md5};

/// Pieces are gathered to this size before the digest sees them; an update costs as much as
/// copying this many bytes.
const CHUNK: usize = 128;

pub(crate) enum Sink {
    Text(Vec<u8>),
    Md5(Chunked<Md5>),
    Other(Chunked<Box<dyn Update>>),
}

/// A digest behind a small buffer.
pub(crate) struct Chunked<D> {
    digest: D,
    pending: [u8; CHUNK],
    length: usize,
}

/// The part of a digest that the writer needs, object safe.
pub(crate) trait Update {
    fn update(&mut self, bytes: &[u8]);
    fn finish(self: Box<Self>) -> Vec<u8>;
}

impl<D: Digest> Update for D {
    fn update(&mut self, bytes: &[u8]) {
        Digest::update(self, bytes);
    }

    fn finish(self: Box<Self>) -> Vec<u8> {
        Digest::finalize(*self).to_vec()
    }
}

impl<D> Chunked<D> {
    fn new(digest: D) -> Self {
        Self {
            digest,
            pending: [0; CHUNK],
            length: 0,
        }
    }

    fn put(&mut self, bytes: &[u8], mut update: impl FnMut(&mut D, &[u8])) {
        let end = self.length + bytes.len();
        if let Some(free) = self.pending.get_mut(self.length..end) {
            free.copy_from_slice(bytes);
            self.length = end;
            return;
        }
        update(&mut self.digest, &self.pending[..self.length]);
        self.length = 0;
        if bytes.len() >= CHUNK {
            update(&mut self.digest, bytes);
        } else {
            self.pending[..bytes.len()].copy_from_slice(bytes);
            self.length = bytes.len();
        }
    }
}

impl Sink {
    pub(crate) fn text(capacity: usize) -> Self {
        Self::Text(Vec::with_capacity(capacity))
    }

    pub(crate) fn md5() -> Self {
        Self::Md5(Chunked::new(Md5::new()))
    }

    pub(crate) fn digest<D: Digest + 'static>() -> Self {
        Self::Other(Chunked::new(Box::new(D::new())))
    }

    #[inline]
    pub(crate) fn put(&mut self, bytes: &[u8]) {
        match self {
            Self::Text(text) => text.extend_from_slice(bytes),
            Self::Md5(md5) => md5.put(bytes, |digest, bytes| Digest::update(digest, bytes)),
            Self::Other(other) => other.put(bytes, |digest, bytes| digest.update(bytes)),
        }
    }

    /// How many bytes of text stand here; 0 for a digest.
    pub(crate) fn length(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Md5(_) | Self::Other(_) => 0,
        }
    }

    /// The text so far; empty for a digest.
    pub(crate) fn written(&self) -> &str {
        match self {
            Self::Text(text) => std::str::from_utf8(text).unwrap_or_default(),
            Self::Md5(_) | Self::Other(_) => "",
        }
    }

    /// Takes back what was written after `length`; a digest keeps what it has seen.
    pub(crate) fn truncate(&mut self, length: usize) {
        if let Self::Text(text) = self {
            text.truncate(length);
        }
    }

    /// The written text; empty for a digest.
    pub(crate) fn into_text(self) -> String {
        match self {
            // The writer puts whole `str`s and ASCII only, so nothing is ever replaced.
            Self::Text(text) => String::from_utf8(text)
                .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()),
            Self::Md5(_) | Self::Other(_) => String::new(),
        }
    }

    /// The digest's bytes; none for a text.
    pub(crate) fn into_digest(self) -> DigestBytes {
        match self {
            Self::Text(_) => DigestBytes::Other(Vec::new()),
            Self::Md5(mut md5) => {
                Digest::update(&mut md5.digest, &md5.pending[..md5.length]);
                DigestBytes::Md5(md5.digest.finalize().into())
            }
            Self::Other(mut other) => {
                other.digest.update(&other.pending[..other.length]);
                DigestBytes::Other(other.digest.finish())
            }
        }
    }
}

/// A finished digest.
pub(crate) enum DigestBytes {
    Md5([u8; 16]),
    Other(Vec<u8>),
}

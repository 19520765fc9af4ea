//! Where canonical text goes: a string, or a digest.

use md5::{Digest, Md5};

#[expect(
    clippy::large_enum_variant,
    reason = "a hash is made on the stack, without an allocation"
)]
pub(crate) enum Sink {
    Text(String),
    Md5(Buffered),
    Other(Box<dyn Update>),
    /// For the writer that stands in while the real one is handed over.
    Nowhere,
}

/// An MD5 that is fed in large pieces: canonical text comes in words of a few bytes, and each call of
/// the digest costs more than the copy.
pub(crate) struct Buffered {
    digest: Md5,
    pending: [u8; PENDING],
    length: usize,
}

/// Room for the text of a component of usual size.
const PENDING: usize = 192;

impl Buffered {
    #[inline]
    fn put(&mut self, bytes: &[u8]) {
        let end = self.length + bytes.len();
        match self.pending.get_mut(self.length..end) {
            Some(room) => {
                room.copy_from_slice(bytes);
                self.length = end;
            }
            None => self.overflow(bytes),
        }
    }

    #[cold]
    fn overflow(&mut self, bytes: &[u8]) {
        self.flush();
        Digest::update(&mut self.digest, bytes);
    }

    fn flush(&mut self) {
        Digest::update(&mut self.digest, &self.pending[..self.length]);
        self.length = 0;
    }
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

impl Sink {
    pub(crate) fn text(capacity: usize) -> Self {
        Self::Text(String::with_capacity(capacity))
    }

    pub(crate) fn md5() -> Self {
        Self::Md5(Buffered {
            digest: Md5::new(),
            pending: [0; PENDING],
            length: 0,
        })
    }

    pub(crate) fn digest<D: Digest + 'static>() -> Self {
        Self::Other(Box::new(D::new()))
    }

    #[inline]
    pub(crate) fn put(&mut self, text: &str) {
        match self {
            Self::Text(written) => written.push_str(text),
            Self::Md5(md5) => md5.put(text.as_bytes()),
            Self::Other(digest) => digest.update(text.as_bytes()),
            Self::Nowhere => {}
        }
    }

    /// The text so far; empty for a digest.
    pub(crate) fn written(&self) -> &str {
        match self {
            Self::Text(text) => text,
            _ => "",
        }
    }

    /// The written text; empty for a digest.
    pub(crate) fn into_text(self) -> String {
        match self {
            Self::Text(text) => text,
            _ => String::new(),
        }
    }

    /// The digest's bytes; none for a text.
    pub(crate) fn into_digest(self) -> DigestBytes {
        match self {
            Self::Text(_) | Self::Nowhere => DigestBytes::Other(Vec::new()),
            Self::Md5(mut md5) => {
                md5.flush();
                DigestBytes::Md5(md5.digest.finalize().into())
            }
            Self::Other(digest) => DigestBytes::Other(digest.finish()),
        }
    }
}

/// A finished digest.
pub(crate) enum DigestBytes {
    Md5([u8; 16]),
    Other(Vec<u8>),
}

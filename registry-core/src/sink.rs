//! Where canonical text goes: a string, or a digest.

use md5::{Digest, Md5};

pub(crate) enum Sink {
    Text(String),
    Md5(Md5),
    Other(Box<dyn Update>),
    /// For the writer that stands in while the real one is handed over.
    Nowhere,
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
        Self::Md5(Md5::new())
    }

    pub(crate) fn digest<D: Digest + 'static>() -> Self {
        Self::Other(Box::new(D::new()))
    }

    #[inline]
    pub(crate) fn put(&mut self, text: &str) {
        match self {
            Self::Text(written) => written.push_str(text),
            Self::Md5(md5) => Digest::update(md5, text),
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

    /// Takes back what was written after `length`; a digest keeps what it has seen.
    pub(crate) fn truncate(&mut self, length: usize) {
        if let Self::Text(text) = self {
            text.truncate(length);
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
            Self::Md5(md5) => DigestBytes::Md5(md5.finalize().into()),
            Self::Other(digest) => DigestBytes::Other(digest.finish()),
        }
    }
}

/// A finished digest.
pub(crate) enum DigestBytes {
    Md5([u8; 16]),
    Other(Vec<u8>),
}

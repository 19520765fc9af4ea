//! Contents come back whole, are kept once, and are removed when they are old.

use std::io::{self, Read};

use super::violations;
use crate::error::{Error, ErrorKind, Result};
use crate::ports::{Content, ContentStore};
use crate::records::now;

/// A behaviour by name; it is given an empty place.
type Behaviour = (&'static str, fn(&dyn ContentStore) -> Result<()>);

macro_rules! behaviours {
    ($($behaviour:ident),+ $(,)?) => {
        const BEHAVIOURS: &[Behaviour] = &[$((stringify!($behaviour), $behaviour)),+];
    };
}

behaviours! {
    content_comes_back_exactly,
    content_is_read_from_a_place,
    same_content_is_kept_once,
    contents_are_listed_by_hash,
    absent_content_is_said_so,
    content_is_measured,
    failed_stream_leaves_nothing,
    old_content_is_removed,
    young_content_is_not_removed,
    content_that_is_put_again_is_young,
    renewed_content_is_there,
    one_content_can_be_put_at_once,
}

/// Runs every behaviour of a place for the contents of artifacts, each with an empty one from
/// `open`.
///
/// # Panics
///
/// When it does not behave; the message names each behaviour that it does not show.
///
/// # Examples
///
/// ```
/// use tracker_core::{MemoryContents, conformance};
///
/// conformance::run_contents(MemoryContents::default);
/// ```
pub fn run_contents<C: ContentStore>(open: impl Fn() -> C) {
    let found = violations(BEHAVIOURS.iter().map(|(name, behaviour)| {
        let run = || behaviour(&open());
        (*name, run)
    }));
    assert!(
        found.is_empty(),
        "the contents do not show:\n{}",
        found.join("\n")
    );
}

fn read(contents: &dyn ContentStore, hash: &str) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = contents.open(hash)?.read_to_end(&mut bytes);
    read.map_err(|error| Error::io("read", contents.place(hash), error))?;
    Ok(bytes)
}

fn hashes(contents: &dyn ContentStore) -> Result<Vec<String>> {
    let listed = contents.list()?.into_iter();
    Ok(listed.map(|content| content.hash).collect())
}

/// Some megabytes in which no piece is as another.
fn large() -> Vec<u8> {
    let mut state = 1_u32;
    let bytes = (0..3_000_001).map(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    });
    bytes.collect()
}

fn content_comes_back_exactly(contents: &dyn ContentStore) -> Result<()> {
    for bytes in [Vec::new(), b"abc".to_vec(), large()] {
        let expected = Content::copy(&mut &bytes[..], &mut io::sink());
        let expected = expected.map_err(|error| Error::io("hash", "memory", error))?;
        let put = contents.put(&mut &bytes[..])?;
        assert_eq!((&put.hash, put.size), (&expected.hash, bytes.len() as u64));
        assert!(
            read(contents, &put.hash)? == bytes,
            "of {} bytes",
            bytes.len()
        );
        assert_eq!(contents.size(&put.hash)?, Some(put.size));
        assert!(!contents.place(&put.hash).is_empty());
    }
    Ok(())
}

fn content_is_read_from_a_place(contents: &dyn ContentStore) -> Result<()> {
    let bytes = large();
    let put = contents.put(&mut &bytes[..])?;
    for first in [
        0,
        1,
        (1 << 20) - 1,
        1 << 20,
        2_500_000,
        bytes.len() - 1,
        bytes.len(),
    ] {
        let mut read = Vec::new();
        let from = contents
            .open_at(&put.hash, first as u64)?
            .read_to_end(&mut read);
        from.map_err(|error| Error::io("read", contents.place(&put.hash), error))?;
        assert!(read == bytes[first..], "from byte {first}");
    }
    let opened = contents.open_at(&"0".repeat(64), 3).map(drop);
    assert_eq!(
        opened.map_err(|error| error.kind()),
        Err(ErrorKind::NotFound)
    );
    Ok(())
}

fn same_content_is_kept_once(contents: &dyn ContentStore) -> Result<()> {
    let first = contents.put(&mut &b"abc"[..])?;
    let second = contents.put(&mut &b"abc"[..])?;
    assert_eq!(first.hash, second.hash);
    assert_eq!(hashes(contents)?, [first.hash]);
    Ok(())
}

fn contents_are_listed_by_hash(contents: &dyn ContentStore) -> Result<()> {
    assert!(contents.list()?.is_empty());
    let mut put = Vec::new();
    for number in 0..20_u8 {
        let content = contents.put(&mut &vec![number; usize::from(number)][..])?;
        put.push((content.hash, content.size));
    }
    put.sort_unstable();
    let listed = contents.list()?.into_iter();
    let listed: Vec<_> = listed.map(|content| (content.hash, content.size)).collect();
    assert_eq!(listed, put);
    Ok(())
}

fn absent_content_is_said_so(contents: &dyn ContentStore) -> Result<()> {
    contents.put(&mut &b"abc"[..])?;
    for hash in ["0".repeat(64), "../../etc/passwd".to_owned(), String::new()] {
        assert_eq!(contents.size(&hash)?, None, "{hash}");
        assert_eq!(contents.renew(&hash)?, None, "{hash}");
        assert!(!contents.remove(&hash, now())?, "{hash}");
        let opened = contents.open(&hash).map(drop);
        for asked in [opened, contents.measure(&hash).map(drop)] {
            let asked = asked.map_err(|error| error.kind());
            assert_eq!(asked, Err(ErrorKind::NotFound), "{hash}");
        }
    }
    Ok(())
}

/// A stream that breaks off with an error of the tracker.
struct Broken(usize);

impl Read for Broken {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.0 == 0 {
            return Err(io::Error::other(Error::no_content("elsewhere")));
        }
        let length = buffer.len().min(self.0);
        buffer[..length].fill(7);
        self.0 -= length;
        Ok(length)
    }
}

fn content_is_measured(contents: &dyn ContentStore) -> Result<()> {
    let bytes = large();
    let put = contents.put(&mut &bytes[..])?;
    assert_eq!(contents.measure(&put.hash)?, (put.hash, put.size));
    Ok(())
}

fn failed_stream_leaves_nothing(contents: &dyn ContentStore) -> Result<()> {
    for length in [0, 10, 1_000_000] {
        let put = contents.put(&mut Broken(length));
        assert!(
            matches!(put, Err(Error::Missing { .. })),
            "the error of the stream must show"
        );
    }
    assert!(contents.list()?.is_empty());
    Ok(())
}

fn old_content_is_removed(contents: &dyn ContentStore) -> Result<()> {
    let content = contents.put(&mut &b"abc"[..])?;
    let other = contents.put(&mut &b"abcd"[..])?;
    assert!(contents.remove(&content.hash, later())?);
    assert!(!contents.remove(&content.hash, later())?);
    assert_eq!(contents.size(&content.hash)?, None);
    assert_eq!(hashes(contents)?, [other.hash]);
    contents.remove_interrupted(later())?;
    contents.put(&mut &b"abc"[..])?;
    assert_eq!(read(contents, &content.hash)?, b"abc");
    Ok(())
}

fn young_content_is_not_removed(contents: &dyn ContentStore) -> Result<()> {
    let content = contents.put(&mut &b"abc"[..])?;
    assert!(!contents.remove(&content.hash, earlier())?);
    assert_eq!(read(contents, &content.hash)?, b"abc");
    let listed = contents.list()?;
    assert!(listed[0].stored > earlier() && listed[0].stored < later());
    Ok(())
}

fn content_that_is_put_again_is_young(contents: &dyn ContentStore) -> Result<()> {
    contents.put(&mut &b"abc"[..])?;
    let before = contents.list()?[0].stored;
    contents.put(&mut &b"abc"[..])?;
    assert!(contents.list()?[0].stored >= before);
    Ok(())
}

fn renewed_content_is_there(contents: &dyn ContentStore) -> Result<()> {
    let content = contents.put(&mut &b"abc"[..])?;
    // Whoever cannot do it says so, and is given the content again.
    assert!(matches!(contents.renew(&content.hash)?, Some(3) | None));
    assert_eq!(read(contents, &content.hash)?, b"abc");
    Ok(())
}

fn one_content_can_be_put_at_once(contents: &dyn ContentStore) -> Result<()> {
    let bytes = large();
    let put = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| contents.put(&mut &bytes[..])))
            .collect();
        let done = threads.into_iter().filter_map(|thread| thread.join().ok());
        done.collect::<Result<Vec<_>>>()
    })?;
    assert_eq!(put.len(), 4, "no thread may fail");
    assert_eq!(hashes(contents)?, [put[0].hash.as_str()]);
    assert!(read(contents, &put[0].hash)? == bytes);
    Ok(())
}

/// An hour before, and after; the clock of a server need not agree with this one.
fn earlier() -> jiff::Timestamp {
    now() - jiff::SignedDuration::from_hours(1)
}

fn later() -> jiff::Timestamp {
    now() + jiff::SignedDuration::from_hours(1)
}

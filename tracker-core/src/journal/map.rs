//! A part of a file that is mapped into memory, as words that may be read and written from several
//! threads.
//!
//! What was written to the map is in the page cache, so it outlives the process however that ends.

use std::fs::File;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};

use memmap2::{MmapOptions, MmapRaw};

/// Bytes of a word.
pub(super) const WORD: usize = 8;

/// A mapped part of a file, of whole words.
pub(super) struct Map {
    map: MmapRaw,
}

impl Map {
    /// Maps a part of a file, which begins at a whole word.
    pub(super) fn new(file: &File, at: u64, bytes: u64) -> io::Result<Self> {
        let bytes = usize::try_from(bytes).map_err(|_| io::ErrorKind::OutOfMemory)?;
        let map = MmapOptions::new().offset(at).len(bytes).map_raw(file)?;
        if map.as_ptr().align_offset(WORD) != 0 {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        Ok(Self { map })
    }

    /// All words. Each is written and read whole, in the byte order of little endian.
    #[expect(unsafe_code, reason = "the map is memory that only its pointer names")]
    #[expect(clippy::cast_ptr_alignment, reason = "`new` sees to it")]
    fn words(&self) -> &[AtomicU64] {
        let words = self.map.len() / WORD;
        // SAFETY: `MmapRaw` keeps `len` bytes at the pointer mapped, readable and writable, until
        // it is dropped, and the slice borrows it. `new` refuses a pointer that is not aligned to
        // words. Every bit pattern is an `AtomicU64`, and all access goes through these atomics, so
        // threads do not race; that another process changes the file is nothing they cannot bear.
        unsafe { std::slice::from_raw_parts(self.map.as_mut_ptr().cast::<AtomicU64>(), words) }
    }

    /// How many words there are.
    pub(super) fn len(&self) -> usize {
        self.map.len() / WORD
    }

    /// A word; zero beyond the end.
    pub(super) fn get(&self, at: usize, ordering: Ordering) -> u64 {
        let word = self.words().get(at);
        word.map_or(0, |word| u64::from_le(word.load(ordering)))
    }

    /// Sets a word; nothing beyond the end.
    pub(super) fn set(&self, at: usize, word: u64, ordering: Ordering) {
        if let Some(place) = self.words().get(at) {
            place.store(word.to_le(), ordering);
        }
    }

    /// Sets words one after the other.
    pub(super) fn write(&self, at: usize, words: &[u64]) {
        if let Some(places) = self.words().get(at..at + words.len()) {
            for (place, word) in places.iter().zip(words) {
                place.store(word.to_le(), Ordering::Relaxed);
            }
        }
    }

    /// Copies words out, in the place of what `into` holds.
    pub(super) fn read(&self, at: usize, count: usize, into: &mut Vec<u64>) {
        let words = self.words().get(at..at + count).unwrap_or(&[]);
        into.clear();
        into.extend(
            words
                .iter()
                .map(|word| u64::from_le(word.load(Ordering::Relaxed))),
        );
    }
}

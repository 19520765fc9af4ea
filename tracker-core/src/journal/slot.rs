//! A slot of a journal, mapped into memory.

use std::sync::atomic::Ordering;

use super::layout::RECORDS;
use super::map::{Map, WORD};

/// Words of a page of memory on most machines; a smaller one only touches some pages twice.
const PAGE: usize = 4096 / WORD;

/// A slot, which whoever appends fills and whoever moves reads.
pub(super) struct Slot {
    map: Map,
    /// Where it is in the file.
    pub(super) at: u64,
}

impl Slot {
    /// A slot of zeros that was just made, with the word that says its length.
    pub(super) fn new(map: Map, at: u64, length: u64) -> Self {
        // The first write to a page takes microseconds; here nobody waits for it.
        for page in (0..map.len()).step_by(PAGE).skip(1) {
            map.set(page, 0, Ordering::Relaxed);
        }
        map.set(2, length, Ordering::Release);
        Self { map, at }
    }

    pub(super) fn words(&self) -> usize {
        self.map.len()
    }

    pub(super) fn bytes(&self) -> u64 {
        (self.map.len() * WORD) as u64
    }

    /// The position of its first word.
    pub(super) fn start(&self) -> u64 {
        self.map.get(0, Ordering::Acquire)
    }

    /// Where its records end.
    pub(super) fn end(&self) -> usize {
        usize::try_from(self.map.get(1, Ordering::Acquire)).unwrap_or(0)
    }

    /// Begins it anew, without records. Whatever it held is in the store, so the process may end
    /// between the two words.
    pub(super) fn begin(&self, start: u64) {
        self.set_end(RECORDS);
        self.map.set(0, start, Ordering::Release);
    }

    /// Whoever reads the end reads what is before it.
    pub(super) fn set_end(&self, end: usize) {
        self.map.set(1, end as u64, Ordering::Release);
    }

    pub(super) fn write(&self, at: usize, words: &[u64]) {
        self.map.write(at, words);
    }

    pub(super) fn read(&self, at: usize, count: usize, into: &mut Vec<u64>) {
        self.map.read(at, count, into);
    }
}

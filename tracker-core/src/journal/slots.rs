//! The slots of a journal that another process wrote, as they are in its file.

use std::fs::File;
use std::io;

use super::disk::Disk;
use super::file::Header;
use super::layout::{HEADER, LAST, Layout, RECORDS, UNIT, length, old};
use super::map::WORD;
use super::record::{self, Record};

/// A slot that was begun.
pub(super) struct Begun {
    layout: Layout,
    /// The position of its first word.
    start: u64,
    /// Its first byte in the file.
    at: u64,
    /// Words to the end of its records.
    words: u64,
}

/// What a journal holds.
#[derive(Default)]
pub(super) struct Slots {
    /// In the order in which they were begun.
    pub(super) begun: Vec<Begun>,
    /// How many slots cannot be read.
    pub(super) unreadable: u64,
}

impl Begun {
    /// The position of its first word.
    pub(super) fn start(&self) -> u64 {
        self.start
    }
}

impl Slots {
    /// Finds the slots of a journal.
    pub(super) fn find(disk: &dyn Disk, file: &File, header: Header) -> io::Result<Self> {
        let mut slots = Self::default();
        let (end, mut at) = (disk.length(file)?, HEADER);
        while at < end {
            let words = as_words(&disk.read(file, at, (RECORDS * WORD) as u64)?);
            let word = |index: usize| words.get(index).copied().unwrap_or(0);
            let (start, bytes) = match header.layout {
                Layout::Slots => (Some(word(0)), bytes(header, at, word(2))),
                Layout::Ids | Layout::Turns => {
                    let place = (at - HEADER) / old::BYTES;
                    let start = match word(0) {
                        0 => Some(0),
                        generation => old::start(place, generation),
                    };
                    (start, Some(old::BYTES))
                }
            };
            let begun = start.zip(bytes).map(|(start, bytes)| Begun {
                layout: header.layout,
                start,
                at,
                words: word(1).min(bytes / WORD as u64),
            });
            match begun {
                Some(Begun { start: 0, .. }) => {}
                Some(begun) if begun.start < LAST => slots.begun.push(begun),
                // Room that was not made a slot yet is zeros.
                None if words.iter().all(|word| *word == 0) => {}
                _ => slots.unreadable += 1,
            }
            at += bytes.unwrap_or(UNIT);
        }
        slots.begun.sort_by_key(|slot| slot.start);
        Ok(slots)
    }
}

/// The bytes of a slot of this version; none where that is not sound.
fn bytes(header: Header, at: u64, word: u64) -> Option<u64> {
    let units = u32::try_from(word & u64::from(u32::MAX)).ok()?;
    let is_sound = units > 0 && length(header.id, at, units) == word;
    is_sound.then(|| u64::from(units) * UNIT)
}

impl Begun {
    /// The position behind its last record.
    pub(super) fn end(&self) -> u64 {
        self.start + self.words
    }

    /// Gives each record with the positions before and behind it, up to the first that is not sound: a
    /// power loss may have kept a later page and not this one. Says whether that was none.
    pub(super) fn read(
        &self,
        disk: &dyn Disk,
        file: &File,
        mut each: impl FnMut(Record, u64, u64),
    ) -> io::Result<bool> {
        let words = as_words(&disk.read(file, self.at, self.words * WORD as u64)?);
        let mut at = self.layout.records();
        while let Some(rest) = words.get(at..).filter(|rest| !rest.is_empty()) {
            let here = self.start + at as u64;
            let Some((record, length)) = record::read(self.layout, here, rest) else {
                break;
            };
            at += length;
            each(record, here, here + length as u64);
        }
        Ok(at as u64 >= self.words)
    }
}

fn as_words(bytes: &[u8]) -> Vec<u64> {
    let words = bytes.chunks_exact(WORD);
    words
        .map(|word| u64::from_le_bytes(word.try_into().unwrap_or_default()))
        .collect()
}

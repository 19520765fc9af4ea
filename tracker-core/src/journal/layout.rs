//! How a journal is laid out: a header, then slots that are used in turn.
//!
//! A slot begins with its generation and the end of its records, both in a word. The generation
//! counts the slots that were ever begun, from 1, so slot `generation % SLOTS` is in use, and
//! positions only grow: that of a record is its generation times the size of a slot, plus its
//! place in the slot. Each slot says anew which series its points belong to; when the points of a
//! slot are in the store, nothing of it is needed any more.

use super::map::WORD;

/// What a journal begins with: `ENTIAJ`, and the version of the layout.
pub(super) const MAGIC: u64 = u64::from_le_bytes(*b"ENTIAJ02");

/// What one of the first layout begins with.
const MAGIC_OF_IDS: u64 = u64::from_le_bytes(*b"ENTIAJ01");

/// How the records of a journal name aggregates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// By their uuids.
    Uuids,
    /// By the id of the experiment and their own there: the first layout, which is only read.
    Ids,
}

impl Layout {
    /// The layout of a journal that begins so; none for one of a later version.
    pub(super) fn of(magic: u64) -> Option<Self> {
        match magic {
            MAGIC => Some(Self::Uuids),
            MAGIC_OF_IDS => Some(Self::Ids),
            _ => None,
        }
    }
}

/// Words before the first slot: a page, so that slots begin at pages.
pub(super) const HEADER: usize = 4096 / WORD;

/// Slots of a journal.
pub(super) const SLOTS: usize = 4;

/// Words of a slot: 2 MiB, or 52,000 points.
pub(super) const SLOT: usize = (2 << 20) / WORD;

/// Words at the beginning of a slot that are no records.
pub(super) const RECORDS: usize = 2;

/// The last generation whose positions a store can hold. No process gets there.
pub(super) const LAST: u64 = u64::MAX / 2 / SLOT as u64 - 1;

/// Words of a journal.
pub(super) const WORDS: usize = HEADER + SLOTS * SLOT;

/// Where the slot of a generation begins, in words of the file.
pub(super) fn slot(generation: u64) -> usize {
    HEADER + index(generation) * SLOT
}

/// Which of the slots is that of a generation.
#[expect(
    clippy::cast_possible_truncation,
    reason = "it is below the number of slots"
)]
pub(super) fn index(generation: u64) -> usize {
    (generation % SLOTS as u64) as usize
}

/// The position of a word in the slot of a generation.
pub(super) fn position(generation: u64, offset: usize) -> u64 {
    generation * SLOT as u64 + offset as u64
}

/// The generation and the word in its slot of a position.
pub(super) fn place(position: u64) -> (u64, usize) {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "it is below the size of a slot"
    )]
    let offset = (position % SLOT as u64) as usize;
    (position / SLOT as u64, offset)
}

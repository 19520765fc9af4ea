//! How a journal is laid out: a header, then slots one behind the other.
//!
//! | header, in words | |
//! |---|---|
//! | 0 | `ENTIAJ` and the version of the layout |
//! | 1, 2 | the id of the journal |
//! | 3, 4 | the identity of the store, where it has one, as soon as something was moved there |
//! | 5 | a checksum over that and the id of the journal |
//! | 64, and what follows | the bytes of a text, and the text: why the journal is kept |
//!
//! A slot is a whole number of units long, one but where a record needs more. Its first words are:
//!
//! | slot, in words | |
//! |---|---|
//! | 0 | its start: the position of this word; 0 where it was never begun |
//! | 1 | where its records end |
//! | 2 | its length in units, and in the upper half a checksum over that, its place and the journal |
//!
//! Positions count the words of all slots that were ever begun, so they only grow, and none is used
//! twice. Each slot says anew which series its points belong to; when its records are in the store,
//! nothing of it is needed any more, and it is begun again.
//!
//! The first two layouts had four slots of 2 MiB, used in turn: those are only read.

use uuid::Uuid;

use super::map::WORD;

/// What a journal begins with.
pub(super) const MAGIC: u64 = u64::from_le_bytes(*b"ENTIAJ03");

/// Bytes before the first slot: a page, so that slots begin at pages.
pub(super) const HEADER: u64 = 4096;

/// Bytes of the header that say what the journal is.
pub(super) const NAMED: usize = 6 * WORD;

/// Where the header names the store.
pub(super) const STORE: u64 = 3 * WORD as u64;

/// Where the header says why the journal is kept.
pub(super) const REASON: u64 = 64 * WORD as u64;

/// Bytes of a slot, or of a part of a longer one: 13,000 points.
pub(super) const UNIT: u64 = 512 << 10;

/// Slots of a new journal.
pub(super) const SLOTS: u64 = 2;

/// Words at the beginning of a slot that are no records.
pub(super) const RECORDS: usize = 3;

/// The start of the first slot.
pub(super) const FIRST: u64 = 1;

/// The last position that a store can hold. No process gets there.
pub(super) const LAST: u64 = i64::MAX.unsigned_abs();

/// The versions of the layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// Four slots, and records that name aggregates by the id of their experiment and their own
    /// there.
    Ids,
    /// Four slots, and records that name aggregates by their uuids.
    Turns,
    /// Slots of any length, as many as are needed.
    Slots,
}

impl Layout {
    /// The layout of a journal that begins so; none for one of a later version.
    pub(super) fn of(magic: u64) -> Option<Self> {
        match &magic.to_le_bytes() {
            b"ENTIAJ01" => Some(Self::Ids),
            b"ENTIAJ02" => Some(Self::Turns),
            b"ENTIAJ03" => Some(Self::Slots),
            _ => None,
        }
    }

    /// Words at the beginning of a slot that are no records.
    pub(super) fn records(self) -> usize {
        match self {
            Self::Slots => RECORDS,
            Self::Ids | Self::Turns => old::RECORDS,
        }
    }
}

/// The word of the header behind the identity of the store.
pub(super) fn belonging(journal: Uuid, store: Uuid) -> u64 {
    let mut crc = crc32fast::Hasher::new();
    crc.update(journal.as_bytes());
    crc.update(store.as_bytes());
    u64::from(crc.finalize())
}

/// The word of a slot that says how many units it has.
pub(super) fn length(journal: Uuid, at: u64, units: u32) -> u64 {
    let mut crc = crc32fast::Hasher::new();
    crc.update(journal.as_bytes());
    crc.update(&at.to_le_bytes());
    crc.update(&units.to_le_bytes());
    u64::from(crc.finalize()) << 32 | u64::from(units)
}

/// The first two layouts.
pub(super) mod old {
    use super::super::map::WORD;

    /// Slots of a journal.
    pub(in super::super) const SLOTS: u64 = 4;

    /// Bytes of a slot.
    pub(in super::super) const BYTES: u64 = 2 << 20;

    /// Words of a slot.
    pub(in super::super) const WORDS: u64 = BYTES / WORD as u64;

    /// Words at the beginning of a slot that are no records: its generation, which counts the slots
    /// that were ever begun, and where its records end.
    pub(super) const RECORDS: usize = 2;

    /// The start of the slot of this place and generation; none where they do not belong together.
    pub(in super::super) fn start(place: u64, generation: u64) -> Option<u64> {
        let start = generation.checked_mul(WORDS)?;
        (generation > 0 && generation % SLOTS == place && start < super::LAST - WORDS)
            .then_some(start)
    }
}

//! Reads what was added to the journal of this process.

use std::sync::Arc;

use super::gather::{Batch, Gather};
use super::layout::{Layout, RECORDS};
use super::record;
use super::slot::Slot;
use super::space::Space;

/// So many words are moved in one transaction, or a slot more: 52,000 points and more.
const WORDS: usize = 1 << 18;

/// How far the journal was read.
#[derive(Default)]
pub(super) struct Reader {
    /// The position behind what was read.
    pub(super) position: u64,
    /// Whether the journal says for which store it is.
    pub(super) is_named: bool,
    slot: Option<Arc<Slot>>,
    /// How far the slot was read.
    offset: usize,
    gather: Gather,
    words: Vec<u64>,
    /// Slots that were read to their end.
    pub(super) finished: Vec<Arc<Slot>>,
}

impl Reader {
    /// What follows the position, several slots where they are there.
    pub(super) fn next(&mut self, space: &Space) -> Batch {
        let mut taken = 0;
        loop {
            let Some(slot) = self.slot.clone().or_else(|| space.next()) else {
                break;
            };
            // Before the end is read: nothing is added once the next slot is there.
            let is_closed = space.has_next();
            taken += self.read(&slot);
            self.slot = Some(slot);
            if !is_closed || taken >= WORDS {
                break;
            }
            self.finished.extend(self.slot.take());
            self.offset = RECORDS;
            self.gather.begin_slot();
        }
        self.gather.take(self.position)
    }

    /// Reads a slot to its end, and says how many words that was.
    fn read(&mut self, slot: &Slot) -> usize {
        let (start, from, end) = (slot.start(), self.offset.max(RECORDS), slot.end());
        if end <= from {
            return 0;
        }
        slot.read(from, end - from, &mut self.words);
        let mut at = 0;
        while let Some(words) = self.words.get(at..).filter(|words| !words.is_empty()) {
            let here = start + (from + at) as u64;
            let Some((record, length)) = record::read(Layout::Slots, here, words) else {
                // Somebody else has written there.
                self.gather.miss();
                break;
            };
            at += length;
            self.gather.push(record, here, here + length as u64);
        }
        self.offset = end;
        self.position = start + end as u64;
        end - from
    }
}

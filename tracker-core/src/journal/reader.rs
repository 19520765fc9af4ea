//! Reads what was added to the journal of this process.

use std::sync::Arc;

use super::gather::{Batch, Gather};
use super::layout::{Layout, RECORDS};
use super::record::{self, Record};
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
    /// The slots of the last batch, and how far each was read.
    batch: Vec<(Arc<Slot>, usize)>,
    /// Slots that were read to their end.
    pub(super) finished: Vec<Arc<Slot>>,
}

impl Reader {
    /// What follows the position, several slots where they are there, in steps of at most so many words.
    pub(super) fn next(&mut self, space: &Space, most: u64) -> Batch {
        let mut taken = 0;
        self.gather.most = most;
        self.batch.clear();
        loop {
            let Some(slot) = self.slot.clone().or_else(|| space.next()) else {
                break;
            };
            // Before the end is read: nothing is added once the next slot is there.
            let is_closed = space.has_next();
            taken += self.read(&slot);
            self.batch
                .push((Arc::clone(&slot), self.offset.max(RECORDS)));
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

    /// What of the last batch is behind a position, in steps of at most so many words.
    pub(super) fn again(&mut self, reached: u64, most: u64) -> Batch {
        let mut gather = Gather::of(most);
        for (slot, end) in &self.batch {
            gather.begin_slot();
            slot.read(RECORDS, end - RECORDS, &mut self.words);
            let start = slot.start() + RECORDS as u64;
            each(start, &self.words, |record, from, to| {
                // A series is named once in its slot.
                if from >= reached || matches!(record, Record::Series { .. }) {
                    gather.push(record, from, to);
                }
            });
        }
        gather.take(self.position)
    }

    /// Reads a slot to its end, and says how many words that was.
    fn read(&mut self, slot: &Slot) -> usize {
        let (start, from, end) = (slot.start(), self.offset.max(RECORDS), slot.end());
        if end <= from {
            return 0;
        }
        slot.read(from, end - from, &mut self.words);
        let gather = &mut self.gather;
        let take = |record, from, to| gather.push(record, from, to);
        if !each(start + from as u64, &self.words, take) {
            // Somebody else has written there.
            self.gather.miss();
        }
        self.offset = end;
        self.position = start + end as u64;
        end - from
    }
}

/// Takes each of the records that begin at a position; whether all could be read.
fn each(start: u64, words: &[u64], mut take: impl FnMut(Record, u64, u64)) -> bool {
    let mut at = 0;
    while let Some(rest) = words.get(at..).filter(|rest| !rest.is_empty()) {
        let here = start + at as u64;
        let Some((record, length)) = record::read(Layout::Slots, here, rest) else {
            return false;
        };
        at += length;
        take(record, here, here + length as u64);
    }
    true
}

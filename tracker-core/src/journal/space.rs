//! The room that a journal has on the disk: it grows where no slot is free, and shrinks again.

use std::collections::VecDeque;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use uuid::Uuid;

use super::disk::Disk;
use super::file::{JournalFile, fill};
use super::layout::{FIRST, HEADER, RECORDS, SLOTS, UNIT, length};
use super::map::WORD;
use super::slot::Slot;

/// So long a file is not made shorter: what a busy moment needs, the next one needs again.
const ENOUGH: u64 = HEADER + 8 * UNIT;

/// The file of a journal, and its slots.
pub(super) struct Space {
    pub(super) file: JournalFile,
    /// The longest that the file may become, in bytes.
    limit: Arc<AtomicU64>,
    slots: Mutex<Slots>,
}

struct Slots {
    /// Bytes of the file.
    length: u64,
    /// Those whose records are in the store, the oldest first.
    free: VecDeque<Arc<Slot>>,
    /// Those that were begun and that nobody has read yet, in order.
    begun: VecDeque<Arc<Slot>>,
}

/// Why a slot cannot be begun.
pub(super) enum NoRoom {
    /// The journal is as long as it may be, in bytes.
    Limit(u64),
    Disk(io::Error),
}

impl Space {
    /// Makes a journal beside the store at `base`; its first slot is begun.
    pub(super) fn create(
        disk: &Arc<dyn Disk>,
        base: &Path,
        limit: &Arc<AtomicU64>,
    ) -> io::Result<(Self, Arc<Slot>)> {
        let file = JournalFile::create(disk, base)?;
        let made: io::Result<VecDeque<Arc<Slot>>> = (0..SLOTS)
            .map(|slot| map(&file, HEADER + slot * UNIT, 1).map(Arc::new))
            .collect();
        let first = made.and_then(|mut free| {
            let first = free.pop_front().ok_or(io::ErrorKind::OutOfMemory)?;
            Ok((free, first))
        });
        let (free, first) = match first {
            Ok(made) => made,
            Err(error) => {
                // Each attempt would leave one.
                let _ = file.remove();
                return Err(error);
            }
        };
        first.begin(FIRST);
        let slots = Slots {
            length: HEADER + SLOTS * UNIT,
            free,
            begun: VecDeque::from([Arc::clone(&first)]),
        };
        let space = Self {
            file,
            limit: Arc::clone(limit),
            slots: Mutex::new(slots),
        };
        Ok((space, first))
    }

    /// The file, once nobody uses the slots any more.
    pub(super) fn into_file(self) -> JournalFile {
        // Windows removes no file that is mapped.
        drop(self.slots);
        self.file
    }

    /// Begins a slot with room for so many words of records.
    pub(super) fn begin(&self, start: u64, words: usize) -> Result<Arc<Slot>, NoRoom> {
        let mut slots = self.lock();
        self.check(slots.length).map_err(NoRoom::Disk)?;
        let words = RECORDS + words;
        let fits = |slot: &Arc<Slot>| slot.words() >= words;
        let free = slots.free.iter().position(fits);
        let slot = match free.and_then(|at| slots.free.remove(at)) {
            Some(slot) => slot,
            None => Arc::new(self.grow(&mut slots, (words * WORD) as u64)?),
        };
        slot.begin(start);
        slots.begun.push_back(Arc::clone(&slot));
        Ok(slot)
    }

    /// One more slot, at the end of the file.
    fn grow(&self, slots: &mut Slots, bytes: u64) -> Result<Slot, NoRoom> {
        let (at, limit) = (slots.length, self.limit.load(Ordering::Relaxed));
        let units = bytes.div_ceil(UNIT);
        let end = at.saturating_add(units.saturating_mul(UNIT));
        let Some(units) = u32::try_from(units).ok().filter(|_| end <= limit) else {
            return Err(NoRoom::Limit(limit));
        };
        let JournalFile { disk, file, .. } = &self.file;
        let made = fill(&**disk, file, at, end - at).and_then(|()| map(&self.file, at, units));
        match made {
            Ok(slot) => {
                slots.length = end;
                Ok(slot)
            }
            Err(error) => {
                // On a full disk, the room that was taken is needed.
                let _ = disk.set_length(file, at);
                Err(NoRoom::Disk(error))
            }
        }
    }

    /// The next slot that was begun, for whoever reads.
    pub(super) fn next(&self) -> Option<Arc<Slot>> {
        self.lock().begun.pop_front()
    }

    /// Whether another slot was begun, so that nothing is added to the one that is read.
    pub(super) fn has_next(&self) -> bool {
        !self.lock().begun.is_empty()
    }

    /// Takes back slots whose records are in the store.
    pub(super) fn free(&self, slots: &mut Vec<Arc<Slot>>) {
        self.lock().free.extend(slots.drain(..));
    }

    /// Gives back what is free at the end of the file, where the file has become long.
    pub(super) fn shrink(&self) {
        let mut slots = self.lock();
        let Slots { length, free, .. } = &mut *slots;
        let before = *length;
        while *length > ENOUGH
            && let Some(last) = free
                .iter()
                .position(|slot| slot.at + slot.bytes() == *length)
        {
            if let Some(slot) = free.remove(last) {
                *length = slot.at;
            }
        }
        if *length < before {
            // Where the system does not let go of what was mapped, it is written over.
            let JournalFile { disk, file, .. } = &self.file;
            let _ = disk.set_length(file, *length);
        }
    }

    /// Says in the file for which store its records are.
    pub(super) fn set_store(&self, store: Uuid) -> io::Result<()> {
        // Nobody else writes to the file meanwhile.
        let _slots = self.lock();
        self.file.set_store(store)
    }

    /// Fails where somebody has made the file shorter: what is mapped beyond its end is no memory
    /// any more, and whoever touches it is ended by a signal.
    pub(super) fn check_length(&self) -> io::Result<()> {
        self.check(self.lock().length)
    }

    fn check(&self, length: u64) -> io::Result<()> {
        let JournalFile { disk, file, .. } = &self.file;
        match disk.length(file) {
            Ok(now) if now < length => {
                let problem = "another program has made the journal shorter";
                Err(io::Error::new(io::ErrorKind::UnexpectedEof, problem))
            }
            // What cannot be looked at is open all the same.
            _ => Ok(()),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Slots> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn map(file: &JournalFile, at: u64, units: u32) -> io::Result<Slot> {
    let bytes = u64::from(units) * UNIT;
    let map = file.disk.map(&file.file, &file.path, at, bytes)?;
    Ok(Slot::new(map, at, length(file.header.id, at, units)))
}

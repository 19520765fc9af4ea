//! The files that a child closes, in a list that it can read at the moment of its birth.

use std::fs::File;
use std::os::fd::AsRawFd;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicI32, Ordering};

/// No file has such a number.
const FREE: i32 = -1;

/// So many files are noted in a block; few programs have more.
const FILES: usize = 64;

static FIRST: Block = Block::new();

/// Places for numbers of files, and where there are more. It only ever grows.
struct Block {
    places: [AtomicI32; FILES],
    next: OnceLock<Box<Block>>,
}

impl Block {
    const fn new() -> Self {
        Self {
            places: [const { AtomicI32::new(FREE) }; FILES],
            next: OnceLock::new(),
        }
    }
}

/// Where the number of an open file is noted.
#[derive(Debug)]
pub(super) struct Place(&'static AtomicI32);

impl Place {
    /// Notes an open file.
    pub(super) fn note(file: &File) -> Self {
        let number = file.as_raw_fd();
        let mut block = &FIRST;
        loop {
            let taken = block.places.iter().find(|place| {
                let exchanged =
                    place.compare_exchange(FREE, number, Ordering::AcqRel, Ordering::Relaxed);
                exchanged.is_ok()
            });
            match taken {
                Some(place) => return Self(place),
                None => block = block.next.get_or_init(|| Box::new(Block::new())),
            }
        }
    }

    /// Forgets the file, which is about to be closed.
    pub(super) fn forget(&self) {
        self.0.store(FREE, Ordering::Release);
    }
}

/// Takes all numbers out. Takes no lock and no memory.
pub(super) fn take(mut each: impl FnMut(i32)) {
    let mut block = Some(&FIRST);
    while let Some(Block { places, next }) = block {
        for place in places {
            let number = place.swap(FREE, Ordering::AcqRel);
            if number != FREE {
                each(number);
            }
        }
        block = next.get().map(|next| &**next);
    }
}

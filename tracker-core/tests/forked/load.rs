//! A hundred forks at random moments, while threads change the store in every way.
//!
//! `ENTIA_FORK_SEED` says which moments; without it they are others each time.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use super::open::{Open, check};
use super::process::{End, Forked, KILLED, exit, exit_now, fork, kill_this};
use crate::store;

const FORKS: i64 = 100;

/// So many children are there at once.
const AT_ONCE: usize = 4;

/// The most points that a child logs.
const MOST: u64 = 100;

/// The most points that are added between two forks.
const APART: u64 = 100;

/// So many points more the threads may have added when it forks, lest they fill the store while it
/// waits for children.
const AHEAD: i64 = 100;

/// Numbers that nobody can foresee who has not got the seed.
struct Random(u64);

impl Random {
    fn new() -> Self {
        let given = std::env::var("ENTIA_FORK_SEED");
        let seed = given.map_or_else(
            |_| RandomState::new().hash_one(0),
            |seed| seed.parse().unwrap(),
        );
        println!("ENTIA_FORK_SEED={seed}");
        Self(seed)
    }

    /// One below `limit`; the generator is `SplitMix64`.
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit
    }
}

/// What a child does at its end.
fn end(way: u64, open: &mut Option<Open>) -> ! {
    match way {
        0 => exit_now(),
        1 => exit(),
        2 => kill_this(),
        3 => drop(open.take()),
        4 => open.as_ref().unwrap().tracker.flush().unwrap(),
        _ => assert_eq!(
            open.as_ref().unwrap().tracker.check().unwrap(),
            Vec::<String>::new()
        ),
    }
    exit_now();
}

/// The kinds of [`end`].
const WAYS: u64 = 6;

struct Child {
    forked: Forked,
    end: End,
}

impl Child {
    /// Logs points in a child.
    fn fork(open: &mut Option<Open>, phase: &str, points: i64, way: u64) -> Self {
        let forked = fork(|| {
            open.as_ref().unwrap().add(phase, 0..points);
            end(way, open);
        });
        let end = if way == 2 { KILLED } else { End::Exit(0) };
        Self { forked, end }
    }

    fn wait(self) {
        assert_eq!(self.forked.end(), self.end);
    }
}

/// How far the threads are.
#[derive(Default)]
struct Progress {
    added: AtomicI64,
    /// When it forks next.
    until: AtomicI64,
    stop: AtomicBool,
}

/// Tells the threads to end when it is dropped, also where the test fails.
struct Stop<'a>(&'a Progress);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.stop.store(true, Ordering::Relaxed);
    }
}

/// Changes a store until it is told to stop, as the threads of a program do; counts the points.
fn work(open: &Open, thread: &str, progress: &Progress) -> i64 {
    let mut steps = 0;
    while !progress.stop.load(Ordering::Relaxed) {
        if progress.added.load(Ordering::Relaxed) >= progress.until.load(Ordering::Relaxed) + AHEAD
        {
            std::thread::yield_now();
            continue;
        }
        open.add(thread, steps..steps + 1);
        steps += 1;
        progress.added.fetch_add(1, Ordering::Relaxed);
        match thread {
            "reads" if steps % 50 == 0 => {
                assert_eq!(open.steps(thread).len(), usize::try_from(steps).unwrap());
            }
            "changes" if steps % 50 == 0 => open.run.set_epoch(steps.unsigned_abs()).unwrap(),
            "flushes" if steps % 200 == 0 => open.tracker.flush().unwrap(),
            _ => std::thread::yield_now(),
        }
    }
    steps
}

#[test]
fn a_hundred_forks_at_random_moments_lose_and_double_nothing() {
    let (_folder, address) = store();
    let mut random = Random::new();
    let progress = Progress::default();
    let mut open = Some(Open::at(&address));
    let threads = ["adds", "reads", "changes", "flushes"];
    let mut logged = std::thread::scope(|scope| {
        let stop = Stop(&progress);
        let mut logged = Vec::new();
        let workers = threads.map(|thread| {
            let open = open.clone().unwrap();
            let progress = &progress;
            scope.spawn(move || (thread.to_owned(), work(&open, thread, progress)))
        });
        let mut children: Vec<Child> = Vec::new();
        for number in 0..FORKS {
            let from = progress.added.load(Ordering::Relaxed);
            let until = from + random.below(APART).cast_signed();
            progress.until.store(until, Ordering::Relaxed);
            while progress.added.load(Ordering::Relaxed) < until {
                std::thread::yield_now();
            }
            let phase = format!("child {number}");
            let points = random.below(MOST).cast_signed() + 1;
            children.push(Child::fork(&mut open, &phase, points, random.below(WAYS)));
            logged.push((phase, points));
            if children.len() == AT_ONCE {
                children.remove(0).wait();
            }
        }
        children.into_iter().for_each(Child::wait);
        drop(stop);
        logged.extend(workers.map(|worker| worker.join().unwrap()));
        logged
    });
    drop(open);
    logged.sort();
    check(&address, &logged);
}

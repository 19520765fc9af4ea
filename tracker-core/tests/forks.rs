//! What a child finds of its parent: no lock that nobody gives back, and no open file.
#![cfg(unix)]

#[path = "forked/process.rs"]
mod process;

use std::fs::File;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use process::{Signal, fork};
use tracker_core::fork::{Guarded, OwnFile, PerProcess, generation, is_torn};
use tracker_core::ports::ExperimentRecord;

/// Tells threads to end when it is dropped, also where the test fails.
struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Lets threads do something all the time, while this one does `then`.
fn while_threads(work: impl Fn() + Sync, then: impl FnOnce()) {
    let (rounds, over) = (AtomicUsize::new(0), AtomicBool::new(false));
    std::thread::scope(|scope| {
        let _stop = Stop(&over);
        for _ in 0..4 {
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    work();
                    rounds.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        while rounds.load(Ordering::Relaxed) < 100 {
            std::thread::yield_now();
        }
        then();
    });
}

#[test]
fn each_process_has_a_number() {
    let here = generation();
    let child = fork(|| {
        let there = generation();
        assert_eq!(there, here + 1);
        fork(|| assert_eq!(generation(), there + 1)).wait();
        fork(|| assert_eq!(generation(), there + 1)).wait();
    });
    child.wait();
    assert_eq!(generation(), here);
}

#[test]
fn a_child_finds_every_guarded_value_free_and_whole() {
    let value = Guarded::new((0_u64, 0_u64));
    let work = || {
        let mut value = value.lock();
        value.0 += 1;
        value.1 += 1;
    };
    while_threads(work, || {
        for _ in 0..100 {
            let child = fork(|| {
                let value = value.lock();
                assert_eq!(value.0, value.1);
                assert!(!is_torn());
            });
            child.wait();
        }
    });
}

#[test]
fn a_child_makes_ids() {
    let make = || drop(ExperimentRecord::new("digits"));
    while_threads(make, || {
        for _ in 0..100 {
            fork(make).wait();
        }
    });
}

/// Threads that come and go, and calls within calls.
#[test]
fn two_threads_fork_at_once() {
    let value = Guarded::new(());
    let outer = Guarded::new(());
    let both = || {
        let _outer = outer.lock();
        drop(value.lock());
    };
    while_threads(both, || {
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    for _ in 0..50 {
                        fork(both).wait();
                    }
                });
            }
        });
    });
}

#[test]
fn each_process_has_a_value_of_its_own() {
    /// Fails the process that drops the value of another.
    #[derive(Default)]
    struct Owned(Mutex<Option<u32>>);
    impl Drop for Owned {
        fn drop(&mut self) {
            let owner = self.0.get_mut().unwrap();
            assert!(owner.is_none_or(|owner| owner == std::process::id()));
        }
    }
    let value = PerProcess::new(Owned(Mutex::new(Some(std::process::id()))));
    let mut value = Some(value);
    // The parent is in the midst of it.
    let taken = value.as_ref().unwrap().get().0.lock().unwrap();
    let id = *taken;
    let child = fork(|| {
        let own = value.as_ref().unwrap();
        assert!(own.existing().is_none());
        *own.get().0.lock().unwrap() = Some(std::process::id());
        let child = fork(|| {
            assert!(own.get().0.lock().unwrap().is_none());
            let shared = own;
            std::thread::scope(|scope| {
                let places =
                    [0; 2].map(|_| scope.spawn(|| std::ptr::from_ref(shared.get()).addr()));
                let [one, other] = places.map(|place| place.join().unwrap());
                assert_eq!(one, other, "threads have it in common");
            });
        });
        child.wait();
        assert_eq!(*own.get().0.lock().unwrap(), Some(std::process::id()));
    });
    child.wait();
    assert_eq!(id, Some(std::process::id()));
    drop(taken);
    fork(|| drop(value.take())).wait();
}

/// The lock of a process ends with it, whatever becomes of its children.
#[test]
fn a_child_does_not_have_an_own_file() {
    let folder = tempfile::tempdir().unwrap();
    let paths: Vec<_> = (0..200)
        .map(|file| folder.path().join(file.to_string()))
        .collect();
    let open = |path| {
        let file = OwnFile::open(File::options().create(true).append(true), path).unwrap();
        file.lock().unwrap();
        file
    };
    let (born, release) = (Signal::new(), Signal::new());
    let parent = fork(|| {
        let mut files: Vec<_> = paths.iter().map(open).collect();
        let idle = fork(|| {
            born.give();
            release.wait();
            // What it has opened since is none of its parent's files, whatever the number.
            let own = open(&paths[0]);
            files.clear();
            assert!(File::open(&paths[0]).unwrap().try_lock().is_err());
            drop(own);
        });
        idle.wait();
    });
    born.wait();
    let others: Vec<_> = paths.iter().map(|path| File::open(path).unwrap()).collect();
    for other in &others {
        assert!(other.try_lock().is_err(), "the parent has the lock");
    }
    parent.kill();
    for other in &others {
        other.try_lock().expect("nobody has the lock");
    }
    drop(others);
    release.give();
}

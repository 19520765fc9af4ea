//! What a child may do with a store that its parent has opened and goes on with.

use tracker_core::Tracker;

use super::open::{DONE, Open, POINTS, beside};
use super::process::{End, KILLED, exit, exit_now, fork, kill_this};

#[test]
fn a_child_logs_and_flushes() {
    let child = |open: Open| {
        open.add("child", 0..POINTS);
        open.tracker.flush().unwrap();
        assert_eq!(open.steps("child").len(), 500);
        open.add("child", POINTS..2 * POINTS);
        open.tracker.flush().unwrap();
        exit_now();
    };
    beside(child, DONE, &[("child", 2 * POINTS)]);
}

#[test]
fn a_child_logs_and_ends_at_once() {
    let child = |open: Open| {
        open.add("child", 0..POINTS);
        exit_now();
    };
    beside(child, DONE, &[("child", POINTS)]);
}

#[test]
fn a_child_logs_and_exits() {
    let child = |open: Open| {
        open.add("child", 0..POINTS);
        exit();
    };
    beside(child, DONE, &[("child", POINTS)]);
}

#[test]
fn a_child_logs_and_drops() {
    let child = |open: Open| {
        open.add("child", 0..POINTS);
        drop(open);
        exit();
    };
    beside(child, DONE, &[("child", POINTS)]);
}

#[test]
fn a_child_logs_and_is_killed() {
    let child = |open: Open| {
        open.add("child", 0..POINTS);
        kill_this();
    };
    beside(child, KILLED, &[("child", POINTS)]);
}

#[test]
fn a_child_logs_and_panics() {
    let child = |open: Open| {
        open.add("child", 0..POINTS);
        panic!("on purpose");
    };
    beside(child, End::Exit(1), &[("child", POINTS)]);
}

/// What a child does not touch stays as it is.
#[test]
fn a_child_does_nothing() {
    beside(|_| exit_now(), DONE, &[]);
    beside(std::mem::forget, DONE, &[]);
    beside(|_| exit(), DONE, &[]);
}

#[test]
fn a_child_only_drops() {
    beside(drop, DONE, &[]);
}

#[test]
fn a_child_only_flushes() {
    beside(|open| open.tracker.flush().unwrap(), DONE, &[]);
}

#[test]
fn a_child_only_reads() {
    let child = |open: Open| {
        let stored = open.steps("parent");
        assert!(
            stored
                .iter()
                .copied()
                .eq(0..stored.len().try_into().unwrap())
        );
        let found = open
            .tracker
            .experiment("digits")
            .unwrap()
            .aggregates()
            .list()
            .unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(open.tracker.check().unwrap(), Vec::<String>::new());
    };
    beside(child, DONE, &[]);
}

#[test]
fn threads_of_a_child_log() {
    let child = |open: Open| {
        std::thread::scope(|scope| {
            for phase in ["one", "two"] {
                let open = &open;
                scope.spawn(move || {
                    open.add(phase, 0..POINTS);
                    open.tracker.flush().unwrap();
                });
            }
        });
    };
    beside(child, DONE, &[("one", POINTS), ("two", POINTS)]);
}

#[test]
fn a_child_opens_the_store_once_more() {
    let child = |open: Open| {
        let address = open.address.clone();
        let other = Open::at(&address);
        other.add("other", 0..POINTS);
        open.add("child", 0..POINTS);
        drop(open);
        other.add("other", POINTS..2 * POINTS);
        drop(other);
        let reader = Tracker::read(&address).unwrap();
        assert_eq!(reader.experiments().list().unwrap().len(), 1);
    };
    beside(child, DONE, &[("other", 2 * POINTS), ("child", POINTS)]);
}

#[test]
fn a_child_of_a_child_logs() {
    let child = |open: Open| {
        open.add("child", 0..POINTS);
        let mut open = Some(open);
        let grandchild = fork(|| {
            let open = open.take().unwrap();
            open.add("grandchild", 0..POINTS);
        });
        open.as_ref().unwrap().add("child", POINTS..2 * POINTS);
        grandchild.wait();
        let others = fork(|| open.take().unwrap().tracker.flush().unwrap());
        others.wait();
    };
    beside(
        child,
        DONE,
        &[("child", 2 * POINTS), ("grandchild", POINTS)],
    );
}

//! Which of the processes lives on, and whose attempt is whose.

use tracker_core::{Metric, Status, Tracker};

use super::open::{DONE, Open, POINTS, check};
use super::process::{End, Signal, exit_now, fork, lead_session};
use crate::store;

/// A daemon: its parents have ended, at once, after they have opened the store and logged.
#[test]
fn a_daemon_logs() {
    let (_folder, address) = store();
    let ended = Signal::new();
    let first = fork(|| {
        let mut open = Some(Open::at(&address));
        open.as_ref().unwrap().add("first", 0..POINTS);
        let _second = fork(|| {
            lead_session();
            let _daemon = fork(|| {
                let open = open.take().unwrap();
                open.add("daemon", 0..POINTS);
                open.tracker.flush().unwrap();
                open.add("daemon", POINTS..2 * POINTS);
                drop(open);
                ended.give();
            });
            exit_now();
        });
        exit_now();
    });
    first.wait();
    ended.wait();
    let logged = [("first", POINTS), ("daemon", 2 * POINTS)];
    check(
        &address,
        &logged.map(|(phase, points)| (phase.to_owned(), points)),
    );
}

/// The points of a process that was killed are there though a child of it sits there still.
#[test]
fn an_idle_child_keeps_no_journal_locked() {
    let (_folder, address) = store();
    let (forked, release, released) = (Signal::new(), Signal::new(), Signal::new());
    let parent = fork(|| {
        let open = Open::at(&address);
        open.add("parent", 0..POINTS);
        let _idle = fork(|| {
            forked.give();
            release.wait();
            released.give();
        });
        open.add("parent", POINTS..2 * POINTS);
        forked.give();
        Signal::new().wait();
    });
    forked.wait();
    forked.wait();
    parent.kill();
    check(&address, &[("parent".to_owned(), 2 * POINTS)]);
    release.give();
    released.wait();
}

/// The points of a child that was killed are there while its parent logs on.
#[test]
fn a_parent_does_not_keep_the_journal_of_a_child() {
    let (_folder, address) = store();
    let open = Open::at(&address);
    open.add("parent", 0..POINTS);
    let logged = Signal::new();
    let child = fork(|| {
        open.add("child", 0..POINTS);
        logged.give();
        Signal::new().wait();
    });
    logged.wait();
    child.kill();
    let expected: Vec<i64> = (0..POINTS).collect();
    assert_eq!(Open::at(&address).steps("child"), expected);
    open.add("parent", POINTS..2 * POINTS);
    open.tracker.flush().unwrap();
    assert_eq!(open.steps("parent").len(), 1000);
}

/// Whatever a child does with the attempt of its parent, the run goes on.
#[test]
fn an_attempt_is_that_of_the_process_that_began_it() {
    let (_folder, address) = store();
    let open = Open::at(&address);
    let mut attempt = Some(open.run.attempt().unwrap());
    let status = || Open::at(&address).run.status();

    fork(|| drop(attempt.take())).wait();
    assert_eq!(status(), Status::Running);
    fork(|| attempt.take().unwrap().finish().unwrap()).wait();
    assert_eq!(status(), Status::Running);
    fork(|| attempt.take().unwrap().fail("by the child").unwrap()).wait();
    assert_eq!(status(), Status::Running);
    let panicking = fork(|| {
        let _attempt = attempt.take();
        panic!("on purpose");
    });
    assert_eq!(panicking.end(), End::Exit(1));
    assert_eq!(status(), Status::Running);

    attempt.take().unwrap().finish().unwrap();
    assert_eq!(status(), Status::Finished);
}

/// A child begins an attempt of its own, and logs what the system does.
#[test]
fn a_child_begins_an_attempt() {
    let (_folder, address) = store();
    let open = Open::at(&address);
    let attempt = open.run.attempt().unwrap();
    let child = fork(|| {
        let own = open.run.attempt().unwrap();
        assert_eq!(own.record().state.process, std::process::id());
        own.fail("it was told to").unwrap();
    });
    child.wait();
    let ended: Vec<_> = open
        .run
        .attempts()
        .unwrap()
        .iter()
        .map(|attempt| attempt.state.ended.is_some())
        .collect();
    assert_eq!(ended, [false, true]);
    attempt.finish().unwrap();
    let ended: Vec<_> = open
        .run
        .attempts()
        .unwrap()
        .iter()
        .map(|attempt| attempt.state.ended.is_some())
        .collect();
    assert_eq!(ended, [true, true]);
}

/// Changes of every other kind.
#[test]
fn a_child_changes_all_there_is() {
    let (_folder, address) = store();
    let open = Open::at(&address);
    open.run.set_param("seed", 17).unwrap();
    let child = fork(|| {
        open.run.set_param("child", true).unwrap();
        open.run.set_epoch(3).unwrap();
        open.run
            .artifacts()
            .put_bytes("sample", "of the child")
            .unwrap();
        let other = open.tracker.experiment("letters").unwrap();
        other.set_tag("made by", "the child").unwrap();
        exit_now();
    });
    open.run
        .artifacts()
        .put_bytes("weights", "of the parent")
        .unwrap();
    open.run.metrics().add(Metric::new("loss", 0.5)).unwrap();
    assert_eq!(child.end(), DONE);
    open.run.set_name("parent").unwrap();
    drop(open);

    let open = Open::at(&address);
    assert_eq!(open.run.epoch(), 3);
    assert_eq!(open.run.name(), "parent");
    assert_eq!(
        open.run.params().keys().collect::<Vec<_>>(),
        ["child", "seed"]
    );
    let artifacts = open.run.artifacts().list().unwrap();
    assert_eq!(artifacts.len(), 2);
    assert_eq!(open.tracker.experiments().list().unwrap().len(), 2);
    assert_eq!(open.tracker.check().unwrap(), Vec::<String>::new());
}

/// A store that is open to be read.
#[test]
fn a_child_reads_what_was_opened_to_be_read() {
    let (_folder, address) = store();
    let open = Open::at(&address);
    open.add("parent", 0..POINTS);
    open.tracker.flush().unwrap();
    let reader = Tracker::read(&address).unwrap();
    let count = || {
        let experiment = reader.experiment("digits").unwrap();
        let run = experiment.aggregates().list().unwrap().remove(0);
        run.metrics().history("loss", "parent").unwrap().len()
    };
    assert_eq!(count(), 500);
    fork(|| assert_eq!(count(), 500)).wait();
    open.add("parent", POINTS..2 * POINTS);
    open.tracker.flush().unwrap();
    fork(|| assert_eq!(count(), 1000)).wait();
    assert_eq!(count(), 1000);
}

//! The server goes away and comes back: nothing that it acknowledged is missing, nothing is doubled,
//! and whoever was connected goes on.

mod common;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use common::{Place, Server};
use tracker_core::conformance::Sample;
use tracker_core::ports::{AggregateRecord, Change, ExperimentRecord, Mark, Store};
use tracker_core::{ErrorKind, Metric, Moment, Series, Tracker, Uuid};
use tracker_postgres::PostgresStore;

const WRITERS: i64 = 4;
const AT_ONCE: i64 = 40;

/// A store with an aggregate.
fn store(place: &Place) -> (PostgresStore, Uuid) {
    let store = PostgresStore::open(&place.address).unwrap();
    let experiment = ExperimentRecord::new("digits");
    let record = AggregateRecord::new(experiment.id, "run");
    let aggregate = record.uuid;
    let changes = [
        Change::CreateExperiment(experiment),
        Change::CreateAggregate {
            record,
            modules: Vec::new(),
        },
    ];
    let _ = store.apply(&changes, None).unwrap();
    (store, aggregate)
}

/// The points of a call of a writer.
fn points(aggregate: Uuid, writer: i64, call: i64) -> Change {
    let mut series = Series::new("loss", format!("writer-{writer}"));
    for step in call * AT_ONCE..(call + 1) * AT_ONCE {
        let at = Moment {
            step,
            ..Moment::default()
        };
        series.push_number(at, 0.5);
    }
    Change::AddPoints {
        aggregate,
        series: vec![series],
    }
}

/// Adds points until it is told to stop, each call with a mark and as often as it takes. Says how
/// many calls were done.
fn write(
    (store, aggregate): (&PostgresStore, Uuid),
    writer: i64,
    stop: &AtomicBool,
    done: &Sender<()>,
) -> i64 {
    let journal = Uuid::new_v4();
    let mut call = 0;
    while !stop.load(Ordering::Relaxed) {
        let changes = [points(aggregate, writer, call)];
        let mark = Mark {
            journal,
            position: u64::try_from(call).unwrap() + 1,
        };
        loop {
            match store.apply(&changes, Some(mark)) {
                Ok(applied) => break applied.complete().unwrap(),
                Err(error) => {
                    assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
                    std::thread::yield_now();
                }
            }
        }
        call += 1;
        let _ = done.send(());
    }
    call
}

/// Lets several write while `disturb` is called again and again, each time after some were done.
fn disturbed(place: &Place, times: u32, disturb: impl Fn()) {
    let (store, aggregate) = store(place);
    let (stop, (done, calls)) = (AtomicBool::new(false), channel());
    let acknowledged: Vec<i64> = std::thread::scope(|scope| {
        let (store, stop, done) = (&store, &stop, &done);
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| scope.spawn(move || write((store, aggregate), writer, stop, done)))
            .collect();
        for _ in 0..times {
            for _ in 0..25 {
                calls.recv_timeout(Duration::from_secs(60)).unwrap();
            }
            disturb();
        }
        stop.store(true, Ordering::Relaxed);
        let writers = writers.into_iter();
        writers.map(|writer| writer.join().unwrap()).collect()
    });
    for (writer, calls) in (0..WRITERS).zip(acknowledged) {
        let phase = format!("writer-{writer}");
        let history = store.history(aggregate, "loss", &phase).unwrap();
        assert!(
            history.steps().iter().copied().eq(0..calls * AT_ONCE),
            "{} points of {}",
            history.len(),
            calls * AT_ONCE
        );
    }
    assert_eq!(store.check().unwrap(), [""; 0]);
}

#[test]
fn a_server_that_is_stopped_at_once_loses_and_doubles_nothing() {
    let server = Server::start(&[]);
    let place = Place::on(&server.address);
    disturbed(&place, 5, || {
        server.control(&["stop", "--mode", "immediate"]);
        server.restart();
    });
}

#[test]
fn connections_that_are_cut_come_back() {
    let place = Place::new();
    let cut = format!(
        "SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_class ON pg_class.oid = relation
         JOIN pg_namespace ON pg_namespace.oid = relnamespace WHERE nspname = '{}'
             AND pid <> pg_backend_pid()",
        place.schema
    );
    let client = std::sync::Mutex::new(place.client());
    disturbed(&place, 40, || {
        client.lock().unwrap().batch_execute(&cut).unwrap();
    });
}

/// What a program adds while the server is away waits in its journal.
#[test]
fn a_program_goes_on_while_the_server_is_away() {
    let server = Server::start(&[]);
    let place = Place::on(&server.address);
    let tracker = Tracker::open(&place.address).unwrap();
    let experiment = tracker.experiment("digits").unwrap();
    let run = experiment.track(&Sample::new("MLP", "{}")).unwrap();
    let add = |step| run.metrics().add(Metric::new("loss", 0.5).step(step));
    add(0).unwrap();
    tracker.flush().unwrap();

    server.control(&["stop", "--mode", "immediate"]);
    let away = tracker.experiments().list().map(drop).unwrap_err();
    assert_eq!(away.kind(), ErrorKind::Unavailable, "{away}");
    let mut reports = 0;
    for step in 1..500 {
        // That the server is away is said once, by a point that is kept all the same.
        if let Err(error) = add(step) {
            assert!(error.to_string().contains("is kept"), "{error}");
            assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
            reports += 1;
        }
    }
    assert!(reports <= 1, "{reports} reports");
    let away = tracker.flush().unwrap_err();
    assert_eq!(away.kind(), ErrorKind::Unavailable, "{away}");

    server.restart();
    tracker.flush().unwrap();
    let history = run.metrics().history("loss", "").unwrap();
    assert!(
        history.steps().iter().copied().eq(0..500),
        "{}",
        history.len()
    );
}

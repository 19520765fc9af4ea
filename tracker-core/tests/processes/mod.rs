//! Several processes and threads share one new store, and nothing is lost. The file that holds this
//! says where a new store is (`store`), how a store is looked at without moving what waits beside it
//! (`look`), and how many points each process adds (`POINTS`).

use std::process::{Child, Command, Stdio};

use tracker_core::conformance::Sample;
use tracker_core::{Aggregate, Metric, Tracker};

/// Names the store to a process that this test has started.
const STORE: &str = "TRACKER_TEST_STORE";
/// Says how many points it adds.
const COUNT: &str = "TRACKER_TEST_POINTS";

const WRITERS: usize = 8;

pub(crate) fn run(store: &str) -> Aggregate {
    let experiment = Tracker::open(store).unwrap().experiment("digits").unwrap();
    experiment.track(&Sample::new("MLP", "{}")).unwrap()
}

fn write(store: &str, points: i64) {
    let metrics = run(store).metrics();
    for step in 0..points {
        metrics.add(Metric::new("loss", 0.5).step(step)).unwrap();
    }
}

/// What the processes do that this test starts; nothing in another.
#[test]
fn writer() {
    if let (Ok(store), Ok(points)) = (std::env::var(STORE), std::env::var(COUNT)) {
        write(&store, points.parse().unwrap());
    }
}

/// All of them open the store, which does not exist yet, at once.
fn write_from_processes(store: &str, points: i64) {
    let start = |_| {
        Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "processes::writer"])
            .env(STORE, store)
            .env(COUNT, points.to_string())
            .stdout(Stdio::null())
            .spawn()
            .unwrap()
    };
    let writers: Vec<Child> = (0..WRITERS).map(start).collect();
    for mut writer in writers {
        assert!(writer.wait().unwrap().success());
    }
}

/// Each writer has tracked the same model and added each step once.
fn check(store: &str, points: i64) {
    let experiments = Tracker::open(store).unwrap().experiments().list().unwrap();
    assert_eq!(experiments.len(), 1);
    assert_eq!(experiments[0].aggregates().list().unwrap().len(), 1);
    let run = run(store);
    assert_eq!(run.modules().unwrap().len(), 1);
    let history = run.metrics().history("loss", "").unwrap();
    let steps = (0..points).flat_map(|step| [step; WRITERS]);
    assert!(
        history.steps().iter().copied().eq(steps),
        "{}",
        history.len()
    );
    let summary = run.metrics().summary("loss", "").unwrap().unwrap();
    assert_eq!(summary.count, WRITERS as u64 * points.unsigned_abs());
    drop(run);
    let journals = crate::look(store).journals().unwrap();
    assert!(journals.is_empty(), "journals are left");
}

#[test]
fn processes_share_a_new_store() {
    let (_place, store) = crate::store();
    write_from_processes(&store, crate::POINTS);
    check(&store, crate::POINTS);
}

/// Each thread has a tracker of its own, as a process has.
#[test]
fn threads_share_a_new_store() {
    let (_place, store) = crate::store();
    std::thread::scope(|scope| {
        for _ in 0..WRITERS {
            scope.spawn(|| write(&store, 20));
        }
    });
    check(&store, 20);
}

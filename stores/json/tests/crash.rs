//! When a change has returned, it survives the end of the process at whatever moment that comes, and
//! nothing is there twice.
//!
//! Each round starts a process that makes changes as fast as it can, and kills it at a random
//! moment: while it opens the store, while it moves the points of the process before it into the
//! store, while it adds. `ENTIA_CRASH_ROUNDS` says how many rounds; a few unless it does.

#[path = "../../../tracker-core/tests/killed/mod.rs"]
mod killed;

use std::fs::{File, OpenOptions};
use std::hash::{BuildHasher, RandomState};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use tracker_core::conformance::Sample;
use tracker_core::{Aggregate, Experiment, Metric, Tracker};
use tracker_json as _;

/// Names the store to the process that a round starts.
const STORE: &str = "TRACKER_TEST_STORE";
/// Names the round to it: the phase of its points, and where it notes how far it has come.
const ROUND: &str = "TRACKER_TEST_ROUND";

/// Points that one of its threads adds at once.
const AT_ONCE: i64 = 17;

/// The longest that a round lasts.
const LONGEST: Duration = Duration::from_millis(120);

fn run(store: &str) -> Aggregate {
    let experiment = Tracker::open(store).unwrap().experiment("digits").unwrap();
    experiment.track(&Sample::new("MLP", "{}")).unwrap()
}

/// Where changes that are no points are made.
fn changed(store: &str) -> Experiment {
    Tracker::open(store).unwrap().experiment("changed").unwrap()
}

/// The file whose length says how many calls of a thread have returned.
fn notes(round: &Path, thread: &str) -> PathBuf {
    round.with_extension(thread)
}

fn phase(round: &Path, thread: &str) -> String {
    notes(round, thread)
        .file_name()
        .unwrap()
        .to_string_lossy()
        .into_owned()
}

fn create(path: PathBuf) -> File {
    OpenOptions::new()
        .create_new(true)
        .append(true)
        .open(path)
        .unwrap()
}

fn point(phase: &str, step: i64) -> Metric {
    Metric::new("loss", 0.5)
        .phase(phase)
        .epoch(step.unsigned_abs() / 1000)
        .step(step)
}

/// What the process does that is killed; nothing when it is no process of a round.
#[test]
fn writer() {
    let (Ok(store), Some(round)) = (std::env::var(STORE), std::env::var_os(ROUND)) else {
        return;
    };
    let round = Path::new(&round);
    if round.to_string_lossy().contains("changes") {
        let returned = create(notes(round, "changes"));
        killed::change(&changed(&store), &phase(round, "changes"), returned);
    }
    let run = run(&store);
    let add = |thread: &str, at_once: i64| {
        let (metrics, phase) = (run.metrics(), phase(round, thread));
        let mut returned = create(notes(round, thread));
        for call in 0.. {
            let steps = call * at_once..(call + 1) * at_once;
            metrics
                .add_all(steps.map(|step| point(&phase, step)))
                .unwrap();
            returned.write_all(b".").unwrap();
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(|| add("one", 1));
        scope.spawn(|| add("many", AT_ONCE));
    });
}

/// How many processes are killed.
fn rounds() -> usize {
    std::env::var("ENTIA_CRASH_ROUNDS").map_or(5, |rounds| rounds.parse().unwrap())
}

/// A number below `limit` that nobody can foresee.
fn random(limit: u64) -> u64 {
    RandomState::new().hash_one(0) % limit
}

/// Starts a process and kills it some time later.
fn kill_one(store: &str, round: &Path) {
    let mut writer = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "writer"])
        .env(STORE, store)
        .env(ROUND, round)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    // Nothing waits for this to be long enough: each moment is as good as any other.
    let limit = u64::try_from(LONGEST.as_micros()).unwrap();
    std::thread::sleep(Duration::from_micros(random(limit)));
    writer.kill().unwrap();
    assert!(
        !writer.wait().unwrap().success(),
        "it must not have come to its end"
    );
}

/// Checks the points of a thread of a round, and returns how many there are.
fn check(run: &Aggregate, round: &Path, thread: &str, at_once: i64) -> i64 {
    let returned = notes(round, thread).metadata().map_or(0, |file| file.len());
    let returned = i64::try_from(returned).unwrap();
    let history = run
        .metrics()
        .history("loss", &phase(round, thread))
        .unwrap();
    let stored = i64::try_from(history.len()).unwrap();
    // The last call may have been done without the process coming to note that.
    assert!(
        stored == returned * at_once || stored == (returned + 1) * at_once,
        "{returned} calls of {at_once} returned, {stored} points stored: {}",
        round.display()
    );
    assert!(
        history.steps().iter().copied().eq(0..stored),
        "a point is missing or doubled"
    );
    stored
}

#[test]
fn nothing_is_lost_or_doubled() {
    let folder = tempfile::tempdir().unwrap();
    let store = format!("json:{}", folder.path().join("runs").display());
    let rounds: Vec<PathBuf> = (0..rounds())
        .map(|round| folder.path().join(format!("round-{round}")))
        .collect();
    for round in &rounds {
        kill_one(&store, round);
        // Else the next process finds the journal, or those of several.
        if random(3) == 0 {
            check(&run(&store), round, "one", 1);
        }
    }

    let tracker = Tracker::open(&store).unwrap();
    assert!(tracker.check().unwrap().is_empty());
    let run = run(&store);
    let stored: i64 = rounds
        .iter()
        .map(|round| check(&run, round, "one", 1) + check(&run, round, "many", AT_ONCE))
        .sum();
    drop((run, tracker));
    let reader = Tracker::read(&store).unwrap();
    assert!(reader.journals().unwrap().is_empty(), "journals are left");
    println!("{} kills, {stored} points", rounds.len());
}

#[test]
fn a_change_of_no_kind_is_lost_or_doubled() {
    let folder = tempfile::tempdir().unwrap();
    let store = format!("json:{}", folder.path().join("runs").display());
    let rounds: Vec<PathBuf> = (0..rounds())
        .map(|round| folder.path().join(format!("changes-{round}")))
        .collect();
    for round in &rounds {
        kill_one(&store, round);
    }
    let (tracker, experiment) = (Tracker::open(&store).unwrap(), changed(&store));
    assert!(tracker.check().unwrap().is_empty());
    let returned = |round: &Path| {
        let returned = notes(round, "changes").metadata();
        returned.map_or(0, |file| usize::try_from(file.len()).unwrap())
    };
    let check = |round: &PathBuf| {
        let prefix = phase(round, "changes");
        killed::check(&experiment, &prefix, returned(round))
    };
    let changes: usize = rounds.iter().map(check).sum();
    drop((tracker, experiment));
    let journals = Tracker::read(&store).unwrap().journals().unwrap();
    assert!(journals.is_empty(), "journals are left");
    println!("{} kills, {changes} changes", rounds.len());
}

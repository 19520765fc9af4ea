//! When a change has returned, it survives the end of the process at whatever moment that comes, and
//! nothing is there twice. The file that holds this says where a new store is (`store`), how a store is
//! looked at without moving what waits beside it (`look`), and how many rounds there are where nobody
//! says it (`ROUNDS`).
//!
//! Each round starts a process that makes changes as fast as it can, and kills it at a random
//! moment: while it opens the store, while it moves the points of the process before it into the
//! store, while it adds. `ENTIA_CRASH_ROUNDS` says how many rounds, and `ENTIA_CRASH_SEED` which moments;
//! the tests print it.

mod changes;

use std::fs::{File, OpenOptions};
use std::hash::{BuildHasher, RandomState};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use tracker_core::conformance::Sample;
use tracker_core::{Aggregate, Experiment, Metric, Tracker};

/// Names the store to the process that a round starts.
const STORE: &str = "TRACKER_TEST_STORE";
/// Names the round to it: the phase of its points, and where it notes how far it has come.
const ROUND: &str = "TRACKER_TEST_ROUND";

/// Points that one of its threads adds at once.
const AT_ONCE: i64 = 17;

/// The longest that a round lasts.
const LONGEST: Duration = Duration::from_millis(150);

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

/// How many calls of a thread have returned; none where it did not come to begin.
fn returned(round: &Path, thread: &str) -> usize {
    let notes = notes(round, thread).metadata();
    notes.map_or(0, |file| usize::try_from(file.len()).unwrap())
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
        changes::make(&changed(&store), &phase(round, "changes"), returned);
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

/// The number of a variable, or the usual one.
fn number(name: &str, usual: impl FnOnce() -> u64) -> u64 {
    std::env::var(name).map_or_else(|_| usual(), |text| text.parse().unwrap())
}

/// Numbers that are the same for the same seed, by splitmix64.
struct Random(u64);

impl Random {
    fn new() -> Self {
        let seed = number("ENTIA_CRASH_SEED", || RandomState::new().hash_one(0));
        println!("ENTIA_CRASH_SEED={seed}");
        Self(seed)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % limit
    }
}

/// The rounds, each with the place of its notes.
fn rounds(folder: &Path, name: &str) -> Vec<PathBuf> {
    let count = number("ENTIA_CRASH_ROUNDS", || crate::ROUNDS);
    let rounds = 0..count;
    rounds
        .map(|round| folder.join(format!("{name}-{round}")))
        .collect()
}

/// Starts a process and kills it some time later.
fn kill_one(store: &str, round: &Path, random: &mut Random) {
    let mut writer = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "killed::writer"])
        .env(STORE, store)
        .env(ROUND, round)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    // Nothing waits for this to be long enough: each moment is as good as any other.
    let limit = u64::try_from(LONGEST.as_micros()).unwrap();
    std::thread::sleep(Duration::from_micros(random.below(limit)));
    writer.kill().unwrap();
    assert!(
        !writer.wait().unwrap().success(),
        "it must not have come to its end"
    );
}

/// Checks the points of a thread of a round, and returns how many there are.
fn check(run: &Aggregate, round: &Path, thread: &str, at_once: i64) -> i64 {
    let returned = i64::try_from(returned(round, thread)).unwrap();
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

fn check_that_no_journal_is_left(store: &str) {
    let journals = crate::look(store).journals().unwrap();
    assert!(journals.is_empty(), "journals are left");
}

#[test]
fn a_killed_process_loses_and_doubles_nothing() {
    let ((_place, store), folder) = (crate::store(), tempfile::tempdir().unwrap());
    let (rounds, mut random) = (rounds(folder.path(), "round"), Random::new());
    for round in &rounds {
        kill_one(&store, round, &mut random);
        // Else the next process finds the journal, or those of several.
        if random.below(3) == 0 {
            check(&run(&store), round, "one", 1);
        }
    }

    let tracker = Tracker::open(&store).unwrap();
    assert_eq!(tracker.check().unwrap(), [""; 0]);
    let run = run(&store);
    let stored: i64 = rounds
        .iter()
        .map(|round| check(&run, round, "one", 1) + check(&run, round, "many", AT_ONCE))
        .sum();
    drop((run, tracker));
    check_that_no_journal_is_left(&store);
    println!("{} kills, {stored} points", rounds.len());
}

#[test]
fn a_change_of_no_kind_is_lost_or_doubled() {
    let ((_place, store), folder) = (crate::store(), tempfile::tempdir().unwrap());
    let (rounds, mut random) = (rounds(folder.path(), "changes"), Random::new());
    for round in &rounds {
        kill_one(&store, round, &mut random);
    }
    let (tracker, experiment) = (Tracker::open(&store).unwrap(), changed(&store));
    assert_eq!(tracker.check().unwrap(), [""; 0]);
    let check = |round: &PathBuf| {
        let prefix = phase(round, "changes");
        changes::check(&experiment, &prefix, returned(round, "changes"))
    };
    let changes: usize = rounds.iter().map(check).sum();
    drop((tracker, experiment));
    check_that_no_journal_is_left(&store);
    println!("{} kills, {changes} changes", rounds.len());
}

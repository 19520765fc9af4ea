//! When `add` has returned, the point survives the end of the process at whatever moment that
//! comes, and no point is there twice.
//!
//! Each round starts a process that adds points as fast as it can, and kills it at a random
//! moment: while it opens the store, while it moves the points of the process before it to the
//! server, while it adds. `ENTIA_CRASH_ROUNDS` says how many rounds, and `ENTIA_CRASH_SEED` which
//! moments; the test prints it.

mod common;

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use common::Place;
use tracker_core::conformance::Sample;
use tracker_core::{Aggregate, Metric, Tracker};
use tracker_postgres as _;

/// Names the store to the process that a round starts.
const STORE: &str = "TRACKER_TEST_STORE";
/// Names the round to it: the phase of its points, and where it notes how far it has come.
const ROUND: &str = "TRACKER_TEST_ROUND";

/// Points that are added at once.
const AT_ONCE: i64 = 17;

/// The longest that a round lasts.
const LONGEST: Duration = Duration::from_millis(150);

fn run(store: &str) -> Aggregate {
    let experiment = Tracker::open(store).unwrap().experiment("digits").unwrap();
    experiment.track(&Sample::new("MLP", "{}")).unwrap()
}

fn phase(round: &Path) -> String {
    round.file_name().unwrap().to_string_lossy().into_owned()
}

fn create(path: &Path) -> File {
    let mut options = OpenOptions::new();
    options.create_new(true).append(true).open(path).unwrap()
}

/// What the process does that is killed; nothing when it is no process of a round.
#[test]
fn writer() {
    let (Ok(store), Some(round)) = (std::env::var(STORE), std::env::var_os(ROUND)) else {
        return;
    };
    let round = Path::new(&round);
    let (metrics, phase) = (run(&store).metrics(), phase(round));
    // The length of this file says how many calls have returned.
    let mut returned = create(round);
    for call in 0.. {
        let steps = call * AT_ONCE..(call + 1) * AT_ONCE;
        let points = steps.map(|step| Metric::new("loss", 0.5).phase(&phase).step(step));
        metrics.add_all(points).unwrap();
        returned.write_all(b".").unwrap();
    }
}

/// Numbers that are the same for the same seed, by splitmix64.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % limit
    }
}

/// Starts a process and kills it some time later.
fn kill_one(store: &str, round: &Path, after: Duration) {
    let mut writer = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "writer"])
        .env(STORE, store)
        .env(ROUND, round)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    // Nothing waits for this to be long enough: each moment is as good as any other.
    std::thread::sleep(after);
    writer.kill().unwrap();
    let ended = writer.wait().unwrap();
    assert!(!ended.success(), "it must not have come to its end");
}

/// Checks the points of a round, and returns how many there are.
fn check(run: &Aggregate, round: &Path) -> i64 {
    let returned = round.metadata();
    let returned = returned.map_or(0, |file| i64::try_from(file.len()).unwrap());
    let history = run.metrics().history("loss", &phase(round)).unwrap();
    let stored = i64::try_from(history.len()).unwrap();
    // The last call may have been done without the process coming to note that.
    assert!(
        stored == returned * AT_ONCE || stored == (returned + 1) * AT_ONCE,
        "{returned} calls of {AT_ONCE} returned, {stored} points stored: {}",
        round.display()
    );
    assert!(
        history.steps().iter().copied().eq(0..stored),
        "a point is missing or doubled"
    );
    stored
}

#[test]
fn a_killed_process_loses_and_doubles_nothing() {
    let number = |name, usual| std::env::var(name).map_or(usual, |text| text.parse().unwrap());
    let (rounds, seed) = (
        number("ENTIA_CRASH_ROUNDS", 100),
        number("ENTIA_CRASH_SEED", 7),
    );
    println!("ENTIA_CRASH_SEED={seed}");
    let mut random = Random(seed);
    let place = Place::new();
    let store = &place.address;
    let rounds: Vec<PathBuf> = (0..rounds)
        .map(|round| place.folder().join(format!("round-{round}")))
        .collect();
    let longest = u64::try_from(LONGEST.as_micros()).unwrap();
    for round in &rounds {
        kill_one(store, round, Duration::from_micros(random.below(longest)));
        // Else the next process finds the journal, or those of several.
        if random.below(3) == 0 {
            check(&run(store), round);
        }
    }

    let tracker = Tracker::open(store).unwrap();
    assert_eq!(tracker.check().unwrap(), [""; 0]);
    let run = run(store);
    let stored: i64 = rounds.iter().map(|round| check(&run, round)).sum();
    drop((run, tracker));
    let journals = Tracker::open(store).unwrap().journals().unwrap();
    assert!(journals.is_empty(), "journals are left");
    println!("{} kills, {stored} points", rounds.len());
}

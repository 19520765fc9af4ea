//! A store on a server is asked for many runs at once: no command makes a request for each.

use tracker_core::ports::{AggregateRecord, AttemptRecord, AttemptState, Change, ExperimentRecord};
use tracker_core::{
    Iteration, Metric, ModuleRecord, Outcome, Provenance, Series, Timestamp, Tracker,
};

use crate::serve::Serving;
use crate::support::{Fixture, model};

const RUNS: usize = 300;

/// So many requests are enough, however many runs there are.
const FEW: u64 = 20;

/// And so many for a copy, which is read back.
const COPIED: u64 = 30;

/// A store of many runs in two experiments, each with metrics, an iteration and an attempt.
fn many() -> Fixture {
    let fixture = Fixture::empty();
    let experiments = ["digits", "letters"].map(ExperimentRecord::new);
    let mut changes: Vec<Change> = experiments
        .iter()
        .cloned()
        .map(Change::CreateExperiment)
        .collect();
    for number in 0..RUNS {
        let experiment = experiments[number % 2].id;
        let record = AggregateRecord::new(experiment, format!("run-{number}"));
        let aggregate = record.uuid;
        let series = ["loss", "accuracy"].map(|name| {
            let mut series = Series::new(name, "train");
            series.push(&Metric::new(name, 0.5).phase("train").epoch(1));
            series
        });
        changes.extend([
            Change::CreateAggregate {
                record,
                modules: vec![ModuleRecord::new("model", &model(256)).unwrap()],
            },
            Change::AddPoints {
                aggregate,
                series: series.into(),
            },
            Change::PutIteration {
                aggregate,
                iteration: Iteration::new("train", 1),
            },
            Change::PutAttempt {
                aggregate,
                attempt: attempt(),
            },
        ]);
    }
    let tracker = Tracker::open(&fixture.absolute()).unwrap();
    let store = tracker.store().unwrap();
    store.apply(&changes, None).unwrap().complete().unwrap();
    fixture
}

fn attempt() -> AttemptRecord {
    let now = Timestamp::now();
    AttemptRecord {
        id: tracker_core::Uuid::new_v4(),
        state: AttemptState {
            started: now,
            seen: now,
            ended: Some(now),
            outcome: Outcome::Finished,
            place: "another machine".to_owned(),
            process: 1,
            process_started: 0,
        },
        provenance: Provenance::default(),
    }
}

/// How many requests the remote store has made so far.
fn requests(serving: &Serving) -> u64 {
    let (status, figures) = serving.ask("GET", "/metrics", "");
    assert_eq!(status, "200", "{figures}");
    let lines = figures.lines();
    let of_store = lines.filter(|line| {
        line.starts_with("entia_requests_total{") && line.contains("path=\"/api/v1/")
    });
    let counts = of_store.map(|line| line.rsplit_once(' ').unwrap().1.parse::<u64>().unwrap());
    counts.sum()
}

/// What a command prints, which makes few requests.
#[track_caller]
fn few(serving: &Serving, fixture: &Fixture, arguments: &[&str]) -> String {
    let before = requests(serving);
    let mut command = fixture.command(arguments);
    command.env("XDG_STATE_HOME", fixture.path("state"));
    let done = command.output().unwrap();
    let err = String::from_utf8(done.stderr).unwrap();
    assert!(done.status.success(), "{err}");
    let made = requests(serving) - before;
    let most = if arguments[0] == "import" {
        COPIED
    } else {
        FEW
    };
    assert!(
        (1..most).contains(&made),
        "{arguments:?} has made {made} requests"
    );
    String::from_utf8(done.stdout).unwrap()
}

#[test]
fn many_runs_are_looked_at_by_few_requests() {
    let fixture = many();
    let serving = Serving::new(&fixture, &[]);
    let address = format!("http://{}", serving.host);
    let few = |arguments: &[&str]| few(&serving, &fixture, arguments);
    let out = few(&["--store", &address, "doctor"]);
    assert!(out.contains("the store is sound"), "{out}");
    let out = few(&["--store", &address, "verify"]);
    assert_eq!(out, "300 runs checked: every record gives its hash.\n");
    for wide in [&["export"][..], &["export", "--wide"]] {
        let over = few(&[&["--store", &address][..], wide].concat());
        assert!(over.lines().count() > RUNS, "{over}");
        assert_eq!(over, fixture.text(wide), "as from the file itself");
    }
}

#[test]
fn many_runs_are_copied_by_few_requests() {
    let (here, there) = (many(), Fixture::empty());
    let serving = Serving::new(&there, &[]);
    let address = format!("http://{}", serving.host);
    let few = |arguments: &[&str]| few(&serving, &here, arguments);
    let out = few(&["import", "sqlite:runs.db", &address]);
    let added = format!("added to `{address}`: 2 experiments, 300 runs, 600 points\n");
    assert_eq!(out, added);
    let out = few(&["import", "sqlite:runs.db", &address]);
    assert_eq!(
        out,
        format!("`{address}` has all of `sqlite:runs.db` already.\n")
    );
    let out = few(&["import", &address, "sqlite:back.db"]);
    assert!(out.contains("2 experiments, 300 runs, 600 points"), "{out}");
    serving.end();
    let text = |store| here.text(&["--store", store, "export"]);
    assert_eq!(text("sqlite:back.db"), text("sqlite:runs.db"));
}

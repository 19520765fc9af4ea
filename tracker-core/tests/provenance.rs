//! What is on record of the program that works on a run.

use tracker_core::conformance::Sample;
use tracker_core::{Aggregate, Git, Provenance, Tracker, provenance};

fn run() -> Aggregate {
    let tracker = Tracker::open("memory:").unwrap();
    let experiment = tracker.experiment("digits").unwrap();
    experiment.track(&Sample::new("MLP", "{}")).unwrap()
}

/// What the store keeps of an attempt that begins with this.
fn recorded(given: Provenance) -> Provenance {
    let run = run();
    run.attempt_with(given).unwrap().finish().unwrap();
    run.attempts().unwrap().remove(0).provenance
}

#[test]
fn the_program_and_its_machine_are_found_out() {
    let found = recorded(Provenance::default());
    let program = std::env::args().next().unwrap();
    assert_eq!(found.command.first(), Some(&program));
    let folder = std::env::current_dir().unwrap();
    assert_eq!(found.folder, folder.display().to_string());
    assert_eq!(found.versions["entia"], env!("CARGO_PKG_VERSION"));
    assert!(found.system.cpus > 0);
    assert!(found.system.memory > 0);
    assert!(!found.system.os.is_empty());
    assert!(found.features.is_empty() && found.more.is_empty());
}

/// Cargo has built this test with the compiler that it has built the library with.
#[test]
fn the_compiler_is_known() {
    let version = &recorded(Provenance::default()).versions["rustc"];
    assert!(version.starts_with("1."), "{version}");
}

#[test]
fn the_package_tells_its_name_and_version() {
    let given = provenance!();
    assert_eq!(given.versions.len(), 1);
    let found = recorded(given);
    assert_eq!(found.versions["tracker-core"], env!("CARGO_PKG_VERSION"));
    assert_eq!(found.versions.len(), 3, "with `entia` and `rustc`");
}

#[cfg(feature = "derive")]
#[test]
fn the_package_tells_its_features() {
    let features = provenance!().features;
    assert!(features.contains(&"derive".to_owned()), "{features:?}");
    assert_eq!(
        features.contains(&"nvml".to_owned()),
        cfg!(feature = "nvml")
    );
}

#[test]
fn what_is_given_is_kept() {
    let given = Provenance {
        host: "a host".to_owned(),
        command: vec!["train".to_owned(), "--token=shown".to_owned()],
        git: Some(Git {
            commit: "5f0a".to_owned(),
            ..Git::default()
        }),
        versions: [("entia".to_owned(), "fork".to_owned())].into(),
        ..Provenance::default()
    };
    let found = recorded(given.clone().note("slurm_job", 17).note("queue", "long"));
    assert_eq!(
        (&found.host, &found.command, &found.git),
        (&given.host, &given.command, &given.git)
    );
    assert_eq!(found.versions["entia"], "fork");
    assert!(found.system.cpus > 0, "what is not given is found out");
    let notes: Vec<String> = found
        .more
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    assert_eq!(notes, [r#"queue="long""#, "slurm_job=17"]);
}

#[test]
fn the_attempt_has_what_is_recorded() {
    let run = run();
    let attempt = run.attempt().unwrap();
    assert_eq!(run.attempts().unwrap()[0], *attempt.record());
}

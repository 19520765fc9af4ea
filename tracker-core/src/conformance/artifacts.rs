//! The records of artifacts are replaced by name and epoch. Their contents are no concern of the
//! store, so none are put here.

use super::{Sample, behaviours, tracked};
use crate::aggregate::Aggregate;
use crate::error::{Error, ErrorKind, Result};
use crate::ports::Change;
use crate::records::ArtifactRecord;
use crate::tracker::Tracker;

behaviours! {
    artifact_comes_back_exactly,
    same_artifact_is_replaced_in_its_place,
    artifacts_are_told_apart_by_name_and_epoch,
    artifacts_belong_to_their_aggregate,
    removed_artifact_is_gone,
    removed_aggregate_takes_its_artifacts_along,
    removed_experiment_takes_its_artifacts_along,
    rewound_aggregate_has_no_later_artifacts,
    refused_artifact_undoes_what_came_with_it,
}

fn artifact(name: &str, epoch: Option<u64>, size: u64) -> ArtifactRecord {
    ArtifactRecord {
        name: name.to_owned(),
        epoch,
        hash: format!("{size:064x}"),
        size,
        media_type: "application/octet-stream".to_owned(),
        created: jiff::Timestamp::UNIX_EPOCH,
    }
}

fn put(run: &Aggregate, artifact: ArtifactRecord) -> Result<()> {
    run.link().apply(Change::PutArtifact {
        aggregate: run.uuid(),
        artifact,
    })
}

fn records(tracker: &Tracker, run: &Aggregate) -> Result<Vec<ArtifactRecord>> {
    tracker.link().store()?.artifacts(run.uuid())
}

/// The name, epoch and size of each artifact.
fn seen(tracker: &Tracker, run: &Aggregate) -> Result<Vec<(String, Option<u64>, u64)>> {
    let records = records(tracker, run)?.into_iter();
    Ok(records
        .map(|record| (record.name, record.epoch, record.size))
        .collect())
}

fn artifact_comes_back_exactly(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    assert!(records(tracker, &run)?.is_empty());
    let largest = i64::MAX.unsigned_abs();
    let first = ArtifactRecord {
        media_type: "text/plain; charset=utf-8".to_owned(),
        created: crate::Micros::MAX.timestamp(),
        ..artifact("größe/\u{1f4c8} \"a\" 'b' %_.txt", Some(largest), largest)
    };
    let second = ArtifactRecord {
        created: crate::Micros::MIN.timestamp(),
        ..artifact(&"x".repeat(1_024), None, 0)
    };
    put(&run, first.clone())?;
    put(&run, second.clone())?;
    assert_eq!(records(tracker, &run)?, [first, second]);
    Ok(())
}

fn same_artifact_is_replaced_in_its_place(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    put(&run, artifact("weights", Some(1), 1))?;
    put(&run, artifact("weights", None, 2))?;
    put(&run, artifact("log", None, 3))?;
    put(&run, artifact("weights", Some(1), 4))?;
    let newest = ArtifactRecord {
        media_type: "text/plain".to_owned(),
        created: crate::Micros::MAX.timestamp(),
        ..artifact("weights", None, 5)
    };
    put(&run, newest.clone())?;
    let expected = [
        artifact("weights", Some(1), 4),
        newest,
        artifact("log", None, 3),
    ];
    assert_eq!(records(tracker, &run)?, expected);
    Ok(())
}

fn artifacts_are_told_apart_by_name_and_epoch(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    let all = [
        artifact("weights", Some(0), 1),
        artifact("weights", None, 1),
        artifact("weights", Some(1), 1),
        artifact("Weights", None, 1),
        artifact("weights/a", None, 1),
    ];
    for one in &all {
        put(&run, one.clone())?;
    }
    assert_eq!(records(tracker, &run)?, all);
    Ok(())
}

fn artifacts_belong_to_their_aggregate(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    put(&run, artifact("weights", None, 1))?;
    let other = tracker
        .experiment("digits")?
        .track(&Sample::new("GLU", "{}"))?;
    assert!(records(tracker, &other)?.is_empty());
    put(&other, artifact("weights", None, 2))?;
    let remove = Change::RemoveArtifact {
        aggregate: other.uuid(),
        name: "weights".to_owned(),
        epoch: None,
    };
    other.link().apply(remove)?;
    assert_eq!(seen(tracker, &run)?, [("weights".to_owned(), None, 1)]);
    Ok(())
}

fn removed_artifact_is_gone(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    put(&run, artifact("weights", Some(1), 1))?;
    put(&run, artifact("weights", None, 2))?;
    put(&run, artifact("log", None, 3))?;
    let remove = Change::RemoveArtifact {
        aggregate: run.uuid(),
        name: "weights".to_owned(),
        epoch: None,
    };
    run.link().apply(remove.clone())?;
    // What is not there any more is no error.
    run.link().apply(remove)?;
    let log = ("log".to_owned(), None, 3);
    let expected = [("weights".to_owned(), Some(1), 1), log];
    assert_eq!(seen(tracker, &run)?, expected);
    put(&run, artifact("weights", None, 4))?;
    let last = seen(tracker, &run)?.pop();
    assert_eq!(
        last,
        Some(("weights".to_owned(), None, 4)),
        "it must be appended"
    );
    Ok(())
}

fn removed_aggregate_takes_its_artifacts_along(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    put(&run, artifact("weights", None, 1))?;
    run.clone().remove()?;
    assert!(records(tracker, &run)?.is_empty());
    let refused = put(&run, artifact("weights", None, 1));
    assert!(matches!(refused, Err(Error::Missing { .. })));
    assert!(records(tracker, &tracked(tracker)?)?.is_empty());
    Ok(())
}

fn removed_experiment_takes_its_artifacts_along(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    put(&run, artifact("weights", None, 1))?;
    let experiment = tracker.experiment("digits")?.id();
    tracker
        .link()
        .apply(Change::RemoveExperiment { experiment })?;
    assert!(records(tracker, &run)?.is_empty());
    Ok(())
}

fn rewound_aggregate_has_no_later_artifacts(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    for epoch in [Some(3), None, Some(1), Some(2), Some(0)] {
        put(&run, artifact("weights", epoch, 1))?;
    }
    run.rewind(1)?;
    let epochs: Vec<_> = records(tracker, &run)?
        .iter()
        .map(|one| one.epoch)
        .collect();
    assert_eq!(epochs, [None, Some(1), Some(0)]);
    put(&run, artifact("weights", Some(2), 2))?;
    let last = seen(tracker, &run)?.pop();
    assert_eq!(last, Some(("weights".to_owned(), Some(2), 2)));
    Ok(())
}

fn refused_artifact_undoes_what_came_with_it(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    put(&run, artifact("log", None, 1))?;
    let applied = run.link().apply_all(&[
        Change::RemoveArtifact {
            aggregate: run.uuid(),
            name: "log".to_owned(),
            epoch: None,
        },
        Change::PutArtifact {
            aggregate: crate::Uuid::nil(),
            artifact: artifact("weights", None, 2),
        },
    ]);
    assert_eq!(
        applied.map_err(|error| error.kind()),
        Err(ErrorKind::NotFound)
    );
    assert_eq!(seen(tracker, &run)?, [("log".to_owned(), None, 1)]);
    Ok(())
}

//! How a run stands: a word in MLflow, attempts in Entia.

use tracker_core::ports::{AggregateRecord, AttemptRecord, AttemptState, Change};
use tracker_core::query::{Condition, status, tag};
use tracker_core::{Annotation, Outcome, Provenance, Status, Timestamp, Uuid};

/// The tag of a run that has a word for which Entia has none. A client neither sees nor sets it.
pub(super) const OWN_STATUS: &str = "entia.status";

/// The words with their numbers.
pub(super) const WORDS: [(&str, i64); 5] = [
    ("RUNNING", 1),
    ("SCHEDULED", 2),
    ("FINISHED", 3),
    ("FAILED", 4),
    ("KILLED", 5),
];

/// The word for a run.
pub(super) fn word(record: &AggregateRecord) -> &'static str {
    let own = record.annotations.tags.get(OWN_STATUS);
    if let Some((word, _)) = WORDS
        .iter()
        .find(|(word, _)| own.is_some_and(|own| own == word))
    {
        return word;
    }
    match record.status() {
        Status::Running | Status::Lost => "RUNNING",
        Status::Unknown | Status::Finished => "FINISHED",
        Status::Failed => "FAILED",
    }
}

/// The runs with this word.
pub(super) fn condition(word: &str) -> Condition {
    let own = |word: &str| tag(OWN_STATUS).eq(word);
    match word {
        "RUNNING" => status()
            .is_in([Status::Running, Status::Lost])
            .and(!own("SCHEDULED")),
        "FINISHED" => status().is_in([Status::Finished, Status::Unknown]),
        "FAILED" => status().eq(Status::Failed).and(!own("KILLED")),
        word => own(word),
    }
}

/// A new attempt, begun at some time.
pub(super) fn attempt(started: Timestamp, provenance: Provenance) -> AttemptRecord {
    AttemptRecord {
        id: Uuid::now_v7(),
        state: AttemptState {
            started,
            seen: Timestamp::now(),
            ended: None,
            outcome: Outcome::Running,
            place: String::new(),
            process: 0,
            process_started: 0,
        },
        provenance,
    }
}

/// What changes where a run is to stand so: its newest attempt ends, or lives, or another begins.
pub(super) fn changes(
    run: &AggregateRecord,
    newest: Option<&AttemptRecord>,
    word: Option<&str>,
    end: Option<Timestamp>,
) -> Vec<Change> {
    let aggregate = run.uuid;
    let provenance = || newest.map(|of| of.provenance.clone());
    let mut attempt = match (newest, word) {
        (Some(newest), Some("RUNNING" | "SCHEDULED")) if newest.state.ended.is_none() => {
            newest.clone()
        }
        (_, Some("RUNNING" | "SCHEDULED")) => {
            attempt(Timestamp::now(), provenance().unwrap_or_default())
        }
        (Some(newest), _) => newest.clone(),
        (None, _) => attempt(run.created, Provenance::default()),
    };
    let state = &mut attempt.state;
    state.seen = Timestamp::now();
    if let Some(word) = word {
        state.outcome = match word {
            "FINISHED" => Outcome::Finished,
            "FAILED" | "KILLED" => Outcome::Failed {
                reason: word.to_lowercase(),
            },
            _ => Outcome::Running,
        };
    }
    let is_over = state.outcome != Outcome::Running;
    state.ended = end.or(state.ended).or_else(|| is_over.then(Timestamp::now));
    if let Some(end) = state.ended {
        state.seen = end;
    }
    let mut changes = vec![Change::PutAttempt { aggregate, attempt }];
    let has_own = run.annotations.tags.contains_key(OWN_STATUS);
    let tag = OWN_STATUS.to_owned();
    let annotation = match word {
        Some(word @ ("KILLED" | "SCHEDULED")) => Some(Annotation::SetTag {
            tag,
            value: word.to_owned(),
        }),
        Some(_) if has_own => Some(Annotation::RemoveTag { tag }),
        _ => None,
    };
    changes.extend(annotation.map(|annotation| Change::Annotate {
        aggregate,
        annotation,
    }));
    changes
}

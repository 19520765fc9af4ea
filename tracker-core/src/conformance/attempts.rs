//! Attempts are kept as they were recorded, and the newest shows in tables.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;
use uuid::Uuid;

use super::{behaviours, model, tracked};
use crate::aggregate::Aggregate;
use crate::error::{Error, Result};
use crate::ports::{AttemptRecord, AttemptState, Change, Detail, Scope};
use crate::records::{Git, Outcome, Provenance, Status, System};
use crate::tracker::Tracker;

behaviours! {
    attempt_comes_back_exactly,
    bare_attempt_comes_back,
    attempts_are_listed_as_they_began,
    attempt_is_replaced_in_its_place,
    sign_of_life_is_kept,
    attempt_stays_as_it_ended,
    newest_attempt_shows_in_tables,
    attempt_of_a_new_record_is_not_kept,
    attempts_belong_to_their_aggregate,
    attempts_go_with_their_aggregate,
    attempt_that_is_not_there_is_not_updated,
    attempts_are_changed_whole_or_not_at_all,
}

fn at(second: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + Duration::from_secs(second.unsigned_abs())
}

/// An attempt that began so many seconds after 1970, on a machine that nobody knows.
pub(super) fn attempt(second: i64) -> AttemptRecord {
    AttemptRecord {
        id: Uuid::now_v7(),
        state: AttemptState {
            started: at(second),
            seen: at(second),
            ended: None,
            outcome: Outcome::Running,
            place: "nowhere".to_owned(),
            process: 17,
            process_started: 3,
        },
        provenance: Provenance::default(),
    }
}

pub(super) fn put(run: &Aggregate, attempt: &AttemptRecord) -> Result<()> {
    run.link().apply(Change::PutAttempt {
        aggregate: run.uuid(),
        attempt: attempt.clone(),
    })
}

fn update(run: &Aggregate, attempt: Uuid, seen: i64, outcome: Outcome) -> Result<()> {
    run.link().apply(Change::UpdateAttempt {
        aggregate: run.uuid(),
        attempt,
        seen: at(seen),
        outcome,
    })
}

fn failed(reason: &str) -> Outcome {
    Outcome::Failed {
        reason: reason.to_owned(),
    }
}

fn attempt_comes_back_exactly(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    let before_1970 = Timestamp::UNIX_EPOCH - Duration::from_micros(86_400_000_001);
    let text = || "größe \"'\n\0🦀".to_owned();
    let put_in = AttemptRecord {
        id: Uuid::now_v7(),
        state: AttemptState {
            started: before_1970,
            seen: before_1970 + Duration::from_micros(1),
            ended: Some(before_1970 + Duration::from_micros(2)),
            outcome: failed(&text()),
            place: text(),
            process: u32::MAX,
            process_started: u64::from(u32::MAX),
        },
        provenance: Provenance {
            host: text(),
            user: text(),
            command: vec!["train".to_owned(), String::new(), text()],
            folder: text(),
            git: Some(Git {
                commit: "5f0a".to_owned(),
                branch: text(),
                dirty: true,
            }),
            versions: [("digits".to_owned(), "0.1.0".to_owned()), (text(), text())].into(),
            features: vec!["cuda".to_owned(), "cpu".to_owned()],
            system: System {
                os: text(),
                cpu: text(),
                cpus: 2,
                memory: 1 << 40,
                gpus: vec!["H200".to_owned(), "H200".to_owned()],
            },
            more: [
                ("job".to_owned(), json!([17, -0.0, "NaN", null]).into()),
                (
                    text(),
                    json!({"b": 9_007_199_254_740_993_i64, "a": 1e-5}).into(),
                ),
            ]
            .into(),
        },
    };
    // Texts that no handle takes may come from another program.
    run.link().apply_direct(&[Change::PutAttempt {
        aggregate: run.uuid(),
        attempt: put_in.clone(),
    }])?;
    assert_eq!(run.attempts()?, [put_in]);
    Ok(())
}

fn bare_attempt_comes_back(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    assert!(run.attempts()?.is_empty());
    assert_eq!(run.status(), Status::Unknown);
    let bare = attempt(0);
    put(&run, &bare)?;
    assert_eq!(run.attempts()?, [bare]);
    Ok(())
}

fn attempts_are_listed_as_they_began(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    // Neither their times nor their ids tell: clocks differ.
    let mut all = vec![attempt(300), attempt(100), attempt(200)];
    all[1].id = Uuid::max();
    for attempt in &all {
        put(&run, attempt)?;
    }
    assert_eq!(run.attempts()?, all);
    Ok(())
}

fn attempt_is_replaced_in_its_place(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    let (mut first, second) = (attempt(1), attempt(2));
    put(&run, &first)?;
    put(&run, &second)?;
    "another".clone_into(&mut first.provenance.host);
    first.state.seen = at(50);
    put(&run, &first)?;
    assert_eq!(run.attempts()?, [first, second]);
    Ok(())
}

fn sign_of_life_is_kept(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    let (first, mut second) = (attempt(1), attempt(2));
    put(&run, &first)?;
    put(&run, &second)?;
    update(&run, second.id, 17, Outcome::Running)?;
    second.state.seen = at(17);
    assert_eq!(run.attempts()?, [first, second]);
    Ok(())
}

fn attempt_stays_as_it_ended(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    let ends = [Outcome::Finished, failed("the disk is full"), failed("")];
    for (second, end) in (10..).zip(ends) {
        let mut ended = attempt(second);
        put(&run, &ended)?;
        update(&run, ended.id, 100, end.clone())?;
        // A sign of life on its way, and a second end.
        update(&run, ended.id, 200, Outcome::Running)?;
        update(&run, ended.id, 200, failed("too late"))?;
        update(&run, ended.id, 200, Outcome::Finished)?;
        ended.state.seen = at(100);
        ended.state.ended = Some(at(100));
        ended.state.outcome = end;
        assert_eq!(run.attempts()?.last(), Some(&ended));
        assert_eq!(state_in_tables(tracker, &run)?.as_ref(), Some(&ended.state));
    }
    Ok(())
}

/// The state of the newest attempt, which every way of reading a run must show alike.
fn state_in_tables(tracker: &Tracker, run: &Aggregate) -> Result<Option<AttemptState>> {
    let store = tracker.link().store()?;
    let mut states = Vec::new();
    for scope in [
        Scope::Uuids(vec![run.uuid()]),
        Scope::All,
        Scope::Id {
            experiment: None,
            id: run.id().to_owned(),
        },
    ] {
        for detail in [Detail::NONE, Detail::ALL] {
            let rows = store.rows(&scope, &detail)?.into_iter();
            let mut found = rows.filter(|row| row.aggregate.uuid == run.uuid());
            states.push(found.next().map(|row| row.aggregate.attempt));
        }
    }
    let experiment = tracker.experiment("digits")?;
    let found = experiment
        .aggregates()
        .rows(crate::query::Query::new())?
        .items
        .into_iter();
    let mut found = found.filter(|row| row.aggregate.uuid == run.uuid());
    states.push(found.next().map(|row| row.aggregate.attempt));
    states.dedup();
    assert_eq!(states.len(), 1, "{states:?}");
    Ok(states.remove(0).flatten())
}

fn newest_attempt_shows_in_tables(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    assert_eq!(state_in_tables(tracker, &run)?, None);
    let (mut first, mut second) = (attempt(200), attempt(100));
    put(&run, &first)?;
    assert_eq!(state_in_tables(tracker, &run)?, Some(first.state.clone()));
    // The newest is the one that was appended last.
    put(&run, &second)?;
    assert_eq!(state_in_tables(tracker, &run)?, Some(second.state.clone()));
    update(&run, first.id, 300, Outcome::Finished)?;
    assert_eq!(state_in_tables(tracker, &run)?, Some(second.state.clone()));
    first.state.seen = at(400);
    put(&run, &first)?;
    assert_eq!(state_in_tables(tracker, &run)?, Some(second.state.clone()));
    update(&run, second.id, 150, Outcome::Running)?;
    second.state.seen = at(150);
    assert_eq!(state_in_tables(tracker, &run)?, Some(second.state.clone()));
    second.state.outcome = Outcome::Finished;
    put(&run, &second)?;
    assert_eq!(state_in_tables(tracker, &run)?, Some(second.state));
    assert_eq!(tracked(tracker)?.status(), Status::Finished);
    Ok(())
}

fn attempt_of_a_new_record_is_not_kept(tracker: &Tracker) -> Result<()> {
    let mut record = tracked(tracker)?.record();
    record.uuid = Uuid::now_v7();
    "another".clone_into(&mut record.id);
    record.attempt = Some(attempt(1).state);
    tracker.link().apply(Change::CreateAggregate {
        record,
        modules: Vec::new(),
    })?;
    let aggregates = tracker.experiment("digits")?.aggregates();
    let run = aggregates
        .get("another")?
        .ok_or_else(|| Error::no_aggregate(Uuid::nil()))?;
    assert_eq!(run.status(), Status::Unknown);
    assert!(run.attempts()?.is_empty());
    Ok(())
}

fn attempts_belong_to_their_aggregate(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    let other = tracker.experiment("letters")?.track(&model())?;
    let (mut of_run, of_other) = (attempt(1), attempt(2));
    put(&run, &of_run)?;
    put(&other, &of_other)?;
    update(&run, of_run.id, 5, Outcome::Finished)?;
    of_run.state.update(at(5), &Outcome::Finished);
    assert_eq!(run.attempts()?, [of_run]);
    assert_eq!(other.attempts()?, [of_other]);
    Ok(())
}

fn attempts_go_with_their_aggregate(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    put(&run, &attempt(1))?;
    run.rewind(0)?;
    run.metrics().clear()?;
    assert_eq!(run.attempts()?.len(), 1, "they stay when other things go");
    let store = tracker.link().store()?;
    run.clone().remove()?;
    assert!(store.attempts(run.uuid())?.is_empty());
    assert!(matches!(run.attempts(), Err(Error::Missing { .. })));
    let again = tracked(tracker)?;
    assert_eq!(again.status(), Status::Unknown);
    assert!(again.attempts()?.is_empty());
    put(&again, &attempt(2))?;
    tracker.experiment("digits")?.remove()?;
    assert!(store.attempts(again.uuid())?.is_empty());
    Ok(())
}

fn attempt_that_is_not_there_is_not_updated(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    let other = tracker.experiment("letters")?.track(&model())?;
    let of_other = attempt(1);
    put(&other, &of_other)?;
    for id in [Uuid::now_v7(), of_other.id] {
        let refused = update(&run, id, 5, Outcome::Finished);
        assert!(matches!(refused, Err(Error::Missing { .. })), "{refused:?}");
    }
    assert!(run.attempts()?.is_empty());
    assert_eq!(other.attempts()?, [of_other]);
    run.clone().remove()?;
    let refused = put(&run, &attempt(2));
    assert!(matches!(refused, Err(Error::Missing { .. })), "{refused:?}");
    Ok(())
}

fn attempts_are_changed_whole_or_not_at_all(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    let first = attempt(1);
    put(&run, &first)?;
    let aggregate = run.uuid();
    let refused = tracker.link().apply_all(&[
        Change::UpdateAttempt {
            aggregate,
            attempt: first.id,
            seen: at(9),
            outcome: Outcome::Finished,
        },
        Change::PutAttempt {
            aggregate,
            attempt: attempt(2),
        },
        Change::UpdateAttempt {
            aggregate,
            attempt: Uuid::now_v7(),
            seen: at(9),
            outcome: Outcome::Finished,
        },
    ]);
    assert!(matches!(refused, Err(Error::Missing { .. })), "{refused:?}");
    assert_eq!(state_in_tables(tracker, &run)?.as_ref(), Some(&first.state));
    assert_eq!(run.attempts()?, [first]);
    Ok(())
}

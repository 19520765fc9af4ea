//! What has changed is told once each, by rising numbers; settings are kept. A store may do neither.

use super::{behaviours, model, tracked};
use crate::error::{Error, ErrorKind, Result};
use crate::ports::{Change, Store, Touch};
use crate::records::Metric;
use crate::tracker::Tracker;

behaviours! {
    what_has_changed_is_told_once,
    what_was_removed_is_told,
    what_was_refused_is_not_told,
    settings_are_kept_by_their_keys,
}

/// The store, where it can do this.
fn able<T>(
    tracker: &Tracker,
    call: impl Fn(&dyn Store) -> Result<T>,
) -> Result<Option<&dyn Store>> {
    let store = tracker.store()?;
    match call(store) {
        Err(error) if error.kind() == ErrorKind::Unsupported => Ok(None),
        Err(error) => Err(error),
        Ok(_) => Ok(Some(store)),
    }
}

fn numbered(tracker: &Tracker) -> Result<Option<&dyn Store>> {
    able(tracker, |store| store.newest_change())
}

/// The subjects since a number, which must rise from there to the newest.
fn since(store: &dyn Store, number: u64) -> Result<Vec<Touch>> {
    let touched = store.changes_after(number, usize::MAX)?;
    let mut last = number;
    for touch in &touched {
        assert!(touch.number > last, "numbers rise");
        last = touch.number;
    }
    assert_eq!(last, store.newest_change()?, "the last is the newest");
    Ok(touched)
}

fn what_has_changed_is_told_once(tracker: &Tracker) -> Result<()> {
    let Some(store) = numbered(tracker)? else {
        return Ok(());
    };
    assert_eq!(store.newest_change()?, 0, "nothing was changed yet");
    let run = tracked(tracker)?;
    let other = tracker.experiment("digits")?.track_as("other", &model())?;
    let before = store.newest_change()?;
    assert_eq!(since(store, 0)?.len(), 3, "an experiment and two runs");
    run.set_tag("stage", "candidate")?;
    run.metrics().add(Metric::new("loss", 0.5))?;
    run.metrics().add(Metric::new("loss", 0.4))?;
    // Points are in the store when it is asked for.
    let store = tracker.store()?;
    let touched = since(store, before)?;
    let subjects: Vec<_> = touched.iter().map(|touch| touch.aggregate).collect();
    assert_eq!(subjects, [Some(run.uuid())], "once, and it alone");
    assert!(!touched[0].removed);
    let newest = store.newest_change()?;
    assert!(since(store, newest)?.is_empty());
    other.set_epoch(2)?;
    run.set_epoch(1)?;
    let first = store.changes_after(newest, 1)?;
    assert_eq!(first[0].aggregate, Some(other.uuid()), "at most so many");
    let rest = since(store, first[0].number)?;
    assert_eq!(rest[0].aggregate, Some(run.uuid()), "the rest follows");
    tracker.experiment("digits")?.set_notes("All of them.")?;
    let touched = since(store, rest[0].number)?;
    let digits = tracker.experiment("digits")?.id();
    assert_eq!(
        (touched[0].experiment, touched[0].aggregate),
        (digits, None)
    );
    Ok(())
}

fn what_was_removed_is_told(tracker: &Tracker) -> Result<()> {
    let Some(store) = numbered(tracker)? else {
        return Ok(());
    };
    let run = tracked(tracker)?;
    let digits = tracker.experiment("digits")?;
    digits.track_as("other", &model())?;
    let before = store.newest_change()?;
    let uuid = run.uuid();
    run.remove()?;
    let touched = since(store, before)?;
    assert_eq!(touched.len(), 1);
    assert_eq!(
        (touched[0].aggregate, touched[0].removed),
        (Some(uuid), true)
    );
    assert_eq!(touched[0].experiment, digits.id());
    let id = digits.id();
    digits.remove()?;
    let touched = since(store, before)?;
    let told: Vec<_> = touched
        .iter()
        .map(|touch| (touch.experiment, touch.aggregate, touch.removed))
        .collect();
    assert_eq!(told, [(id, None, true)], "its runs went with it");
    Ok(())
}

fn what_was_refused_is_not_told(tracker: &Tracker) -> Result<()> {
    let Some(store) = numbered(tracker)? else {
        return Ok(());
    };
    let run = tracked(tracker)?;
    let before = store.newest_change()?;
    let good = Change::SetEpoch {
        aggregate: run.uuid(),
        epoch: 7,
    };
    let bad = Change::SetEpoch {
        aggregate: crate::Uuid::max(),
        epoch: 7,
    };
    let refused = store.apply(&[good, bad], None);
    assert!(matches!(refused, Err(Error::Missing { .. })));
    assert_eq!(store.newest_change()?, before);
    let nobody = Change::RemoveAggregate {
        aggregate: crate::Uuid::max(),
    };
    store.apply(&[nobody], None)?.complete()?;
    assert!(since(store, before)?.is_empty(), "nothing was there");
    Ok(())
}

fn settings_are_kept_by_their_keys(tracker: &Tracker) -> Result<()> {
    let Some(store) = able(tracker, |store| store.settings(""))? else {
        return Ok(());
    };
    let put = |key: &str, value: Option<&str>| {
        let value = value.map(|text| text.parse().unwrap_or_else(|_| panic!("sound JSON")));
        let key = key.to_owned();
        store
            .apply(&[Change::PutSetting { key, value }], None)?
            .complete()
    };
    put("token/b", Some("[1, 2.5]"))?;
    put("token/a", Some(r#"{"role": "read"}"#))?;
    put("token/%", Some("true"))?;
    put("view/a", Some("null"))?;
    put("token/b", Some(r#""again""#))?;
    put("token/%", None)?;
    put("token/none", None)?;
    let found = |prefix| {
        let found = store.settings(prefix)?.into_iter();
        let found = found.map(|(key, value)| format!("{key} {value}"));
        Ok::<_, Error>(found.collect::<Vec<_>>())
    };
    let tokens = [r#"token/a {"role": "read"}"#, r#"token/b "again""#];
    assert_eq!(found("token/")?, tokens);
    assert_eq!(found("view/a")?, ["view/a null"]);
    assert_eq!(found("")?.len(), 3);
    assert!(found("token/%")?.is_empty());
    assert!(found("Token/")?.is_empty(), "case counts");
    Ok(())
}

//! Tags and notes stand beside experiments and aggregates.

use std::collections::BTreeMap;

use super::{behaviours, model, tracked};
use crate::error::{Error, Result};
use crate::records::Annotations;
use crate::tracker::Tracker;

behaviours! {
    tags_are_set_replaced_and_removed,
    notes_are_replaced,
    annotations_are_any_text,
    annotations_stay_when_the_rest_changes,
    annotations_go_with_their_owner,
    annotations_belong_to_their_owner,
    annotations_of_the_missing_are_refused,
    tags_can_be_set_at_once,
}

fn annotations(tags: &[(&str, &str)], notes: &str) -> Annotations {
    let tags = tags.iter();
    Annotations {
        tags: tags
            .map(|(tag, value)| ((*tag).to_owned(), (*value).to_owned()))
            .collect(),
        notes: notes.to_owned(),
    }
}

/// Asserts what the store keeps for the experiment `digits` and its aggregate of the model.
fn assert_kept(tracker: &Tracker, expected: &Annotations) -> Result<()> {
    let experiment = tracker.experiment("digits")?;
    assert_eq!(experiment.annotations(), *expected, "of the experiment");
    let listed = &tracker.experiments().list()?[0];
    assert_eq!(listed.annotations(), *expected, "of the experiment listed");
    let run = experiment.track(&model())?;
    assert_eq!(run.annotations(), *expected, "of the aggregate");
    let listed = &experiment.aggregates().list()?[0];
    assert_eq!(listed.annotations(), *expected, "of the aggregate listed");
    Ok(())
}

fn tags_are_set_replaced_and_removed(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    let experiment = tracker.experiment("digits")?;
    assert_kept(tracker, &Annotations::default())?;
    for (tag, value) in [("stage", "draft"), ("baseline", ""), ("stage", "final")] {
        experiment.set_tag(tag, value)?;
        run.set_tag(tag, value)?;
    }
    let both = annotations(&[("baseline", ""), ("stage", "final")], "");
    assert_eq!(run.annotations(), both);
    assert_kept(tracker, &both)?;
    for tag in ["baseline", "never"] {
        experiment.remove_tag(tag)?;
        run.remove_tag(tag)?;
    }
    assert_kept(tracker, &annotations(&[("stage", "final")], ""))
}

fn notes_are_replaced(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    let experiment = tracker.experiment("digits")?;
    for notes in ["The first.\nIt learns.", "The second.", ""] {
        experiment.set_notes(notes)?;
        run.set_notes(notes)?;
        assert_kept(tracker, &annotations(&[], notes))?;
    }
    Ok(())
}

fn annotations_are_any_text(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    let experiment = tracker.experiment("digits")?;
    let tags = [("Stage", "1"), ("stage", "nul\0"), ("a.b/ü", "🦀 \"'")];
    for (tag, value) in tags {
        experiment.set_tag(tag, value)?;
        run.set_tag(tag, value)?;
    }
    let notes = " \n\0'; --";
    experiment.set_notes(notes)?;
    run.set_notes(notes)?;
    assert!(matches!(run.set_tag("", "1"), Err(Error::EmptyName { .. })));
    assert_kept(tracker, &annotations(&tags, notes))
}

fn annotations_stay_when_the_rest_changes(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    let experiment = tracker.experiment("digits")?;
    experiment.set_tag("stage", "final")?;
    experiment.set_notes("kept")?;
    run.set_tag("stage", "final")?;
    run.set_notes("kept")?;
    experiment.rename("mnist")?;
    experiment.rename("digits")?;
    run.set_epoch(3)?;
    run.metrics().clear()?;
    run.iterations().clear()?;
    assert_kept(tracker, &annotations(&[("stage", "final")], "kept"))
}

fn annotations_go_with_their_owner(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    let experiment = tracker.experiment("digits")?;
    experiment.set_tag("stage", "final")?;
    run.set_tag("stage", "final")?;
    run.set_notes("gone")?;
    run.remove()?;
    assert_eq!(tracked(tracker)?.annotations(), Annotations::default());
    tracked(tracker)?.set_tag("stage", "final")?;
    experiment.remove()?;
    assert_kept(tracker, &Annotations::default())
}

fn annotations_belong_to_their_owner(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    let other = tracker.experiment("mnist")?.track(&model())?;
    run.set_tag("stage", "final")?;
    run.set_notes("of one")?;
    other.set_tag("stage", "draft")?;
    other.remove_tag("stage")?;
    let read = tracker.experiment("mnist")?;
    assert_eq!(read.annotations(), Annotations::default());
    assert_eq!(
        read.track(&model())?.annotations(),
        Annotations::default(),
        "another experiment has an aggregate of the same id"
    );
    let kept = tracked(tracker)?.annotations();
    assert_eq!(kept, annotations(&[("stage", "final")], "of one"));
    Ok(())
}

fn annotations_of_the_missing_are_refused(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    run.clone().remove()?;
    let experiment = tracker.experiment("digits")?;
    experiment.clone().remove()?;
    for refused in [
        run.set_tag("stage", ""),
        run.remove_tag("stage"),
        run.set_notes("gone"),
        experiment.set_tag("stage", ""),
        experiment.remove_tag("stage"),
        experiment.set_notes("gone"),
    ] {
        assert!(matches!(refused, Err(Error::Missing { .. })), "{refused:?}");
    }
    assert_eq!(
        run.annotations(),
        Annotations::default(),
        "a tag that was not stored must not show"
    );
    Ok(())
}

fn tags_can_be_set_at_once(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    let threads: BTreeMap<String, String> = (0..8)
        .map(|thread| (format!("thread-{thread}"), thread.to_string()))
        .collect();
    std::thread::scope(|scope| {
        let sets: Vec<_> = threads
            .iter()
            .map(|(tag, value)| {
                let run = run.clone();
                scope.spawn(move || run.set_tag(tag, value))
            })
            .collect();
        sets.into_iter()
            .filter_map(|set| set.join().ok())
            .collect::<Result<Vec<_>>>()
    })?;
    assert_eq!(
        tracked(tracker)?.annotations().tags,
        threads,
        "no writer may undo the tag of another"
    );
    Ok(())
}

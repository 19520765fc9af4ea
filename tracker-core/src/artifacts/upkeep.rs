//! What is wrong with the contents of artifacts, and which nothing refers to.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use uuid::Uuid;

use crate::contents::damage;
use crate::error::{Error, ErrorKind, Result};
use crate::link::Link;
use crate::many::each_list;
use crate::ports::{AggregateRecord, Content, ContentStore, Detail, Scope, Store};
use crate::records::{ArtifactRecord, now};

/// The artifacts whose content is missing or damaged, a sentence each. Records that cannot be read
/// are left out.
pub(crate) fn unsound_artifacts(link: &Link) -> Result<Vec<String>> {
    let (mut problems, mut known) = (Vec::new(), HashMap::new());
    let mut report = |owner: &str, record: &ArtifactRecord| {
        // One content may belong to many artifacts, and to read it takes long.
        let key = (record.hash.clone(), record.size);
        let problem = match known.get(&key) {
            Some(problem) => Option::clone(problem),
            None => {
                let problem = problem(link, record)?;
                known.insert(key, problem.clone());
                problem
            }
        };
        if let Some(problem) = problem {
            problems.push(format!(
                "the artifact `{}` of {owner}: {problem}",
                record.name
            ));
        }
        Ok(())
    };
    each_artifact(link.store()?, true, &mut report)?;
    Ok(problems)
}

/// What is wrong with the content of an artifact.
fn problem(link: &Link, record: &ArtifactRecord) -> Result<Option<String>> {
    let Ok(contents) = link.contents() else {
        return Ok(Some("nobody has said where its content is".to_owned()));
    };
    let place = contents.place(&record.hash);
    match contents.measure(&record.hash) {
        Ok(found) => {
            let damage = damage((&record.hash, record.size), &found);
            Ok(damage.map(|problem| format!("its content `{place}` is damaged: {problem}")))
        }
        Err(Error::Missing { .. }) => Ok(Some(format!("its content `{place}` is missing"))),
        Err(error) => Err(error),
    }
}

/// The contents that no artifact refers to.
pub(crate) fn unreferenced(link: &Link) -> Result<Vec<Content>> {
    let contents = link.contents()?;
    unreferenced_in(&*contents, link.store()?)
}

fn unreferenced_in(contents: &dyn ContentStore, store: &dyn Store) -> Result<Vec<Content>> {
    // What is put after the contents were listed is not among them, and what was there before has
    // its record by the time that the records are read, or is young.
    let mut listed = contents.list()?;
    let mut referenced = HashSet::new();
    each_artifact(store, false, &mut |_, record| {
        referenced.insert(record.hash.clone());
        Ok(())
    })?;
    listed.retain(|content| !referenced.contains(&content.hash));
    Ok(listed)
}

/// Removes the contents that no artifact refers to and that were put so long ago; gives those that
/// were removed.
pub(crate) fn remove_unreferenced(link: &Link, older_than: Duration) -> Result<Vec<Content>> {
    link.check_access()?;
    let contents = link.contents()?;
    let age = jiff::SignedDuration::try_from(older_than).unwrap_or(jiff::SignedDuration::MAX);
    // Nothing was put before the first time there is.
    let Ok(before) = now().checked_sub(age) else {
        return Ok(Vec::new());
    };
    let mut removed = Vec::new();
    for content in unreferenced_in(&*contents, link.store()?)? {
        if contents.remove(&content.hash, before)? {
            removed.push(content);
        }
    }
    contents.remove_interrupted(before)?;
    Ok(removed)
}

/// Reads the artifacts of all aggregates; those that are damaged are an error unless they are to be
/// left out.
fn each_artifact(
    store: &dyn Store,
    leave_out: bool,
    see: &mut dyn FnMut(&str, &ArtifactRecord) -> Result<()>,
) -> Result<()> {
    let experiments = store.experiments()?.into_iter();
    let names: HashMap<Uuid, String> = experiments.map(|record| (record.id, record.name)).collect();
    let rows = store.rows(&Scope::All, &Detail::NONE)?.into_iter();
    let owners: Vec<(Uuid, String)> = rows
        .map(|row| {
            let AggregateRecord {
                uuid,
                id,
                experiment,
                ..
            } = row.aggregate;
            let experiment = names.get(&experiment).map_or("", String::as_str);
            (uuid, format!("the aggregate `{id}` of `{experiment}`"))
        })
        .collect();
    let uuids: Vec<Uuid> = owners.iter().map(|(uuid, _)| *uuid).collect();
    let owners: HashMap<Uuid, String> = owners.into_iter().collect();
    let read = |some: &[Uuid]| match store.artifacts_of(some) {
        Err(error) if leave_out && is_damaged(&error) => some
            .iter()
            .map(|aggregate| match store.artifacts(*aggregate) {
                Err(error) if is_damaged(&error) => Ok(Vec::new()),
                records => records,
            })
            .collect(),
        lists => lists,
    };
    each_list(&uuids, read, |aggregate, records| {
        let owner = owners.get(&aggregate).map_or("", String::as_str);
        records.iter().try_for_each(|record| see(owner, record))
    })
}

fn is_damaged(error: &Error) -> bool {
    error.kind() == ErrorKind::Damaged
}

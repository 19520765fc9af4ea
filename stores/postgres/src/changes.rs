//! Every change, as statements.

use tracker_core::ports::{Applied, Change, Mark};
use tracker_core::{Error, Uuid};

use crate::begin::{Places, begin};
use crate::column::{count, get};
use crate::failure::Failure;
use crate::session::Session;
use crate::touches::Touches;
use crate::{aggregates, artifacts, attempts, experiments, iterations, rewind, series, settings};

/// An aggregate, and the experiment that it belongs to.
#[derive(Clone, Copy)]
pub(crate) struct Key {
    pub(crate) experiment: Uuid,
    pub(crate) aggregate: Uuid,
}

/// Makes changes one after the other, unless the mark says that they were made before.
pub(crate) fn apply(
    session: &mut Session,
    changes: &[Change],
    mark: Option<Mark>,
) -> Result<Applied, Failure> {
    let mut applied = Applied::default();
    if let Some(mut places) = begin(session, changes, mark)? {
        let (mut rest, mut touches) = (changes, Touches::default());
        while let Some(change) = rest.first() {
            let alike = rest.iter().take_while(|one| are_made_together(change, one));
            let (these, behind) = rest.split_at(alike.count().max(1));
            rest = behind;
            // The position is set last, and stands there already.
            if matches!((change, mark), (Change::ForgetJournal { journal }, Some(mark)) if mark.journal == *journal)
            {
                continue;
            }
            for change in these {
                touches.add(change, &places);
            }
            match change {
                Change::AddPoints { .. } => add_points(session, these, &places, &mut applied)?,
                Change::CreateAggregate { record, .. } => {
                    create(session, record.experiment, these, &mut places)?;
                }
                change => make(session, change, &mut places, &mut touches)?,
            }
        }
        touches.write(session)?;
    }
    Ok(applied)
}

/// Whether changes that follow each other are made in one statement.
fn are_made_together(one: &Change, other: &Change) -> bool {
    match (one, other) {
        (Change::AddPoints { .. }, Change::AddPoints { .. }) => true,
        (Change::CreateAggregate { record, .. }, Change::CreateAggregate { record: other, .. }) => {
            record.experiment == other.experiment
        }
        _ => false,
    }
}

/// The position up to which a journal has been moved.
pub(crate) fn position(session: &mut Session, journal: Uuid) -> Result<u64, Failure> {
    let rows = session.query(
        "SELECT position FROM journals WHERE journal = $1",
        &[&journal],
    )?;
    rows.first().map_or(Ok(0), |row| count(get(row, 0)?))
}

/// Makes changes that create aggregates of one experiment, all at once.
fn create(
    session: &mut Session,
    experiment: Uuid,
    changes: &[Change],
    places: &mut Places,
) -> Result<(), Failure> {
    let new = changes.iter().filter_map(|change| match change {
        Change::CreateAggregate { record, modules } => Some((record, modules.as_slice())),
        _ => None,
    });
    let new: Vec<aggregates::New<'_>> = new.collect();
    aggregates::create(session, experiment, &new)?;
    places.extend(new.iter().map(|(record, _)| (record.uuid, experiment)));
    Ok(())
}

/// Makes changes that add points, all at once.
fn add_points(
    session: &mut Session,
    changes: &[Change],
    places: &Places,
    applied: &mut Applied,
) -> Result<(), Failure> {
    let mut points = Vec::new();
    for change in changes {
        let Change::AddPoints { aggregate, series } = change else {
            continue;
        };
        match places.get(aggregate) {
            Some(experiment) => {
                let key = Key {
                    experiment: *experiment,
                    aggregate: *aggregate,
                };
                points.extend(series.iter().map(|series| (key, series)));
            }
            None if applied.missing.contains(aggregate) => {}
            None => applied.missing.push(*aggregate),
        }
    }
    series::add(session, &points)
}

fn make(
    session: &mut Session,
    change: &Change,
    places: &mut Places,
    touches: &mut Touches,
) -> Result<(), Failure> {
    match change {
        Change::CreateExperiment(record) => experiments::create(session, record),
        Change::RenameExperiment { experiment, name } => {
            experiments::rename(session, *experiment, name)
        }
        Change::AnnotateExperiment {
            experiment,
            annotation,
        } => experiments::annotate(session, *experiment, annotation),
        Change::DefineExperimentMetric {
            experiment,
            metric,
            definition,
        } => experiments::define(session, *experiment, metric, definition),
        Change::RemoveExperiment { experiment } => {
            places.retain(|_, of| of != experiment);
            if experiments::remove(session, *experiment)? {
                touches.end(session, *experiment)?;
            }
            Ok(())
        }
        Change::RemoveAggregate { aggregate } => match places.remove(aggregate) {
            Some(experiment) => aggregates::remove(
                session,
                Key {
                    experiment,
                    aggregate: *aggregate,
                },
            ),
            None => Ok(()),
        },
        Change::ForgetJournal { journal } => {
            session.execute("DELETE FROM journals WHERE journal = $1", &[journal])?;
            Ok(())
        }
        Change::PutSetting { key, value } => settings::put(session, key, value.as_ref()),
        change => make_of_aggregate(session, change, places),
    }
}

/// A change of an aggregate that must be there.
fn make_of_aggregate(
    session: &mut Session,
    change: &Change,
    places: &Places,
) -> Result<(), Failure> {
    let key = |aggregate: &Uuid| match places.get(aggregate) {
        Some(experiment) => Ok(Key {
            experiment: *experiment,
            aggregate: *aggregate,
        }),
        None => Err(Error::no_aggregate(*aggregate)),
    };
    match change {
        Change::NameAggregate { aggregate, name } => {
            aggregates::rename(session, key(aggregate)?, name)
        }
        Change::Archive {
            aggregate,
            archived,
        } => aggregates::archive(session, key(aggregate)?, *archived),
        Change::SetEpoch { aggregate, epoch } => {
            aggregates::set_epoch(session, key(aggregate)?, *epoch)
        }
        Change::Annotate {
            aggregate,
            annotation,
        } => aggregates::annotate(session, key(aggregate)?, annotation),
        Change::SetParam {
            aggregate,
            name,
            value,
        } => aggregates::set_param(session, key(aggregate)?, name, value),
        Change::DefineMetric {
            aggregate,
            metric,
            definition,
        } => aggregates::define(session, key(aggregate)?, metric, definition),
        Change::PutModule { aggregate, module } => {
            aggregates::put_module(session, key(aggregate)?, module)
        }
        Change::ClearMetrics { aggregate } => series::clear(session, key(aggregate)?),
        Change::PutIteration {
            aggregate,
            iteration,
        } => iterations::put(session, key(aggregate)?, iteration),
        Change::ClearIterations { aggregate } => iterations::clear(session, key(aggregate)?),
        Change::PutAttempt { aggregate, attempt } => {
            attempts::put(session, key(aggregate)?, attempt)
        }
        Change::UpdateAttempt {
            aggregate,
            attempt,
            seen,
            outcome,
        } => attempts::update(session, key(aggregate)?, *attempt, *seen, outcome),
        Change::PutArtifact {
            aggregate,
            artifact,
        } => artifacts::put(session, key(aggregate)?, artifact),
        Change::RemoveArtifact {
            aggregate,
            name,
            epoch,
        } => artifacts::remove(session, key(aggregate)?, name, *epoch),
        Change::Rewind { aggregate, epoch } => rewind::rewind(session, key(aggregate)?, *epoch),
        // The others are made above.
        _ => Ok(()),
    }
}

//! Whether a target gives back what it was given.

use super::missing::{
    missing, missing_annotations, missing_iterations, missing_modules, missing_points,
};
use crate::error::{Error, Result};
use crate::records::{
    AggregateRecord, ArtifactRecord, ExperimentRecord, Iteration, ModuleRecord, Series,
};

/// What is new must be the same; what was there before must have all that the source has.
pub(super) fn check_experiment(
    source: &ExperimentRecord,
    back: Option<&ExperimentRecord>,
    is_new: bool,
    place: &str,
) -> Result<()> {
    let Some(back) = back else {
        return fail(place, "it is not there");
    };
    if is_new && (&back.name, back.created) != (&source.name, source.created) {
        return fail(place, "its name or its time of creation is another");
    }
    let missing = missing_annotations(&source.annotations, &back.annotations);
    if !missing.is_empty() || (is_new && back.annotations != source.annotations) {
        return fail(place, "its tags or notes are others");
    }
    Ok(())
}

pub(super) fn check_aggregate(
    source: &AggregateRecord,
    back: Option<&AggregateRecord>,
    is_new: bool,
    place: &str,
) -> Result<()> {
    let Some(back) = back else {
        return fail(place, "it is not there");
    };
    if is_new && back.created != source.created {
        return fail(place, "its time of creation is another");
    }
    if back.epoch < source.epoch || (is_new && back.epoch != source.epoch) {
        let problem = format!("its epoch is {}, not {}", back.epoch, source.epoch);
        return fail(place, &problem);
    }
    let missing_tags = missing_annotations(&source.annotations, &back.annotations);
    if !missing_tags.is_empty() || (is_new && back.annotations != source.annotations) {
        return fail(place, "its tags or notes are others");
    }
    if is_new && back.name != source.name {
        return fail(place, "its name is another");
    }
    if is_new && back.archived != source.archived {
        return fail(place, "it is archived in one of both alone");
    }
    let missing_params = missing(&source.params, &back.params);
    if !missing_params.is_empty() || (is_new && back.params != source.params) {
        return fail(place, "its parameters are others");
    }
    let missing_definitions = missing(&source.definitions, &back.definitions);
    if !missing_definitions.is_empty() || (is_new && back.definitions != source.definitions) {
        return fail(place, "the definitions of its metrics are others");
    }
    Ok(())
}

pub(super) fn check_modules(
    source: &[ModuleRecord],
    back: &[ModuleRecord],
    is_new: bool,
    place: &str,
) -> Result<()> {
    let missing = missing_modules(source, back);
    if let Some(module) = missing.first() {
        return fail(
            &format!("the {} `{}` of {place}", module.kind, module.name()),
            "it is not there, or with other arguments or another epoch",
        );
    }
    if is_new && back != source {
        return fail(place, "its modules are others, or in another order");
    }
    Ok(())
}

pub(super) fn check_iterations(
    source: &[Iteration],
    back: &[Iteration],
    is_new: bool,
    place: &str,
) -> Result<()> {
    if let Some(iteration) = missing_iterations(source, back).first() {
        return fail(
            &format!("a `{}` iteration of {place}", iteration.phase),
            "it is not there, or with other data, arguments or modules",
        );
    }
    if is_new && back != source {
        return fail(place, "its iterations are others, or in another order");
    }
    Ok(())
}

pub(super) fn check_artifacts(
    source: &[ArtifactRecord],
    back: &[ArtifactRecord],
    is_new: bool,
    place: &str,
) -> Result<()> {
    for artifact in source {
        if !back
            .iter()
            .any(|other| other.is(&artifact.name, artifact.epoch))
        {
            return fail(
                &format!("the artifact `{}` of {place}", artifact.name),
                "it is not there",
            );
        }
    }
    if is_new && back != source {
        return fail(place, "its artifacts are others, or in another order");
    }
    Ok(())
}

/// With `is_end`, the target had the first points of the source and no others.
pub(super) fn check_series(
    source: &Series,
    back: &Series,
    is_end: bool,
    place: &str,
) -> Result<()> {
    let name = match source.phase() {
        "" => format!("`{}`", source.name()),
        phase => format!("`{}[{phase}]`", source.name()),
    };
    let place = format!("the history of {name} of {place}");
    let missing = missing_points(source, back).0.len();
    if missing > 0 {
        let problem = format!("{missing} of its {} points are missing", source.len());
        return fail(&place, &problem);
    }
    if is_end && back.len() == source.len() && back != source {
        return fail(&place, "its points are in another order");
    }
    if is_end && back.len() > source.len() {
        let more = back.len() - source.len();
        return fail(&place, &format!("it has {more} points too many"));
    }
    Ok(())
}

fn fail(place: &str, problem: &str) -> Result<()> {
    Err(Error::NotCopied {
        place: place.to_owned(),
        problem: problem.to_owned(),
    })
}

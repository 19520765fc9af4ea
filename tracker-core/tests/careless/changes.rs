//! Mistakes with single changes.

use registry_core::Value;
use tracker_core::ports::{AggregateRecord, Change, Detail, ExperimentRecord, Scope, Store as _};
use tracker_core::{Annotation, Annotations, Error, ModuleRecord, Result, Timestamp, Uuid};

use super::{Careless, M};

impl Careless {
    /// What it makes of a change; nothing where it loses it.
    pub(super) fn made(&self, change: &Change) -> Result<Vec<Change>> {
        Ok(match change {
            Change::CreateExperiment(record) => self.created_experiment(record)?,
            Change::RenameExperiment { experiment, .. } => self.renamed(*experiment, change),
            Change::AnnotateExperiment {
                experiment,
                annotation,
            } => self.annotated_experiment(*experiment, annotation)?,
            Change::RemoveExperiment { experiment } => self.removed_experiment(*experiment)?,
            Change::CreateAggregate { record, modules } => {
                self.created_aggregate(record, modules)?
            }
            Change::Annotate {
                aggregate,
                annotation,
            } => self.annotated(*aggregate, annotation)?,
            Change::NameAggregate { aggregate, name } => self.named(*aggregate, name),
            Change::SetParam {
                aggregate,
                name,
                value,
            } => self.set(*aggregate, name, value)?,
            Change::DefineMetric { .. } | Change::DefineExperimentMetric { .. } => {
                vec![self.defined(change)?]
            }
            Change::Archive { .. } if self.makes(M::ForgetsToArchive) => Vec::new(),
            Change::RemoveAggregate { aggregate } => self.removed_aggregate(*aggregate)?,
            Change::AddPoints { aggregate, series } => vec![self.points(*aggregate, series)],
            Change::ClearMetrics { aggregate } if self.makes(M::ClearsByIdAlone) => {
                let twins = self.twins(*aggregate)?.into_iter();
                let clear = |aggregate| Change::ClearMetrics { aggregate };
                twins.map(clear).collect()
            }
            Change::Rewind { aggregate, epoch } => self.rewound(*aggregate, *epoch)?,
            Change::ForgetJournal { .. } if self.makes(M::ForgetsNothing) => Vec::new(),
            change => vec![change.clone()],
        })
    }

    fn milliseconds(&self, time: &mut Timestamp) {
        if self.makes(M::KeepsWholeMilliseconds) {
            *time = Timestamp::from_millisecond(time.as_millisecond()).unwrap();
        }
    }

    fn created_experiment(&self, record: &ExperimentRecord) -> Result<Vec<Change>> {
        let mut record = record.clone();
        self.milliseconds(&mut record.created);
        let others = self.inner.experiments()?;
        let same_id = others.iter().any(|other| other.id == record.id);
        if self.makes(M::CreatesOverAnId) && same_id {
            record.id = Uuid::new_v4();
        }
        let same_name = others.iter().any(|other| other.name == record.name);
        if self.makes(M::CreatesOverAName) && same_name {
            return Ok(Vec::new());
        }
        self.aside().experiments.push(record.id);
        Ok(vec![Change::CreateExperiment(record)])
    }

    fn renamed(&self, experiment: Uuid, change: &Change) -> Vec<Change> {
        let mut made = vec![change.clone()];
        if self.makes(M::RenamingDropsAnnotations) {
            let annotation = Annotation::SetNotes(String::new());
            made.push(Change::AnnotateExperiment {
                experiment,
                annotation,
            });
        }
        made
    }

    fn annotated_experiment(&self, experiment: Uuid, change: &Annotation) -> Result<Vec<Change>> {
        let Some(now) = self.experiment_of(experiment)? else {
            return match self.mistake {
                Some(M::AnnotatesWhatIsMissing) => Ok(Vec::new()),
                _ => Err(Error::no_experiment(experiment)),
            };
        };
        let annotations = self.annotations(change, &now.annotations).into_iter();
        let made = annotations.map(|annotation| Change::AnnotateExperiment {
            experiment,
            annotation,
        });
        Ok(made.collect())
    }

    fn annotated(&self, aggregate: Uuid, change: &Annotation) -> Result<Vec<Change>> {
        let Some(now) = self.row(aggregate)? else {
            return match self.mistake {
                Some(M::AnnotatesWhatIsMissing) => Ok(Vec::new()),
                _ => Err(Error::no_aggregate(aggregate)),
            };
        };
        let owners = match self.mistake {
            Some(M::AnnotatesByIdAlone) => self.twins(aggregate)?,
            _ => vec![aggregate],
        };
        let mut made = Vec::new();
        for annotation in self.annotations(change, &now.aggregate.annotations) {
            made.extend(owners.iter().map(|owner| Change::Annotate {
                aggregate: *owner,
                annotation: annotation.clone(),
            }));
        }
        Ok(made)
    }

    /// The annotations in the place of one.
    fn annotations(&self, change: &Annotation, now: &Annotations) -> Vec<Annotation> {
        let mut change = change.clone();
        match &mut change {
            Annotation::SetTag { tag, value } => {
                let there = now.tags.contains_key(tag);
                if self.makes(M::DropsEmptyTags) && value.is_empty()
                    || self.makes(M::KeepsTheFirstTag) && there
                {
                    return Vec::new();
                }
                if self.makes(M::KeepsOneTag) {
                    let others = now.tags.keys().cloned();
                    let removals = others.map(|tag| Annotation::RemoveTag { tag });
                    return removals.chain([change]).collect();
                }
            }
            Annotation::RemoveTag { .. } if self.makes(M::RemovesAllTags) => {
                let tags = now.tags.keys().cloned();
                return tags.map(|tag| Annotation::RemoveTag { tag }).collect();
            }
            Annotation::SetNotes(notes) => {
                if self.makes(M::KeepsNotesForEmptyOnes) && notes.is_empty() {
                    return Vec::new();
                }
                if self.makes(M::TrimsTexts) {
                    *notes = notes.trim().to_owned();
                }
            }
            Annotation::RemoveTag { .. } => {}
        }
        vec![change]
    }

    fn removed_experiment(&self, experiment: Uuid) -> Result<Vec<Change>> {
        let held = self
            .inner
            .rows(&Scope::Experiment(experiment), &Detail::NONE)?;
        if self.makes(M::RemovesNoEmptyExperiment) && held.is_empty() {
            return Ok(Vec::new());
        }
        let mut made = vec![Change::RemoveExperiment { experiment }];
        if self.makes(M::PositionsGoWithExperiments) {
            let journals = self.aside().journals.clone().into_iter();
            made.extend(journals.map(|journal| Change::ForgetJournal { journal }));
        }
        Ok(made)
    }

    fn created_aggregate(
        &self,
        record: &AggregateRecord,
        modules: &[ModuleRecord],
    ) -> Result<Vec<Change>> {
        let mut record = record.clone();
        self.milliseconds(&mut record.created);
        let scope = Scope::Id {
            experiment: Some(record.experiment),
            id: record.id.clone(),
        };
        if let Some(there) = self.inner.rows(&scope, &Detail::NONE)?.pop() {
            if self.makes(M::CreatesOverAnAggregate) {
                return Ok(Vec::new());
            }
            if self.makes(M::KeepsModulesOfARefusal) {
                let put = modules.iter().map(|module| Change::PutModule {
                    aggregate: there.aggregate.uuid,
                    module: module.clone(),
                });
                let _put = self.inner.apply(&put.collect::<Vec<_>>(), None)?;
            }
        }
        let mut modules = modules.to_vec();
        match self.mistake {
            Some(M::CreatesWithoutAnnotations) => record.annotations = Annotations::default(),
            Some(M::CreatesWithoutParams) => record.params.clear(),
            Some(M::CreatesWithOneModule) => modules.truncate(1),
            Some(M::AnnotationsOutliveTheirOwner) => {
                let kept = self.aside().annotations.get(&record.id).cloned();
                record.annotations = kept.unwrap_or_default();
            }
            _ => {}
        }
        Ok(vec![Change::CreateAggregate { record, modules }])
    }

    fn removed_aggregate(&self, aggregate: Uuid) -> Result<Vec<Change>> {
        let remove = |aggregate| Change::RemoveAggregate { aggregate };
        let Some(row) = self.row(aggregate)? else {
            return Ok(vec![remove(aggregate)]);
        };
        let AggregateRecord {
            id, annotations, ..
        } = row.aggregate;
        if self.makes(M::RemovesNoSecondAggregate) && id == "seed-1" {
            return Ok(Vec::new());
        }
        self.aside().annotations.insert(id, annotations);
        if self.makes(M::RemovesByIdAlone) {
            return Ok(self.twins(aggregate)?.into_iter().map(remove).collect());
        }
        Ok(vec![remove(aggregate)])
    }

    fn named(&self, aggregate: Uuid, name: &str) -> Vec<Change> {
        if self.makes(M::KeepsTheNameForNone) && name.is_empty() {
            return Vec::new();
        }
        let name = match self.mistake {
            Some(M::TrimsNames) => name.trim(),
            _ => name,
        };
        vec![Change::NameAggregate {
            aggregate,
            name: name.to_owned(),
        }]
    }

    fn set(&self, aggregate: Uuid, name: &str, value: &Value) -> Result<Vec<Change>> {
        let there = self.row(aggregate)?.and_then(|row| {
            let mut params = row.aggregate.params;
            params.remove(name)
        });
        let as_number = |value: &Value| value.as_str().parse::<f64>().ok();
        match there {
            Some(_) if self.makes(M::OverwritesParams) => {
                let key = (aggregate, name.to_owned());
                self.aside().params.insert(key, value.clone());
                return Ok(Vec::new());
            }
            Some(_) if self.makes(M::IgnoresAnotherParam) => return Ok(Vec::new()),
            Some(there)
                if self.makes(M::ComparesParamsAsNumbers)
                    && as_number(&there).is_some()
                    && as_number(&there) == as_number(value) =>
            {
                return Ok(Vec::new());
            }
            _ => {}
        }
        let value = match self.mistake {
            // As plain JSON has it, without NaN and with floats for large integers.
            Some(M::KeepsParamsAsPlainJson) => serde_json::from_str(value.as_str()).map_or_else(
                |_| serde_json::Value::Null.into(),
                |json: serde_json::Value| json.into(),
            ),
            _ => value.clone(),
        };
        Ok(vec![Change::SetParam {
            aggregate,
            name: name.to_owned(),
            value,
        }])
    }

    fn defined(&self, change: &Change) -> Result<Change> {
        let mut change = change.clone();
        match &mut change {
            Change::DefineMetric {
                aggregate,
                metric,
                definition,
            } => {
                let row = self.row(*aggregate)?;
                let before = row
                    .as_ref()
                    .and_then(|row| row.aggregate.definitions.get(metric));
                match (self.mistake, before, &row) {
                    (Some(M::MergesDefinitions), Some(before), _) => {
                        definition.direction = definition.direction.or(before.direction);
                    }
                    (Some(M::DefinesForTheExperiment), _, Some(row)) => {
                        return Ok(Change::DefineExperimentMetric {
                            experiment: row.aggregate.experiment,
                            metric: metric.clone(),
                            definition: definition.clone(),
                        });
                    }
                    _ => {}
                }
            }
            Change::DefineExperimentMetric { metric, .. } if self.makes(M::DefinesInLowerCase) => {
                *metric = metric.to_lowercase();
            }
            _ => {}
        }
        Ok(change)
    }
}

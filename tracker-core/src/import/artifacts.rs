//! Copies artifacts: the content first, then the record.

use uuid::Uuid;

use super::check::check_artifacts;
use super::lists::{filled, lists_of, sources};
use super::{Copy, Pair, Progress};
use crate::contents::ArtifactReader;
use crate::error::{Error, Result};
use crate::many::each_group;
use crate::ports::{Change, ContentStore as _};
use crate::records::ArtifactRecord;

impl<F: FnMut(&Progress) -> bool> Copy<'_, F> {
    /// Copies the artifacts whose name and epoch the target has not. What it has keeps its content;
    /// where that is the same and has got lost there, it is copied again.
    pub(super) fn artifacts(&mut self, pairs: &[Pair<'_>]) -> Result<()> {
        let (source, target) = (self.source, self.target);
        let read = |some: &[Uuid]| source.artifacts_of(some);
        let in_target = |some: &[Uuid]| target.artifacts_of(some);
        each_group(&sources(pairs), read, |place, lists| {
            let group = filled(&pairs[place], &lists);
            let there = lists_of(group.iter().filter(|(pair, _)| !pair.is_new), in_target)?;
            let mut changes = Vec::new();
            for (pair, artifacts) in &group {
                for artifact in *artifacts {
                    let mut there = there.get(&pair.to).into_iter().flatten();
                    let same = there.find(|other| other.is(&artifact.name, artifact.epoch));
                    match same {
                        Some(other) if other.hash == artifact.hash => self.mend(artifact, pair)?,
                        Some(_) => {}
                        None => {
                            self.content(artifact, pair)?;
                            self.imported.artifacts += 1;
                            changes.push(Change::PutArtifact {
                                aggregate: pair.to,
                                artifact: artifact.clone(),
                            });
                        }
                    }
                }
                // Contents may take long: what was copied is kept, should the rest fail.
                self.make_all(std::mem::take(&mut changes))?;
            }
            let back = lists_of(group.iter(), in_target)?;
            for (pair, artifacts) in &group {
                let back = back.get(&pair.to).map_or(&[][..], Vec::as_slice);
                check_artifacts(artifacts, back, pair.is_new, &pair.place)?;
            }
            Ok(())
        })
    }

    /// Copies the content of a record that both have, where the target has lost it.
    fn mend(&self, artifact: &ArtifactRecord, pair: &Pair<'_>) -> Result<()> {
        let size = self.link.contents()?.size(&artifact.hash)?;
        if size == Some(artifact.size) {
            return Ok(());
        }
        match self.content(artifact, pair) {
            // Both have lost it, and nothing is lost by the import.
            Err(Error::Missing { .. }) => Ok(()),
            copied => copied,
        }
    }

    /// Copies a content that is not in the target, comparing it with its hash on the way.
    fn content(&self, artifact: &ArtifactRecord, pair: &Pair<'_>) -> Result<()> {
        let target = self.link.contents()?;
        if target.renew(&artifact.hash)? == Some(artifact.size) {
            return Ok(());
        }
        let source = self.from.contents()?;
        let mut reader = ArtifactReader::open(&*source, &artifact.hash, artifact.size)?;
        let content = target.put(&mut reader)?;
        if content.hash == artifact.hash {
            return Ok(());
        }
        Err(Error::NotCopied {
            place: format!("the artifact `{}` of {}", artifact.name, pair.place),
            problem: "its content is another".to_owned(),
        })
    }
}

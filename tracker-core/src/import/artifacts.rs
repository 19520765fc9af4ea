//! Copies artifacts: the content first, then the record.

use super::check::check_artifacts;
use super::{Copy, Pair, Progress};
use crate::contents::ArtifactReader;
use crate::error::{Error, Result};
use crate::ports::{Change, ContentStore as _};
use crate::records::ArtifactRecord;

impl<F: FnMut(&Progress) -> bool> Copy<'_, F> {
    /// Copies the artifacts whose name and epoch the target has not. What it has keeps its content;
    /// where that is the same and has got lost there, it is copied again.
    pub(super) fn artifacts(&mut self, pair: &Pair<'_>) -> Result<()> {
        let artifacts = self.source.artifacts(pair.from)?;
        let there = self.target.artifacts(pair.to)?;
        for artifact in &artifacts {
            let same = there
                .iter()
                .find(|other| other.is(&artifact.name, artifact.epoch));
            match same {
                Some(other) if other.hash == artifact.hash => self.mend(artifact, pair)?,
                Some(_) => {}
                None => {
                    self.content(artifact, pair)?;
                    self.link.apply_direct(&[Change::PutArtifact {
                        aggregate: pair.to,
                        artifact: artifact.clone(),
                    }])?;
                    self.imported.artifacts += 1;
                }
            }
        }
        let back = self.target.artifacts(pair.to)?;
        check_artifacts(&artifacts, &back, pair.is_new, &pair.place)
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

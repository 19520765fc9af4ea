//! Checkpoints of burn's as artifacts of a run.

use crate::tracked::{epoch, stopped};
use burn::tensor::Bytes;
use burn::train::checkpoint::{Checkpoint, Checkpointer, CheckpointerError};
use std::collections::BTreeMap;
use tracker_core::{Aggregate, Error};

/// What the names of the three parts of a checkpoint end with: of the model, the optimizer and the
/// schedule, in burn's own format.
pub(crate) const ENDINGS: [&str; 3] = ["model.bpk", "optimizer.bpk", "schedule.bpk"];

/// One part of each checkpoint.
pub(crate) struct Part {
    run: Aggregate,
    ending: &'static str,
}

impl Part {
    pub(crate) fn new(run: &Aggregate, ending: &'static str) -> Self {
        Self {
            run: run.clone(),
            ending,
        }
    }

    fn find(&self, at: usize) -> tracker_core::Result<Option<tracker_core::Checkpoint>> {
        let mut checkpoints = self.run.checkpoints()?.into_iter();
        let is_own = |name: &str| name.ends_with(&format!(".{}", self.ending));
        Ok(checkpoints.find(|it| it.epoch() == epoch(at) && is_own(it.artifact().name())))
    }
}

impl<R: Checkpoint> Checkpointer<R> for Part {
    fn save(&self, at: usize, record: R) -> Result<(), CheckpointerError> {
        let bytes = record
            .checkpoint_into_bytes()
            .map_err(CheckpointerError::Record)?;
        let checkpoint = self.run.checkpoint(epoch(at)).map_err(stopped)?;
        checkpoint
            .put_bytes(self.ending, &*bytes)
            .map_err(stopped)?;
        Ok(())
    }

    fn delete(&self, at: usize) -> Result<(), CheckpointerError> {
        let Some(checkpoint) = self.find(at).map_err(stopped)? else {
            return Ok(());
        };
        let name = checkpoint.artifact().name();
        self.run
            .artifacts()
            .remove(name, Some(epoch(at)))
            .map_err(stopped)
    }

    fn restore(&self, at: usize) -> Result<R, CheckpointerError> {
        let found = self.find(at).map_err(stopped)?;
        let checkpoint = found.ok_or_else(|| {
            stopped(Error::Missing {
                what: "checkpoint",
                name: format!("{} at epoch {}", self.ending, epoch(at)),
                place: format!("the aggregate `{}`", self.run.id()),
                hint: "restore the store and its artifacts from a copy".to_owned(),
            })
        })?;
        let bytes = checkpoint.read().map_err(stopped)?;
        R::checkpoint_from_bytes(Bytes::from_bytes_vec(bytes)).map_err(CheckpointerError::Record)
    }
}

/// Goes back to the latest checkpoint that has all its parts, and says how many epochs are done.
pub(crate) fn resume(run: &Aggregate) -> tracker_core::Result<usize> {
    let mut parts: BTreeMap<u64, usize> = BTreeMap::new();
    for checkpoint in run.checkpoints()? {
        let name = checkpoint.artifact().name();
        if ENDINGS
            .iter()
            .any(|ending| name.ends_with(&format!(".{ending}")))
        {
            *parts.entry(checkpoint.epoch()).or_default() += 1;
        }
    }
    let mut whole = parts
        .into_iter()
        .filter(|(_, count)| *count == ENDINGS.len());
    let Some((last, _)) = whole.next_back() else {
        return Ok(0);
    };
    run.rewind(last)?;
    run.set_epoch(last + 1)?;
    Ok(usize::try_from(last + 1).unwrap_or(usize::MAX))
}

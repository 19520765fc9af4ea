//! A store that stands before another, which it holds as `inner`, and leaves what is read to it.

/// The calls of [`Store`](tracker_core::ports::Store) that change nothing.
macro_rules! pass_reads_on {
    () => {
        fn experiments(&self) -> Result<Vec<tracker_core::ports::ExperimentRecord>> {
            self.inner.experiments()
        }
        fn rows(
            &self,
            scope: &tracker_core::ports::Scope,
            detail: &tracker_core::ports::Detail,
        ) -> Result<Vec<tracker_core::ports::Row>> {
            self.inner.rows(scope, detail)
        }
        fn history(
            &self,
            aggregate: tracker_core::Uuid,
            name: &str,
            phase: &str,
        ) -> Result<tracker_core::Series> {
            self.inner.history(aggregate, name, phase)
        }
        fn iterations(
            &self,
            aggregate: tracker_core::Uuid,
        ) -> Result<Vec<tracker_core::Iteration>> {
            self.inner.iterations(aggregate)
        }
        fn attempts(
            &self,
            aggregate: tracker_core::Uuid,
        ) -> Result<Vec<tracker_core::ports::AttemptRecord>> {
            self.inner.attempts(aggregate)
        }
        fn artifacts(
            &self,
            aggregate: tracker_core::Uuid,
        ) -> Result<Vec<tracker_core::ports::ArtifactRecord>> {
            self.inner.artifacts(aggregate)
        }
        fn position(&self, journal: tracker_core::Uuid) -> Result<u64> {
            self.inner.position(journal)
        }
    };
}
pub(crate) use pass_reads_on;

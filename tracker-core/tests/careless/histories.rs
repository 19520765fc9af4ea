//! Mistakes with several histories.

use tracker_core::ports::{Axis, Histories, History, Specials, Store as _};
use tracker_core::{Result, Series};

use super::{Careless, M};

impl Careless {
    pub(super) fn many_histories(&self, wanted: &Histories) -> Result<Vec<History>> {
        let mut changed = wanted.clone();
        match self.mistake {
            Some(M::RangesAreHalfOpen) => changed.to = wanted.to.map(|to| to.saturating_sub(1)),
            Some(M::HistoriesHaveNoRange) => (changed.from, changed.to) = (None, None),
            Some(M::HistoriesKnowStepsAlone) => changed.axis = Axis::Step,
            Some(M::ThinsByLeavingOut) => changed.most = None,
            _ => {}
        }
        let mut found = self.inner.histories(&changed)?;
        match self.mistake {
            Some(M::HistoriesAreBySeries) => {
                found.sort_by(|a, b| {
                    let key = |of: &History| (of.series.name().to_owned(), of.aggregate);
                    key(a).cmp(&key(b))
                });
            }
            Some(M::LeavesOutEmptyHistories) => found.retain(|of| !of.series.is_empty()),
            Some(M::HistoriesStandByEpoch) => {
                for of in &mut found {
                    of.series.sort();
                }
            }
            Some(M::ThinsByLeavingOut) => {
                if let Some(most) = wanted.most {
                    for of in &mut found {
                        leave_out(&mut of.series, most);
                    }
                }
            }
            Some(M::TotalIsOfWhatIsShown) => {
                for of in &mut found {
                    of.total = of.series.len() as u64;
                }
            }
            Some(M::TellsOfWhatIsShown) => {
                for of in &mut found {
                    let shown =
                        Histories::of(of.aggregate, "", "").take(of.aggregate, of.series.clone());
                    of.specials = shown.specials;
                }
            }
            Some(M::TellsOfNothing) => {
                for of in &mut found {
                    of.specials = Specials::default();
                }
            }
            _ => {}
        }
        Ok(found)
    }
}

/// Keeps points at equal distances, whatever lies between them.
fn leave_out(series: &mut Series, most: usize) {
    let every = series.len().div_ceil(most.max(1)).max(1);
    let mut kept = Series::new(series.name(), series.phase());
    for index in (0..series.len()).step_by(every) {
        kept.push_from(series, index);
    }
    *series = kept;
}

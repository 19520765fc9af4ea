//! Whole histories of many aggregates, in few calls of which none is too large.

use std::collections::BTreeSet;

use super::{Axis, Histories, Row};

/// So many points are asked for at once, unless one history has more.
const POINTS: u64 = 100_000;

/// So many histories are asked for at once, those that are not there counted.
const CELLS: usize = 10_000;

impl Histories {
    /// The calls that read the whole histories of these aggregates which their summaries name, in that
    /// order. Each is of some 100,000 points, or of one history that has more, so that neither side
    /// keeps many in memory.
    ///
    /// A call is for each of its series of each of its aggregates: histories without points are among
    /// those that are found.
    ///
    /// # Examples
    ///
    /// ```
    /// # use tracker_core::{Metric, Tracker, conformance::Sample};
    /// use tracker_core::ports::{Detail, Histories, Scope};
    ///
    /// let tracker = Tracker::open("memory:")?;
    /// for (experiment, name) in [("digits", "loss"), ("letters", "accuracy")] {
    ///     let run = tracker.experiment(experiment)?.track(&Sample::new("MLP", "{}"))?;
    ///     run.metrics().add(Metric::new(name, 0.5))?;
    /// }
    /// let store = tracker.store()?;
    /// let rows = store.rows(&Scope::All, &Detail::ALL)?;
    /// let [call] = &Histories::whole(&rows)[..] else { panic!("one call is enough") };
    /// let found = store.histories(call)?;
    /// assert_eq!(found.iter().filter(|history| !history.series.is_empty()).count(), 2);
    /// # Ok::<(), tracker_core::Error>(())
    /// ```
    pub fn whole<'r>(rows: impl IntoIterator<Item = &'r Row>) -> Vec<Self> {
        let mut calls = Calls::default();
        for row in rows {
            calls.add(row);
        }
        calls.end();
        calls.made
    }
}

/// Calls that were made, and the one that is.
#[derive(Default)]
struct Calls<'r> {
    made: Vec<Histories>,
    rows: Vec<&'r Row>,
    series: BTreeSet<(&'r str, &'r str)>,
    points: u64,
}

impl<'r> Calls<'r> {
    fn add(&mut self, row: &'r Row) {
        if row.summaries.is_empty() {
            return;
        }
        let points: u64 = row.summaries.iter().map(|summary| summary.count).sum();
        if self.points + points > POINTS || self.cells(row) > CELLS {
            self.end();
        }
        self.rows.push(row);
        for summary in &row.summaries {
            // What has too many for one call has several to itself.
            if self.points > 0 && self.points + summary.count > POINTS {
                self.end();
                self.rows.push(row);
            }
            self.points += summary.count;
            self.series.insert((summary.name(), summary.phase()));
        }
        if points > POINTS {
            self.end();
        }
    }

    /// How many histories it would be for with this one.
    fn cells(&self, row: &Row) -> usize {
        let keys = row.summaries.iter().map(|of| (of.name(), of.phase()));
        let new = keys.filter(|key| !self.series.contains(key)).count();
        (self.rows.len() + 1) * (self.series.len() + new)
    }

    fn end(&mut self) {
        let rows = std::mem::take(&mut self.rows);
        let series = std::mem::take(&mut self.series);
        self.points = 0;
        if series.is_empty() {
            return;
        }
        let series = series.into_iter();
        self.made.push(Histories {
            aggregates: rows.iter().map(|row| row.aggregate.uuid).collect(),
            series: series
                .map(|(name, phase)| (name.to_owned(), phase.to_owned()))
                .collect(),
            // A history stands in the order of its epochs.
            axis: Axis::Epoch,
            ..Histories::default()
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::AggregateRecord;
    use crate::records::{Metric, Summary};
    use uuid::Uuid;

    /// A run with series of these names and numbers of points.
    fn row(series: &[(&str, u64)]) -> Row {
        let summaries = series.iter().map(|(name, count)| {
            let first = Summary::of(&Metric::new(*name, 0.5));
            Summary {
                count: *count,
                ..first
            }
        });
        Row {
            aggregate: AggregateRecord::new(Uuid::nil(), Uuid::new_v4().to_string()),
            modules: Vec::new(),
            summaries: summaries.collect(),
            means: Vec::new(),
        }
    }

    /// How many aggregates each call is for, and which series.
    fn calls(rows: &[Row]) -> Vec<(usize, Vec<String>)> {
        let calls = Histories::whole(rows).into_iter();
        let names = |call: &Histories| call.series.iter().map(|(name, _)| name.clone()).collect();
        calls
            .map(|call| (call.aggregates.len(), names(&call)))
            .collect()
    }

    fn of(aggregates: usize, names: &[&str]) -> (usize, Vec<String>) {
        (
            aggregates,
            names.iter().map(|name| (*name).to_owned()).collect(),
        )
    }

    #[test]
    fn small_histories_come_together() {
        let rows: Vec<Row> = (0..300)
            .map(|_| row(&[("acc", 100), ("loss", 100)]))
            .collect();
        assert_eq!(calls(&rows), [of(300, &["acc", "loss"])]);
        assert!(calls(&[row(&[]), row(&[])]).is_empty());
        let both = [row(&[("acc", 1)]), row(&[]), row(&[("loss", 1)])];
        assert_eq!(calls(&both), [of(2, &["acc", "loss"])]);
    }

    #[test]
    fn no_call_is_for_too_many_points() {
        let rows = [
            row(&[("a", 60_000)]),
            row(&[("a", 40_000)]),
            row(&[("a", 1)]),
        ];
        assert_eq!(calls(&rows), [of(2, &["a"]), of(1, &["a"])]);
        let long = [
            row(&[("a", 1)]),
            row(&[("a", 1), ("b", 3_000_000), ("c", 60_000), ("d", 60_000)]),
            row(&[("c", 1), ("d", 40_000)]),
        ];
        let expected = [
            of(1, &["a"]),
            of(1, &["a"]),
            of(1, &["b"]),
            of(1, &["c"]),
            of(1, &["d"]),
            // Beside what is left of the one before, its first would be read twice.
            of(1, &["c", "d"]),
        ];
        assert_eq!(calls(&long), expected);
    }

    #[test]
    fn no_call_is_for_too_many_histories_that_are_not_there() {
        let names: Vec<String> = (0..1_000)
            .map(|number| format!("metric {number}"))
            .collect();
        let rows: Vec<Row> = names.iter().map(|name| row(&[(name, 1)])).collect();
        let calls = Histories::whole(&rows);
        assert_eq!(calls.len(), 10);
        for call in calls {
            assert!(call.aggregates.len() * call.series.len() <= CELLS);
        }
    }
}

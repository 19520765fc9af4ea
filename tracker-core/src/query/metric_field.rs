//! How parts of metrics are made by methods.

use super::field::{Field, Statistic, Target};

/// A series of a metric, of which a query can ask a part; made by [`metric`].
///
/// # Examples
///
/// ```
/// use tracker_core::query::metric;
///
/// let best = metric("accuracy").phase("test").max();
/// assert_eq!(best.to_string(), "metric.accuracy[test].max");
/// assert_eq!(metric("loss").last().to_string(), "metric.loss.last");
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct MetricField {
    name: String,
    phase: String,
}

/// The metric of this name, without a phase unless one is given.
///
/// # Examples
///
/// ```
/// use tracker_core::Query;
/// use tracker_core::query::metric;
///
/// let query = Query::new().filter(metric("loss").phase("test").last().lt(0.1));
/// assert_eq!(query.to_string(), "metric.loss[test].last < 0.1");
/// ```
pub fn metric(name: impl Into<String>) -> MetricField {
    MetricField {
        name: name.into(),
        phase: String::new(),
    }
}

impl MetricField {
    /// Sets the phase.
    pub fn phase(mut self, phase: impl Into<String>) -> Self {
        self.phase = phase.into();
        self
    }

    /// The value of the first point, by epoch, step and arrival.
    pub fn first(self) -> Field {
        self.field(Statistic::First)
    }

    /// The value of the last point, by epoch, step, time and arrival.
    pub fn last(self) -> Field {
        self.field(Statistic::Last)
    }

    /// The smallest number.
    pub fn min(self) -> Field {
        self.field(Statistic::Min)
    }

    /// The largest number.
    pub fn max(self) -> Field {
        self.field(Statistic::Max)
    }

    /// The best number: the smallest or the largest, as the [definition](crate::Definition) of the
    /// metric says, or its name suggests. There is none where neither tells.
    pub fn best(self) -> Field {
        self.field(Statistic::Best)
    }

    /// The epoch in which the [best](Self::best) number was first measured; unknown where a store of
    /// an older version has not kept it.
    ///
    /// # Examples
    ///
    /// ```
    /// use tracker_core::query::metric;
    ///
    /// let early = metric("loss").phase("test").best_epoch().lt(10);
    /// assert_eq!(early.to_string(), "metric.loss[test].best_epoch < 10");
    /// ```
    pub fn best_epoch(self) -> Field {
        self.field(Statistic::BestEpoch)
    }

    /// The step at which the [best](Self::best) number was first measured.
    pub fn best_step(self) -> Field {
        self.field(Statistic::BestStep)
    }

    /// The mean of so many of the last numbers, or of all where there are fewer; NaN where one of
    /// them is. Its history is read for it, which takes longer than the other parts.
    ///
    /// # Examples
    ///
    /// ```
    /// # use tracker_core::conformance::Sample;
    /// # let experiment = tracker_core::Tracker::open("memory:")?.experiment("digits")?;
    /// # let run = experiment.track(&Sample::new("MLP", r#"{"layers": 2}"#))?;
    /// use tracker_core::query::metric;
    /// use tracker_core::{Metric, Query};
    ///
    /// run.metrics().add_all([9.0, 0.5, 0.25].map(|loss| Metric::new("loss", loss)))?;
    /// let settled = metric("loss").mean(2).eq(0.375);
    /// assert_eq!(settled.to_string(), "metric.loss.mean(2) = 0.375");
    /// assert_eq!(experiment.aggregates().count(Query::new().filter(settled))?, 1);
    /// # Ok::<(), tracker_core::Error>(())
    /// ```
    pub fn mean(self, last: u32) -> Field {
        self.field(Statistic::Mean(last))
    }

    /// The number of points.
    pub fn count(self) -> Field {
        self.field(Statistic::Count)
    }

    fn field(self, statistic: Statistic) -> Field {
        Field(Target::Metric {
            name: self.name,
            phase: self.phase,
            statistic,
        })
    }
}

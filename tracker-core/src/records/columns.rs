//! The columns of a history, as a store decodes them.

use registry_core::Value;

/// Columns of points, as a store decodes them; see [`Series::extend`](crate::Series::extend).
///
/// # Examples
///
/// ```
/// use tracker_core::Series;
/// use tracker_core::ports::Columns;
///
/// let mut loss = Series::new("loss", "train");
/// let columns = Columns {
///     epochs: vec![0, 0],
///     steps: vec![1, 2],
///     times: vec![0, 1_000_000],
///     numbers: vec![0.9, 0.4],
///     json: Vec::new(),
/// };
/// loss.extend(columns.clone()).unwrap();
/// assert_eq!(loss.numbers(), [0.9, 0.4]);
/// assert!(loss.extend(Columns { steps: Vec::new(), ..columns }).is_err());
/// ```
#[derive(Clone, Debug, Default)]
pub struct Columns {
    /// The epoch of each point; at most `i64::MAX`.
    pub epochs: Vec<u64>,
    /// The step of each point.
    pub steps: Vec<i64>,
    /// The time of each point, in microseconds since 1970, UTC.
    pub times: Vec<i64>,
    /// The number of each point; any number for one whose value is JSON.
    pub numbers: Vec<f64>,
    /// The values that are no number, each with the index of its point, in ascending order.
    pub json: Vec<(usize, Value)>,
}

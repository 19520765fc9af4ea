//! Tensors without a framework.

use serde::Deserialize;

/// A shape, and the numbers in it, the last dimension first.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(from = "Written")]
pub struct Array {
    /// The sizes.
    pub shape: Vec<i64>,
    /// The numbers.
    pub data: Vec<f64>,
    /// Whether they are whole numbers, of PyTorch's `int64`; else they are `float32`.
    pub whole: bool,
}

#[derive(Deserialize)]
struct Written {
    shape: Vec<i64>,
    #[serde(default)]
    data: Vec<Option<f64>>,
    whole: Option<Vec<i64>>,
}

impl From<Written> for Array {
    #[expect(
        clippy::cast_precision_loss,
        reason = "whole numbers are those of rows and classes"
    )]
    fn from(written: Written) -> Self {
        let whole = written.whole.is_some();
        let data = match written.whole {
            Some(whole) => whole.into_iter().map(|number| number as f64).collect(),
            // JSON has no word for what is no number.
            None => {
                let numbers = written.data.into_iter();
                numbers.map(|number| number.unwrap_or(f64::NAN)).collect()
            }
        };
        Self {
            shape: written.shape,
            data,
            whole,
        }
    }
}

impl Array {
    /// Numbers in a shape.
    pub fn new(shape: Vec<i64>, data: Vec<f64>) -> Self {
        Self {
            shape,
            data,
            whole: false,
        }
    }

    /// What an output of a shape is multiplied with before it is summed, for gradients: the cosines of
    /// 0, 1, 2 and so on.
    #[expect(clippy::cast_precision_loss, reason = "a shape has few elements")]
    pub fn probe(shape: &[i64]) -> Self {
        let count: i64 = shape.iter().product();
        let data = (0..count).map(|index| (index as f64).cos()).collect();
        Self::new(shape.to_vec(), data)
    }

    /// Whether it is another within a share of the numbers; a number that is none is equal to itself.
    pub(super) fn is_near(&self, expected: &Self, share: f64) -> Result<(), String> {
        if self.shape != expected.shape {
            let (found, expected) = (&self.shape, &expected.shape);
            return Err(format!("has the shape {found:?}, not {expected:?}"));
        }
        let near = |(found, expected): &(&f64, &f64)| {
            // Infinite numbers and those that are none have no distance.
            found.total_cmp(expected).is_eq()
                || (found.is_nan() && expected.is_nan())
                || (*found - *expected).abs() <= share * (0.1 + expected.abs())
        };
        let pairs = || self.data.iter().zip(&expected.data);
        if self.data.len() != expected.data.len() {
            let (found, expected) = (self.data.len(), expected.data.len());
            return Err(format!("has {found} numbers, not {expected}"));
        }
        match pairs().position(|pair| !near(&pair)) {
            None => Ok(()),
            Some(at) => Err(format!(
                "is {} at {at}, not {}",
                self.data[at], expected.data[at]
            )),
        }
    }
}

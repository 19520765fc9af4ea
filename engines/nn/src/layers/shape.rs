//! Layers that leave the elements as they are.

use super::{dimension, dimensions};
use crate::Refusal;
use crate::layer::LayerClass;
use registry_core::Entity;

/// Gives its input.
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(registry = LayerClass, new)]
pub struct Identity;

impl LayerClass for Identity {
    fn output(&self, input: &[i64]) -> Result<Vec<i64>, Refusal> {
        Ok(input.to_vec())
    }
}

/// Joins the dimensions from `start_dim` to `end_dim` into one.
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(registry = LayerClass, new, skip_default)]
pub struct Flatten {
    /// The first of them.
    #[register(default = 1)]
    pub start_dim: i64,
    /// The last of them; negative numbers count from the end.
    #[register(default = -1)]
    pub end_dim: i64,
}

impl LayerClass for Flatten {
    fn output(&self, input: &[i64]) -> Result<Vec<i64>, Refusal> {
        let start = dimension(self.start_dim, input)?;
        let end = dimension(self.end_dim, input)?;
        if start > end {
            return Err(Refusal::shape(format!(
                "dimension {} is behind dimension {}",
                self.start_dim, self.end_dim
            )));
        }
        if input.is_empty() {
            return Ok(vec![1]);
        }
        let joined = product(&input[start..=end]);
        Ok([&input[..start], &[joined], &input[end + 1..]].concat())
    }
}

/// Splits a dimension into several.
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(registry = LayerClass, new)]
pub struct Unflatten {
    /// The dimension; a negative one counts from the end.
    pub dim: i64,
    /// What it becomes; one size may be -1, for what is left.
    pub unflattened_size: Vec<i64>,
}

impl LayerClass for Unflatten {
    fn output(&self, input: &[i64]) -> Result<Vec<i64>, Refusal> {
        let at = dimension(self.dim, input)?;
        let (Some(size), false) = (input.get(at), self.unflattened_size.is_empty()) else {
            return Err(Refusal::shape("there is nothing to split"));
        };
        let sizes = filled(&self.unflattened_size, *size).ok_or_else(|| {
            let sizes = &self.unflattened_size;
            Refusal::shape(format!("dimension {} of {size} is not {sizes:?}", self.dim))
        })?;
        Ok([&input[..at], &sizes, &input[at + 1..]].concat())
    }
}

/// The sizes of `size` elements, what is left put in for -1.
fn filled(sizes: &[i64], size: i64) -> Option<Vec<i64>> {
    let mut open = sizes.iter().filter(|size| **size == -1);
    let has_open = open.next().is_some();
    if open.next().is_some() || sizes.iter().any(|size| *size < -1) {
        return None;
    }
    let given: Vec<i64> = sizes.iter().copied().filter(|size| *size != -1).collect();
    let given = product(&given);
    if !has_open {
        return (given == size).then(|| sizes.to_vec());
    }
    if given == 0 || size % given != 0 {
        return None;
    }
    let left = size / given;
    let fill = |size: &i64| if *size == -1 { left } else { *size };
    Some(sizes.iter().map(fill).collect())
}

fn product(sizes: &[i64]) -> i64 {
    sizes
        .iter()
        .fold(1, |product: i64, size| product.saturating_mul(*size))
}

/// Swaps two dimensions, as `torch.transpose`.
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(registry = LayerClass, new)]
pub struct Transpose {
    /// The one; negative numbers count from the end.
    pub dim0: i64,
    /// The other.
    pub dim1: i64,
}

impl LayerClass for Transpose {
    fn output(&self, input: &[i64]) -> Result<Vec<i64>, Refusal> {
        let (one, other) = (dimension(self.dim0, input)?, dimension(self.dim1, input)?);
        let mut output = input.to_vec();
        if !output.is_empty() {
            output.swap(one, other);
        }
        Ok(output)
    }
}

/// One place along a dimension, as `torch.select`: with -1 the last element of a sequence.
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(registry = LayerClass, new)]
pub struct Select {
    /// The dimension, which the output has no more; a negative one counts from the end.
    pub dim: i64,
    /// The place; a negative one counts from the end.
    pub index: i64,
}

impl LayerClass for Select {
    fn output(&self, input: &[i64]) -> Result<Vec<i64>, Refusal> {
        if input.is_empty() {
            let found = dimensions(input);
            return Err(Refusal::shape(format!(
                "expected one dimension or more, found {found}"
            )));
        }
        let at = dimension(self.dim, input)?;
        let size = input[at];
        if !(-size..size).contains(&self.index) {
            return Err(Refusal::shape(format!(
                "there is no place {} along a dimension of {size}",
                self.index
            )));
        }
        Ok([&input[..at], &input[at + 1..]].concat())
    }
}

//! A tensor of any rank, as a described network has it at run time.

use burn::tensor::{Device, Int, Shape, Tensor};
use registry_nn::Refusal;
use std::any::Any;

/// A tensor whose rank is known at run time: what goes through a described network.
///
/// burn has the rank in the type, a description does not. `From` takes a tensor of burn's in, of floats
/// or whole numbers, and [`tensor`](Self::tensor) gives one out.
#[derive(Clone, Debug)]
pub enum AnyTensor {
    /// Of one dimension.
    One(Tensor<1>),
    /// Of two.
    Two(Tensor<2>),
    /// Of three.
    Three(Tensor<3>),
    /// Of four.
    Four(Tensor<4>),
    /// Of five.
    Five(Tensor<5>),
    /// Whole numbers in a row, and their shape: rows of an embedding, or classes.
    Whole(Tensor<1, Int>, Vec<usize>),
}

/// Computes with the floats of an [`AnyTensor`], whatever their rank; refuses whole numbers.
macro_rules! each {
    ($value:expr, $tensor:ident => $result:expr) => {
        match $value {
            $crate::tensor::AnyTensor::One($tensor) => $result,
            $crate::tensor::AnyTensor::Two($tensor) => $result,
            $crate::tensor::AnyTensor::Three($tensor) => $result,
            $crate::tensor::AnyTensor::Four($tensor) => $result,
            $crate::tensor::AnyTensor::Five($tensor) => $result,
            $crate::tensor::AnyTensor::Whole(..) => return Err($crate::tensor::whole()),
        }
    };
}

pub(crate) use each;

macro_rules! ranks {
    ($($rank:literal $variant:ident),+) => {$(
        impl From<Tensor<$rank>> for AnyTensor {
            fn from(tensor: Tensor<$rank>) -> Self {
                Self::$variant(tensor)
            }
        }

        impl From<Tensor<$rank, Int>> for AnyTensor {
            fn from(tensor: Tensor<$rank, Int>) -> Self {
                let shape = tensor.dims();
                Self::Whole(tensor.reshape([-1]), shape.into())
            }
        }
    )+};
}

ranks!(1 One, 2 Two, 3 Three, 4 Four, 5 Five);

pub(crate) fn whole() -> Refusal {
    Refusal::shape("expected floats, found whole numbers")
        .with_hint("convert them with `Tensor::float`; `Embedding` reads whole numbers")
}

/// The same tensor, where it has the rank.
fn cast<const D: usize, const E: usize>(tensor: Tensor<D>) -> Option<Tensor<E>> {
    let mut tensor = Some(tensor);
    let any: &mut dyn Any = &mut tensor;
    any.downcast_mut::<Option<Tensor<E>>>()?.take()
}

impl AnyTensor {
    /// The sizes.
    pub fn shape(&self) -> Vec<usize> {
        match self {
            Self::One(tensor) => tensor.dims().into(),
            Self::Two(tensor) => tensor.dims().into(),
            Self::Three(tensor) => tensor.dims().into(),
            Self::Four(tensor) => tensor.dims().into(),
            Self::Five(tensor) => tensor.dims().into(),
            Self::Whole(_, shape) => shape.clone(),
        }
    }

    /// Where it is.
    pub fn device(&self) -> Device {
        match self {
            Self::One(tensor) => tensor.device(),
            Self::Two(tensor) => tensor.device(),
            Self::Three(tensor) => tensor.device(),
            Self::Four(tensor) => tensor.device(),
            Self::Five(tensor) => tensor.device(),
            Self::Whole(tensor, _) => tensor.device(),
        }
    }

    /// The sizes as `registry-nn` writes them.
    pub(crate) fn sizes(&self) -> Vec<i64> {
        self.shape().iter().map(|size| signed(*size)).collect()
    }

    /// The floats as a tensor of burn's.
    ///
    /// # Errors
    ///
    /// Where they have another rank, or are whole numbers.
    pub fn tensor<const D: usize>(self) -> Result<Tensor<D>, Refusal> {
        each!(self, tensor => {
            let found = tensor.dims();
            cast(tensor).ok_or_else(|| {
                Refusal::shape(format!("expected a result of {D} dimensions, found {}", found.len()))
                    .with_hint(format!("its shape is {found:?}: ask for a `Tensor<{}>`", found.len()))
            })
        })
    }

    /// The floats in another shape with as many elements.
    pub(crate) fn view<const D: usize>(self, shape: [usize; D]) -> Result<Tensor<D>, Refusal> {
        each!(self, tensor => {
            if tensor.dims().as_slice() != shape.as_slice() {
                return Ok(tensor.reshape(Shape::from(shape)));
            }
            // As many dimensions as it has already.
            cast(tensor).ok_or_else(|| Refusal::shape("the shape has another rank"))
        })
    }

    /// The same in a shape whose rank is known at run time.
    pub(crate) fn reshape(self, shape: &[usize]) -> Result<Self, Refusal> {
        Ok(match *shape {
            [] => Self::One(self.view([1])?),
            [a] => Self::One(self.view([a])?),
            [a, b] => Self::Two(self.view([a, b])?),
            [a, b, c] => Self::Three(self.view([a, b, c])?),
            [a, b, c, d] => Self::Four(self.view([a, b, c, d])?),
            [a, b, c, d, e] => Self::Five(self.view([a, b, c, d, e])?),
            _ => {
                return Err(Refusal::unsupported(
                    "burn",
                    &format!("tensors of {} dimensions here", shape.len()),
                    "use five dimensions at most",
                ));
            }
        })
    }
}

impl AnyTensor {
    /// Whole numbers as floats, as PyTorch has them beside floats.
    pub(crate) fn floats(self) -> Result<Self, Refusal> {
        match self {
            Self::Whole(row, shape) => Self::One(row.float()).reshape(&shape),
            floats => Ok(floats),
        }
    }

    /// The elements in a row, repeated to a shape.
    pub(crate) fn spread(self, shape: &[usize]) -> Result<Tensor<1>, Refusal> {
        let own = self.shape();
        let mut sizes = vec![1; shape.len().saturating_sub(own.len())];
        sizes.extend(own);
        Ok(each!(self.reshape(&sizes)?, x => {
            let mut wanted = x.dims();
            wanted.iter_mut().zip(shape).for_each(|(place, size)| *place = *size);
            if wanted == x.dims() { x.reshape([-1]) } else { x.expand(wanted).reshape([-1]) }
        }))
    }
}

/// A size of burn's as PyTorch writes it.
pub(crate) fn signed(size: usize) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

/// A size that was checked not to be negative as burn has it.
pub(crate) fn size(size: i64) -> usize {
    usize::try_from(size).unwrap_or(0)
}

/// The place that a dimension, which may count from the end, has among so many.
pub(crate) fn place(dim: i64, rank: usize) -> usize {
    size(if dim < 0 { dim + signed(rank) } else { dim })
}

//! The losses of PyTorch, computed in burn.

mod classes;
mod elements;
mod vectors;

use crate::support::lacks;
use crate::tensor::AnyTensor;
use burn::module::Module;
use burn::tensor::Tensor;
use registry_core::Entity;
use registry_nn::criteria::Reduction;
use registry_nn::{Criterion, Refusal};

/// A described loss, as a module of burn's.
#[derive(Module, Debug)]
pub struct AnyCriterion {
    #[module(skip)]
    description: Criterion,
}

/// Builds a described loss.
///
/// # Errors
///
/// Where an argument cannot be, or burn cannot compute it.
///
/// # Examples
///
/// ```
/// use burn::tensor::{Device, Int, Tensor};
/// use registry_nn::criteria::CrossEntropyLoss;
///
/// let device = Device::default();
/// let loss = registry_burn::criterion(&CrossEntropyLoss::new().into())?;
/// let scores = Tensor::<2>::from_floats([[9.0, 0.0], [0.0, 9.0]], &device);
/// let classes = Tensor::<1, Int>::from_ints([0, 1], &device);
/// assert!(loss.forward(scores, classes)?.into_scalar::<f32>() < 0.001);
/// # Ok::<(), registry_nn::Refusal>(())
/// ```
pub fn criterion(criterion: &Criterion) -> Result<AnyCriterion, Refusal> {
    criterion.check()?;
    if let Criterion::CTCLoss(_) = criterion {
        let refusal = lacks(
            "`CTCLoss` as PyTorch has it",
            "use `burn::nn::loss::CTCLoss` in the training step",
        );
        return Err(refusal.of(criterion.name()));
    }
    Ok(AnyCriterion {
        description: criterion.clone(),
    })
}

impl AnyCriterion {
    /// What it was built from.
    pub fn description(&self) -> &Criterion {
        &self.description
    }

    /// The loss of an output and its target, as one number; several in a row where nothing is reduced.
    ///
    /// # Errors
    ///
    /// Where the shapes do not fit, or the loss has other inputs than two.
    pub fn forward(
        &self,
        input: impl Into<AnyTensor>,
        target: impl Into<AnyTensor>,
    ) -> Result<Tensor<1>, Refusal> {
        let loss = self.forward_any(vec![input.into(), target.into()])?;
        loss.spread(&[])
    }

    /// The loss of as many inputs as [`Criterion::inputs`] has, in the shape that PyTorch gives it.
    ///
    /// # Errors
    ///
    /// Where the shapes do not fit.
    pub fn forward_any(&self, inputs: Vec<AnyTensor>) -> Result<AnyTensor, Refusal> {
        let mut sizes: Vec<_> = inputs.iter().map(AnyTensor::sizes).collect();
        // The target of two vectors is a number alone, which has one dimension in burn.
        if let (Criterion::CosineEmbeddingLoss(_), [one, _, target]) =
            (&self.description, &mut *sizes)
            && one.len() == 1
            && *target == [1]
        {
            target.clear();
        }
        let sizes: Vec<&[i64]> = sizes.iter().map(Vec::as_slice).collect();
        self.description.output_shape(&sizes)?;
        let loss = match &self.description {
            Criterion::CrossEntropyLoss(it) => classes::cross_entropy(it, inputs),
            Criterion::NLLLoss(it) => classes::nll(it, inputs),
            Criterion::CosineEmbeddingLoss(it) => vectors::cosine(it, inputs),
            Criterion::TripletMarginLoss(it) => vectors::triplet(it, inputs),
            other => elements::loss(other, inputs),
        };
        loss.map_err(|refusal| refusal.of(self.description.name()))
    }
}

/// What becomes of the losses of the elements, in a row, of a shape.
fn reduced(losses: Tensor<1>, reduction: Reduction, shape: &[usize]) -> Result<AnyTensor, Refusal> {
    Ok(match reduction {
        Reduction::None => return AnyTensor::One(losses).reshape(shape),
        Reduction::Mean => losses.mean().into(),
        Reduction::Sum => losses.sum().into(),
    })
}

/// The shape that several have together.
fn together(inputs: &[AnyTensor]) -> Vec<usize> {
    let shapes: Vec<_> = inputs.iter().map(AnyTensor::shape).collect();
    let rank = shapes.iter().map(Vec::len).max().unwrap_or(0);
    let mut all = vec![1; rank];
    for shape in shapes {
        let places = all.iter_mut().rev().zip(shape.iter().rev());
        places
            .filter(|(place, _)| **place == 1)
            .for_each(|(place, size)| *place = *size);
    }
    all
}

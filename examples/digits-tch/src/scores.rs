//! One pass over the images, learning or not.

use entia::tch::tch::data::Iter2;
use entia::tch::tch::{self, Kind, TchError, Tensor};
use entia::tch::{Criterion, Dataset, Module, Optimizer, TorchError};
use entia::tracker::Metric;

/// Images in a step of a test. The last bits of a loss depend on it.
const TEST_BATCH: i64 = 1000;

/// How good the answers for some images are.
#[derive(Clone, Copy, Debug)]
pub struct Scores {
    /// The mean loss.
    pub loss: f64,
    /// The share of right answers, `0.0..=1.0`.
    pub accuracy: f64,
}

impl Scores {
    /// Those of a model that learns from each image once, in random order.
    ///
    /// # Errors
    ///
    /// Where the model does not fit the images, or the criterion the labels.
    pub fn of_training(
        model: &dyn Module,
        criterion: &dyn Criterion,
        optimizer: &mut dyn Optimizer,
        images: &dyn Dataset,
        batch_size: i64,
    ) -> Result<Self, TorchError> {
        let mut batches = images.batches(batch_size);
        batches.shuffle();
        pass(model, criterion, Some(optimizer), batches)
    }

    /// Those of a model that learns nothing meanwhile.
    ///
    /// # Errors
    ///
    /// As for [`of_training`](Self::of_training).
    pub fn of_test(
        model: &dyn Module,
        criterion: &dyn Criterion,
        images: &dyn Dataset,
    ) -> Result<Self, TorchError> {
        tch::no_grad(|| pass(model, criterion, None, images.batches(TEST_BATCH)))
    }

    /// The points that are recorded for them.
    pub fn metrics(self, phase: &str, epoch: u64) -> [Metric; 2] {
        [("loss", self.loss), ("accuracy", self.accuracy)]
            .map(|(name, value)| Metric::new(name, value).phase(phase).epoch(epoch))
    }
}

fn pass(
    model: &dyn Module,
    criterion: &dyn Criterion,
    mut optimizer: Option<&mut dyn Optimizer>,
    batches: Iter2,
) -> Result<Scores, TorchError> {
    let (mut loss, mut right, mut count) = (0.0, 0.0, 0.0);
    for (images, labels) in batches {
        let output = model.try_forward_t(&images, optimizer.is_some())?;
        let mean = criterion.loss(&output, &labels)?;
        if let Some(optimizer) = &mut optimizer {
            optimizer.backward_step(&mean)?;
        }
        let images = number(&labels.f_ones_like()?.f_sum(Kind::Double)?)?;
        loss += number(&mean)? * images;
        right += number(
            &output
                .f_argmax(-1, false)?
                .f_eq_tensor(&labels)?
                .f_sum(Kind::Double)?,
        )?;
        count += images;
    }
    Ok(Scores {
        loss: loss / count,
        accuracy: right / count,
    })
}

fn number(tensor: &Tensor) -> Result<f64, TchError> {
    tensor.f_double_value(&[])
}

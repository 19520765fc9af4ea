//! Learning and measuring, an epoch at a time.

use std::num::NonZeroUsize;

use entia::prelude::*;
use fastrand::Rng;
use thiserror::Error;

use crate::data::{CLASSES, Digits};
use crate::engine::{Answer, EngineError, Network};

/// Why an epoch could not be finished.
#[derive(Debug, Error)]
pub enum TrainError {
    /// The loss is infinite or not a number.
    #[error("the loss of epoch {0} is not finite\nhint: choose a smaller `lr`; {kept}", kept = kept(*.0))]
    Diverged(u64),
    /// The framework cannot compute.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

/// What is left when an epoch is given up.
fn kept(epoch: u64) -> &'static str {
    match epoch {
        0 => "no epoch was recorded",
        _ => "the weights of the epoch before are kept",
    }
}

/// How good the answers for some images are.
#[derive(Clone, Copy, Debug)]
pub struct Scores {
    /// The mean loss.
    pub loss: f64,
    /// The share of right answers, `0.0..=1.0`.
    pub accuracy: f64,
}

/// How good the answers were in each phase of an epoch.
#[derive(Clone, Copy, Debug)]
pub struct EpochScores {
    /// While learning.
    pub train: Scores,
    /// After it, with images the model has not learned from.
    pub test: Scores,
}

impl EpochScores {
    /// The points that are recorded for them.
    pub fn metrics(&self, epoch: u64) -> impl Iterator<Item = Metric> {
        let phases = [("train", self.train), ("test", self.test)];
        phases.into_iter().flat_map(move |(phase, scores)| {
            [("loss", scores.loss), ("accuracy", scores.accuracy)]
                .map(|(name, value)| Metric::new(name, value).phase(phase).epoch(epoch))
        })
    }
}

/// What learns, and how.
pub struct Trainer {
    /// The network, with its optimizer.
    pub network: Box<dyn Network>,
    /// Images in a step of the optimizer.
    pub batch_size: NonZeroUsize,
    /// What the order of the images and the dropout follow from.
    pub seed: u64,
}

impl Trainer {
    /// Learns from each image of `train` once, then measures with those of `test`. Calls
    /// `after_batch` after each step of the optimizer.
    ///
    /// An epoch draws the same numbers however often training was interrupted before it.
    ///
    /// # Errors
    ///
    /// When a loss is not finite, or the framework cannot compute.
    pub fn epoch(
        &mut self,
        train: &Digits,
        test: &Digits,
        epoch: u64,
        after_batch: impl Fn(),
    ) -> Result<EpochScores, TrainError> {
        let train = self.train(train, epoch, after_batch)?;
        let test = Scores::of(&[(self.network.answer(test)?, &test.labels)]);
        if train.loss.is_finite() && test.loss.is_finite() {
            return Ok(EpochScores { train, test });
        }
        Err(TrainError::Diverged(epoch))
    }

    fn train(
        &mut self,
        digits: &Digits,
        epoch: u64,
        after_batch: impl Fn(),
    ) -> Result<Scores, EngineError> {
        let mut rng = Rng::with_seed(self.seed ^ (epoch + 1));
        let batches = digits.batches(self.batch_size.get(), &mut rng);
        self.network.seed(rng.u64(..))?;
        let mut answers = Vec::new();
        for batch in &batches {
            answers.push((self.network.learn(batch)?, &batch.labels));
            after_batch();
        }
        Ok(Scores::of(&answers))
    }
}

impl Scores {
    /// Those of answers to images with these labels.
    fn of(answers: &[(Answer, &Vec<u8>)]) -> Self {
        let (mut loss, mut right, mut count) = (0.0, 0.0, 0.0);
        for (answer, labels) in answers {
            let images = answer.scores.chunks(CLASSES.into());
            loss += answer.loss * real(labels.len());
            right += real(
                images
                    .zip(*labels)
                    .filter(|(it, label)| is_right(it, **label))
                    .count(),
            );
            count += real(labels.len());
        }
        Self {
            loss: loss / count,
            accuracy: right / count,
        }
    }
}

/// Whether the highest of the scores is that of the label.
fn is_right(scores: &[f32], label: u8) -> bool {
    let highest = (0..)
        .zip(scores)
        .max_by(|(_, one), (_, other)| one.total_cmp(other));
    highest.is_some_and(|(class, _): (u8, _)| class == label)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts of images are far below 2^52"
)]
fn real(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_means_over_images() {
        let answer = |loss, best: &[usize]| {
            let mut scores = vec![0.0; best.len() * usize::from(CLASSES)];
            for (image, class) in best.iter().enumerate() {
                scores[image * usize::from(CLASSES) + class] = 1.0;
            }
            Answer { loss, scores }
        };
        let (three, one) = (vec![1, 2, 3], vec![4]);
        let scores = Scores::of(&[(answer(1.0, &[1, 2, 9]), &three), (answer(3.0, &[4]), &one)]);
        assert_eq!((scores.loss, scores.accuracy), (1.5, 0.75));
    }
}

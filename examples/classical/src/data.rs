//! Two half moons that reach into each other, and their parts for a cross-validation.

use std::f64::consts::{PI, TAU};

use entia::prelude::*;
use fastrand::Rng;
use thiserror::Error;

/// A dataset that cannot be drawn.
#[derive(Debug, Error)]
pub enum DataError {
    /// Too few to have both moons in every part, or more than anybody wants to wait for.
    #[error("`samples` cannot be {0}\nhint: choose a number from 20 to 100000")]
    Samples(usize),
    /// No standard deviation.
    #[error("`noise` cannot be {0}\nhint: choose a number from 0, such as 0.25")]
    Noise(f64),
}

/// Two half moons that reach into each other: points, and which moon each is of.
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(check = Self::check)]
pub struct Moons {
    /// The number of points.
    pub samples: usize,
    /// How far they lie beside their moon: a standard deviation.
    #[register(default = 0.25)]
    pub noise: f64,
    /// What they are drawn from.
    #[register(default = 0)]
    pub seed: u64,
}

/// Points and their labels.
#[derive(Clone, Debug, Default)]
pub struct Sample {
    /// Where they are.
    pub points: Vec<[f64; 2]>,
    /// Which moon each is of: 0 or 1.
    pub labels: Vec<u32>,
}

impl Moons {
    fn check(&self) -> Result<(), DataError> {
        if !(20..=100_000).contains(&self.samples) {
            return Err(DataError::Samples(self.samples));
        }
        if !(0.0..f64::INFINITY).contains(&self.noise) {
            return Err(DataError::Noise(self.noise));
        }
        Ok(())
    }

    /// The same points for the same arguments.
    pub fn draw(&self) -> Sample {
        let mut rng = Rng::with_seed(self.seed);
        let mut sample = Sample::default();
        for label in [0, 1].into_iter().cycle().take(self.samples) {
            let (y, x) = (PI * rng.f64()).sin_cos();
            let [x, y] = if label == 0 {
                [x, y]
            } else {
                [1.0 - x, 0.5 - y]
            };
            sample
                .points
                .push([x, y].map(|at| at + self.noise * normal(&mut rng)));
            sample.labels.push(label);
        }
        sample
    }
}

/// A number of the standard normal distribution, after Box and Muller.
fn normal(rng: &mut Rng) -> f64 {
    // Not zero, which has no logarithm.
    let radius = (-2.0 * (1.0 - rng.f64()).ln()).sqrt();
    radius * (TAU * rng.f64()).cos()
}

impl Sample {
    /// Cut into so many parts in an order drawn from `seed`: each part once to test with, and the others
    /// to learn from.
    pub fn folds(&self, count: usize, seed: u64) -> Vec<Fold> {
        let mut order: Vec<usize> = (0..self.labels.len()).collect();
        Rng::with_seed(seed).shuffle(&mut order);
        let fold = |part| {
            let (test, train) = (order.iter().enumerate())
                .partition::<Vec<_>, _>(|(place, _)| place % count == part);
            Fold {
                train: self.chosen(&train),
                test: self.chosen(&test),
            }
        };
        (0..count).map(fold).collect()
    }

    fn chosen(&self, places: &[(usize, &usize)]) -> Self {
        Self {
            points: places
                .iter()
                .map(|(_, index)| self.points[**index])
                .collect(),
            labels: places
                .iter()
                .map(|(_, index)| self.labels[**index])
                .collect(),
        }
    }
}

/// A part to test with, and the others.
#[derive(Clone, Debug)]
pub struct Fold {
    /// To learn from.
    pub train: Sample,
    /// To test with.
    pub test: Sample,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moons() -> Moons {
        Moons {
            samples: 103,
            noise: 0.1,
            seed: 7,
        }
    }

    #[test]
    fn the_seed_says_which_points() {
        let sample = moons().draw();
        assert_eq!(sample.points.len(), 103);
        assert_eq!(sample.points, moons().draw().points);
        assert_ne!(sample.points, Moons { seed: 8, ..moons() }.draw().points);
        // Each lies near its moon, whose radius is 1.
        for ([x, y], label) in sample.points.iter().zip(&sample.labels) {
            let [x, y] = if *label == 0 {
                [*x, *y]
            } else {
                [1.0 - x, 0.5 - y]
            };
            assert!((x.hypot(y) - 1.0).abs() < 0.6, "{x} {y}");
        }
    }

    #[test]
    fn every_point_is_tested_once() {
        let sample = moons().draw();
        let folds = sample.folds(5, 1);
        assert_eq!(folds.len(), 5);
        let mut tested = Vec::new();
        for fold in folds {
            assert!((20..=21).contains(&fold.test.labels.len()));
            assert_eq!(fold.train.labels.len() + fold.test.labels.len(), 103);
            assert!(
                fold.test
                    .points
                    .iter()
                    .all(|it| !fold.train.points.contains(it))
            );
            tested.extend(fold.test.points);
        }
        let sorted = |mut points: Vec<[f64; 2]>| {
            points.sort_by(|one, other| one[0].total_cmp(&other[0]));
            points
        };
        assert_ne!(tested, sample.points);
        assert_eq!(sorted(tested), sorted(sample.points));
    }
}

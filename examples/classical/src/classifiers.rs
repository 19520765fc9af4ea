//! What a configuration can name: parameters of linfa and smartcore, registered as they are.
//!
//! The types are of other crates, so it is a function that is registered, and that says what a parameter
//! is called and what it is when nothing is said. The trait is of this crate, and so a registry finds
//! them by name.

use std::error::Error;

use entia::prelude::*;
use linfa::prelude::*;
use linfa_logistic::LogisticRegression;
use ndarray::{Array1, Array2};
use smartcore::ensemble::random_forest_classifier::{
    RandomForestClassifier, RandomForestClassifierParameters,
};
use smartcore::error::Failed;
use smartcore::linalg::basic::matrix::DenseMatrix;
use smartcore::metrics::distance::euclidian::Euclidian;
use smartcore::neighbors::knn_classifier::{KNNClassifier, KNNClassifierParameters};

use crate::data::Sample;

/// What a library says when it cannot learn or answer.
pub type FitError = Box<dyn Error>;

/// What was learned: it gives a label for each point.
pub type Predictor = Box<dyn Fn(&[[f64; 2]]) -> Result<Vec<u32>, FitError>>;

/// What can learn to tell points apart.
#[registry]
pub trait Classifier {
    /// Learns from a sample.
    ///
    /// # Errors
    ///
    /// When the library refuses.
    fn fit(&self, sample: &Sample) -> Result<Predictor, FitError>;
}

/// A straight line between the classes: linfa's logistic regression.
///
/// # Errors
///
/// When linfa refuses a parameter.
#[register(name = "LogisticRegression", registry = Classifier)]
pub fn logistic_regression(
    #[register(default = 1.0)] alpha: f64,
    #[register(default = true)] fit_intercept: bool,
    #[register(default = 100)] max_iterations: u64,
) -> Result<LogisticRegression<f64>, linfa_logistic::error::Error> {
    let parameters = LogisticRegression::default()
        .alpha(alpha)
        .with_intercept(fit_intercept)
        .max_iterations(max_iterations);
    parameters.check_ref()?;
    Ok(parameters)
}

impl Classifier for LogisticRegression<f64> {
    fn fit(&self, sample: &Sample) -> Result<Predictor, FitError> {
        let labels = Array1::from(sample.labels.clone());
        let dataset = Dataset::new(Array2::from(sample.points.clone()), labels);
        let fitted = Fit::fit(self, &dataset)?;
        Ok(Box::new(move |points| {
            Ok(fitted.predict(&Array2::from(points.to_vec())).to_vec())
        }))
    }
}

/// The answer of the nearest points: smartcore's.
///
/// # Errors
///
/// When there are none to ask.
#[register(name = "KNNClassifier", registry = Classifier)]
pub fn knn_classifier(
    #[register(default = 3)] k: usize,
) -> Result<KNNClassifierParameters<f64, Euclidian<f64>>, Failed> {
    at_least_one("k", k)?;
    Ok(KNNClassifierParameters::default().with_k(k))
}

impl Classifier for KNNClassifierParameters<f64, Euclidian<f64>> {
    fn fit(&self, sample: &Sample) -> Result<Predictor, FitError> {
        let fitted = KNNClassifier::fit(&matrix(&sample.points)?, &sample.labels, self.clone())?;
        Ok(Box::new(
            move |points| Ok(fitted.predict(&matrix(points)?)?),
        ))
    }
}

/// Trees that vote: smartcore's random forest.
///
/// # Errors
///
/// When there are no trees, or no points in a leaf.
#[register(name = "RandomForestClassifier", registry = Classifier)]
pub fn random_forest_classifier(
    #[register(default = 100)] n_trees: u16,
    #[register(default = None)] max_depth: Option<u16>,
    #[register(default = 1)] min_samples_leaf: usize,
    #[register(default = 0)] seed: u64,
) -> Result<RandomForestClassifierParameters, Failed> {
    at_least_one("n_trees", n_trees.into())?;
    at_least_one("min_samples_leaf", min_samples_leaf)?;
    Ok(RandomForestClassifierParameters {
        n_trees,
        max_depth,
        min_samples_leaf,
        seed,
        ..Default::default()
    })
}

impl Classifier for RandomForestClassifierParameters {
    fn fit(&self, sample: &Sample) -> Result<Predictor, FitError> {
        let points = matrix(&sample.points)?;
        let fitted = RandomForestClassifier::fit(&points, &sample.labels, self.clone())?;
        Ok(Box::new(
            move |points| Ok(fitted.predict(&matrix(points)?)?),
        ))
    }
}

fn matrix(points: &[[f64; 2]]) -> Result<DenseMatrix<f64>, Failed> {
    DenseMatrix::new(points.len(), 2, points.concat(), false)
}

/// smartcore asks only when it learns, or not at all.
fn at_least_one(name: &str, value: usize) -> Result<(), Failed> {
    if value > 0 {
        return Ok(());
    }
    Err(Failed::input(&format!("`{name}` cannot be 0")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Moons;

    #[test]
    fn each_learns_what_it_is_shown() -> Result<(), FitError> {
        let moons = Moons {
            samples: 100,
            noise: 0.0,
            seed: 1,
        };
        let sample = moons.draw();
        let classifiers = Registry::<dyn Classifier>::global()?;
        assert_eq!(
            classifiers.names(),
            [
                "KNNClassifier",
                "LogisticRegression",
                "RandomForestClassifier"
            ]
        );
        for name in classifiers.names() {
            let labels = classifiers.build(name, (), &())?.fit(&sample)?(&sample.points)?;
            let pairs = labels.iter().zip(&sample.labels);
            let right = pairs.filter(|(answer, label)| answer == label).count();
            assert!(right >= 80 && labels.len() == 100, "{name}: {right}");
        }
        Ok(())
    }

    #[test]
    fn defaults_are_those_of_the_libraries() -> Result<(), FitError> {
        let defaults = LogisticRegression::default();
        assert_eq!(*logistic_regression(1.0, true, 100)?, defaults);
        let classifiers = Registry::<dyn Classifier>::global()?;
        let forest = classifiers.build("RandomForestClassifier", (), &())?;
        let theirs = RandomForestClassifierParameters::default();
        let arguments = format!(
            r#"{{"n_trees": {}, "max_depth": null, "min_samples_leaf": {}, "seed": {}}}"#,
            theirs.n_trees, theirs.min_samples_leaf, theirs.seed
        );
        assert_eq!(theirs.max_depth, None);
        assert_eq!(forest.arguments().to_string(), arguments);
        let neighbours = classifiers.build("KNNClassifier", (), &())?;
        let k = KNNClassifierParameters::<f64, Euclidian<f64>>::default().k;
        assert_eq!(
            neighbours.arguments().to_string(),
            format!(r#"{{"k": {k}}}"#)
        );
        Ok(())
    }
}

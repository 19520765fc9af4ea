//! Every macro under the strictest lints, without a warning.

#![forbid(unsafe_code)]
#![deny(warnings, missing_docs, missing_debug_implementations, unreachable_pub)]
#![deny(clippy::pedantic)]
#![deny(
    rust_2018_idioms,
    single_use_lifetimes,
    trivial_casts,
    trivial_numeric_casts,
    unused_lifetimes,
    unused_qualifications,
    unused_results
)]

use entia::{Entity, Registered, Registry, register, registry};

/// A registry with a context that borrows.
#[registry(context = &[f64])]
pub trait Model {
    /// What the model predicts.
    fn predict(&self, x: f64) -> f64;
}

/// A registry without a context, for this crate alone.
#[registry]
trait Data {
    /// What there is of it.
    fn label(&self) -> String;
}

/// A registry of entities.
#[registry]
pub trait Ending: Entity {}

/// How a model ends.
#[derive(Clone, Debug, Entity)]
#[register(registry = Ending)]
pub enum Activation {
    /// Leaves everything as it is.
    Linear,
    /// Keeps a part of what is negative.
    LeakyReLU {
        /// Which part.
        #[register(default = 0.01, skip_default)]
        slope: f64,
    },
}

/// Multiplies.
#[derive(Clone, Debug, Entity)]
#[register(registry = Model, new)]
pub struct Scale {
    /// By what.
    pub by: f64,
    /// How often.
    #[register(default = 1)]
    pub times: i64,
    /// From the context.
    #[register(exclude, default = Vec::new())]
    pub weights: Vec<f64>,
}

/// Nothing is required.
#[derive(Clone, Copy, Debug, Entity)]
#[register(new)]
pub struct Empty;

/// Generic.
#[derive(Clone, Debug, Entity)]
#[register(new)]
pub struct Pair<T: Clone> {
    /// Both.
    pub both: (T, T),
}

/// Borrows.
#[derive(Clone, Copy, Debug, Entity)]
pub struct View<'a> {
    /// What is seen.
    pub text: &'a str,
}

/// Only ever built by its registry.
#[derive(Debug, Entity)]
#[register(registry = Data)]
struct Digits {
    size: usize,
    #[register(default = false)]
    train: bool,
}

impl Data for Digits {
    fn label(&self) -> String {
        format!("{} digits, train: {}", self.size, self.train)
    }
}

/// Only ever built by its registry.
#[derive(Debug)]
struct Words {
    path: String,
}

#[register(registry = Data)]
impl Words {
    fn new(path: String) -> Self {
        Self { path }
    }
}

impl Data for Words {
    fn label(&self) -> String {
        format!("the words of {}", self.path)
    }
}

/// Only ever called by its registry.
#[register(registry = Data)]
fn pixels(size: usize) -> Digits {
    Digits { size, train: true }
}

/// A weight and an end.
#[derive(Debug)]
pub struct Mlp {
    weight: f64,
    activation: Activation,
}

#[register(name = "MLP", exclude = "weights", registry = Model)]
impl Mlp {
    /// Reads the weight at `index`.
    ///
    /// # Errors
    ///
    /// Where there is none.
    pub fn new(
        weights: &&[f64],
        index: usize,
        #[register(default = Activation::Linear)] activation: Activation,
    ) -> Result<Self, String> {
        let weight = *weights.get(index).ok_or("no such weight")?;
        Ok(Self { weight, activation })
    }
}

/// A weight without an end.
#[must_use]
#[register(name = "Plain", registry = Model, exclude = "weights")]
pub fn plain(weights: &&[f64], #[register(default = 0)] index: usize) -> Mlp {
    Mlp {
        weight: weights[index],
        activation: Activation::Linear,
    }
}

/// Generic, built by a constructor.
#[derive(Clone, Debug)]
pub struct Buffer<T>(Vec<T>);

#[register]
impl<T: Clone> Buffer<T> {
    /// As many of `value`.
    #[must_use]
    pub fn new(value: T, count: usize) -> Self {
        Self(vec![value; count])
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.len()
    }
}

impl Ending for Activation {}

impl Model for Scale {
    fn predict(&self, x: f64) -> f64 {
        self.by * x
    }
}

impl Model for Mlp {
    fn predict(&self, x: f64) -> f64 {
        match self.activation {
            Activation::LeakyReLU { slope } if x < 0.0 => slope * self.weight * x,
            _ => self.weight * x,
        }
    }
}

/// Takes what the macros give.
#[must_use]
pub fn label(model: &Registered<Mlp>) -> String {
    format!("{} {}", model.name(), model.hash())
}

/// The labels of all data that the references describe.
///
/// # Errors
///
/// Where one of them cannot be built.
pub fn labels(references: &[&str]) -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let data = Registry::<dyn Data>::global()?;
    references
        .iter()
        .map(|reference| Ok(data.build_json(reference, &())?.label()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Activation, Buffer, Empty, Mlp, Model, Pair, Scale, View, label, labels, plain};
    use entia::{Entity, Registry};

    #[test]
    fn a_model_is_built_and_hashed() -> Result<(), Box<dyn std::error::Error>> {
        let weights = [2.0, 3.0];
        let mlp = Mlp::new(&weights.as_slice(), 1, Activation::LeakyReLU { slope: 0.5 })?;
        assert!(label(&mlp).starts_with("MLP "));
        let models = Registry::<dyn Model>::global()?;
        assert_eq!(models.names(), ["MLP", "Plain", "Scale"]);
        let again = models.build_json(&serde_text(&mlp), &weights.as_slice())?;
        assert_eq!(again.hash(), mlp.hash());
        assert!(plain(&weights.as_slice(), 0).predict(1.0) > 1.0);
        let labels = labels(&[
            r#"{"name": "Words", "arguments": {"path": "a.txt"}}"#,
            r#"{"name": "pixels", "arguments": {"size": 28}}"#,
        ])?;
        assert_eq!(labels, ["the words of a.txt", "28 digits, train: true"]);
        let pair = Pair::new((Scale::new(1.0).with_times(3), Scale::new(2.0)));
        assert!(pair.hash().is_valid() && Empty::new().hash().is_valid());
        assert!(View { text: "abc" }.hash().is_valid());
        assert_eq!(Buffer::new(1, 3).count(), 3);
        Ok(())
    }

    /// The reference form, by hand: this crate has no `serde_json`.
    fn serde_text(entity: &impl Entity) -> String {
        format!(
            r#"{{"name": "{}", "arguments": {}}}"#,
            entity.name(),
            entity.arguments()
        )
    }
}

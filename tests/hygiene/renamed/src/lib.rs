//! Every macro in a crate that gives `entia` another name.

use models::{Entity, Registered, register, registry};

/// A registry with a context that borrows.
#[registry(context = &[f64], crate = models)]
pub trait Model {
    /// What the model predicts.
    fn predict(&self, x: f64) -> f64;
}

/// How a model ends.
#[derive(Clone, Debug, Entity)]
#[register(crate = models)]
pub enum Activation {
    /// Leaves everything as it is.
    Linear,
    /// Keeps a part of what is negative.
    LeakyReLU {
        /// Which part.
        #[register(default = 0.01)]
        slope: f64,
    },
}

/// Multiplies by a weight from the context.
#[derive(Clone, Debug, Entity)]
#[register(registry = Model, new, crate = models)]
pub struct Scale {
    /// Which weight.
    pub index: usize,
    /// How often.
    #[register(default = 1, skip_default)]
    pub times: usize,
    /// All weights.
    #[register(exclude, default = Vec::new())]
    pub weights: Vec<f64>,
}

/// A scale and an end.
#[derive(Debug)]
pub struct Mlp {
    weight: f64,
    activation: Activation,
}

#[register(name = "MLP", exclude = "weights", registry = Model, crate = models)]
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
        match weights.get(index) {
            Some(&weight) => Ok(Self { weight, activation }),
            None => Err(format!("there is no weight {index}")),
        }
    }
}

/// Wraps a model of the same registry.
#[register(name = "Twice", registry = Model, crate = models)]
pub fn twice(model: Registered<Box<dyn Model>>) -> (Box<dyn Model>, usize) {
    (Registered::into_inner(model), 2)
}

impl Model for Scale {
    fn predict(&self, x: f64) -> f64 {
        x
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

impl Model for (Box<dyn Model>, usize) {
    fn predict(&self, x: f64) -> f64 {
        (0..self.1).fold(x, |x, _| self.0.predict(x))
    }
}

#[cfg(test)]
mod tests {
    use super::{Mlp, Model, Scale};
    use models::{Entity, Registry};

    #[test]
    fn a_model_is_built_and_hashed() -> Result<(), Box<dyn std::error::Error>> {
        let weights = [2.0, 3.0];
        let activation = r#"{"name": "LeakyReLU", "arguments": {"slope": 0.5}}"#;
        let mlp = format!(
            r#"{{"name": "MLP", "arguments": {{"index": 1, "activation": {activation}}}}}"#
        );
        let twice = format!(r#"{{"name": "Twice", "arguments": {{"model": {mlp}}}}}"#);
        let models = Registry::<dyn Model>::global()?;
        let model = models.build_json(&twice, &weights.as_slice())?;
        assert!((model.predict(-1.0) + 2.25).abs() < 1e-12);
        assert_eq!(
            model.arguments().to_string(),
            format!(r#"{{"model": {mlp}}}"#)
        );
        let mlp = Mlp::new(
            &weights.as_slice(),
            1,
            super::Activation::LeakyReLU { slope: 0.5 },
        )?;
        assert_eq!(
            model.arguments().get("model").map(ToString::to_string),
            Some(
                r#"{"name": "MLP", "arguments": "#.to_owned() + &mlp.arguments().to_string() + "}"
            )
        );
        let scale = Scale::new(1).with_weights(vec![1.0]);
        assert_eq!(scale.arguments().to_string(), r#"{"index": 1}"#);
        assert!(scale.hash().is_valid());
        Ok(())
    }
}

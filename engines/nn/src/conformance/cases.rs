//! What PyTorch computed.

use super::{Array, LayerResult, LayerRun, OptimizerRun};
use crate::{Criterion, Layer, Optimizer, Scheduler};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Error;
use std::collections::BTreeMap;

/// How near numbers have to be: other processors round the last bits in another way, and gradients are
/// sums of many.
const NEAR: f64 = 1e-5;
const NEAR_GRADIENT: f64 = 1e-4;

/// A layer, and what PyTorch made of an input.
#[derive(Clone, Debug)]
pub struct LayerCase {
    /// The layer.
    pub layer: Layer,
    /// Its arguments, as Python writes them.
    pub arguments: String,
    /// Its hash; none where the Python package has none.
    pub hash: Option<String>,
    /// Whether it is trained.
    pub train: bool,
    /// The least and the largest number of each variable as PyTorch drew it.
    pub initial: BTreeMap<String, (f64, f64)>,
    /// Its variables, by PyTorch's names.
    pub state: BTreeMap<String, Array>,
    /// What goes in.
    pub input: Array,
    /// What comes out.
    pub output: Array,
    /// The gradients of the [probe](Array::probe).
    pub gradients: BTreeMap<String, Array>,
    /// The variables that are others after the run.
    pub after: BTreeMap<String, Array>,
}

/// A loss, and what PyTorch made of inputs.
#[derive(Clone, Debug)]
pub struct CriterionCase {
    /// The loss.
    pub criterion: Criterion,
    /// Its arguments, as Python writes them.
    pub arguments: String,
    /// Its hash; none where the Python package has none.
    pub hash: Option<String>,
    /// What goes in.
    pub inputs: Vec<Array>,
    /// The loss.
    pub output: Array,
    /// The gradients of the [probe](Array::probe).
    pub gradients: BTreeMap<String, Array>,
}

/// An optimizer, and where it moved a variable in PyTorch.
#[derive(Clone, Debug)]
pub struct OptimizerCase {
    /// The optimizer.
    pub optimizer: Optimizer,
    /// Its arguments, as Python writes them.
    pub arguments: String,
    /// Its hash.
    pub hash: Option<String>,
    /// What it is run with.
    pub run: OptimizerRun,
    /// The variable after each step.
    pub values: Vec<Array>,
}

/// A schedule, and its learning rates in PyTorch.
#[derive(Clone, Debug)]
pub struct ScheduleCase {
    /// The schedule.
    pub scheduler: Scheduler,
    /// Its arguments, as Python writes them.
    pub arguments: String,
    /// Its hash.
    pub hash: Option<String>,
    /// The learning rate that the optimizer begins with.
    pub lr: f64,
    /// What it looks at; none where a value is no number.
    pub values: Option<Vec<Option<f64>>>,
    /// The learning rates, the first before any step.
    pub lrs: Vec<f64>,
    /// The momentum of an optimizer that begins with 0.5.
    pub momentums: Vec<f64>,
}

/// Every layer with some arguments.
///
/// # Errors
///
/// Where the vectors cannot be read.
pub fn layers() -> Result<Vec<LayerCase>, Error> {
    read(include_str!("../../vectors/layers.json"), |case| {
        Ok(LayerCase {
            layer: case.component()?,
            train: case.take("train")?,
            initial: case.take("initial")?,
            state: case.take("state")?,
            input: case.take("input")?,
            output: case.take("output")?,
            gradients: case.take("gradients")?,
            after: if case.values.contains_key("after") {
                case.take("after")?
            } else {
                BTreeMap::new()
            },
            arguments: case.arguments,
            hash: case.hash,
        })
    })
}

/// Every loss with some arguments.
///
/// # Errors
///
/// Where the vectors cannot be read.
pub fn criteria() -> Result<Vec<CriterionCase>, Error> {
    read(include_str!("../../vectors/criteria.json"), |case| {
        let criterion: Criterion = case.component()?;
        let inputs: BTreeMap<String, Array> = case.take("inputs")?;
        let names = criterion.inputs().iter();
        Ok(CriterionCase {
            inputs: names
                .filter_map(|name| inputs.get(*name).cloned())
                .collect(),
            criterion,
            output: case.take("output")?,
            gradients: case.take("gradients")?,
            arguments: case.arguments,
            hash: case.hash,
        })
    })
}

/// Every optimizer with some arguments.
///
/// # Errors
///
/// Where the vectors cannot be read.
pub fn optimizers() -> Result<Vec<OptimizerCase>, Error> {
    read(include_str!("../../vectors/optimizers.json"), |case| {
        Ok(OptimizerCase {
            optimizer: case.component()?,
            run: OptimizerRun {
                start: case.take("start")?,
                gradients: case.take("gradients")?,
                lrs: case.take("lrs")?,
            },
            values: case.take("values")?,
            arguments: case.arguments,
            hash: case.hash,
        })
    })
}

/// Every schedule with some arguments. No engine has to pass them: [`Scheduler::start`] does.
///
/// # Errors
///
/// Where the vectors cannot be read.
pub fn schedules() -> Result<Vec<ScheduleCase>, Error> {
    read(include_str!("../../vectors/schedulers.json"), |case| {
        Ok(ScheduleCase {
            scheduler: case.component()?,
            lr: case.take("lr")?,
            values: case.take("values")?,
            lrs: case.take("lrs")?,
            momentums: case.take("momentums")?,
            arguments: case.arguments,
            hash: case.hash,
        })
    })
}

#[derive(Deserialize)]
struct Case {
    name: String,
    arguments: String,
    hash: Option<String>,
    #[serde(flatten)]
    values: serde_json::Map<String, serde_json::Value>,
}

impl Case {
    fn component<T: DeserializeOwned>(&self) -> Result<T, Error> {
        let Self {
            name, arguments, ..
        } = self;
        serde_json::from_str(&format!(
            r#"{{"name": "{name}", "arguments": {arguments}}}"#
        ))
    }

    fn take<T: DeserializeOwned>(&self, name: &str) -> Result<T, Error> {
        T::deserialize(&self.values[name])
    }
}

fn read<T>(text: &str, make: impl Fn(Case) -> Result<T, Error>) -> Result<Vec<T>, Error> {
    let cases: Vec<Case> = serde_json::from_str(text)?;
    cases.into_iter().map(make).collect()
}

impl LayerCase {
    /// What an engine runs.
    pub fn run(&self) -> LayerRun {
        LayerRun {
            train: self.train,
            state: self.state.clone(),
            input: self.input.clone(),
            probe: Array::probe(&self.output.shape),
        }
    }

    /// Whether an engine gives what PyTorch gave.
    ///
    /// # Errors
    ///
    /// What is another.
    pub fn compare(&self, found: &LayerResult) -> Result<(), String> {
        near("the output", &found.output, &self.output, NEAR)?;
        compare_gradients(&found.gradients, &self.gradients)?;
        for (name, before) in &self.state {
            let expected = self.after.get(name).unwrap_or(before);
            match found.state.get(name) {
                Some(value) => near(&format!("`{name}` after it"), value, expected, NEAR)?,
                None if name.ends_with("num_batches_tracked") => {}
                None => return Err(format!("`{name}` is missing")),
            }
        }
        match found
            .state
            .keys()
            .find(|name| !self.state.contains_key(*name))
        {
            None => Ok(()),
            Some(name) => Err(format!("PyTorch has no `{name}`")),
        }
    }
}

impl CriterionCase {
    /// Whether an engine gives what PyTorch gave.
    ///
    /// # Errors
    ///
    /// What is another.
    pub fn compare(&self, found: &LayerResult) -> Result<(), String> {
        near("the loss", &found.output, &self.output, NEAR)?;
        compare_gradients(&found.gradients, &self.gradients)
    }
}

impl OptimizerCase {
    /// Whether an engine gives what PyTorch gave.
    ///
    /// # Errors
    ///
    /// What is another.
    pub fn compare(&self, found: &[Array]) -> Result<(), String> {
        if found.len() != self.values.len() {
            let (found, expected) = (found.len(), self.values.len());
            return Err(format!("made {found} steps, not {expected}"));
        }
        for (step, (found, expected)) in found.iter().zip(&self.values).enumerate() {
            near(
                &format!("the variable after step {step}"),
                found,
                expected,
                NEAR,
            )?;
        }
        Ok(())
    }
}

fn compare_gradients(
    found: &BTreeMap<String, Array>,
    expected: &BTreeMap<String, Array>,
) -> Result<(), String> {
    for (name, expected) in expected {
        let what = format!("the gradient of `{name}`");
        match found.get(name) {
            Some(found) => near(&what, found, expected, NEAR_GRADIENT)?,
            None if expected.data.iter().all(|number| *number == 0.0) => {}
            None => return Err(format!("{what} is missing")),
        }
    }
    Ok(())
}

fn near(what: &str, found: &Array, expected: &Array, share: f64) -> Result<(), String> {
    found
        .is_near(expected, share)
        .map_err(|difference| format!("{what} {difference}"))
}

//! Holds every component against the PyTorch class of its name, by values that the real PyTorch has
//! made and hashes that the real `mlregistry` has: see `python/make.py`.

use registry_core::{Call, Entity, Registry, Value};
use registry_tch::datasets::Folder;
use registry_tch::{Criterion, Dataset, Module, Optimizer};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use tch::{Device, Kind, Tensor, nn};

type Outcome = Result<(), Box<dyn std::error::Error>>;

#[derive(Deserialize)]
struct Case {
    kind: String,
    name: String,
    /// What Python's `json.dumps` has written.
    arguments: String,
    hash: Option<String>,
    #[serde(flatten)]
    values: serde_json::Map<String, serde_json::Value>,
}

#[derive(Deserialize)]
struct Numbers {
    kind: String,
    shape: Vec<i64>,
    data: Vec<Option<f64>>,
}

impl Numbers {
    fn tensor(&self) -> Result<Tensor, tch::TchError> {
        let kind = if self.kind == "int64" {
            Kind::Int64
        } else {
            Kind::Float
        };
        let data: Vec<_> = self
            .data
            .iter()
            .map(|number| number.unwrap_or(f64::NAN))
            .collect();
        Tensor::f_from_slice(&data)?
            .f_to_kind(kind)?
            .f_view(self.shape.as_slice())
    }
}

impl Case {
    fn take<T: for<'de> Deserialize<'de>>(&self, name: &str) -> Result<T, serde_json::Error> {
        T::deserialize(&self.values[name])
    }

    fn tensor(&self, name: &str) -> Result<Tensor, Box<dyn std::error::Error>> {
        Ok(self.take::<Numbers>(name)?.tensor()?)
    }

    fn call(&self) -> Result<Call, Box<dyn std::error::Error>> {
        Ok(serde_json::from_str::<Value>(&self.arguments)?.into())
    }

    /// The name and the arguments, for messages.
    fn text(&self) -> String {
        format!("{}({})", self.name, self.arguments)
    }

    fn check_identity(&self, entity: &impl Entity) {
        assert_eq!(
            entity.arguments().to_string(),
            self.arguments,
            "{}",
            self.name
        );
        if let Some(hash) = &self.hash {
            assert_eq!(&entity.hash().to_string(), hash, "{}", self.text());
        }
    }

    /// Other processors round the last bits in another way.
    fn check_close(&self, what: &str, found: &Tensor, expected: &Tensor) {
        self.check_within(1e-5, what, found, expected);
    }

    fn check_within(&self, tolerance: f64, what: &str, found: &Tensor, expected: &Tensor) {
        let text = self.text();
        assert_eq!(found.size(), expected.size(), "{what} of {text}");
        assert!(
            found.allclose(expected, tolerance, tolerance / 10.0, true),
            "{what} of {text}: {found} is not {expected}"
        );
    }

    fn check_module(&self) -> Outcome {
        tch::manual_seed(0);
        let vs = nn::VarStore::new(Device::Cpu);
        let modules = Registry::<dyn Module>::global()?;
        let module = modules.build(&self.name, self.call()?, &vs.root())?;
        self.check_identity(&module);

        let weights: BTreeMap<String, Numbers> = self.take("weights")?;
        let mut variables: BTreeMap<_, _> = vs.variables().into_iter().collect();
        variables.remove("num_batches_tracked");
        assert!(
            variables.keys().eq(weights.keys()),
            "{}: {variables:?}",
            self.text()
        );
        for (name, weight) in &weights {
            let what = format!("the initial `{name}`");
            self.check_within(1e-6, &what, &variables[name], &weight.tensor()?);
        }
        tch::no_grad(|| -> Outcome {
            for (name, variable) in &mut variables {
                variable.f_copy_(&weights[name].tensor()?)?;
            }
            tch::manual_seed(1);
            let (input, train) = (self.tensor("input")?, self.take("train")?);
            let calls: i64 = self.take("calls")?;
            for call in 1..calls {
                let _ = module.try_forward_t(&(&input * call), train)?;
            }
            let input = &input * calls;
            let output = module.try_forward_t(&input, train)?;
            self.check_close("the output", &output, &self.tensor("output")?);
            if self.arguments.contains(r#""inplace": true"#) {
                self.check_close("the input", &input, &output);
            }
            Ok(())
        })?;
        let after: BTreeMap<String, Numbers> = self.take("weights_after")?;
        for (name, variable) in &variables {
            let expected = after[name].tensor()?;
            self.check_close(&format!("`{name}` after the step"), variable, &expected);
        }

        let (record, other) = (module.metadata()?, nn::VarStore::new(Device::Cpu));
        let again = modules.build(&record.name, record.exact_arguments(), &other.root())?;
        assert_eq!(again.metadata()?, record);
        Ok(())
    }

    fn check_criterion(&self) -> Outcome {
        let criteria = Registry::<dyn Criterion>::global()?;
        let criterion = criteria.build(&self.name, self.call()?, &())?;
        self.check_identity(&criterion);
        let input = self.tensor("input")?.set_requires_grad(true);
        let output = criterion.loss(&input, &self.tensor("target")?)?;
        self.check_close("the output", &output, &self.tensor("output")?);
        output.f_sum(output.kind())?.f_backward()?;
        self.check_close("the gradient", &input.grad(), &self.tensor("gradient")?);
        Ok(())
    }

    fn check_optimizer(&self) -> Outcome {
        let vs = nn::VarStore::new(Device::Cpu);
        let variable = vs.root().f_var_copy("x", &self.tensor("start")?)?;
        let (target, scale) = (self.tensor("target")?, self.tensor("scale")?);
        let optimizers = Registry::<dyn Optimizer>::global()?;
        let mut optimizer = optimizers.build(&self.name, self.call()?, &vs)?;
        self.check_identity(&optimizer);
        for (step, expected) in self.take::<Vec<Numbers>>("values")?.iter().enumerate() {
            if step == 3 {
                let lr = optimizer.lr();
                optimizer.set_lr(lr / 10.0)?;
            }
            let loss = ((&variable - &target).square() * &scale).sum(Kind::Float);
            optimizer.backward_step(&loss)?;
            self.check_close(&format!("step {step}"), &variable, &expected.tensor()?);
        }
        Ok(())
    }

    fn check_dataset(&self) -> Outcome {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(self.hash.as_deref().unwrap());
        fs::create_dir_all(&path)?;
        for (name, content) in self.take::<BTreeMap<String, Vec<u8>>>("files")? {
            fs::write(path.join(name), content)?;
        }
        let device = Device::Cpu;
        let datasets = Registry::<dyn Dataset>::global()?;
        let dataset = datasets.build(&self.name, self.call()?, &Folder { path, device })?;
        self.check_identity(&dataset);
        assert_eq!(dataset.inputs(), &self.tensor("inputs")?, "{}", self.text());
        assert_eq!(
            dataset.targets(),
            &self.tensor("targets")?,
            "{}",
            self.text()
        );
        Ok(())
    }
}

/// Checks every case of a kind, and that each of `names` has one.
fn check(kind: &str, names: &[&str], check: impl Fn(&Case) -> Outcome) -> Outcome {
    let mut without_case: Vec<_> = names.to_vec();
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors"));
    for file in fs::read_dir(folder)? {
        let text = fs::read_to_string(file?.path())?;
        for case in serde_json::from_str::<Vec<Case>>(&text)? {
            if case.kind == kind {
                check(&case).map_err(|error| format!("{}: {error}", case.text()))?;
                without_case.retain(|name| *name != case.name);
            }
        }
    }
    assert!(without_case.is_empty(), "no case of {without_case:?}");
    Ok(())
}

#[test]
fn modules_compute_what_pytorch_computes() -> Outcome {
    // A list of modules is no layer of its own: it is tested with them.
    let mut names = Registry::<dyn Module>::global()?.names();
    names.retain(|name| *name != "Sequential");
    // The generator of random numbers is one for all threads, so these stay in one test.
    check("module", &names, Case::check_module)
}

#[test]
fn criteria_compute_what_pytorch_computes() -> Outcome {
    check(
        "criterion",
        &Registry::<dyn Criterion>::global()?.names(),
        Case::check_criterion,
    )
}

#[test]
fn optimizers_step_as_pytorch_does() -> Outcome {
    check(
        "optimizer",
        &Registry::<dyn Optimizer>::global()?.names(),
        Case::check_optimizer,
    )
}

#[test]
fn datasets_hold_what_torchvision_reads() -> Outcome {
    check("dataset", &["MNIST"], Case::check_dataset)
}

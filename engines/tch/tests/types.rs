//! Every layer and every loss on inputs of every type and of many shapes, as PyTorch takes or refuses
//! them, in processes of their own, so that what ends a process is seen.

#![allow(clippy::disallowed_methods, reason = "what fails here may panic")]

use registry_nn::{Criterion, Layer};
use registry_tch::{TorchError, criterion, layer};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::env;
use std::io::{self, Write};
use std::process::Command;
use tch::{Device, Kind, Tensor, nn};

type Outcome = Result<(), Box<dyn std::error::Error>>;

const TYPES: [(Kind, char); 7] = [
    (Kind::Float, 'f'),
    (Kind::Double, 'd'),
    (Kind::Half, 'h'),
    (Kind::BFloat16, 'b'),
    (Kind::Int64, 'l'),
    (Kind::Uint8, 'u'),
    (Kind::Bool, 'o'),
];

/// Those of `python/make.py`, beside one that fits the layer.
const SHAPES: [&[i64]; 10] = [
    &[],
    &[0],
    &[3],
    &[4, 3],
    &[2, 0],
    &[3, 2, 4],
    &[2, 2, 7],
    &[2, 2, 5, 6],
    &[0, 2, 5, 6],
    &[2, 2, 4, 5, 3],
];

/// Each has to load libtorch, and takes its part of the classes.
const PROCESSES: usize = 4;

#[derive(Deserialize)]
struct Case {
    name: String,
    arguments: Map<String, Value>,
    /// Of a layer: the shape of an input that fits.
    #[serde(default)]
    fitting: Vec<i64>,
    /// Of a loss: the shapes of its inputs.
    #[serde(default)]
    shapes: Vec<Vec<i64>>,
    /// A letter for each input: the type of the output, a capital one where it gives no gradient, `x`
    /// where PyTorch refuses.
    outcomes: String,
}

impl Case {
    fn text(&self) -> String {
        json!({"name": self.name, "arguments": self.arguments}).to_string()
    }

    /// Weights of classes have the type of the input here. Those of PyTorch have one of their own, and
    /// where it is another, it refuses.
    fn agrees(&self, found: &str) -> bool {
        let has_weights = self.arguments.contains_key("weight");
        let same = |(here, there): (char, char)| here == there || (has_weights && there == 'x');
        found.len() == self.outcomes.len() && found.chars().zip(self.outcomes.chars()).all(same)
    }

    /// The shapes of the inputs of a layer.
    fn all(&self) -> impl Iterator<Item = &[i64]> {
        [&self.fitting[..]].into_iter().chain(SHAPES)
    }

    /// What comes of each input here.
    fn run(&self) -> Result<String, Box<dyn std::error::Error>> {
        if self.shapes.is_empty() {
            self.run_layer()
        } else {
            self.run_loss()
        }
    }

    fn run_layer(&self) -> Result<String, Box<dyn std::error::Error>> {
        // JSON has no word for what is no number.
        let description: Layer = match self.arguments.get("value") {
            Some(Value::Null) => registry_nn::layers::Activation::Threshold {
                threshold: 0.0,
                value: f64::NAN,
                inplace: false,
            }
            .into(),
            _ => serde_json::from_str(&self.text())?,
        };
        let vs = nn::VarStore::new(Device::Cpu);
        let module = layer(description, vs.root())?;
        let mut letters = String::new();
        for train in [false, true] {
            for (kind, _) in TYPES {
                for shape in self.all() {
                    letters.push(outcome(&[ones(shape, kind)?], |inputs| {
                        module.try_forward_t(inputs[0], train)
                    })?);
                }
            }
        }
        Ok(letters)
    }

    fn run_loss(&self) -> Result<String, Box<dyn std::error::Error>> {
        let description: Criterion = serde_json::from_str(&self.text())?;
        let criterion = criterion(description)?;
        let mut letters = String::new();
        for (one, _) in TYPES {
            for (other, _) in TYPES {
                let kind = |at| if at == 0 { one } else { other };
                let inputs = self.shapes.iter().enumerate();
                let inputs = inputs.map(|(at, shape)| ones(shape, kind(at)));
                let inputs: Vec<_> = inputs.collect::<Result<_, _>>()?;
                letters.push(outcome(&inputs, |inputs| criterion.loss_of(inputs))?);
            }
        }
        Ok(letters)
    }
}

fn ones(shape: &[i64], kind: Kind) -> Result<Tensor, TorchError> {
    let ones = Tensor::f_ones(shape, (kind, Device::Cpu))?;
    let is_float = matches!(
        kind,
        Kind::Float | Kind::Double | Kind::Half | Kind::BFloat16
    );
    Ok(ones.f_set_requires_grad(is_float)?)
}

fn outcome(
    inputs: &[Tensor],
    function: impl Fn(&[&Tensor]) -> Result<Tensor, TorchError>,
) -> Result<char, TorchError> {
    let inputs = inputs.iter().map(|input| {
        // What is written into has to be no leaf of the gradients.
        if input.requires_grad() {
            input.f_alias_copy()
        } else {
            Ok(input.shallow_clone())
        }
    });
    let inputs: Vec<_> = inputs.collect::<Result<_, _>>()?;
    let Ok(output) = function(&inputs.iter().collect::<Vec<_>>()) else {
        return Ok('x');
    };
    let letter = TYPES.iter().find(|(kind, _)| *kind == output.kind());
    let letter = letter.map_or('?', |(_, letter)| *letter);
    let is_well =
        !output.requires_grad() || output.f_sum(None).and_then(|sum| sum.f_backward()).is_ok();
    Ok(if is_well {
        letter
    } else {
        letter.to_ascii_uppercase()
    })
}

fn cases() -> Result<Vec<Case>, serde_json::Error> {
    let mut cases: Vec<Case> = serde_json::from_str(include_str!("vectors/types.json"))?;
    cases.extend(serde_json::from_str::<Vec<Case>>(include_str!(
        "vectors/losses.json"
    ))?);
    Ok(cases)
}

/// Runs in a process of its own, started by the test below.
#[test]
#[ignore = "the other test starts it"]
fn part() -> Outcome {
    tch::set_num_threads(1);
    let part: usize = env::var("PART")?.parse()?;
    let mut output = io::stdout();
    for (index, case) in cases()?.iter().enumerate().skip(part).step_by(PROCESSES) {
        writeln!(output, "\nbegins {index}")?;
        output.flush()?;
        writeln!(output, "\nfound {index} {}", case.run()?)?;
    }
    Ok(())
}

#[test]
fn every_class_takes_and_refuses_what_pytorch_does() -> Outcome {
    let cases = cases()?;
    let program = env::current_exe()?;
    let mut children = Vec::new();
    for part in 0..PROCESSES {
        let mut command = Command::new(&program);
        command.args(["--exact", "part", "--ignored", "--nocapture"]);
        command
            .env("PART", part.to_string())
            .env("OMP_NUM_THREADS", "1");
        command.stdout(std::process::Stdio::piped());
        command.stderr(std::process::Stdio::piped());
        children.push(command.spawn()?);
    }
    let mut found = vec![None; cases.len()];
    for child in children {
        let output = child.wait_with_output()?;
        let text = String::from_utf8_lossy(&output.stdout);
        let begun = text
            .lines()
            .rev()
            .find_map(|line| line.strip_prefix("begins "));
        let begun = begun.and_then(|index| index.parse::<usize>().ok());
        assert!(
            output.status.success(),
            "{} ends with {}: {}",
            begun.map_or(String::new(), |index| cases[index].text()),
            output.status,
            String::from_utf8_lossy(&output.stderr)
        );
        for line in text.lines().filter_map(|line| line.strip_prefix("found ")) {
            let (index, letters) = line.split_once(' ').ok_or("no letters")?;
            found[index.parse::<usize>()?] = Some(letters.to_owned());
        }
    }
    let differ = cases.iter().zip(&found).filter_map(|(case, found)| {
        let found = found.as_deref().unwrap_or("nothing");
        (!case.agrees(found)).then(|| difference(case, found))
    });
    let differ: Vec<_> = differ.collect();
    assert!(
        differ.is_empty(),
        "{} differ:\n{}",
        differ.len(),
        differ.join("\n")
    );
    Ok(())
}

/// The first inputs of which something else comes than in PyTorch.
fn difference(case: &Case, found: &str) -> String {
    let pairs = found.chars().zip(case.outcomes.chars()).enumerate();
    let others = pairs.filter(|(_, (found, expected))| found != expected);
    let texts = others.map(|(at, (found, expected))| {
        let place = if case.shapes.is_empty() {
            let count = case.all().count();
            let (kind, train) = (TYPES[at / count % 7].0, at / count / 7);
            let shape = case.all().nth(at % count);
            format!("train {train} {kind:?} {shape:?}")
        } else {
            format!("{:?} {:?}", TYPES[at / 7].0, TYPES[at % 7].0)
        };
        format!("  {place}: {found}, PyTorch {expected}")
    });
    let texts: Vec<_> = texts.collect();
    let count = texts.len();
    format!(
        "{}: {count}\n{}",
        case.text(),
        texts.into_iter().take(12).collect::<Vec<_>>().join("\n")
    )
}

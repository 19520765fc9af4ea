//! Identity, registries, records and tracking, without an ML framework.
//!
//! ```sh
//! cargo run --example quickstart
//! ```
//!
//! The components here hold their hyperparameters and compute next to nothing: Entia asks for no
//! more. `examples/digits` has the same parts with tensors, and learns.

use std::error::Error;
use std::path::PathBuf;

use entia::prelude::*;
use entia::{DuplicateName, FromContext, Metadata};

// A registry for each kind of component. The context is what excluded parameters are filled from.

#[registry]
trait Model {
    fn weight_count(&self) -> usize;

    /// The share of hidden values that training drops.
    fn dropout(&self) -> f64;
}

#[registry]
trait Criterion {
    /// The loss of the `scores` of each class, where `label` is the right one.
    fn loss(&self, scores: &[f64], label: usize) -> f64;
}

#[registry(context = Weights)]
trait Optimizer {
    fn describe(&self) -> String;
}

#[registry(context = Storage)]
trait Dataset {
    fn describe(&self) -> String;
}

/// What an optimizer improves.
type Weights = Vec<f64>;

/// Where datasets are kept, and whether to fetch one that is missing.
struct Storage {
    root: PathBuf,
    download: bool,
}

impl FromContext<'_, Storage> for PathBuf {
    fn from_context(storage: &Storage) -> Self {
        storage.root.clone()
    }
}

impl FromContext<'_, Storage> for bool {
    fn from_context(storage: &Storage) -> Self {
        storage.download
    }
}

/// A perceptron with one hidden layer.
struct Perceptron {
    weights: Weights,
    dropout: f64,
}

// The constructor is the definition; `new` now gives a `Registered<Perceptron>`.
#[register(registry = Model)]
impl Perceptron {
    fn new(
        input_size: usize,
        hidden_size: usize,
        output_size: usize,
        #[register(keyword)] p: f64,
        bias: bool,
    ) -> Self {
        let inputs = |size| size + usize::from(bias);
        let count = inputs(input_size) * hidden_size + inputs(hidden_size) * output_size;
        Self {
            weights: vec![0.0; count],
            dropout: p,
        }
    }
}

impl Model for Perceptron {
    fn weight_count(&self) -> usize {
        self.weights.len()
    }

    fn dropout(&self) -> f64 {
        self.dropout
    }
}

/// The negative log-likelihood of the label.
#[derive(Entity)]
#[register(registry = Criterion)]
struct CrossEntropyLoss;

impl Criterion for CrossEntropyLoss {
    fn loss(&self, scores: &[f64], label: usize) -> f64 {
        let total: f64 = scores.iter().map(|score| score.exp()).sum();
        total.ln() - scores[label]
    }
}

// The fields are the parameters. The weights are not a part of what an optimizer is.
#[derive(Entity)]
#[register(registry = Optimizer, exclude = "params")]
struct Adam {
    params: Weights,
    lr: f64,
    #[register(default = (0.9, 0.999))]
    betas: (f64, f64),
}

impl Optimizer for Adam {
    fn describe(&self) -> String {
        format!("improves {} weights by {}", self.params.len(), self.lr)
    }
}

#[derive(Entity)]
#[register(name = "MNIST", registry = Dataset, exclude = "root, download")]
struct Mnist {
    root: PathBuf,
    train: bool,
    download: bool,
}

impl Dataset for Mnist {
    fn describe(&self) -> String {
        let count = if self.train { 60_000 } else { 10_000 };
        let fetch = if self.download {
            ", fetched if missing"
        } else {
            ""
        };
        format!("has {count} images in `{}`{fetch}", self.root.display())
    }
}

/// Registries that hold what they are given; `Registry::global()` holds every linked type.
struct Repository {
    models: Registry<dyn Model>,
    criterions: Registry<dyn Criterion>,
    optimizers: Registry<dyn Optimizer>,
    datasets: Registry<dyn Dataset>,
}

impl Repository {
    fn new() -> Result<Self, DuplicateName> {
        Ok(Self {
            models: Registry::new().with::<Perceptron>()?,
            criterions: Registry::new().with::<CrossEntropyLoss>()?,
            optimizers: Registry::new().with::<Adam>()?,
            datasets: Registry::new().with::<Mnist>()?,
        })
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    identity();
    registry()?;
    repository()?;
    tracking()
}

fn identity() {
    title("An object knows what it is");
    let perceptron = Perceptron::new(784, 256, 10, 0.5, true);
    let arguments = perceptron.arguments();
    let args: Vec<_> = arguments.args().map(ToString::to_string).collect();
    let kwargs: Vec<_> = arguments
        .kwargs()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    println!("name       {}", perceptron.name());
    println!("hash       {}", perceptron.hash());
    println!("args       {}", args.join(", "));
    println!("kwargs     {}", kwargs.join(", "));
    println!("signature  {}", perceptron.signature());

    let wider = Perceptron::new(784, 512, 10, 0.5, true);
    for difference in entia::diff(&perceptron, &wider) {
        println!("another    {difference}");
    }
}

fn registry() -> Result<(), Box<dyn Error>> {
    title("A name and JSON become an object");
    let models = Registry::<dyn Model>::global()?;
    if let Some(item) = models.get("Perceptron") {
        println!("{}{}", item.name, item.signature);
        println!("defined at {}", item.location);
    }
    let arguments = json!({
        "input_size": 784, "hidden_size": 256, "output_size": 10, "p": 0.5, "bias": true,
    });
    let model = models.build("Perceptron", arguments, &())?;
    println!("built {model:?}");
    println!(
        "with {} weights and dropout {}",
        model.weight_count(),
        model.dropout()
    );

    // By position and by name, as in Python: Perceptron(784, 256, 10, p=0.5, bias=True)
    let call = (json!([784, 256, 10]), json!({"p": 0.5, "bias": true}));
    let same = models.build("Perceptron", call, &())?;
    println!("the same hash: {}", same.hash() == model.hash());

    title("A mistake is told, with all the others");
    let misspelt = json!({"input_size": 784, "hiden_size": 256, "output_size": "ten", "p": 0.5});
    if let Err(error) = models.build("Perceptron", misspelt, &()) {
        println!("{error}");
    }
    Ok(())
}

fn repository() -> Result<(), Box<dyn Error>> {
    title("A repository of typed registries");
    let repository = Repository::new()?;
    let storage = Storage {
        root: "data".into(),
        download: true,
    };
    let arguments = json!({
        "input_size": 2, "hidden_size": 3, "output_size": 1, "p": 0.5, "bias": false,
    });
    let model = repository.models.build("Perceptron", arguments, &())?;
    let criterion = repository.criterions.build("CrossEntropyLoss", (), &())?;
    let weights = vec![0.0; model.weight_count()];
    let optimizer = repository
        .optimizers
        .build("Adam", json!({"lr": 1e-3}), &weights)?;
    let dataset = repository
        .datasets
        .build("MNIST", json!({"train": true}), &storage)?;
    let no_idea = criterion.loss(&[0.0; 10], 7);
    println!("{model:?} has {} weights", model.weight_count());
    println!("{criterion:?} of no idea is {no_idea:.3}");
    println!("{optimizer:?} {}", optimizer.describe());
    println!("{dataset:?} {}", dataset.describe());

    title("A record goes to JSON and back");
    let text = serde_json::to_string_pretty(&dataset.metadata()?)?;
    println!("{text}");
    let record: Metadata = serde_json::from_str(&text)?;
    let again = repository
        .datasets
        .build(&record.name, record.exact_arguments(), &storage)?;
    println!("the same hash: {}", again.hash() == record.hash);
    Ok(())
}

fn tracking() -> Result<(), Box<dyn Error>> {
    title("What is measured is kept under that identity");
    let tracker = Tracker::open("memory:")?; // `sqlite:runs.db` keeps it in a file
    let experiment = tracker.experiment("quickstart")?;
    let model = Perceptron::new(784, 256, 10, 0.5, true);
    let optimizer = Adam {
        params: vec![0.0; model.weight_count()],
        lr: 1e-3,
        betas: (0.9, 0.999),
    };
    let dataset = Mnist {
        root: "data".into(),
        train: true,
        download: true,
    };
    let run = experiment
        .track(&model)?
        .with("criterion", &CrossEntropyLoss)?
        .with("optimizer", &optimizer)?;

    // Numbers as a training loop would measure them.
    for loss in [0.52, 0.31, 0.24] {
        let epoch = run.epoch();
        run.metrics()
            .add(Metric::new("loss", loss).phase("train").epoch(epoch))?;
        run.iterations()
            .put(Iteration::new("train", epoch).dataset(&dataset))?;
        run.set_epoch(epoch + 1)?;
    }

    // The same type with the same hyperparameters is the same aggregate, and goes on.
    let same = experiment.track(&Perceptron::new(784, 256, 10, 0.5, true))?;
    println!("aggregate {} is at epoch {}", same.id(), same.epoch());
    for module in same.modules()? {
        println!(
            "{:<10} {}{}",
            module.kind,
            module.name(),
            module.arguments()
        );
    }
    for metric in same.metrics().list("loss", "train")? {
        let loss = metric.value.number().unwrap_or(f64::NAN);
        println!("epoch {}    loss {loss}", metric.epoch);
    }
    let models = Registry::<dyn Model>::global()?;
    let again = same.module("model")?.build(models, &())?;
    println!(
        "built again, the same hash: {}",
        again.hash() == model.hash()
    );
    Ok(())
}

fn title(text: &str) {
    println!("\n{text}\n{}", "-".repeat(text.len()));
}

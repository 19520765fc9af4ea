//! Trainings of burn's on record.

use burn::data::dataloader::{DataLoader, DataLoaderBuilder, batcher::Batcher};
use burn::data::dataset::InMemDataset;
use burn::module::Module;
use burn::tensor::{Device, Int, Tensor, TensorData};
use burn::train::metric::store::{Aggregate, Direction, Split};
use burn::train::metric::{AccuracyMetric, LossMetric};
use burn::train::renderer::CliMetricsRenderer;
use burn::train::{
    ClassificationOutput, EvaluatorBuilder, InferenceStep, Learner, LearningResult,
    MetricEarlyStoppingStrategy, StoppingCondition, SupervisedTraining, TrainOutput, TrainStep,
};
use registry_burn::{AnyCriterion, AnyLayer, Tracked, TrackedTests};
use registry_nn::criteria::CrossEntropyLoss;
use registry_nn::layers::{Activation, Linear, Sequential};
use registry_nn::optimizers::Adam;
use registry_nn::{Layer, Optimizer};
use std::error::Error;
use std::sync::Arc;
use tracker_core::{Direction as Better, Status, Tracker};

type Outcome = Result<(), Box<dyn Error>>;

/// A described network with its loss.
#[derive(Module, Debug)]
struct Classifier {
    network: AnyLayer,
    loss: AnyCriterion,
}

impl Classifier {
    fn classify(&self, (points, classes): Batch) -> ClassificationOutput {
        let output: Tensor<2> = self.network.forward(points).unwrap();
        let loss = self.loss.forward(output.clone(), classes.clone()).unwrap();
        ClassificationOutput::new(loss, output, classes)
    }
}

impl TrainStep for Classifier {
    type Input = Batch;
    type Output = ClassificationOutput;

    fn step(&self, batch: Batch) -> TrainOutput<ClassificationOutput> {
        let output = self.classify(batch);
        TrainOutput::new(self, output.loss.backward(), output)
    }
}

impl InferenceStep for Classifier {
    type Input = Batch;
    type Output = ClassificationOutput;

    fn step(&self, batch: Batch) -> ClassificationOutput {
        self.classify(batch)
    }
}

type Batch = (Tensor<2>, Tensor<1, Int>);

struct Batches;

impl Batcher<([f32; 2], i64), Batch> for Batches {
    fn batch(&self, items: Vec<([f32; 2], i64)>, device: &Device) -> Batch {
        let (points, classes): (Vec<_>, Vec<_>) = items.into_iter().unzip();
        let count = classes.len();
        let points = TensorData::new(points.concat(), [count, 2]);
        let classes = TensorData::new(classes, [count]);
        (
            Tensor::from_data(points, device),
            Tensor::from_data(classes, device),
        )
    }
}

/// Points on the two sides of a line, in batches of 16; the last one has 4.
fn points() -> Arc<dyn DataLoader<Batch>> {
    let point = |index: u8| {
        let (x, y) = (f32::from(index % 9) - 4.0, f32::from(index % 7) - 3.0);
        ([x, y], i64::from(x > y))
    };
    let points = InMemDataset::new((0..100).map(point).collect());
    DataLoaderBuilder::new(Batches).batch_size(16).build(points)
}

fn network() -> Layer {
    let relu = Activation::ReLU { inplace: false };
    Sequential::new(vec![
        Linear::new(2, 8).into(),
        relu.into(),
        Linear::new(8, 2).into(),
    ])
    .into()
}

fn learner(lr: f64) -> Result<Learner<Classifier>, Box<dyn Error>> {
    let device = Device::default().autodiff();
    let adam = Optimizer::from(Adam::new().with_lr(lr));
    let model = Classifier {
        network: registry_burn::layer(&network(), &device)?,
        loss: registry_burn::criterion(&CrossEntropyLoss::new().into())?,
    };
    let scheduler = registry_burn::scheduler(None, &adam)?;
    Ok(Learner::new(
        model,
        registry_burn::optimizer(&adam)?,
        scheduler,
    ))
}

fn training(folder: &tempfile::TempDir, epochs: usize) -> SupervisedTraining<Classifier> {
    SupervisedTraining::new(folder.path(), points(), points())
        .with_application_logger(None)
        .metrics((AccuracyMetric::new(), LossMetric::new()))
        .renderer(Box::new(CliMetricsRenderer::new()))
        .num_epochs(epochs)
}

fn message(result: &LearningResult<impl Module>) -> String {
    result
        .error
        .as_ref()
        .map(ToString::to_string)
        .unwrap_or_default()
}

#[test]
fn a_training_is_on_record_and_goes_on_where_it_stopped() -> Outcome {
    let folder = tempfile::tempdir()?;
    let run = Tracker::open("memory:")?
        .experiment("points")?
        .track(&network())?;
    let result = training(&folder, 2)
        .tracked(&run)
        .checkpointed(&run)
        .launch(learner(0.01)?);
    assert_eq!(message(&result), "");

    assert_eq!((run.epoch(), run.status()), (2, Status::Finished));
    let accuracy = run.metrics().definition("Accuracy")?;
    assert_eq!(
        (&*accuracy.unit, accuracy.direction, accuracy.guessed),
        ("%", Some(Better::Maximize), false)
    );
    assert_eq!(run.metrics().history("Loss", "valid")?.epochs(), [0, 1]);
    assert_eq!(run.metrics().history("Loss", "train")?.epochs(), [0, 1]);
    let batches = run.metrics().history("Loss/batch", "train")?;
    assert_eq!(batches.epochs().len(), 14, "seven batches in each epoch");
    let epochs: Vec<_> = run
        .checkpoints()?
        .iter()
        .map(tracker_core::Checkpoint::epoch)
        .collect();
    assert_eq!(epochs, [0, 0, 0, 1, 1, 1], "model, optimizer and schedule");

    let before = run.metrics().history("Loss", "valid")?.numbers().to_vec();
    let folder = tempfile::tempdir()?;
    let result = training(&folder, 3)
        .tracked(&run)
        .checkpointed(&run)
        .launch(learner(0.01)?);
    assert_eq!(message(&result), "");
    let losses = run.metrics().history("Loss", "valid")?;
    assert_eq!(
        (losses.epochs(), run.epoch(), run.attempts()?.len()),
        (&[0, 1, 2][..], 3, 2)
    );
    assert_eq!(losses.numbers()[..2], before);
    assert!(
        losses.numbers()[2] < before[1],
        "it was trained further, and not anew"
    );
    Ok(())
}

#[test]
fn early_stopping_reads_the_losses_back() -> Outcome {
    let folder = tempfile::tempdir()?;
    let run = Tracker::open("memory:")?
        .experiment("points")?
        .track(&network())?;
    let condition = StoppingCondition::NoImprovementSince { n_epochs: 2 };
    let loss = LossMetric::new();
    let patience = MetricEarlyStoppingStrategy::new(
        &loss,
        Aggregate::Mean,
        Direction::Lowest,
        Split::Valid,
        condition,
    );
    // Nothing is learned with such a rate.
    let result = training(&folder, 20)
        .tracked(&run)
        .early_stopping(patience)
        .launch(learner(0.0)?);
    assert_eq!(message(&result), "");
    assert_eq!(
        run.epoch(),
        3,
        "the first epoch is the best, and two more are borne"
    );
    Ok(())
}

#[test]
fn a_store_that_fails_stops_the_training_with_its_reason() -> Outcome {
    let folder = tempfile::tempdir()?;
    let run = Tracker::open("memory:")?
        .experiment("points")?
        .track(&network())?;
    let gone = run.clone();
    gone.remove()?;
    let result = training(&folder, 20).tracked(&run).launch(learner(0.01)?);
    insta::assert_snapshot!(message(&result).replace(&run.uuid().to_string(), "ID"));
    Ok(())
}

#[test]
fn tests_are_on_record() -> Outcome {
    let folder = tempfile::tempdir()?;
    let run = Tracker::open("memory:")?
        .experiment("points")?
        .track(&network())?;
    let result = training(&folder, 1).tracked(&run).launch(learner(0.01)?);
    let tests = TrackedTests::default();
    let evaluator = EvaluatorBuilder::new(folder.path())
        .with_application_logger(None)
        .metrics((AccuracyMetric::new(), LossMetric::new()))
        .renderer(tests.renderer(result.renderer))
        .build(result.model);
    drop(evaluator.eval("test", points()));
    tests.keep(&run)?;
    let [test, valid] = ["test", "valid"].map(|phase| run.metrics().history("Loss", phase));
    let (test, valid) = (test?, valid?);
    assert_eq!((test.epochs(), valid.epochs()), (&[0][..], &[0][..]));
    assert!(
        (test.numbers()[0] - valid.numbers()[0]).abs() < 1e-5,
        "the same points"
    );
    Ok(())
}

//! Weights of a run, named by the identity of its model.

use std::fs;

use registry_core::Entity as _;
use tracker_core::conformance::Sample;
use tracker_core::{Aggregate, Definition, Direction, Error, Metric, Tracker};

fn model() -> Sample {
    Sample::new("MLP", r#"{"layers": 2}"#)
}

fn run() -> Aggregate {
    let experiment = Tracker::open("memory:")
        .unwrap()
        .experiment("digits")
        .unwrap();
    experiment.track(&model()).unwrap()
}

fn measure(run: &Aggregate, metric: &str, epoch: u64, value: f64) {
    let point = Metric::new(metric, value).phase("test").epoch(epoch);
    run.metrics().add(point).unwrap();
}

fn epochs(run: &Aggregate) -> Vec<u64> {
    let checkpoints = run.checkpoints().unwrap();
    checkpoints
        .iter()
        .map(tracker_core::Checkpoint::epoch)
        .collect()
}

#[test]
fn a_checkpoint_has_the_name_of_its_model() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("my weights.safetensors");
    fs::write(&path, "weights").unwrap();
    let run = run();
    let checkpoint = run.checkpoint(3).unwrap().put(&path).unwrap();
    let hash = &model().hash().to_string()[..8];
    let name = format!("checkpoints/MLP-{hash}.safetensors");
    assert_eq!(checkpoint.record().name, name);
    assert_eq!(
        (checkpoint.epoch(), checkpoint.artifact().epoch()),
        (3, Some(3))
    );
    assert_eq!(
        run.artifacts().get_at(&name, 3).unwrap().read().unwrap(),
        b"weights"
    );

    let copy = folder.path().join("copy");
    let latest = run.latest_checkpoint().unwrap().unwrap();
    latest.save_to(&copy).unwrap();
    assert_eq!(fs::read(&copy).unwrap(), latest.read().unwrap());
}

#[test]
fn any_name_of_a_model_becomes_one_part() {
    let experiment = Tracker::open("memory:")
        .unwrap()
        .experiment("digits")
        .unwrap();
    let long = "größe::Net<f64>/../".repeat(100);
    let run = experiment.track(&Sample::new(&long, "{}")).unwrap();
    let checkpoint = run
        .checkpoint(0)
        .unwrap()
        .put_bytes(".pt", "weights")
        .unwrap();
    let name = &checkpoint.record().name;
    assert!(name.starts_with("checkpoints/größe__Net_f64"), "{name}");
    assert!(
        name.rsplit_once('.')
            .is_some_and(|(_, ending)| ending == "pt")
            && name.matches('/').count() == 1,
        "{name}"
    );
    assert_eq!(epochs(&run), [0]);
    let bad = run.checkpoint(0).unwrap().put_bytes("a/../b", "weights");
    assert!(matches!(bad, Err(Error::Name { .. })));
}

#[test]
fn there_is_nothing_to_resume_from_at_first() {
    let run = run();
    assert!(run.latest_checkpoint().unwrap().is_none());
    assert!(run.best_checkpoint("loss", "test").unwrap().is_none());
    // Other artifacts are no checkpoints.
    run.artifacts()
        .epoch(1)
        .put_bytes("checkpoints/other.pt", "")
        .unwrap();
    run.artifacts().put_bytes("checkpoints/MLP.pt", "").unwrap();
    assert!(run.latest_checkpoint().unwrap().is_none());
    assert!(matches!(
        run.checkpoint(u64::MAX),
        Err(Error::TooLarge { .. })
    ));
}

#[test]
fn without_a_rule_all_are_kept() {
    let run = run();
    for epoch in [2, 0, 1] {
        run.checkpoint(epoch).unwrap().put_bytes("pt", [1]).unwrap();
    }
    assert_eq!(epochs(&run), [0, 1, 2]);
}

#[test]
fn the_last_are_kept() {
    let run = run();
    run.artifacts()
        .epoch(0)
        .put_bytes("weights.pt", "mine")
        .unwrap();
    for epoch in 0..5 {
        let checkpoint = run.checkpoint(epoch).unwrap().keep_last(2);
        checkpoint.put_bytes("pt", [1]).unwrap();
    }
    assert_eq!(epochs(&run), [3, 4]);
    assert!(
        run.artifacts().get("weights.pt").is_ok(),
        "it is no checkpoint"
    );
    // One that goes back stays all the same.
    run.checkpoint(1)
        .unwrap()
        .keep_last(0)
        .put_bytes("pt", [1])
        .unwrap();
    assert_eq!(epochs(&run), [1]);
}

#[test]
fn the_best_is_kept() {
    let run = run();
    for (epoch, loss, accuracy) in [
        (0, 0.9, 0.1),
        (1, 0.2, 0.7),
        (2, 0.4, 0.8),
        (3, 0.6, 0.6),
        (4, 0.7, 0.5),
    ] {
        measure(&run, "loss", epoch, loss);
        measure(&run, "accuracy", epoch, accuracy);
        let checkpoint = run.checkpoint(epoch).unwrap().keep_last(1);
        let checkpoint = checkpoint
            .keep_best("loss", "test")
            .keep_best("accuracy", "test");
        checkpoint.put_bytes("pt", [1]).unwrap();
    }
    assert_eq!(epochs(&run), [1, 2, 4]);
    let best = |metric| {
        run.best_checkpoint(metric, "test")
            .unwrap()
            .unwrap()
            .epoch()
    };
    assert_eq!((best("loss"), best("accuracy")), (1, 2));
    assert_eq!(run.latest_checkpoint().unwrap().unwrap().epoch(), 4);
}

/// The best epoch of all has no checkpoint: the best of those that have one counts.
#[test]
fn the_best_is_one_that_was_kept() {
    let run = run();
    for (epoch, loss) in [
        (0, 0.9),
        (1, 0.1),
        (2, 0.3),
        (3, 0.2),
        (4, 0.5),
        (5, f64::NAN),
    ] {
        measure(&run, "loss", epoch, loss);
        if epoch % 2 == 0 {
            let checkpoint = run
                .checkpoint(epoch)
                .unwrap()
                .keep_last(1)
                .keep_best("loss", "test");
            checkpoint.put_bytes("pt", [1]).unwrap();
        }
    }
    assert_eq!(epochs(&run), [2, 4]);
    assert_eq!(
        run.best_checkpoint("loss", "test")
            .unwrap()
            .unwrap()
            .epoch(),
        2
    );
}

#[test]
fn nothing_is_removed_while_no_best_is_known() {
    let run = run();
    for epoch in 0..3 {
        measure(&run, "loss", epoch, 0.5);
        // The name is not that of the metric.
        let checkpoint = run
            .checkpoint(epoch)
            .unwrap()
            .keep_last(1)
            .keep_best("val_loss", "test");
        checkpoint.put_bytes("pt", [1]).unwrap();
    }
    assert_eq!(epochs(&run), [0, 1, 2]);
}

#[test]
fn a_metric_without_a_direction_is_refused_before_anything_is_written() {
    let run = run();
    measure(&run, "zeal", 0, 0.5);
    let put = || {
        run.checkpoint(0)
            .unwrap()
            .keep_best("zeal", "test")
            .put_bytes("pt", [1])
    };
    let error = put().unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "the aggregate `{}` has no direction of the metric `zeal`\n\
             hint: say with `define_metric` whether smaller or larger is better",
            run.id()
        )
    );
    assert!(run.artifacts().list().unwrap().is_empty());
    let definition = Definition {
        direction: Some(Direction::Maximize),
        ..Definition::default()
    };
    run.define_metric("zeal", definition).unwrap();
    put().unwrap();
    assert_eq!(
        run.best_checkpoint("zeal", "test")
            .unwrap()
            .unwrap()
            .epoch(),
        0
    );
}

#[test]
fn a_rewound_run_resumes_from_what_is_left() {
    let run = run();
    for epoch in 0..4 {
        run.checkpoint(epoch)
            .unwrap()
            .put_bytes("pt", [u8::try_from(epoch).unwrap()])
            .unwrap();
    }
    run.rewind(2).unwrap();
    let latest = run.latest_checkpoint().unwrap().unwrap();
    assert_eq!((latest.epoch(), latest.read().unwrap()), (2, vec![2]));
}

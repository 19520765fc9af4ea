//! What the losses refuse, and what they say.

use registry_core::{Entity, Registry};
use registry_tch::Criterion;
use serde_json::{Value, json};
use tch::{Kind, Tensor};

fn refusal(name: &str, arguments: Value, input: &[i64], target: &Tensor) -> String {
    let criteria = Registry::<dyn Criterion>::global().unwrap();
    let criterion = criteria.build(name, arguments, &()).unwrap();
    let input = Tensor::full(input, 0.5, (Kind::Float, tch::Device::Cpu));
    criterion.loss(&input, target).unwrap_err().to_string()
}

fn halves(shape: &[i64]) -> Tensor {
    Tensor::full(shape, 0.5, (Kind::Float, tch::Device::Cpu))
}

#[test]
fn every_loss_names_itself_and_the_shapes() {
    let names = Registry::<dyn Criterion>::global().unwrap().names();
    assert_eq!(names.len(), 9);
    for name in names {
        let error = refusal(name, json!({}), &[2, 3], &halves(&[2, 4]));
        let (first, hint) = error.split_once('\n').unwrap();
        assert!(first.starts_with(&format!("`{name}`: ")), "{error}");
        assert_eq!(
            hint,
            "hint: its input has the shape [2, 3], its target [2, 4]"
        );
    }
}

#[test]
fn binary_losses_do_not_broadcast() {
    for name in ["BCELoss", "BCEWithLogitsLoss"] {
        let error = refusal(name, json!({}), &[2, 3], &halves(&[3]));
        assert_eq!(
            error,
            format!(
                "`{name}`: the target must have the shape of the input\n\
                 hint: its input has the shape [2, 3], its target [3]"
            )
        );
    }
}

#[test]
fn weights_of_another_number_are_refused() {
    let two = json!({"weight": [1.0, 2.0]});
    let classes = Tensor::from_slice(&[0i64, 1]);
    for (name, target) in [
        ("CrossEntropyLoss", &classes),
        ("NLLLoss", &classes),
        ("BCELoss", &halves(&[2, 3])),
        ("BCEWithLogitsLoss", &halves(&[2, 3])),
    ] {
        let error = refusal(name, two.clone(), &[2, 3], target);
        assert!(error.starts_with(&format!("`{name}`: ")), "{error}");
    }
}

#[test]
fn values_out_of_range_are_refused() {
    let target = halves(&[2]);
    for (name, arguments, what) in [
        ("SmoothL1Loss", json!({"beta": -1.0}), "beta"),
        ("HuberLoss", json!({"delta": 0.0}), "delta"),
    ] {
        let error = refusal(name, arguments, &[2], &target);
        assert!(error.starts_with(&format!("`{name}`: ")), "{error}");
        assert!(error.contains(what), "{error}");
    }
    let error = refusal("NLLLoss", json!({}), &[1, 3], &Tensor::from_slice(&[3i64]));
    assert!(
        error.starts_with("`NLLLoss`: Target 3 is out of bounds"),
        "{error}"
    );
}

#[test]
fn only_the_divergence_has_a_mean_of_the_batch() {
    let criteria = Registry::<dyn Criterion>::global().unwrap();
    let batchmean = json!({"reduction": "batchmean"});
    assert!(criteria.build("KLDivLoss", batchmean.clone(), &()).is_ok());
    let error = criteria.build("MSELoss", batchmean, &()).unwrap_err();
    assert!(error.to_string().contains("reduction"), "{error}");
}

#[test]
fn what_is_behind_a_parameter_of_pytorch_that_is_none_here_has_no_place() {
    let criteria = Registry::<dyn Criterion>::global().unwrap();
    // There `size_average` and `reduce` stand in front of these.
    for (name, arguments) in [
        ("CrossEntropyLoss", json!([null, 1])),
        ("NLLLoss", json!([null, 1])),
        ("MSELoss", json!(["sum"])),
        ("L1Loss", json!(["sum"])),
        ("SmoothL1Loss", json!(["sum"])),
        ("BCELoss", json!([null, "sum"])),
        ("BCEWithLogitsLoss", json!([null, "sum"])),
        ("KLDivLoss", json!(["sum"])),
    ] {
        assert!(criteria.build(name, arguments, &()).is_err(), "{name}");
    }
    let huber = criteria.build("HuberLoss", json!(["sum", 2.0]), &());
    assert_eq!(
        huber.unwrap().arguments().to_string(),
        r#"{"reduction": "sum", "delta": 2.0}"#
    );
}

//! What the losses refuse, and what they say.

#![allow(clippy::disallowed_methods, reason = "what fails here may panic")]

use registry_core::{Entity, Registry};
use registry_tch::criteria::{CTCLoss, GaussianNLLLoss, SmoothL1Loss};
use registry_tch::{Criterion, TorchError, criterion};
use serde_json::{Value, json};
use tch::{Kind, Tensor};

fn refusal(name: &str, arguments: Value, input: &[i64], target: &Tensor) -> String {
    let criteria = Registry::<dyn Criterion>::global().unwrap();
    let criterion = match criteria.build(name, arguments, &()) {
        Ok(criterion) => criterion,
        Err(error) => return error.to_string(),
    };
    let input = Tensor::full(input, 0.5, (Kind::Float, tch::Device::Cpu));
    criterion.loss(&input, target).unwrap_err().to_string()
}

fn halves(shape: &[i64]) -> Tensor {
    Tensor::full(shape, 0.5, (Kind::Float, tch::Device::Cpu))
}

#[test]
fn every_loss_names_itself_and_the_shapes() {
    let names = Registry::<dyn Criterion>::global().unwrap().names();
    assert_eq!(names.len(), 16);
    for name in names {
        let error = refusal(name, json!({}), &[2, 3], &halves(&[2, 4]));
        let (first, hint) = error.split_once('\n').unwrap();
        assert!(first.starts_with(&format!("`{name}`: ")), "{error}");
        assert!(hint.starts_with("hint: the shapes are `"), "{error}");
        assert!(hint.ends_with("[2, 4]"), "{error}");
    }
}

#[test]
fn what_pytorch_refuses_before_it_computes_is_refused() {
    let classes = Tensor::from_slice(&[0i64, 1]);
    let two = json!({"weight": [1.0, 2.0]});
    let texts = [
        refusal("BCELoss", json!({}), &[2, 3], &halves(&[3])),
        refusal("BCEWithLogitsLoss", json!({}), &[2, 3], &halves(&[3])),
        refusal("CrossEntropyLoss", two.clone(), &[2, 3], &classes),
        refusal("NLLLoss", two.clone(), &[2, 3], &classes),
        refusal("BCELoss", two.clone(), &[2, 3], &halves(&[2, 3])),
        refusal("BCEWithLogitsLoss", two, &[2, 3], &halves(&[2, 3])),
        refusal("SmoothL1Loss", json!({"beta": -1.0}), &[2], &halves(&[2])),
        refusal("HuberLoss", json!({"delta": 0.0}), &[2], &halves(&[2])),
        refusal("NLLLoss", json!({}), &[1, 3], &Tensor::from_slice(&[3i64])),
        refusal("MSELoss", json!({}), &[2, 3], &halves(&[2])),
        refusal("TripletMarginLoss", json!({}), &[2, 3], &halves(&[2, 3])),
    ];
    insta::assert_snapshot!(texts.join("\n\n"));
}

#[test]
fn a_smooth_loss_without_a_smooth_part_is_that_of_absolute_values() -> Result<(), TorchError> {
    let criterion = criterion(SmoothL1Loss::new().with_beta(0.0))?;
    let input = Tensor::from_slice(&[1.0, 2.0]).f_set_requires_grad(true)?;
    criterion
        .loss(&input, &Tensor::from_slice(&[1.0, 5.0]))?
        .f_backward()?;
    assert_eq!(input.grad(), Tensor::from_slice(&[0.0, -0.5]));
    for target in [
        Tensor::from_slice(&[1i64, 5]),
        Tensor::from_slice(&[1u8, 5]),
    ] {
        let input = Tensor::from_slice(&[1.0, 2.0]).f_set_requires_grad(true)?;
        let loss = criterion.loss(&input, &target)?;
        let expected = input.f_sub(&target)?.f_abs()?.f_mean(None)?;
        assert_eq!(loss, expected);
        loss.f_backward()?;
        assert_eq!(input.grad().f_select(0, 0)?, Tensor::from(0.0));
    }
    Ok(())
}

#[test]
fn sequences_of_classes_that_are_not_there_are_refused() -> Result<(), TorchError> {
    let criterion = criterion(CTCLoss::new())?;
    let log_probs = Tensor::f_zeros([6, 2, 4], (Kind::Float, tch::Device::Cpu))?;
    let lengths = [
        Tensor::from_slice(&[6i64, 6]),
        Tensor::from_slice(&[2i64, 2]),
    ];
    let loss = |classes: &[i64]| {
        let targets = Tensor::from_slice(classes).f_reshape([2, 2])?;
        criterion.loss_of(&[&log_probs, &targets, &lengths[0], &lengths[1]])
    };
    assert!(loss(&[1, 2, 3, 1]).is_ok());
    for classes in [[1, 2, 3, 4], [1, 2, 3, 1 << 40], [-1, 2, 3, 1]] {
        let error = loss(&classes).unwrap_err();
        assert!(
            error.message().starts_with("`targets` has classes from "),
            "{error}"
        );
    }
    Ok(())
}

#[test]
fn variances_below_zero_are_refused() -> Result<(), TorchError> {
    let criterion = criterion(GaussianNLLLoss::new())?;
    let one = halves(&[2]);
    let error = criterion.loss_of(&[&one, &one, &one.f_neg()?]).unwrap_err();
    assert_eq!(error.message(), "`var` has negative numbers");
    Ok(())
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

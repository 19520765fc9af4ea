//! Described networks as modules of burn's.

#![expect(clippy::float_cmp, reason = "halves are exact")]

use burn::module::Module;
use burn::optim::GradientsParams;
use burn::tensor::{Device, Int, Tensor};
use registry_burn::{AnyLayer, criterion, layer, optimizer, scheduler};
use registry_nn::criteria::CrossEntropyLoss;
use registry_nn::layers::{Activation, BatchNorm1d, Dropout, Linear, MaxPool3d, Sequential};
use registry_nn::optimizers::{Adam, SGD};
use registry_nn::schedulers::{ReduceLROnPlateau, StepLR};
use registry_nn::{Layer, Optimizer, Scheduler};
use std::error::Error;

type Outcome = Result<(), Box<dyn Error>>;

fn network() -> Layer {
    let relu = Activation::ReLU { inplace: false };
    let layers = vec![
        Linear::new(2, 8).into(),
        BatchNorm1d::new(8).into(),
        relu.into(),
        Dropout::new().into(),
        Linear::new(8, 2).into(),
    ];
    Sequential::new(layers).into()
}

fn built(device: &Device) -> AnyLayer {
    layer(&network(), device).unwrap()
}

fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().iter().collect()
}

#[test]
fn a_network_is_trained_and_evaluated_as_any_module() -> Outcome {
    let device = Device::default().autodiff();
    let mut model = built(&device);
    let adam = Optimizer::from(Adam::new().with_lr(0.05));
    let (loss, mut optimizer) = (
        criterion(&CrossEntropyLoss::new().into())?,
        optimizer(&adam)?,
    );
    let x = Tensor::<2>::from_floats([[1.0, 0.0], [0.0, 1.0], [2.0, 0.0], [0.0, 2.0]], &device);
    let y = Tensor::<1, Int>::from_ints([0, 1, 0, 1], &device);
    for _ in 0..60 {
        let output: Tensor<2> = model.forward(x.clone())?;
        let gradients = loss.forward(output, y.clone())?.backward();
        let gradients = GradientsParams::from_grads(gradients, &model);
        model = optimizer.step(adam.lr(), model, gradients);
    }
    let model = model.valid();
    let output: Tensor<2> = model.forward(x.clone().inner())?;
    let again: Tensor<2> = model.forward(x.inner())?;
    assert_eq!(
        numbers(output.clone()),
        numbers(again),
        "nothing is dropped out"
    );
    assert!(loss.forward(output, y.inner())?.into_scalar::<f32>() < 0.1);
    assert_eq!(
        model.num_params(),
        2 * 8 + 8 + 2 * 8 + 2 * 8 + 2 + 2 * 8 + 1,
        "running ones among them"
    );
    Ok(())
}

#[test]
fn what_does_not_fit_is_told_with_its_place() -> Outcome {
    let device = Device::default();
    let told = |error: &dyn Error| error.to_string();
    let model = built(&device);
    let wide = Tensor::<2>::zeros([4, 3], &device);
    let batch = Tensor::<2>::zeros([4, 2], &device);
    let whole = Tensor::<2, Int>::zeros([4, 2], &device);
    let mut texts = vec![
        told(&model.forward::<2>(wide).unwrap_err()),
        told(&model.forward::<3>(batch).unwrap_err()),
        told(&model.forward::<2>(whole).unwrap_err()),
    ];
    let pool = Sequential::new(vec![MaxPool3d::new(2.into()).into()]);
    texts.push(told(
        &layer(&Sequential::new(vec![pool.into()]).into(), &device).unwrap_err(),
    ));
    texts.push(told(
        &layer(&Dropout::new().with_p(1.5).into(), &device).unwrap_err(),
    ));
    let sgd = Optimizer::from(SGD::new());
    texts.push(told(
        &scheduler(Some(&ReduceLROnPlateau::new().into()), &sgd)
            .err()
            .unwrap(),
    ));
    texts.push(told(
        &scheduler(Some(&StepLR::new(0).into()), &sgd).err().unwrap(),
    ));

    let alone = Tensor::<2>::zeros([1, 2], &device.clone().autodiff());
    let training = built(&device.clone().autodiff());
    texts.push(told(&training.forward::<2>(alone).unwrap_err()));

    let small = layer(&Linear::new(2, 8).into(), &device)?.to_safetensors()?;
    let other = layer(
        &Sequential::new(vec![Linear::new(3, 8).into()]).into(),
        &device,
    )?;
    let same_names = layer(
        &Sequential::new(vec![Linear::new(2, 8).into()]).into(),
        &device,
    )?;
    texts.push(told(
        &built(&device).load_safetensors(&small).err().unwrap(),
    ));
    texts.push(told(
        &built(&device)
            .load_safetensors(&same_names.to_safetensors()?)
            .err()
            .unwrap(),
    ));
    texts.push(told(
        &same_names
            .load_safetensors(&other.to_safetensors()?)
            .err()
            .unwrap(),
    ));
    texts.push(told(&built(&device).load_safetensors(b"{}").err().unwrap()));
    insta::assert_snapshot!(texts.join("\n\n"));
    Ok(())
}

#[test]
fn a_schedule_of_pytorch_is_one_of_burn_and_goes_on() -> Outcome {
    let sgd = Optimizer::from(SGD::new().with_lr(1.0));
    let step = Scheduler::from(StepLR::new(2).with_gamma(0.5));
    let mut schedule = scheduler(Some(&step), &sgd)?;
    let rates: Vec<f64> = (0..3).map(|_| schedule.step().base()).collect();
    assert_eq!(rates, [1.0, 1.0, 0.5]);
    let mut again = scheduler(Some(&step), &sgd)?.load_record(schedule.to_record());
    assert_eq!([again.step().base(), again.step().base()], [0.5, 0.25]);
    Ok(())
}

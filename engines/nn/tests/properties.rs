//! What holds for any input.

use proptest::collection::vec;
use proptest::prelude::*;
use registry_nn::conformance::{criteria, layers};
use registry_nn::criteria::GaussianNLLLoss;
use registry_nn::{Criterion, Layer, OutputSize, Padding, Sides, Size};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt::Debug;
use std::sync::LazyLock;

static LAYERS: LazyLock<Vec<Layer>> = LazyLock::new(|| {
    layers()
        .unwrap()
        .into_iter()
        .map(|case| case.layer)
        .collect()
});

static CRITERIA: LazyLock<Vec<Criterion>> = LazyLock::new(|| {
    criteria()
        .unwrap()
        .into_iter()
        .map(|case| case.criterion)
        .collect()
});

fn size() -> impl Strategy<Value = i64> {
    prop_oneof![8 => 0..9i64, 1 => -2..0i64, 1 => Just(i64::MAX), 1 => Just(1 << 31)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn every_layer_says_a_shape_or_why_not(input in vec(size(), 0..7)) {
        for layer in LAYERS.iter() {
            match layer.output_shape(&input) {
                Ok(output) => prop_assert!(output.iter().all(|size| *size >= 0), "{layer:?}"),
                Err(refusal) => prop_assert!(!refusal.name().is_empty() && !refusal.hint().is_empty(), "{refusal}"),
            }
        }
    }

    #[test]
    fn every_loss_says_a_shape_or_why_not(inputs in vec(vec(size(), 0..4), 0..5)) {
        let shapes: Vec<_> = inputs.iter().map(Vec::as_slice).collect();
        for criterion in CRITERIA.iter() {
            if let Err(refusal) = criterion.output_shape(&shapes) {
                prop_assert!(!refusal.name().is_empty() && !refusal.hint().is_empty(), "{refusal}");
            }
        }
    }

    #[test]
    fn sizes_are_read_as_they_are_written(all in any::<i64>(), each in any::<[i64; 2]>(), sides in any::<[[i64; 2]; 2]>(), output in any::<[Option<i64>; 2]>()) {
        read_again(&Size::<2>::All(all))?;
        read_again(&Size::Each(each))?;
        read_again(&Padding::Size(Size::Each(each)))?;
        read_again(&Sides::Each(sides))?;
        read_again(&OutputSize::Each(output))?;
    }
}

#[test]
fn sizes_whose_sum_is_too_large_are_refused() {
    let loss = Criterion::from(GaussianNLLLoss::new());
    let shapes: [&[i64]; 3] = [&[0, 0], &[], &[i64::MAX, 1]];
    assert!(loss.output_shape(&shapes).is_err());
}

fn read_again<T: Serialize + DeserializeOwned + PartialEq + Debug>(
    value: &T,
) -> Result<(), TestCaseError> {
    let text = serde_json::to_string(value).unwrap();
    prop_assert_eq!(&serde_json::from_str::<T>(&text).unwrap(), value);
    Ok(())
}

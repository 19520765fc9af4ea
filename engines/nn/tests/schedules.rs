//! Learning rates against those of PyTorch.

use registry_nn::conformance::schedules;
use registry_nn::optimizers::SGD;
use registry_nn::{Optimizer, Schedule};

fn check(what: &str, found: f64, expected: f64) {
    assert!(
        (found - expected).abs() <= 1e-9 * (1.0 + expected.abs()),
        "{what}: {found} is not {expected}"
    );
}

#[test]
fn learning_rates_and_momentums_are_those_of_pytorch() -> Result<(), Box<dyn std::error::Error>> {
    for case in schedules()? {
        let optimizer = Optimizer::from(SGD::new().with_lr(case.lr).with_momentum(0.5));
        let mut schedule = case.scheduler.start(&optimizer)?;
        for (step, (lr, momentum)) in case.lrs.iter().zip(&case.momentums).enumerate() {
            let what = format!("step {step} of {:?}", case.scheduler);
            if step > 0 {
                // A checkpoint holds all there is.
                let kept = serde_json::to_string(&schedule)?;
                schedule = serde_json::from_str::<Schedule>(&kept)?;
                let value = case
                    .values
                    .as_ref()
                    .map(|values| values[step - 1].unwrap_or(f64::NAN));
                check(&what, schedule.step(value)?, *lr);
            }
            check(&what, schedule.lr(), *lr);
            check(&what, schedule.momentum().unwrap_or(0.5), *momentum);
        }
    }
    Ok(())
}

#[test]
fn a_schedule_that_spans_the_training_ends_with_it() -> Result<(), Box<dyn std::error::Error>> {
    let text = r#"{"name": "OneCycleLR", "arguments": {"max_lr": 0.5, "total_steps": 4}}"#;
    let scheduler: registry_nn::Scheduler = serde_json::from_str(text)?;
    let mut schedule = scheduler.start(&SGD::new().into())?;
    for _ in 0..4 {
        schedule.step(None)?;
    }
    insta::assert_snapshot!(
        schedule.step(None).unwrap_err(),
        @"
    `OneCycleLR`: the schedule ends after 4 steps
    hint: give it as many steps as the training has
    "
    );
    Ok(())
}

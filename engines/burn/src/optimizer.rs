//! The optimizers and schedules of PyTorch, as burn's.

use crate::support::lacks;
use burn::lr_scheduler::module_lr_scheduler::ModuleLrScheduler;
use burn::lr_scheduler::{LrScheduler, LrSchedulerRecord};
use burn::optim::decay::WeightDecayConfig;
use burn::optim::momentum::MomentumConfig;
use burn::optim::{
    AdaGradConfig, AdamConfig, AdamWConfig, ModuleOptimizer, RmsPropConfig, SgdConfig,
};
use registry_core::Entity;
use registry_nn::{Optimizer, Refusal, Schedule, Scheduler};

/// Builds a described optimizer. Its learning rate is [`Optimizer::lr`], which burn is given with each
/// step: [`scheduler`] holds it for a `Learner`.
///
/// # Errors
///
/// Where an argument cannot be, or burn cannot compute it.
///
/// # Examples
///
/// ```
/// use registry_nn::Optimizer;
///
/// let adam: Optimizer = serde_json::from_str(r#"{"name": "Adam", "arguments": {"lr": 0.01}}"#)?;
/// let optimizer = registry_burn::optimizer(&adam)?;
/// let scheduler = registry_burn::scheduler(None, &adam)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn optimizer(optimizer: &Optimizer) -> Result<ModuleOptimizer, Refusal> {
    optimizer.check()?;
    class(optimizer).map_err(|refusal| refusal.of(optimizer.name()))
}

#[expect(clippy::cast_possible_truncation, reason = "burn has f32")]
fn class(optimizer: &Optimizer) -> Result<ModuleOptimizer, Refusal> {
    let decay = |penalty: f64| {
        (penalty != 0.0).then_some(WeightDecayConfig {
            penalty: penalty as f32,
        })
    };
    Ok(match optimizer {
        Optimizer::SGD(it) => {
            let momentum = (it.momentum != 0.0).then_some(MomentumConfig {
                momentum: it.momentum,
                dampening: it.dampening,
                nesterov: it.nesterov,
            });
            SgdConfig::new()
                .with_momentum(momentum)
                .with_weight_decay(decay(it.weight_decay))
                .init()
        }
        Optimizer::Adam(it) => AdamConfig::new()
            .with_beta_1(it.betas.0 as f32)
            .with_beta_2(it.betas.1 as f32)
            .with_epsilon(it.eps as f32)
            .with_amsgrad(it.amsgrad)
            .with_weight_decay(decay(it.weight_decay))
            .init(),
        Optimizer::AdamW(it) => AdamWConfig::new()
            .with_beta_1(it.betas.0 as f32)
            .with_beta_2(it.betas.1 as f32)
            .with_epsilon(it.eps as f32)
            .with_amsgrad(it.amsgrad)
            .with_weight_decay(it.weight_decay as f32)
            .init(),
        Optimizer::RMSprop(it) => RmsPropConfig::new()
            .with_alpha(it.alpha as f32)
            .with_epsilon(it.eps as f32)
            .with_momentum(it.momentum as f32)
            .with_centered(it.centered)
            .with_weight_decay(decay(it.weight_decay))
            .init(),
        Optimizer::Adagrad(it) if it.initial_accumulator_value != 0.0 => {
            return Err(lacks("`initial_accumulator_value`", "leave it out"));
        }
        Optimizer::Adagrad(it) => AdaGradConfig::new()
            .with_lr_decay(it.lr_decay)
            .with_epsilon(it.eps as f32)
            .with_weight_decay(decay(it.weight_decay))
            .init(),
        Optimizer::Adamax(_) | Optimizer::NAdam(_) | Optimizer::RAdam(_) => {
            return Err(lacks("this optimizer", "choose `Adam` or `AdamW`"));
        }
    })
}

/// The learning rates of a described optimizer, under a schedule where there is one, for a `Learner`.
///
/// burn makes a step of a schedule before each batch: a schedule of PyTorch's that is written for epochs
/// has to count batches here.
///
/// # Errors
///
/// Where an argument cannot be, or the schedule looks at a loss, which burn does not show it.
pub fn scheduler(
    scheduler: Option<&Scheduler>,
    optimizer: &Optimizer,
) -> Result<ModuleLrScheduler, Refusal> {
    optimizer.check()?;
    match scheduler {
        None => Ok(ModuleLrScheduler::new(optimizer.lr())),
        Some(scheduler @ Scheduler::ReduceLROnPlateau(_)) => {
            let hint = "choose a schedule of steps, as `CosineAnnealingLR`";
            Err(lacks("a schedule that looks at the loss", hint).of(scheduler.name()))
        }
        Some(scheduler) => {
            let schedule = scheduler.start(optimizer)?;
            if schedule.momentum().is_some() {
                let hint = "set `cycle_momentum` to false";
                return Err(lacks("a momentum that changes", hint).of(scheduler.name()));
            }
            Ok(ModuleLrScheduler::new(Steps { schedule, made: 0 }))
        }
    }
}

/// A schedule of PyTorch's, as one of burn's.
#[derive(Clone)]
struct Steps {
    schedule: Schedule,
    made: i64,
}

impl LrScheduler for Steps {
    fn step(&mut self) -> f64 {
        let lr = self.schedule.lr();
        // At its end it stays as it is.
        let _ = self.schedule.step(None);
        self.made += 1;
        lr
    }

    fn to_record(&self) -> LrSchedulerRecord {
        LrSchedulerRecord::new().with_scalar("steps", self.made)
    }

    fn load_record(&mut self, record: LrSchedulerRecord) {
        let made: i64 = record.scalar("steps").unwrap_or(0);
        for _ in self.made..made {
            self.step();
        }
    }
}

//! Optimizers and schedules that burn has and PyTorch has not, by name.

use burn::lr_scheduler::LrSchedulerConfig;
use burn::lr_scheduler::composed::{ComposedLrSchedulerConfig, SchedulerReduction};
use burn::lr_scheduler::cosine::CosineAnnealingLrSchedulerConfig;
use burn::lr_scheduler::exponential::ExponentialLrSchedulerConfig;
use burn::lr_scheduler::linear::LinearLrSchedulerConfig;
use burn::lr_scheduler::module_lr_scheduler::{ModuleLrScheduler, ModuleLrSchedulerConfig};
use burn::lr_scheduler::noam::NoamLrSchedulerConfig;
use burn::lr_scheduler::sequential::SequentialLrSchedulerConfig;
use burn::lr_scheduler::step::StepLrSchedulerConfig;
use burn::optim::{
    AdafactorConfig, AdanConfig, LambConfig, LionConfig, ModuleOptimizer, MuonConfig,
};
use registry_core::{Entity, registry};

/// An optimizer of burn's own, by burn's names of its parameters: what [`optimizer`](crate::optimizer)
/// does not know.
///
/// # Examples
///
/// ```
/// use registry_burn::BurnOptimizer;
/// use registry_core::{Entity, Registry};
/// use serde_json::json;
///
/// let lion = Registry::<dyn BurnOptimizer>::global()?.build("Lion", json!({"beta_1": 0.95}), &())?;
/// assert_eq!(lion.arguments().to_string(), r#"{"beta_1": 0.95}"#);
/// let optimizer = lion.init();
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[registry]
pub trait BurnOptimizer: Send + Sync {
    /// What moves the weights.
    fn init(&self) -> ModuleOptimizer;
}

macro_rules! optimizers {
    ($($(#[$doc:meta])* $name:ident($config:ident) { $($field:ident / $with:ident: $type:ty = $default:expr),+ })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Entity)]
        #[register(registry = BurnOptimizer, new, skip_default)]
        #[expect(missing_docs, reason = "the parameters are those of burn")]
        pub struct $name {
            $(#[register(default = $default)] pub $field: $type),+
        }

        impl BurnOptimizer for $name {
            fn init(&self) -> ModuleOptimizer {
                $config::new()$(.$with(self.$field))+.init()
            }
        }
    )+};
}

optimizers! {
    /// Keeps the mean squares of rows and columns alone.
    Adafactor(AdafactorConfig) {
        epsilon_1 / with_epsilon_1: f32 = 1e-30, epsilon_2 / with_epsilon_2: f32 = 1e-3,
        clip_threshold / with_clip_threshold: f32 = 1.0, decay_rate / with_decay_rate: f64 = -0.8,
        relative_step / with_relative_step: bool = true, scale_parameter / with_scale_parameter: bool = true,
        weight_decay / with_weight_decay: f32 = 0.0
    }
    /// `Adam` with the momentum of Nesterov, estimated from differences.
    Adan(AdanConfig) {
        beta_1 / with_beta_1: f32 = 0.98, beta_2 / with_beta_2: f32 = 0.92, beta_3 / with_beta_3: f32 = 0.99,
        epsilon / with_epsilon: f32 = 1e-8, weight_decay / with_weight_decay: f32 = 0.0,
        no_prox / with_no_prox: bool = false
    }
    /// `Adam` with a step for each layer, for large batches.
    Lamb(LambConfig) {
        beta_1 / with_beta_1: f32 = 0.9, beta_2 / with_beta_2: f32 = 0.999, epsilon / with_epsilon: f32 = 1e-6,
        weight_decay / with_weight_decay: f32 = 0.0, use_trust_ratio / with_use_trust_ratio: bool = true
    }
    /// Steps of one size, by the signs of momenta.
    Lion(LionConfig) {
        beta_1 / with_beta_1: f32 = 0.9, beta_2 / with_beta_2: f32 = 0.99,
        weight_decay / with_weight_decay: f32 = 0.0
    }
    /// Momenta that are made orthogonal; for matrices.
    Muon(MuonConfig) {
        ns_coefficients / with_ns_coefficients: (f32, f32, f32) = (3.4445, -4.775, 2.0315),
        epsilon / with_epsilon: f32 = 1e-7, ns_steps / with_ns_steps: usize = 5
    }
}

/// A schedule of burn's, for a `Learner`.
#[registry]
pub trait BurnSchedule: Send + Sync {
    /// What a `Learner` is given.
    ///
    /// # Errors
    ///
    /// What burn says of arguments that cannot be.
    fn init(&self) -> Result<ModuleLrScheduler, String>;
}

/// A schedule of burn's own, under burn's names of its parameters; it says the learning rate itself.
///
/// # Examples
///
/// ```
/// use registry_burn::{BurnSchedule, BurnScheduler};
///
/// let noam: BurnScheduler = serde_json::from_str(r#"{"name": "Noam", "arguments": {"factor": 1.0}}"#)?;
/// let schedule = noam.init()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Entity)]
#[register(registry = BurnSchedule)]
#[expect(missing_docs, reason = "the parameters are those of burn")]
pub enum BurnScheduler {
    /// The same learning rate.
    Constant { lr: f64 },
    /// On a line.
    Linear {
        initial_lr: f64,
        final_lr: f64,
        num_iters: usize,
    },
    /// On a cosine.
    Cosine {
        initial_lr: f64,
        num_iters: usize,
        #[register(default = 0.0)]
        min_lr: f64,
    },
    /// Smaller after each step.
    Exponential { initial_lr: f64, gamma: f64 },
    /// Up, and down with the root of the steps; for transformers.
    Noam {
        factor: f64,
        #[register(default = 4000)]
        warmup_steps: usize,
        #[register(default = 512)]
        model_size: usize,
    },
    /// Smaller after each so many steps.
    Step {
        initial_lr: f64,
        step_size: usize,
        #[register(default = 0.1)]
        gamma: f64,
    },
    /// The product of several.
    Composed { schedulers: Vec<BurnScheduler> },
    /// One after the other.
    Sequential {
        schedulers: Vec<BurnScheduler>,
        milestones: Vec<usize>,
    },
}

impl BurnSchedule for BurnScheduler {
    fn init(&self) -> Result<ModuleLrScheduler, String> {
        ModuleLrSchedulerConfig::new(self.config()).init()
    }
}

impl BurnScheduler {
    fn config(&self) -> LrSchedulerConfig {
        let all = |schedulers: &[Self]| schedulers.iter().map(Self::config).collect();
        match *self {
            Self::Constant { lr } => LrSchedulerConfig::Constant(lr),
            Self::Linear {
                initial_lr,
                final_lr,
                num_iters,
            } => LinearLrSchedulerConfig::new(initial_lr, final_lr, num_iters).into(),
            Self::Cosine {
                initial_lr,
                num_iters,
                min_lr,
            } => CosineAnnealingLrSchedulerConfig::new(initial_lr, num_iters)
                .with_min_lr(min_lr)
                .into(),
            Self::Exponential { initial_lr, gamma } => {
                ExponentialLrSchedulerConfig::new(initial_lr, gamma).into()
            }
            Self::Noam {
                factor,
                warmup_steps,
                model_size,
            } => NoamLrSchedulerConfig::new(factor)
                .with_warmup_steps(warmup_steps)
                .with_model_size(model_size)
                .into(),
            Self::Step {
                initial_lr,
                step_size,
                gamma,
            } => StepLrSchedulerConfig::new(initial_lr, step_size)
                .with_gamma(gamma)
                .into(),
            Self::Composed { ref schedulers } => ComposedLrSchedulerConfig::new()
                .with_schedulers(all(schedulers))
                .with_reduction(SchedulerReduction::Prod)
                .into(),
            Self::Sequential {
                ref schedulers,
                ref milestones,
            } => SequentialLrSchedulerConfig::new(all(schedulers), milestones.clone()).into(),
        }
    }
}

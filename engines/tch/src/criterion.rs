//! How far an output is from its target: the losses of `torch.nn`, by one `match`.

use crate::TorchError;
use crate::number::floats;
use registry_core::{Entity, Registered, register, registry};
use registry_nn::Criterion as Description;
use registry_nn::criteria::{DivergenceReduction, GaussianNLLLoss, Reduction};
use std::fmt::Debug;
use tch::{TchError, Tensor, no_grad};

/// How far an output is from its target: what a `Registry::<dyn Criterion>` builds.
///
/// # Examples
///
/// ```
/// use registry_core::{Entity, Registry};
/// use registry_tch::Criterion;
/// use serde_json::json;
/// use tch::Tensor;
///
/// let criteria = Registry::<dyn Criterion>::global()?;
/// let criterion = criteria.build("CrossEntropyLoss", json!({"reduction": "sum"}), &())?;
/// let (scores, classes) = (Tensor::from_slice2(&[[0.0, 0.0]]), Tensor::from_slice(&[1i64]));
/// let loss = f64::try_from(criterion.loss(&scores, &classes)?)?;
/// assert!((loss - 2f64.ln()).abs() < 1e-12);
/// assert_eq!(criterion.arguments().to_string(), r#"{"reduction": "sum"}"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[registry]
pub trait Criterion: Debug + Send {
    /// The loss of `input`, the output of a model, against `target`.
    ///
    /// # Errors
    ///
    /// Where the shapes do not fit, or the kinds of their elements.
    fn loss(&self, input: &Tensor, target: &Tensor) -> Result<Tensor, TorchError>;

    /// The loss of more than two tensors, in the order of the parameters of PyTorch's `forward`: an
    /// anchor, what is near and what is far.
    ///
    /// # Errors
    ///
    /// Where they are not as many as the loss takes, or do not fit.
    fn loss_of(&self, inputs: &[&Tensor]) -> Result<Tensor, TorchError> {
        match inputs {
            [input, target] => self.loss(input, target),
            _ => Err(TorchError::new(format!(
                "expected `input`, `target`, found {} inputs",
                inputs.len()
            ))),
        }
    }
}

/// Builds a loss.
///
/// # Errors
///
/// Where an argument cannot be.
///
/// # Examples
///
/// ```
/// use registry_tch::{criterion, criteria::MSELoss};
/// use tch::Tensor;
///
/// let loss = criterion(MSELoss::new())?.loss(&Tensor::from(3.0), &Tensor::from(1.0))?;
/// assert_eq!(loss, Tensor::from(4.0));
/// # Ok::<(), registry_tch::TorchError>(())
/// ```
pub fn criterion(
    criterion: impl Into<Description>,
) -> Result<Registered<Box<dyn Criterion>>, TorchError> {
    let criterion = criterion.into();
    criterion.check()?;
    Ok(Registered::map(Registered::of(criterion), |it| {
        Box::new(it) as Box<dyn Criterion>
    }))
}

/// Every loss, as the registry has them.
#[register(of = Description, registry = Criterion)]
pub(crate) fn ready_criterion(criterion: &Description) -> Box<dyn Criterion> {
    Box::new(criterion.clone())
}

impl Criterion for Description {
    fn loss(&self, input: &Tensor, target: &Tensor) -> Result<Tensor, TorchError> {
        self.loss_of(&[input, target])
    }

    fn loss_of(&self, inputs: &[&Tensor]) -> Result<Tensor, TorchError> {
        let shapes: Vec<_> = inputs.iter().map(|input| input.size()).collect();
        let shapes: Vec<_> = shapes.iter().map(Vec::as_slice).collect();
        self.output_shape(&shapes)?;
        compute(self, inputs).map_err(|error| {
            error.named(self.name(), || {
                let inputs = self.inputs().iter().zip(inputs);
                let list: Vec<_> = inputs
                    .map(|(name, it)| format!("`{name}` {:?} {:?}", it.kind(), it.size()))
                    .collect();
                format!("it was given {}", list.join(", "))
            })
        })
    }
}

fn compute(criterion: &Description, inputs: &[&Tensor]) -> Result<Tensor, TorchError> {
    let [input, target] = [inputs[0], inputs[1]];
    let third = inputs.get(2).copied().unwrap_or(target);
    Ok(match criterion {
        Description::L1Loss(it) => {
            let [input, target] = broadcast(input, target)?;
            input.f_l1_loss(&target, reduced(it.reduction))?
        }
        Description::MSELoss(it) => {
            let [input, target] = broadcast(input, target)?;
            input.f_mse_loss(&target, reduced(it.reduction))?
        }
        Description::SmoothL1Loss(it) => {
            let ([input, target], reduction) = (broadcast(input, target)?, reduced(it.reduction));
            if it.beta > 0.0 {
                input.f_smooth_l1_loss(&target, reduction, it.beta)?
            } else {
                input.f_l1_loss(&target, reduction)?
            }
        }
        Description::HuberLoss(it) => {
            let [input, target] = broadcast(input, target)?;
            input.f_huber_loss(&target, reduced(it.reduction), it.delta)?
        }
        Description::CrossEntropyLoss(it) => input.f_cross_entropy_loss(
            target,
            weights(it.weight.as_deref(), input)?,
            reduced(it.reduction),
            it.ignore_index,
            it.label_smoothing,
        )?,
        Description::NLLLoss(it) => {
            let weight = weights(it.weight.as_deref(), input)?;
            input.f_nll_loss_nd(target, weight, reduced(it.reduction), it.ignore_index)?
        }
        Description::BCELoss(it) => {
            let weight = weights(it.weight.as_deref(), input)?;
            let weight = weight.map(|weight| weight.f_expand(target.size(), false));
            input.f_binary_cross_entropy(target, weight.transpose()?, reduced(it.reduction))?
        }
        Description::BCEWithLogitsLoss(it) => input.f_binary_cross_entropy_with_logits(
            target,
            weights(it.weight.as_deref(), input)?,
            weights(it.pos_weight.as_deref(), input)?,
            reduced(it.reduction),
        )?,
        Description::KLDivLoss(it) => {
            let reduction = match it.reduction {
                DivergenceReduction::None => tch::Reduction::None,
                DivergenceReduction::Mean => tch::Reduction::Mean,
                DivergenceReduction::BatchMean | DivergenceReduction::Sum => tch::Reduction::Sum,
            };
            let loss = input.f_kl_div(target, reduction, it.log_target)?;
            match (it.reduction, input.size().first()) {
                (DivergenceReduction::BatchMean, Some(size)) => {
                    loss.f_div(&Tensor::f_from_slice(&[*size])?.f_squeeze()?)?
                }
                _ => loss,
            }
        }
        Description::GaussianNLLLoss(it) => gaussian(it, input, target, third)?,
        Description::PoissonNLLLoss(it) => input.f_poisson_nll_loss(
            target,
            it.log_input,
            it.full,
            it.eps,
            reduced(it.reduction),
        )?,
        Description::CTCLoss(it) => {
            known_classes(input, target)?;
            let lengths = inputs.get(3).copied().unwrap_or(third);
            let (blank, reduction) = (it.blank, reduced(it.reduction));
            Tensor::f_ctc_loss_tensor(
                input,
                target,
                third,
                lengths,
                blank,
                reduction,
                it.zero_infinity,
            )?
        }
        Description::CosineEmbeddingLoss(it) => {
            Tensor::f_cosine_embedding_loss(input, target, third, it.margin, reduced(it.reduction))?
        }
        Description::HingeEmbeddingLoss(it) => {
            input.f_hinge_embedding_loss(target, it.margin, reduced(it.reduction))?
        }
        Description::MarginRankingLoss(it) => {
            Tensor::f_margin_ranking_loss(input, target, third, it.margin, reduced(it.reduction))?
        }
        Description::TripletMarginLoss(it) => {
            let (p, eps, reduction) = (it.p, it.eps, reduced(it.reduction));
            Tensor::f_triplet_margin_loss(
                input, target, third, it.margin, p, eps, it.swap, reduction,
            )?
        }
    })
}

fn reduced(reduction: Reduction) -> tch::Reduction {
    match reduction {
        Reduction::None => tch::Reduction::None,
        Reduction::Mean => tch::Reduction::Mean,
        Reduction::Sum => tch::Reduction::Sum,
    }
}

/// Both in one shape: libtorch's losses alone would give a gradient in that shape, and not in the
/// input's.
fn broadcast(input: &Tensor, target: &Tensor) -> Result<[Tensor; 2], TorchError> {
    let both = Tensor::f_broadcast_tensors(&[input, target])?;
    both.try_into()
        .map_err(|_| TorchError::new("expected an input and a target"))
}

/// Weights, as libtorch takes them for `input`.
fn weights(weight: Option<&[f64]>, input: &Tensor) -> Result<Option<Tensor>, TchError> {
    let tensor = |weight| {
        Tensor::f_from_slice(weight)?
            .f_to_kind(input.kind())?
            .f_to_device(input.device())
    };
    weight.map(tensor).transpose()
}

/// PyTorch has it in Python, of these parts.
fn gaussian(
    it: &GaussianNLLLoss,
    input: &Tensor,
    target: &Tensor,
    var: &Tensor,
) -> Result<Tensor, TorchError> {
    floats(var)?;
    let scalar = |value: f64| {
        Tensor::f_from_slice(&[value])?
            .f_to_kind(var.kind())?
            .f_squeeze()
    };
    if bool::try_from(var.f_lt_tensor(&scalar(0.0)?)?.f_any()?)? {
        return Err(TorchError::new("`var` has negative numbers"));
    }
    let var = if var.size() != input.size() && var.dim() < input.dim() {
        var.f_unsqueeze(-1)?
    } else {
        var.shallow_clone()
    };
    // Its gradient is that of the number itself, also where it is too small.
    let mut var = var.f_alias_copy()?;
    let least = scalar(it.eps)?;
    let _ = no_grad(|| var.f_clamp_min_tensor_(&least))?;
    let distance = input.f_sub(target)?.f_square()?.f_div(&var)?;
    let mut loss = var.f_log()?.f_add(&distance)?.f_mul(&scalar(0.5)?)?;
    if it.full {
        loss = loss.f_add(&scalar(0.5 * std::f64::consts::TAU.ln())?)?;
    }
    Ok(match it.reduction {
        Reduction::None => loss,
        Reduction::Mean => loss.f_mean(None)?,
        Reduction::Sum => loss.f_sum(None)?,
    })
}

/// libtorch would read what stands beside the classes.
fn known_classes(log_probs: &Tensor, targets: &Tensor) -> Result<(), TorchError> {
    if targets.numel() == 0 {
        return Ok(());
    }
    let classes = log_probs.size().last().copied().unwrap_or(0);
    let (least, most) = (targets.f_min()?, targets.f_max()?);
    let (least, most) = (least.f_int64_value(&[])?, most.f_int64_value(&[])?);
    if least < 0 || most >= classes {
        return Err(TorchError::new(format!(
            "`targets` has classes from {least} to {most}, and there are {classes}"
        )));
    }
    Ok(())
}

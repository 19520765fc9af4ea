//! Everything that tells how far an output is from its target.

use crate::Refusal;
use crate::criteria::{
    BCELoss, BCEWithLogitsLoss, CTCLoss, CosineEmbeddingLoss, CrossEntropyLoss, GaussianNLLLoss,
    HingeEmbeddingLoss, HuberLoss, KLDivLoss, L1Loss, MSELoss, MarginRankingLoss, NLLLoss,
    PoissonNLLLoss, SmoothL1Loss, TripletMarginLoss,
};
use crate::set::set;
use registry_core::{Entity, registry};
use std::fmt;

/// What is known of a loss before any framework has built it.
///
/// It is the interface of the registry that lists all losses, `Registry::<dyn CriterionClass>`; a loss
/// is held as [`Criterion`].
#[registry]
pub trait CriterionClass: fmt::Debug + Send + Sync {
    /// Whether its arguments can be, as PyTorch asks in `__init__`, or for every input.
    ///
    /// # Errors
    ///
    /// Where they cannot.
    fn check(&self) -> Result<(), Refusal> {
        Ok(())
    }

    /// What it is called with, by PyTorch's names.
    fn inputs(&self) -> &'static [&'static str] {
        &["input", "target"]
    }

    /// The shape of the loss for inputs of these shapes, as many as [`inputs`](Self::inputs) has.
    /// [`Criterion::output_shape`] asks first whether there are.
    ///
    /// # Errors
    ///
    /// Where PyTorch refuses such inputs.
    fn output(&self, shapes: &[&[i64]]) -> Result<Vec<i64>, Refusal>;
}

set! {
    /// A loss: a value for each class of `torch.nn`, which an engine builds.
    ///
    /// # Examples
    ///
    /// ```
    /// use registry_core::Entity;
    /// use registry_nn::Criterion;
    /// use registry_nn::criteria::CrossEntropyLoss;
    ///
    /// let criterion: Criterion = serde_json::from_str(r#""CrossEntropyLoss""#)?;
    /// assert_eq!(criterion, CrossEntropyLoss::new().into());
    /// assert_eq!(criterion.inputs(), ["input", "target"]);
    /// assert!(criterion.output_shape(&[&[32, 10], &[32]])?.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub enum Criterion of CriterionClass {
        /// The absolute value of the difference.
        L1Loss(L1Loss),
        /// The square of the difference.
        MSELoss(MSELoss),
        /// The square of a small difference, the absolute value of a large one.
        SmoothL1Loss(SmoothL1Loss),
        /// The same, scaled.
        HuberLoss(HuberLoss),
        /// The cross entropy between scores and classes.
        CrossEntropyLoss(CrossEntropyLoss),
        /// The negative log probability of classes.
        NLLLoss(NLLLoss),
        /// The cross entropy between probabilities.
        BCELoss(BCELoss),
        /// The cross entropy between scores and probabilities.
        BCEWithLogitsLoss(BCEWithLogitsLoss),
        /// The divergence of distributions.
        KLDivLoss(KLDivLoss),
        /// The negative log probability of normal distributions.
        GaussianNLLLoss(GaussianNLLLoss),
        /// The negative log probability of counts.
        PoissonNLLLoss(PoissonNLLLoss),
        /// The negative log probability of sequences that are not aligned.
        CTCLoss(CTCLoss),
        /// Whether two vectors point the same way.
        CosineEmbeddingLoss(CosineEmbeddingLoss),
        /// Whether a distance is small.
        HingeEmbeddingLoss(HingeEmbeddingLoss),
        /// Whether one of two numbers is larger.
        MarginRankingLoss(MarginRankingLoss),
        /// Whether one of two vectors is nearer.
        TripletMarginLoss(TripletMarginLoss),
    }
}

impl Criterion {
    /// What it is called with, by PyTorch's names: for most, an input and a target.
    pub fn inputs(&self) -> &'static [&'static str] {
        self.class().inputs()
    }

    /// The shape of the loss for inputs of these shapes, before anything is built.
    ///
    /// # Errors
    ///
    /// Where an argument cannot be, or the shapes do not go together.
    pub fn output_shape(&self, shapes: &[&[i64]]) -> Result<Vec<i64>, Refusal> {
        self.check()?;
        let names = self.inputs();
        let output = if shapes.len() == names.len() {
            self.class().output(shapes)
        } else {
            let (wanted, found) = (names.join("`, `"), shapes.len());
            Err(Refusal::shape(format!(
                "expected `{wanted}`, found {found} inputs"
            )))
        };
        output.map_err(|refusal| {
            let list = names.iter().zip(shapes);
            let list: Vec<_> = list
                .map(|(name, shape)| format!("`{name}` {shape:?}"))
                .collect();
            refusal
                .of(self.name())
                .shown(&format!("the shapes are {}", list.join(", ")))
        })
    }

    /// Whether all arguments can be. What is read from JSON has been asked already.
    ///
    /// # Errors
    ///
    /// Where one cannot.
    pub fn check(&self) -> Result<(), Refusal> {
        self.class()
            .check()
            .map_err(|refusal| refusal.of(self.name()))
    }
}

/// For the registry: as the class that it holds.
impl CriterionClass for Criterion {
    fn check(&self) -> Result<(), Refusal> {
        Self::check(self)
    }

    fn inputs(&self) -> &'static [&'static str] {
        Self::inputs(self)
    }

    fn output(&self, shapes: &[&[i64]]) -> Result<Vec<i64>, Refusal> {
        self.output_shape(shapes)
    }
}

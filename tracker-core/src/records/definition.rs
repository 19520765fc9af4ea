//! What a metric means: its unit, and whether smaller or larger is better.

use serde::{Deserialize, Serialize};

/// Whether a smaller or a larger value of a metric is better.
///
/// # Examples
///
/// ```
/// use tracker_core::Direction;
///
/// assert_eq!(Direction::guess("val_loss"), Some(Direction::Minimize));
/// assert_eq!(Direction::guess("accuracy"), Some(Direction::Maximize));
/// assert_eq!(Direction::guess("learning_rate"), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Smaller is better, as for a loss.
    Minimize,
    /// Larger is better, as for an accuracy.
    Maximize,
}

/// Words of which one in the name of a metric says that smaller is better. They come first: an
/// `accuracy_loss` is a loss.
const SMALLER: [&str; 24] = [
    "loss",
    "error",
    "err",
    "cost",
    "mse",
    "rmse",
    "mae",
    "mape",
    "rmsle",
    "msle",
    "nll",
    "perplexity",
    "ppl",
    "bpc",
    "bpb",
    "wer",
    "cer",
    "fid",
    "kid",
    "lpips",
    "ece",
    "brier",
    "regret",
    "divergence",
];
/// Words of which one says that larger is better.
const LARGER: [&str; 26] = [
    "accuracy",
    "acc",
    "precision",
    "recall",
    "f1",
    "fbeta",
    "auc",
    "auroc",
    "auprc",
    "roc",
    "map",
    "iou",
    "miou",
    "dice",
    "r2",
    "bleu",
    "rouge",
    "meteor",
    "ndcg",
    "mrr",
    "psnr",
    "ssim",
    "score",
    "reward",
    "return",
    "sensitivity",
];

impl Direction {
    /// The direction that the name of a metric suggests, by common words as `loss` and `accuracy`;
    /// `None` where it has none of them.
    pub fn guess(name: &str) -> Option<Self> {
        let name = name.to_lowercase();
        let words = || name.split(|char: char| !char.is_alphanumeric());
        let has = |known: &[&str]| words().any(|word| known.contains(&word));
        if has(&SMALLER) || name.ends_with("loss") || name.ends_with("error") {
            Some(Self::Minimize)
        } else if has(&LARGER) || name.ends_with("accuracy") {
            Some(Self::Maximize)
        } else {
            None
        }
    }
}

/// What is said of a metric, for one run or for a whole experiment: its unit, its direction and a
/// description.
///
/// # Examples
///
/// ```
/// use tracker_core::{Definition, Direction};
///
/// let latency = Definition::default().unit("ms").minimize().description("p99 of a request");
/// assert_eq!(latency.direction, Some(Direction::Minimize));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Definition {
    /// What it is counted in, as `ms` or `%`; empty for none.
    pub unit: String,
    /// Whether a smaller or a larger value is better, where that is said.
    pub direction: Option<Direction>,
    /// What it is, in a sentence; empty for none.
    pub description: String,
    /// Whether the direction was guessed from the name of the metric, since nobody said it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub guessed: bool,
}

impl Definition {
    /// Sets the unit, as `ms`.
    #[must_use]
    pub fn unit(mut self, unit: impl Into<String>) -> Self {
        self.unit = unit.into();
        self
    }

    /// Says that smaller is better.
    #[must_use]
    pub fn minimize(mut self) -> Self {
        self.direction = Some(Direction::Minimize);
        self
    }

    /// Says that larger is better.
    #[must_use]
    pub fn maximize(mut self) -> Self {
        self.direction = Some(Direction::Maximize);
        self
    }

    /// Sets the description.
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = description.into();
        self
    }

    /// What is known of the metric of this name: each part as the first of `said` has it that says
    /// something, and a guessed direction where none does.
    ///
    /// # Examples
    ///
    /// ```
    /// use tracker_core::{Definition, Direction};
    ///
    /// let run = Definition::default().unit("nats");
    /// let experiment = Definition::default().unit("bits").description("cross entropy");
    /// let loss = Definition::of("loss", [&run, &experiment]);
    /// assert_eq!((&*loss.unit, &*loss.description), ("nats", "cross entropy"));
    /// assert_eq!((loss.direction, loss.guessed), (Some(Direction::Minimize), true));
    /// ```
    #[must_use]
    pub fn of<'a>(name: &str, said: impl IntoIterator<Item = &'a Self>) -> Self {
        let mut definition = Self::default();
        for said in said {
            if definition.unit.is_empty() {
                definition.unit.clone_from(&said.unit);
            }
            if definition.description.is_empty() {
                definition.description.clone_from(&said.description);
            }
            definition.direction = definition.direction.or(said.direction);
        }
        if definition.direction.is_none() {
            definition.direction = Direction::guess(name);
            definition.guessed = definition.direction.is_some();
        }
        definition
    }
}

#[cfg(test)]
mod tests {
    use super::Direction::{self, Maximize, Minimize};

    #[test]
    fn common_names_suggest_a_direction() {
        for (name, expected) in [
            ("loss", Some(Minimize)),
            ("train/Loss", Some(Minimize)),
            ("val_crossentropyloss", Some(Minimize)),
            ("top-5 error", Some(Minimize)),
            ("eval.wer", Some(Minimize)),
            ("accuracy", Some(Maximize)),
            ("Acc@1", Some(Maximize)),
            ("f1", Some(Maximize)),
            ("glossary", None),
            ("terror_level", None),
            ("lr", None),
            ("", None),
        ] {
            assert_eq!(Direction::guess(name), expected, "{name}");
        }
    }
}

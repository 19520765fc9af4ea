//! What came of the cases.

use crate::Refusal;
use std::collections::BTreeSet;
use std::fmt;

/// What came of the cases in an engine; it is shown as a table for its documentation.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    engine: String,
    verdicts: Vec<Verdict>,
}

/// What came of one case.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// The class.
    pub name: String,
    /// The arguments.
    pub arguments: String,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of a case.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// What PyTorch gave.
    Passed,
    /// The engine has said that it does not support it.
    Unsupported(Refusal),
    /// Something else.
    Failed(String),
}

impl Report {
    pub(super) fn new(engine: &str) -> Self {
        Self {
            engine: engine.to_owned(),
            verdicts: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, name: &str, arguments: &str, outcome: Outcome) {
        self.verdicts.push(Verdict {
            name: name.to_owned(),
            arguments: arguments.to_owned(),
            outcome,
        });
    }

    /// What came of each case.
    pub fn verdicts(&self) -> &[Verdict] {
        &self.verdicts
    }

    /// The cases that failed, each with what is another than in PyTorch: none in an engine that can be
    /// trusted.
    pub fn failed(&self) -> Vec<String> {
        let failed = self.verdicts.iter().filter_map(|verdict| {
            let Outcome::Failed(why) = &verdict.outcome else {
                return None;
            };
            let Verdict {
                name, arguments, ..
            } = verdict;
            Some(format!("{name}({arguments}): {why}"))
        });
        failed.collect()
    }

    fn line(&self, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of_class = || self.verdicts.iter().filter(|verdict| verdict.name == name);
        let passed = of_class().filter(|verdict| verdict.outcome == Outcome::Passed);
        let why = of_class().filter_map(|verdict| match &verdict.outcome {
            Outcome::Passed => None,
            Outcome::Unsupported(refusal) => Some(refusal.message().to_owned()),
            Outcome::Failed(why) => Some(format!("**{why}**")),
        });
        let why: Vec<_> = why.collect::<BTreeSet<_>>().into_iter().collect();
        let (passed, count, why) = (passed.count(), of_class().count(), why.join("; "));
        writeln!(
            f,
            "| `{name}` | {passed} of {count} | {why}{}|",
            if why.is_empty() { "" } else { " " }
        )
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "| class | cases of PyTorch that {} passes | why not the others |",
            self.engine
        )?;
        writeln!(f, "|---|---|---|")?;
        let mut names = BTreeSet::new();
        for verdict in &self.verdicts {
            if names.insert(&verdict.name) {
                self.line(&verdict.name, f)?;
            }
        }
        Ok(())
    }
}

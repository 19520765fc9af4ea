//! Tests of a filter on texts that are at hand.

use tracker_core::query::Pattern;

use super::filter::{Literal, Sign, Test};
use super::refusal::{unquoted, wrong_sign};
use crate::problem::Problem;

/// Tests texts that are at hand.
pub(super) struct Matcher(Box<dyn Fn(&str) -> bool>);

impl Matcher {
    pub(super) fn of(test: &Test, entity: &str) -> Result<Self, Problem> {
        Ok(Self(match test.clone() {
            Test::Compare(Sign::Eq, Literal::Text(wanted)) => Box::new(move |text| text == wanted),
            Test::Compare(Sign::Ne, Literal::Text(other)) => Box::new(move |text| text != other),
            Test::Compare(Sign::Eq | Sign::Ne, _) => return Err(unquoted(entity)),
            Test::Like { pattern, any_case } => {
                let pattern = like(&pattern, any_case)?;
                Box::new(move |text| pattern.is_in(text))
            }
            Test::In { values, negated } => {
                Box::new(move |text| values.iter().any(|value| value == text) != negated)
            }
            Test::IsNull(is_null) => Box::new(move |_| !is_null),
            Test::Compare(..) => return Err(wrong_sign(entity)),
        }))
    }

    pub(super) fn holds(&self, text: &str) -> bool {
        (self.0)(text)
    }
}

/// The regular expression of a pattern of SQL.
pub(super) fn like(pattern: &str, any_case: bool) -> Result<Pattern, Problem> {
    let mut regex = String::from(if any_case { "(?is)^" } else { "(?s)^" });
    for char in pattern.chars() {
        match char {
            '%' => regex.push_str(".*"),
            '_' => regex.push('.'),
            char => {
                let text = char.to_string();
                regex.push_str(Pattern::of_text(text).as_str());
            }
        }
    }
    regex.push('$');
    Ok(regex.parse()?)
}

//! The longer parts of messages.

use registry_core::ArgumentError;
use unicode_width::UnicodeWidthStr;

use crate::disagreement::Disagreement;

/// A name as a message can show it: on one line, and not longer than that.
pub(super) fn shown(name: &str) -> String {
    const LENGTH: usize = 60;
    let visible = name
        .chars()
        .map(|char| if is_visible(char) { char } else { '\u{fffd}' });
    let mut text: String = visible.take(LENGTH).collect();
    if name.chars().nth(LENGTH).is_some() {
        text.push('\u{2026}');
    }
    text
}

/// An argument error says a hint only where it knows one; the reader needs one always.
pub(super) fn with_hint(problem: &ArgumentError) -> String {
    match problem.hint() {
        Some(_) => problem.to_string(),
        None => format!("{problem}\nhint: exclude the argument, or give it a type JSON can hold"),
    }
}

/// The text on one line, and a caret below the character at `column`. Of a long text the part
/// around the character is shown.
pub(super) fn pointed_at(text: &str, column: usize) -> String {
    const WIDTH: usize = 100;
    let start = (column + WIDTH / 4).saturating_sub(WIDTH);
    let part = text.chars().skip(start).take(WIDTH);
    let line: String = part
        .map(|char| if is_visible(char) { char } else { ' ' })
        .collect();
    // A character may take two columns of a terminal, or none.
    let before: String = line.chars().take(column - start).collect();
    format!("  {}\n  {}^", line.trim_end(), " ".repeat(before.width()))
}

/// Whether a terminal shows the character, and does not take it for a command: a control character,
/// or one that turns the direction of the text around.
fn is_visible(char: char) -> bool {
    !char.is_control() && !matches!(char, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

pub(super) fn lines(disagreements: &[Disagreement]) -> String {
    let lines = disagreements.iter().map(|found| format!("\n  {found}"));
    lines.collect()
}

/// What to do about records that do not agree.
pub(super) fn agreeing(disagreements: &[Disagreement]) -> &'static str {
    let is_damage = |found: &Disagreement| found.differences.iter().any(|it| it.path == "hash");
    if disagreements.iter().any(is_damage) {
        "a record whose hash is another was changed from outside; restore it from a copy"
    } else {
        "an added parameter with `skip_default` leaves old hashes as they are; or track the \
         components again, which gives them new ones"
    }
}

#[cfg(test)]
mod tests {
    use crate::error::Error;

    #[test]
    fn the_caret_stands_below_the_character() {
        let error = |query: &str, column| {
            let error = Error::Query {
                query: query.to_owned(),
                column,
                problem: "expected a value".to_owned(),
                hint: "write one".to_owned(),
            };
            error.to_string()
        };
        assert_eq!(
            error("größe\n= ?", 8),
            "cannot read the query: expected a value\n  größe = ?\n          ^\nhint: write one"
        );
        assert!(error("数字 = ?", 5).contains("\n  数字 = ?\n         ^\n"));
        assert!(error("e\u{301} = ?", 5).contains("\n  e\u{301} = ?\n      ^\n"));
        assert!(error("a\u{202e}b ?", 4).contains("\n  a b ?\n      ^\n"));
        let long = format!("{}?{}", "x".repeat(500), "y".repeat(500));
        let text = error(&long, 500);
        let lines: Vec<&str> = text.lines().collect();
        let caret = lines[2].find('^').unwrap_or_default();
        assert_eq!(lines[1].chars().nth(caret), Some('?'), "{text}");
        assert!(lines.iter().all(|line| line.len() < 110), "{text}");
        assert!(error("", 0).contains("\n  \n  ^\n"));
    }
}

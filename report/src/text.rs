//! Values as people read them.

mod amount;

use std::fmt::Write;

use console::{Color, style};
use registry_core::Value;
use tracker_core::ports::Specials;
use tracker_core::{Metadata, Micros, Status, Timestamp};

pub(crate) use amount::unit_for;
pub use amount::{amount, bytes, count, duration, is_scaled, measured, number, value};

/// Fewer characters of a hash do not tell many runs apart.
const SHORT_HASH: usize = 8;

/// An error for standard error: its label and that of the hint in colours, where there are any.
pub fn problem(error: &str) -> String {
    let label = |text| style(text).bold().for_stderr();
    let error = lines(error);
    let (problem, hint) = error.split_once("\nhint: ").unwrap_or((&error, ""));
    let mut text = format!("{} {problem}", label("error:").red());
    if !hint.is_empty() {
        let _ = write!(text, "\n{} {hint}", label("hint:").cyan());
    }
    text
}

/// A remark for standard error.
pub fn note(text: &str) -> String {
    format!(
        "{} {}",
        style("note:").bold().for_stderr().yellow(),
        line(text)
    )
}

/// A text of the store in one line, without characters that a terminal takes for commands.
pub fn line(text: &str) -> String {
    text.replace(is_command, " ")
}

/// As [`line()`], but with the lines that the text has.
pub fn lines(text: &str) -> String {
    text.replace(|char| is_command(char) && char != '\n', " ")
}

/// Control characters, and those that turn the direction of the text around, with which it shows
/// another than it is.
fn is_command(char: char) -> bool {
    char.is_control() || matches!(char, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The first `length` characters of a text.
pub fn beginning(text: &str, length: usize) -> &str {
    match text.char_indices().nth(length) {
        Some((end, _)) => &text[..end],
        None => text,
    }
}

/// A text of at most `length` characters and a mark where there were more.
pub fn cut(mut text: String, length: usize) -> String {
    let end = beginning(&text, length).len();
    if end < text.len() {
        text.truncate(end);
        text.push('…');
    }
    text
}

/// How many characters tell these ids apart, at least as many as a short hash has.
pub fn telling<'a>(ids: impl IntoIterator<Item = &'a str>) -> usize {
    let mut ids: Vec<&str> = ids.into_iter().collect();
    ids.sort_unstable();
    ids.dedup();
    let common = |pair: &[&str]| {
        std::iter::zip(pair[0].chars(), pair[1].chars())
            .take_while(|(left, right)| left == right)
            .count()
    };
    let longest = ids.windows(2).map(common).max();
    longest.map_or(SHORT_HASH, |common| SHORT_HASH.max(common + 1))
}

/// An id: a hash cut to `length`, any other as a whole.
pub fn short_id(id: &str, length: usize) -> &str {
    let is_hash = id.len() >= 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_hash { beginning(id, length) } else { id }
}

/// A component as one would write it: `MLP(784, 256, 10, dropout=0.5)`.
pub fn call(record: &Metadata) -> String {
    let arguments = &record.arguments;
    let named = arguments
        .kwargs()
        .map(|(name, value)| format!("{name}={}", argument(value)));
    let all: Vec<String> = arguments.args().map(argument).chain(named).collect();
    format!("{}({})", record.name, all.join(", "))
}

/// An argument: a component as a call, a text of one line without quotes, anything else as JSON.
pub fn argument(value: &Value) -> String {
    if let (Some(name), Some(arguments)) = (value.get("name"), value.get("arguments"))
        && let (Ok(name), Some(members)) = (name.to::<String>(), arguments.members())
    {
        let all: Vec<String> = members.iter().map(|(_, value)| argument(value)).collect();
        return format!("{name}({})", all.join(", "));
    }
    if let Some(elements) = value.elements() {
        let all: Vec<String> = elements.iter().map(argument).collect();
        return format!("[{}]", all.join(", "));
    }
    match value.to::<String>() {
        Ok(text) if !text.contains(is_command) => text,
        _ => value.to_string(),
    }
}

/// A number with the fewest digits that it or a table needs, any other value as an argument.
pub fn short(value: &Value) -> String {
    let exact = argument(value);
    match value.to::<f64>().map(number) {
        Ok(number) if number.len() < exact.len() => number,
        _ => exact,
    }
}

/// The name of a series as queries have it: `loss[train]`.
pub fn series(name: &str, phase: &str) -> String {
    match phase {
        "" => name.to_owned(),
        phase => format!("{name}[{phase}]"),
    }
}

/// A number of things: `1 run`, `2 runs`.
pub fn plural(number: usize, thing: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{} {thing}{ending}", count(number as u64))
}

/// How many of so many are of a kind: `2 of 3 are NaN`; empty for none.
pub fn of(some: u64, all: u64, kind: &str) -> String {
    match some {
        0 => String::new(),
        1 => format!("1 of {} is {kind}", count(all)),
        some => format!("{} of {} are {kind}", count(some), count(all)),
    }
}

/// How many of the points of a series no chart can draw: `2 of 3 are NaN`; empty for none.
pub fn not_finite(points: u64, specials: &Specials) -> String {
    let kinds = [
        of(specials.nan, points, "NaN"),
        of(specials.infinite, points, "infinite"),
    ];
    let all: Vec<String> = kinds.into_iter().filter(|kind| !kind.is_empty()).collect();
    all.join(", ")
}

/// How long ago, for a person.
pub fn ago(time: Timestamp) -> String {
    const UNITS: [(i64, &str); 6] = [
        (365 * 86_400, "y"),
        (30 * 86_400, "mo"),
        (7 * 86_400, "w"),
        (86_400, "d"),
        (3_600, "h"),
        (60, "min"),
    ];
    let seconds = Timestamp::now().duration_since(time).as_secs();
    // Clocks differ by a little; what is to come is shown as it is.
    if seconds < -60 {
        return time.to_string();
    }
    match UNITS.iter().find(|(length, _)| seconds >= *length) {
        Some((length, unit)) => format!("{}{unit} ago", seconds / length),
        None => "just now".to_owned(),
    }
}

/// How a run stands; nothing where nobody has said.
pub fn status(status: Status) -> &'static str {
    match status {
        Status::Unknown => "",
        status => status.as_str(),
    }
}

/// The colour of a word of [`status`].
pub fn status_color(status: &str) -> Option<Color> {
    match status {
        "running" => Some(Color::Cyan),
        "finished" => Some(Color::Green),
        "failed" => Some(Color::Red),
        "lost" => Some(Color::Yellow),
        _ => None,
    }
}

/// As [`status`], in its colour.
pub fn colored_status(of: Status) -> String {
    let word = status(of);
    match status_color(word) {
        Some(color) => style(word).fg(color).to_string(),
        None => word.to_owned(),
    }
}

/// When something happened: how long ago in a terminal, else the time itself; `-` where nobody knows.
pub fn time(time: Timestamp, in_terminal: bool) -> String {
    if !Micros::from(time).is_known() {
        "-".to_owned()
    } else if in_terminal {
        ago(time)
    } else {
        time.to_string()
    }
}

/// Tags in a line: `stage=candidate, best`.
pub fn tags<'a>(tags: impl IntoIterator<Item = (&'a String, &'a String)>) -> String {
    let all: Vec<String> = tags
        .into_iter()
        .map(|(tag, value)| match value.as_str() {
            "" => tag.clone(),
            value => format!("{tag}={value}"),
        })
        .collect();
    all.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_characters_as_tell_ids_apart() {
        assert_eq!(telling([]), 8);
        assert_eq!(telling(["abc", "abc"]), 8);
        assert_eq!(telling(["0123456789a", "0123456789b", "f"]), 11);
        assert_eq!(short_id(&"a".repeat(32), 8), "aaaaaaaa");
        assert_eq!(short_id("baseline-seed-1", 8), "baseline-seed-1");
    }

    #[test]
    fn a_time_that_nobody_knows_is_not_1970() {
        let numbered = Timestamp::from_microsecond(17).unwrap();
        assert_eq!(time(numbered, true), "-");
        assert_eq!(time(numbered, false), "-");
        let before = Timestamp::from_second(-1).unwrap();
        assert_eq!(time(before, false), "1969-12-31T23:59:59Z");
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        assert_eq!(cut("数字数字".to_owned(), 3), "数字数…");
        assert_eq!(cut("数字数字".to_owned(), 4), "数字数字");
    }

    #[test]
    fn a_component_inside_an_argument_is_a_call() {
        let text = r#"{"name": "Stack", "arguments": {"layers": [{"name": "LeakyReLU", "arguments": {"slope": 0.01}}, "ReLU"]}}"#;
        let value: Value = text.parse().unwrap();
        assert_eq!(argument(&value), "Stack([LeakyReLU(0.01), ReLU])");
        let value: Value = r#""two\nlines""#.parse().unwrap();
        assert_eq!(argument(&value), r#""two\nlines""#);
    }

    #[test]
    fn a_terminal_gets_no_commands() {
        assert_eq!(line("a\n\u{1b}[2J\u{9b}\tb"), "a  [2J  b");
        assert_eq!(line("a\u{202e}b\u{2066}c"), "a b c");
        assert_eq!(lines("a\n\r\u{1b}[2J"), "a\n  [2J");
        assert_eq!(
            problem("no `\u{7}`\nhint: yes\u{1b}"),
            "error: no ` `\nhint: yes "
        );
    }

    #[test]
    fn an_error_has_two_labels() {
        assert_eq!(problem("no\nhint: yes"), "error: no\nhint: yes");
        assert_eq!(problem("no"), "error: no");
    }
}

//! Values as people read them.

use std::fmt::Write;
use std::time::Duration;

use console::{Color, style};
use registry_core::Value;
use tracker_core::{Metadata, MetricValue, Status, Timestamp};

/// Fewer characters of a hash do not tell many runs apart.
const SHORT_HASH: usize = 8;

/// An error for standard error: its label and that of the hint in colours, where there are any.
pub(crate) fn problem(error: &str) -> String {
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
pub(crate) fn note(text: &str) -> String {
    format!(
        "{} {}",
        style("note:").bold().for_stderr().yellow(),
        line(text)
    )
}

/// A text of the store in one line, without characters that a terminal takes for commands.
pub(crate) fn line(text: &str) -> String {
    text.replace(is_command, " ")
}

/// As [`line`], but with the lines that the text has.
pub(crate) fn lines(text: &str) -> String {
    text.replace(|char| is_command(char) && char != '\n', " ")
}

/// Control characters, and those that turn the direction of the text around, with which it shows
/// another than it is.
fn is_command(char: char) -> bool {
    char.is_control() || matches!(char, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The first `length` characters of a text.
pub(crate) fn beginning(text: &str, length: usize) -> &str {
    match text.char_indices().nth(length) {
        Some((end, _)) => &text[..end],
        None => text,
    }
}

/// A text of at most `length` characters and a mark where there were more.
pub(crate) fn cut(mut text: String, length: usize) -> String {
    let end = beginning(&text, length).len();
    if end < text.len() {
        text.truncate(end);
        text.push('…');
    }
    text
}

/// How many characters tell these ids apart, at least as many as a short hash has.
pub(crate) fn telling<'a>(ids: impl IntoIterator<Item = &'a str>) -> usize {
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
pub(crate) fn short_id(id: &str, length: usize) -> &str {
    let is_hash = id.len() >= 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_hash { beginning(id, length) } else { id }
}

/// A component as one would write it: `MLP(784, 256, 10, dropout=0.5)`.
pub(crate) fn call(record: &Metadata) -> String {
    let arguments = &record.arguments;
    let named = arguments
        .kwargs()
        .map(|(name, value)| format!("{name}={}", argument(value)));
    let all: Vec<String> = arguments.args().map(argument).chain(named).collect();
    format!("{}({})", record.name, all.join(", "))
}

/// An argument: a component as a call, a text of one line without quotes, anything else as JSON.
pub(crate) fn argument(value: &Value) -> String {
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

/// The name of a series as queries have it: `loss[train]`.
pub(crate) fn series(name: &str, phase: &str) -> String {
    match phase {
        "" => name.to_owned(),
        phase => format!("{name}[{phase}]"),
    }
}

/// A measured value in a table.
pub(crate) fn value(value: &MetricValue) -> String {
    match value {
        MetricValue::Number(value) => number(*value),
        MetricValue::Json(_) => "{…}".to_owned(),
    }
}

/// A number with four digits that count, or a whole number as it is.
pub(crate) fn number(number: f64) -> String {
    let size = number.abs();
    if size == 0.0 || !number.is_finite() || (size < 1e7 && number.fract() == 0.0) {
        return number.to_string();
    }
    let decimals = match size {
        1e4..1e7 => 0,
        1e3.. => return format!("{number:.3e}"),
        1e2.. => 1,
        1e1.. => 2,
        1e0.. => 3,
        1e-1.. => 4,
        1e-2.. => 5,
        1e-3.. => 6,
        _ => return format!("{number:.3e}"),
    };
    format!("{number:.decimals$}")
}

/// A number with its thousands apart.
pub(crate) fn count(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number of things: `1 run`, `2 runs`.
pub(crate) fn plural(number: usize, thing: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{} {thing}{ending}", count(number as u64))
}

/// How long ago, for a person.
pub(crate) fn ago(time: Timestamp) -> String {
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

/// How long something took, with two units at most: `2h 05min`.
pub(crate) fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0..10 => format!("{:.1}s", duration.as_secs_f64()),
        10..60 => format!("{seconds}s"),
        60..3_600 => format!("{}min {:02}s", seconds / 60, seconds % 60),
        3_600..86_400 => format!("{}h {:02}min", seconds / 3_600, seconds / 60 % 60),
        _ => format!("{}d {:02}h", seconds / 86_400, seconds / 3_600 % 24),
    }
}

/// How a run stands; nothing where nobody has said.
pub(crate) fn status(status: Status) -> &'static str {
    match status {
        Status::Unknown => "",
        status => status.as_str(),
    }
}

/// The colour of a word of [`status`].
pub(crate) fn status_color(status: &str) -> Option<Color> {
    match status {
        "running" => Some(Color::Cyan),
        "finished" => Some(Color::Green),
        "failed" => Some(Color::Red),
        "lost" => Some(Color::Yellow),
        _ => None,
    }
}

/// As [`status`], in its colour.
pub(crate) fn colored_status(of: Status) -> String {
    let word = status(of);
    match status_color(word) {
        Some(color) => style(word).fg(color).to_string(),
        None => word.to_owned(),
    }
}

/// When something happened: how long ago in a terminal, else the time itself.
pub(crate) fn time(time: Timestamp, in_terminal: bool) -> String {
    if in_terminal {
        ago(time)
    } else {
        time.to_string()
    }
}

/// Tags in a line: `stage=candidate, best`.
pub(crate) fn tags<'a>(tags: impl IntoIterator<Item = (&'a String, &'a String)>) -> String {
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
    fn numbers_keep_four_digits() {
        let cases = [
            (0.0, "0"),
            (-0.0, "-0"),
            (12.0, "12"),
            (0.031_249, "0.03125"),
            (0.975, "0.9750"),
            (-1.5, "-1.500"),
            (123.456, "123.5"),
            (12_345.6, "12346"),
            (1e-5, "1.000e-5"),
            (1e9, "1.000e9"),
            (f64::NAN, "NaN"),
            (f64::INFINITY, "inf"),
        ];
        for (value, text) in cases {
            assert_eq!(number(value), text);
        }
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(count(12), "12");
    }

    #[test]
    fn as_many_characters_as_tell_ids_apart() {
        assert_eq!(telling([]), 8);
        assert_eq!(telling(["abc", "abc"]), 8);
        assert_eq!(telling(["0123456789a", "0123456789b", "f"]), 11);
        assert_eq!(short_id(&"a".repeat(32), 8), "aaaaaaaa");
        assert_eq!(short_id("baseline-seed-1", 8), "baseline-seed-1");
    }

    #[test]
    fn durations_have_two_units() {
        for (milliseconds, text) in [
            (0, "0.0s"),
            (9_949, "9.9s"),
            (12_900, "12s"),
            (185_000, "3min 05s"),
            (7_500_000, "2h 05min"),
            (200_000_000, "2d 07h"),
        ] {
            assert_eq!(duration(Duration::from_millis(milliseconds)), text);
        }
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

//! Signatures as records have them: as text, of a program that is not here.

use registry_core::{Metadata, Value};

/// A parameter in the text of a signature.
#[derive(Debug, PartialEq)]
pub(crate) struct Parameter<'s> {
    pub(crate) name: &'s str,
    type_name: &'s str,
    default: Option<&'s str>,
}

/// Types of Rust and Python that hold no components.
const PLAIN: [&str; 32] = [
    "str", "String", "char", "bool", "int", "float", "None", "Any", "object", "PathBuf", "Path",
    "Value", "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64", "u128",
    "usize", "f32", "f64", "Option", "Vec", "Box", "Cow", "HashMap", "BTreeMap",
];

/// The parameters of a signature, as `(lr: f64, *, beta1: f64 = 0.9)`.
pub(crate) fn parameters(signature: &str) -> Vec<Parameter<'_>> {
    let inside = signature.trim();
    let inside = inside
        .strip_prefix('(')
        .and_then(|rest| rest.strip_suffix(')'));
    let parts = split(inside.unwrap_or_default(), ',').into_iter();
    let parameters = parts.filter_map(|part| {
        let (head, default) = match split(part, '=')[..] {
            [head] => (head, None),
            [head, default] => (head, Some(default.trim())),
            _ => return None,
        };
        let head = head.trim().trim_start_matches("const ");
        let (name, type_name) = head.split_once(':').unwrap_or((head, ""));
        let name = name.trim();
        let is_name = !name.is_empty() && !name.starts_with(['*', '/']);
        is_name.then(|| Parameter {
            name,
            type_name: type_name.trim(),
            default,
        })
    });
    parameters.collect()
}

/// The parts of a text between separators that stand in no brackets and in no quotes.
fn split(text: &str, separator: char) -> Vec<&str> {
    let (mut parts, mut start, mut depth, mut quote) = (Vec::new(), 0, 0_usize, None);
    let mut before = ' ';
    for (at, char) in text.char_indices() {
        match (char, quote) {
            (_, Some(open)) => quote = (char != open || before == '\\').then_some(open),
            // A single one may begin a lifetime.
            ('"', None) => quote = Some('"'),
            ('(' | '[' | '{' | '<', None) => depth += 1,
            ('>', None) if before == '-' => {}
            (')' | ']' | '}' | '>', None) => depth = depth.saturating_sub(1),
            (char, None) if char == separator && depth == 0 => {
                parts.push(&text[start..at]);
                start = at + char.len_utf8();
            }
            _ => {}
        }
        before = char;
    }
    parts.push(&text[start..]);
    parts
}

impl Parameter<'_> {
    /// Whether a text there may be the name of a component: of a type that is none of the usual ones.
    pub(crate) fn may_be_component(&self) -> bool {
        let is_of_name = |char: char| char.is_alphanumeric() || char == '_';
        let mut words = self.type_name.split(|char| !is_of_name(char));
        words.any(|word| word.starts_with(char::is_alphabetic) && !PLAIN.contains(&word))
    }

    /// The default as a value, where it is a literal; or the name that a path ends in.
    fn value(&self) -> Option<Value> {
        let text = self
            .default?
            .trim_end_matches(".to_owned()")
            .trim_end_matches(".into()");
        let number = text.replace('_', "");
        let bare = ["f32", "f64", "i32", "i64", "u32", "u64", "usize"]
            .into_iter()
            .find_map(|suffix| number.strip_suffix(suffix))
            .unwrap_or(&number);
        let word = match text {
            "None" => "null",
            "True" => "true",
            "False" => "false",
            _ => bare,
        };
        let is_number = bare.parse::<f64>().is_ok();
        if is_number || matches!(word, "null" | "true" | "false") {
            return word.parse().ok();
        }
        text.parse().ok()
    }

    /// Whether a value is the default; nothing where that cannot be told.
    fn is_default(&self, value: &Value) -> Option<bool> {
        if let Some(default) = self.value() {
            let number = |value: &Value| value.to::<f64>().ok();
            let same = number(&default).is_some() && number(&default) == number(value);
            return Some(same || default == *value);
        }
        // As `Activation::ReLU`, which is written as its name.
        let name = self.default?.rsplit([':', '.', ' ']).next()?;
        (value.to::<String>().ok()?.eq(name)).then_some(true)
    }
}

/// What the defaults of a component were when it was recorded, and which arguments differ from them.
pub(crate) fn defaults(record: &Metadata) -> (Vec<(String, Value)>, Vec<String>) {
    let (mut defaults, mut changed) = (Vec::new(), Vec::new());
    for parameter in parameters(&record.signature) {
        let Some(value) = record.exact_arguments().get(parameter.name) else {
            continue;
        };
        match parameter.is_default(value) {
            Some(true) => defaults.push((parameter.name.to_owned(), value.clone())),
            Some(false) => {
                defaults.extend(
                    parameter
                        .value()
                        .map(|value| (parameter.name.to_owned(), value)),
                );
                changed.push(parameter.name.to_owned());
            }
            None => {}
        }
    }
    (defaults, changed)
}

#[cfg(test)]
mod tests {
    use super::{Parameter, defaults, parameters};
    use registry_core::{Hash, Metadata};

    #[test]
    fn parameters_stand_between_commas_that_are_in_no_brackets() {
        let signature = "(const N: usize, sizes: Vec<(i64, i64)> = vec![(1, 2)], *, \
                         text: &'static str = \"a, b = c\", f: fn(i64) -> i64)";
        let parameter = |name, type_name, default| Parameter {
            name,
            type_name,
            default,
        };
        assert_eq!(
            parameters(signature),
            [
                parameter("N", "usize", None),
                parameter("sizes", "Vec<(i64, i64)>", Some("vec![(1, 2)]")),
                parameter("text", "&'static str", Some("\"a, b = c\"")),
                parameter("f", "fn(i64) -> i64", None),
            ]
        );
        assert_eq!(parameters(""), []);
        assert_eq!(parameters("()"), []);
    }

    #[test]
    fn a_type_of_ones_own_may_hold_components() {
        for (type_name, expected) in [
            ("Activation", true),
            ("Box<dyn Activation>", true),
            ("Option<f64>", false),
            ("Vec<String>", false),
            ("", false),
        ] {
            let parameter = Parameter {
                name: "a",
                type_name,
                default: None,
            };
            assert_eq!(parameter.may_be_component(), expected, "{type_name}");
        }
    }

    #[test]
    fn what_differs_from_its_default_is_told_where_that_is_known() {
        let record = Metadata {
            name: "MLP".to_owned(),
            hash: Hash::custom("none", ""),
            arguments:
                r#"{"size": 3, "p": 0.5, "rate": 0.1, "mode": "a", "on": false, "act": "ReLU",
                "loss": "L1", "none": null, "big": 1000}"#
                    .parse()
                    .unwrap(),
            exact: None,
            signature:
                "(size: i64, p: f64 = 0.5, rate: f64 = 1e-2, mode: &str = \"a\", on: bool = true, \
                        act: Activation = Activation::ReLU, loss: Loss = Loss::make(3), \
                        none: Option<i64> = None, big: u64 = 1_000u64)"
                    .to_owned(),
        };
        let (known, changed) = defaults(&record);
        assert_eq!(changed, ["rate", "on"]);
        let known: Vec<String> = known
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        assert_eq!(
            known,
            [
                "p=0.5",
                "rate=0.01",
                "mode=\"a\"",
                "on=true",
                "act=\"ReLU\"",
                "none=null",
                "big=1000"
            ]
        );
    }
}

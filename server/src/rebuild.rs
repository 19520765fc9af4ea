//! Code that builds a component again.

use std::fmt::Write as _;

use registry_core::{Hash, Metadata, Value};

use crate::component::{component_in, is_text};

/// The language of the code.
#[derive(Clone, Copy, PartialEq, Eq, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Language {
    Rust,
    Python,
    Json,
    Cli,
}

/// Why code in a language cannot build what the record says; nothing where it can.
pub(crate) fn obstacle(record: &Metadata, language: Language) -> Option<String> {
    let own = Hash::of(record);
    if own.scheme() == record.hash.scheme() && own != record.hash {
        return Some(format!(
            "the record gives the hash `{}`, so what is built from it is another component",
            own.as_str()
        ));
    }
    if language == Language::Python {
        return python_obstacle(record);
    }
    None
}

/// The code.
pub(crate) fn code(record: &Metadata, kind: &str, language: Language) -> String {
    match language {
        Language::Json => reference(record),
        Language::Rust => rust(record),
        Language::Python => format!("{}\n", python_call(record)),
        Language::Cli => cli(record, kind),
    }
}

/// What a registry builds it from.
fn reference(record: &Metadata) -> String {
    let name = Value::of(&record.name).map_or_else(|_| String::new(), |name| name.to_string());
    format!(
        "{{\"name\": {name}, \"arguments\": {}}}\n",
        record.exact_arguments()
    )
}

fn rust(record: &Metadata) -> String {
    let reference = reference(record);
    let reference = reference.trim_end();
    // A raw text ends where as many of them follow a quote as stand before it.
    let mut hashes = "#".to_owned();
    while reference.contains(&format!("\"{hashes}")) {
        hashes.push('#');
    }
    let mut code = format!(
        "use entia::{{DefaultRegistry, Entity as _}};\n\n\
         // A component of a registry of its own: `Registry::<dyn Model>::global()?`, and its context.\n\
         let registry = DefaultRegistry::global()?;\n\
         let component = registry.build_json(r{hashes}\"{reference}\"{hashes}, &())?;\n"
    );
    if Hash::of(record) == record.hash {
        let hash = record.hash.as_str();
        let _ = writeln!(
            code,
            "assert_eq!(component.hash().to_string(), \"{hash}\");"
        );
    }
    code
}

fn cli(record: &Metadata, kind: &str) -> String {
    // Inside of another component, it is found by that one.
    let kind = kind.split('.').next().unwrap_or(kind);
    let field = tracker_core::query::hash(kind).to_string();
    format!("entia runs '{field} = \"{}\"'\n", record.hash.as_str())
}

/// `MLP(input_size=784, activation=ReLU())`
fn python_call(record: &Metadata) -> String {
    let arguments = record.exact_arguments().iter();
    let (named, other): (Vec<_>, Vec<_>) = arguments.partition(|(name, _)| is_python_name(name));
    let value = |(name, value): &(&str, &Value)| python(value, is_text(record, name));
    let mut parts: Vec<String> = named
        .iter()
        .map(|pair| format!("{}={}", pair.0, value(pair)))
        .collect();
    if !other.is_empty() {
        let pairs = other
            .iter()
            .map(|pair| format!("{}: {}", python_text(pair.0), value(pair)));
        parts.push(format!("**{{{}}}", pairs.collect::<Vec<_>>().join(", ")));
    }
    format!("{}({})", record.name, parts.join(", "))
}

/// A value as Python writes it.
fn python(value: &Value, is_text: bool) -> String {
    if let Some(component) = component_in(value, is_text) {
        return python_call(&component);
    }
    if let Some(elements) = value.elements() {
        let elements = elements.iter().map(|inner| python(inner, is_text));
        return format!("[{}]", elements.collect::<Vec<_>>().join(", "));
    }
    if let Some(members) = value.members() {
        let members = members
            .iter()
            .map(|(name, inner)| format!("{}: {}", python_text(name), python(inner, is_text)));
        return format!("{{{}}}", members.collect::<Vec<_>>().join(", "));
    }
    match value.as_str() {
        "true" => "True".to_owned(),
        "false" => "False".to_owned(),
        "null" => "None".to_owned(),
        "NaN" => "float(\"nan\")".to_owned(),
        "Infinity" => "float(\"inf\")".to_owned(),
        "-Infinity" => "float(\"-inf\")".to_owned(),
        // A number; or a text, of which Python reads the same escapes, but for pairs of surrogates.
        text => value
            .to::<String>()
            .map_or_else(|_| text.to_owned(), |text| python_text(&text)),
    }
}

fn python_text(text: &str) -> String {
    let mut written = "\"".to_owned();
    for char in text.chars() {
        match char {
            '"' => written.push_str("\\\""),
            '\\' => written.push_str("\\\\"),
            '\n' => written.push_str("\\n"),
            char if char.is_control() => {
                let _ = write!(written, "\\U{:08x}", u32::from(char));
            }
            char => written.push(char),
        }
    }
    written.push('"');
    written
}

fn python_obstacle(record: &Metadata) -> Option<String> {
    let mut names = record.name.split('.');
    if !names.all(is_python_name) {
        return Some(format!("`{}` is no name of a class in Python", record.name));
    }
    let children = crate::component::children(record);
    children
        .iter()
        .find_map(|(_, child)| python_obstacle(child))
}

fn is_python_name(name: &str) -> bool {
    const KEYWORDS: [&str; 35] = [
        "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class",
        "continue", "def", "del", "elif", "else", "except", "finally", "for", "from", "global",
        "if", "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return",
        "try", "while", "with", "yield",
    ];
    let is_first = |char: char| char.is_alphabetic() || char == '_';
    name.starts_with(is_first)
        && name
            .chars()
            .all(|char| char.is_alphanumeric() || char == '_')
        && !KEYWORDS.contains(&name)
}

//! A committed list of all components, and what of it a change of the code breaks.

use super::catalog::{CatalogEntry, catalog};
use crate::error::ArgumentError;
use crate::identity::Parameter;
use crate::json::Value;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fmt, fs, io};

/// Fails where a change of the code would give existing records another hash, or make them impossible
/// to build, compared with a committed file.
///
/// For a test of your own, in the package whose components are to stay: the path is relative to its
/// folder. `ENTIA_MANIFEST=update cargo test` writes the file. What is new and changes no hash passes,
/// and is written with the next update. It sees the components of all linked crates, and of the test
/// that it stands in: give it a file of its own under `tests/`.
///
/// # Panics
///
/// With a list of the changes, each with what it means for records and what to do, as an assertion
/// does.
///
/// # Examples
///
/// ```no_run
/// #[test]
/// fn records_stay() {
///     registry_core::assert_manifest!("entia.json");
/// }
/// ```
#[macro_export]
macro_rules! assert_manifest {
    ($path:expr $(,)?) => {
        if let ::core::result::Result::Err(error) =
            $crate::__private::check_manifest(::core::env!("CARGO_MANIFEST_DIR"), $path)
        {
            ::core::panic!("{error}");
        }
    };
}

/// The environment variable that says to write the file.
const VARIABLE: &str = "ENTIA_MANIFEST";

const UPDATE: &str = "`ENTIA_MANIFEST=update cargo test` writes the file";

/// Why a manifest does not hold.
pub enum ManifestError {
    /// It cannot be read or written.
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        problem: io::Error,
    },
    /// It holds something else.
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong there.
        problem: ArgumentError,
    },
    /// Records would have another hash, or could not be built.
    Changed {
        /// The file.
        path: PathBuf,
        /// What changed; never empty.
        changes: Vec<Change>,
    },
}

/// One change that concerns records.
#[derive(Debug, PartialEq, Eq)]
pub struct Change {
    /// `MLP.dropout`.
    place: String,
    /// What changed, and what it means for records.
    message: String,
    hint: &'static str,
}

/// By registry and name.
type Components = BTreeMap<String, BTreeMap<String, Component>>;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Component {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    aliases: Vec<String>,
    parameters: Vec<Described>,
}

/// A parameter that counts for identity.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Described {
    name: String,
    #[serde(rename = "type")]
    type_name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    default: Option<Value>,
    #[serde(default, skip_serializing_if = "is_false")]
    skip_default: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    aliases: Vec<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn is_false(value: &bool) -> bool {
    !value
}

/// Compares the components of the program with those in the file, or writes them.
///
/// # Errors
///
/// Where records would have another hash or could not be built, and where the file cannot be read or
/// written.
pub fn check_manifest(folder: &str, path: &str) -> Result<(), ManifestError> {
    let path = Path::new(folder).join(path);
    let present = components(&catalog());
    let on_file = |problem| ManifestError::File {
        path: path.clone(),
        problem,
    };
    if env::var_os(VARIABLE).is_some_and(|value| value == "update") {
        return fs::write(&path, to_text(&present)).map_err(on_file);
    }
    let text = fs::read_to_string(&path).map_err(on_file)?;
    let recorded: Result<Components, _> = text.parse::<Value>().and_then(|value| value.to());
    let recorded = recorded.map_err(|problem| ManifestError::Damaged {
        path: path.clone(),
        problem,
    })?;
    let changes = changes(&recorded, &present);
    if changes.is_empty() {
        Ok(())
    } else {
        Err(ManifestError::Changed { path, changes })
    }
}

/// One line for each parameter, so that a difference can be read.
fn to_text(components: &Components) -> String {
    let mut text = String::from("{");
    let mut outer = "";
    for (registry, components) in components {
        text += &format!("{outer}\n  {}: {{", quoted(registry));
        outer = ",";
        let mut inner = "";
        for (name, component) in components {
            text += &format!("{inner}\n    {}: {{", quoted(name));
            inner = ",";
            if !component.aliases.is_empty() {
                text += &format!("\n      \"aliases\": {},", written(&component.aliases));
            }
            let parameters = component.parameters.iter().map(written);
            let parameters: Vec<_> = parameters.map(|it| format!("\n        {it}")).collect();
            let end = if parameters.is_empty() {
                ""
            } else {
                "\n      "
            };
            text += &format!(
                "\n      \"parameters\": [{}{end}]\n    }}",
                parameters.join(",")
            );
        }
        text += "\n  }";
    }
    text + "\n}\n"
}

fn quoted(text: &str) -> String {
    crate::canonical::quoted(text)
}

fn written<T: Serialize>(value: &T) -> String {
    Value::of(value).map_or_else(|error| quoted(&error.to_string()), |it| it.to_string())
}

fn components(catalog: &[CatalogEntry]) -> Components {
    let mut components = Components::new();
    for entry in catalog {
        let same_name = |it: &&CatalogEntry| it.registry == entry.registry;
        let several = catalog
            .iter()
            .filter(same_name)
            .any(|it| it.module != entry.module);
        let registry = if several {
            format!("{}::{}", entry.module, entry.registry)
        } else {
            entry.registry.to_owned()
        };
        let item = entry.item;
        let component = Component {
            aliases: item.aliases.iter().map(ToString::to_string).collect(),
            parameters: item.signature.identifying().map(described).collect(),
        };
        let registry = components.entry(registry).or_default();
        registry.insert(item.name.to_owned(), component);
    }
    components
}

fn described(parameter: &Parameter) -> Described {
    let text = |text: &str| Value::of(text).ok();
    Described {
        name: parameter.name.to_owned(),
        type_name: parameter.type_name.to_owned(),
        // A default without a JSON form is known by its source text.
        default: parameter
            .default_value()
            .or_else(|| parameter.default.and_then(text)),
        skip_default: parameter.skip_default,
        aliases: parameter.aliases.iter().map(ToString::to_string).collect(),
    }
}

fn changes(recorded: &Components, present: &Components) -> Vec<Change> {
    let mut changes = Vec::new();
    for (registry, components) in recorded {
        let now = present.get(registry);
        for (name, before) in components {
            let renamed = |it: &(&String, &Component)| it.1.aliases.contains(name);
            let found = now.and_then(|now| {
                let own = now.get_key_value(name);
                own.or_else(|| now.iter().find(renamed))
            });
            match found {
                Some((_, now)) => compare(name, before, now, &mut changes),
                None => changes.push(Change {
                    place: name.clone(),
                    message: format!(
                        "gone from the registry `{registry}`: its records cannot be built"
                    ),
                    hint: "where it has another name by now, give it `alias`; a crate that nothing \
                           names is dropped by the linker: name it with `link!`",
                }),
            }
        }
    }
    changes
}

/// What changed in the parameters of one component.
fn compare(name: &str, before: &Component, now: &Component, changes: &mut Vec<Change>) {
    let mut add = |parameter: &str, message: String, hint| {
        changes.push(Change {
            place: format!("{name}.{parameter}"),
            message,
            hint,
        });
    };
    let mut order = Vec::new();
    for old in &before.parameters {
        let named = |it: &&Described| it.name == old.name || it.aliases.contains(&old.name);
        let Some(new) = now.parameters.iter().find(named) else {
            let message = "gone, or excluded by now: records that have it cannot be built";
            let hint = "where it has another name by now, give it `alias`";
            add(&old.name, message.to_owned(), hint);
            continue;
        };
        order.push(&new.name);
        if !reads_as(&old.type_name, &new.type_name) {
            let message = format!(
                "type {} -> {}: values that records have may be written differently, or not be read",
                old.type_name, new.type_name
            );
            add(
                &old.name,
                message,
                "keep the type, or add another parameter beside it",
            );
        }
        if let Some((message, hint)) = default_changed(old, new) {
            add(&old.name, message, hint);
        }
        if old.skip_default != new.skip_default {
            let word = if new.skip_default {
                "given"
            } else {
                "taken away"
            };
            let message =
                format!("`skip_default` was {word}: records with the default have another hash");
            add(&old.name, message, "leave `skip_default` as it was");
        }
    }
    for new in &now.parameters {
        let known = |it: &Described| it.name == new.name || new.aliases.contains(&it.name);
        if before.parameters.iter().any(known) {
            continue;
        }
        match &new.default {
            Some(_) if new.skip_default => {}
            Some(default) => add(
                &new.name,
                format!("added with the default {default}: records that have none now count it"),
                "give it `skip_default`",
            ),
            None => add(
                &new.name,
                "added without a default: records cannot be built".to_owned(),
                "give it `default` and `skip_default`",
            ),
        }
    }
    let kept: Vec<_> = now
        .parameters
        .iter()
        .map(|it| &it.name)
        .filter(|name| order.contains(name))
        .collect();
    if kept != order {
        let list = |names: &[&String]| {
            let names: Vec<_> = names.iter().map(|name| name.as_str()).collect();
            names.join(", ")
        };
        changes.push(Change {
            place: name.to_owned(),
            message: format!(
                "its parameters stand in another order, ({}) -> ({}): records have another hash",
                list(&order),
                list(&kept)
            ),
            hint: "put them back into their order",
        });
    }
}

fn default_changed(old: &Described, new: &Described) -> Option<(String, &'static str)> {
    match (&old.default, &new.default) {
        (Some(old), Some(new)) if old != new => Some((
            format!("default {old} -> {new}: records that left it out now count {new}"),
            "keep the default, or add another parameter",
        )),
        (Some(old), None) => Some((
            format!("default {old} -> none: records that left it out cannot be built"),
            "keep the default",
        )),
        _ => None,
    }
}

/// Whether what one type has written is read, and written the same, by another.
fn reads_as(old: &str, new: &str) -> bool {
    const SIGNED: [&str; 6] = ["i8", "i16", "i32", "i64", "isize", "i128"];
    const UNSIGNED: [&str; 6] = ["u8", "u16", "u32", "u64", "usize", "u128"];
    let rank = |list: &[&str; 6], name: &str| list.iter().position(|it| *it == name);
    if old == new || (old, new) == ("f32", "f64") {
        return true;
    }
    match (
        (rank(&SIGNED, old), rank(&SIGNED, new)),
        (rank(&UNSIGNED, old), rank(&UNSIGNED, new)),
    ) {
        ((Some(old), Some(new)), _) | (_, (Some(old), Some(new))) => old <= new,
        ((_, Some(new)), (Some(old), _)) => old < new && new != 4,
        _ => {
            // Optional by now, or reached by another path.
            let last = |name: &str| name.rsplit("::").next().unwrap_or(name).trim().to_owned();
            new.strip_prefix("Option<")
                .and_then(|it| it.strip_suffix('>'))
                == Some(old)
                || (!old.contains('<') && !new.contains('<') && last(old) == last(new))
        }
    }
}

impl fmt::Display for ManifestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, problem } => {
                write!(f, "`{}`: {problem}\nhint: {UPDATE}", path.display())
            }
            Self::Damaged { path, problem } => write!(
                f,
                "`{}` is no manifest: {}: {}\nhint: {UPDATE}; what is committed there tells what it was",
                path.display(),
                problem.path(),
                problem.message()
            ),
            Self::Changed { path, changes } => {
                write!(
                    f,
                    "records made before this change would have another hash, or could not be built, \
                     by `{}`:",
                    path.display()
                )?;
                for change in changes {
                    write!(
                        f,
                        "\n  {}: {}\n    hint: {}",
                        change.place, change.message, change.hint
                    )?;
                }
                write!(f, "\nhint: {UPDATE}, and so accepts the changes")
            }
        }
    }
}

// What a test returns is shown by `Debug`, and a person should read the same there.
impl fmt::Debug for ManifestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for ManifestError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Components {
        text.parse::<Value>().unwrap().to().unwrap()
    }

    fn told(before: &str, now: &str) -> Vec<String> {
        let wrap = |component: &str| of(&format!(r#"{{"default": {{"MLP": {component}}}}}"#));
        changes(&wrap(before), &wrap(now))
            .iter()
            .map(|change| format!("{}: {}", change.place, change.message))
            .collect()
    }

    const BEFORE: &str = r#"{"parameters": [
        {"name": "size", "type": "i32"},
        {"name": "dropout", "type": "f64", "default": 0.5}]}"#;

    #[test]
    fn what_changes_no_hash_passes() {
        for now in [
            BEFORE,
            r#"{"aliases": ["Old"], "parameters": [
                {"name": "size", "type": "i64", "default": 3},
                {"name": "p", "type": "f64", "default": 0.5, "aliases": ["dropout"]},
                {"name": "more", "type": "bool", "default": false, "skip_default": true}]}"#,
        ] {
            assert_eq!(told(BEFORE, now), [""; 0], "{now}");
        }
    }

    #[test]
    fn what_changes_a_hash_is_named() {
        assert_eq!(
            told(
                BEFORE,
                r#"{"parameters": [
                    {"name": "dropout", "type": "f64", "default": 0.1},
                    {"name": "size", "type": "f64"},
                    {"name": "new", "type": "bool", "default": true},
                    {"name": "newer", "type": "bool"}]}"#
            ),
            [
                "MLP.size: type i32 -> f64: values that records have may be written differently, or not be read",
                "MLP.dropout: default 0.5 -> 0.1: records that left it out now count 0.1",
                "MLP.new: added with the default true: records that have none now count it",
                "MLP.newer: added without a default: records cannot be built",
                "MLP: its parameters stand in another order, (size, dropout) -> (dropout, size): records have another hash",
            ]
        );
        assert_eq!(
            told(
                BEFORE,
                r#"{"parameters": [{"name": "dropout", "type": "f64", "skip_default": true}]}"#
            ),
            [
                "MLP.size: gone, or excluded by now: records that have it cannot be built",
                "MLP.dropout: default 0.5 -> none: records that left it out cannot be built",
                "MLP.dropout: `skip_default` was given: records with the default have another hash",
            ]
        );
    }

    #[test]
    fn a_component_that_is_gone_is_named_unless_it_has_another_name() {
        let before = of(r#"{"default": {"Old": {"parameters": []}}}"#);
        let renamed = of(r#"{"default": {"New": {"aliases": ["Old"], "parameters": []}}}"#);
        assert_eq!(changes(&before, &renamed), []);
        assert_eq!(changes(&before, &of("{}"))[0].place, "Old");
    }

    #[test]
    fn the_text_is_read_back() {
        let components = of(
            r#"{"a": {}, "b": {"MLP": {"aliases": ["Old"], "parameters": [
                {"name": "p", "type": "f64", "default": NaN, "skip_default": true}]},
                "ReLU": {"parameters": []}}}"#,
        );
        assert_eq!(of(&to_text(&components)), components);
    }
}

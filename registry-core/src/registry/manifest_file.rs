//! A committed list of all components, and what of it a change of the code breaks.

use super::catalog::{CatalogEntry, catalog};
use super::changes::{Change, Component, Components, Described, changes};
use crate::error::ArgumentError;
use crate::identity::Parameter;
use crate::json::Value;
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::{env, fmt, fs, io};

/// Fails where a change of the code would give existing records another hash, or make them impossible
/// to build, compared with a committed file.
///
/// For a test of your own, in the package whose components are to stay: the path is relative to its
/// folder. `ENTIA_MANIFEST=update cargo test` writes the file. What is new and changes no hash passes,
/// and is written with the next update. Of plain data, which is no component, it sees the name of the
/// type, not what serde makes of it. It sees the components of all linked crates, and of the test
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
    let registries = components.iter().map(|(registry, components)| {
        let components = components.iter().map(|(name, component)| {
            let aliases = match component.aliases.as_slice() {
                [] => String::new(),
                aliases => format!("\n      \"aliases\": {},", written(aliases)),
            };
            let parameters = component.parameters.iter().map(written);
            let parameters = block(parameters, 6, "[]");
            format!(
                "{}: {{{aliases}\n      \"parameters\": {parameters}\n    }}",
                quoted(name)
            )
        });
        format!("{}: {}", quoted(registry), block(components, 2, "{}"))
    });
    block(registries, 0, "{}") + "\n"
}

/// `parts` on lines of their own, between brackets that stand `indent` deep.
fn block(parts: impl Iterator<Item = String>, indent: usize, brackets: &str) -> String {
    let (open, close) = brackets.split_at(1);
    let space = " ".repeat(indent);
    let parts: Vec<_> = parts.map(|part| format!("\n{space}  {part}")).collect();
    if parts.is_empty() {
        return brackets.to_owned();
    }
    format!("{open}{}\n{space}{close}", parts.join(","))
}

fn quoted(text: &str) -> String {
    crate::canonical::quoted(text)
}

fn written<T: Serialize + ?Sized>(value: &T) -> String {
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
            parameters: item.signature.parameters().iter().map(described).collect(),
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
            .or_else(|| parameter.default.and_then(text))
            .filter(|_| !parameter.excluded),
        skip_default: parameter.skip_default,
        excluded: parameter.excluded,
        generic: parameter.generic,
        aliases: parameter.aliases.iter().map(ToString::to_string).collect(),
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

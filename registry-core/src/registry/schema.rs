//! JSON Schema of references and of the types of parameters.

use super::catalog::{CatalogEntry, catalog};
use crate::canonical::quoted;
use crate::identity::{Arguments, ComponentInfo, Parameter};
use crate::json::Value;
use std::collections::{BTreeMap, BTreeSet};

const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";

/// The catalog as a JSON Schema document (draft 2020-12), laid out for people to read.
///
/// `#/$defs/registries/<Trait>` describes a reference to any component of that registry, and
/// `#/$defs/types/<Type>` one to a component that makes that type; a form or an API can be made
/// from it. Where two traits or two types have one name, their paths tell them apart. It holds no file and no line, so a committed copy changes only when a signature does.
///
/// # Examples
///
/// ```
/// assert!(registry_core::manifest().contains("https://json-schema.org/draft/2020-12/schema"));
/// ```
pub fn manifest() -> String {
    Definitions::new(&catalog()).document()
}

/// The components that a schema can point to.
pub(crate) struct Definitions {
    registries: BTreeMap<String, BTreeSet<String>>,
    types: BTreeMap<String, Vec<&'static ComponentInfo>>,
    /// The modules that have a type of this name, and those that have a trait of it.
    modules: BTreeMap<&'static str, BTreeSet<&'static str>>,
    trait_modules: BTreeMap<&'static str, BTreeSet<&'static str>>,
}

impl Definitions {
    pub(crate) fn new(catalog: &[CatalogEntry]) -> Self {
        let mut definitions = Self {
            registries: BTreeMap::new(),
            types: BTreeMap::new(),
            modules: BTreeMap::new(),
            trait_modules: BTreeMap::new(),
        };
        for entry in catalog {
            let item = entry.item;
            definitions
                .trait_modules
                .entry(entry.registry)
                .or_default()
                .insert(entry.module);
            definitions
                .modules
                .entry(item.type_name)
                .or_default()
                .insert(item.module);
        }
        for CatalogEntry {
            registry,
            module,
            item,
        } in catalog
        {
            let key = key(&definitions.modules, item.type_name, item.module);
            definitions
                .registries
                .entry(self::key(&definitions.trait_modules, registry, module))
                .or_default()
                .insert(key.clone());
            definitions.types.entry(key).or_default().push(item);
        }
        definitions
    }

    /// The whole document.
    pub(crate) fn document(&self) -> String {
        let registries = self.registries.iter().map(|(name, types)| {
            let types = types.iter().map(|key| pointer("types", key));
            (name.as_str(), one_of(types.collect()))
        });
        let types = self.types.iter().map(|(key, items)| {
            let forms = items.iter().flat_map(|item| self.reference_forms(item));
            (key.as_str(), one_of(forms.collect()))
        });
        let definitions = object([("registries", object(registries)), ("types", object(types))]);
        let document = object([("$schema", text(DRAFT)), ("$defs", definitions)]);
        serde_json::to_string_pretty(&document).unwrap_or_else(|_| document.to_string())
    }

    /// A component with its arguments; and its bare name, where none is required.
    fn reference_forms(&self, item: &ComponentInfo) -> Vec<Value> {
        let required: Vec<_> = item
            .signature
            .identifying()
            .filter(|it| it.default.is_none() && !it.generic && !is_option(it.type_name))
            .map(|parameter| text(parameter.name))
            .collect();
        let mut forms = Vec::new();
        if required.is_empty() {
            forms.push(object([("const", text(item.name))]));
        }
        forms.push(self.full_form(item, &required));
        forms
    }

    fn full_form(&self, item: &ComponentInfo, required: &[Value]) -> Value {
        let properties = item
            .signature
            .identifying()
            .map(|parameter| (parameter.name, self.parameter(parameter, item.module)));
        let all_optional = required.is_empty();
        let arguments = object([
            ("type", text("object")),
            ("properties", object(properties)),
            ("required", list(required)),
            ("additionalProperties", literal("false")),
        ]);
        let mut named = vec![text("name")];
        if !all_optional {
            named.push(text("arguments"));
        }
        let name = object([("const", text(item.name))]);
        let mut form = vec![("title", text(item.name))];
        if !item.doc.is_empty() {
            form.push(("description", text(item.doc)));
        }
        form.extend([
            ("type", text("object")),
            (
                "properties",
                object([("name", name), ("arguments", arguments)]),
            ),
            ("required", list(&named)),
            ("additionalProperties", literal("false")),
        ]);
        object(form)
    }

    fn parameter(&self, parameter: &Parameter, module: &str) -> Value {
        let mut members = self
            .of_type(parameter.type_name, module)
            .members()
            .unwrap_or_default();
        if !parameter.doc.is_empty() {
            members.push(("description".to_owned(), text(parameter.doc)));
        }
        if let Some(value) = parameter.default_value() {
            let word = if parameter.generic {
                "const"
            } else {
                "default"
            };
            members.push((word.to_owned(), value));
        }
        object(members)
    }

    /// The schema of a Rust type, as far as its text tells; `{"title": ...}` for another's type.
    fn of_type(&self, rust: &str, module: &str) -> Value {
        let rust = plain(rust);
        let kind = |name: &str| object([("type", text(name))]);
        if let Some(elements) = rust
            .strip_prefix('(')
            .and_then(|rest| rest.strip_suffix(')'))
        {
            let elements = arguments_of(elements)
                .into_iter()
                .map(|element| self.of_type(element, module));
            return object([
                ("type", text("array")),
                ("prefixItems", list(&elements.collect::<Vec<_>>())),
            ]);
        }
        if let Some(inner) = rust
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
        {
            let element = inner.split_once(';').map_or(inner, |(element, _)| element);
            return object([
                ("type", text("array")),
                ("items", self.of_type(element, module)),
            ]);
        }
        let (path, generics) = match rust.split_once('<') {
            Some((path, generics)) => (
                path,
                arguments_of(generics.strip_suffix('>').unwrap_or(generics)),
            ),
            None => (rust, Vec::new()),
        };
        let name = path.rsplit("::").next().unwrap_or(path).trim();
        match (name, generics.as_slice()) {
            ("bool", _) => kind("boolean"),
            ("f32" | "f64", _) => kind("number"),
            ("i8" | "i16" | "i32" | "i64" | "i128" | "isize", _) => kind("integer"),
            ("u8" | "u16" | "u32" | "u64" | "u128" | "usize", _) => {
                object([("type", text("integer")), ("minimum", literal("0"))])
            }
            ("String" | "str" | "char" | "PathBuf" | "Path", _) => kind("string"),
            ("Option", [inner]) => {
                object([("anyOf", list(&[self.of_type(inner, module), kind("null")]))])
            }
            ("Box" | "Rc" | "Arc" | "Cow" | "Registered", [.., inner]) => {
                self.of_type(inner, module)
            }
            ("Vec" | "VecDeque" | "BTreeSet", [inner, ..]) => object([
                ("type", text("array")),
                ("items", self.of_type(inner, module)),
            ]),
            ("HashMap" | "BTreeMap", [_, value, ..]) => object([
                ("type", text("object")),
                ("additionalProperties", self.of_type(value, module)),
            ]),
            _ => self.component(rust, name, module),
        }
    }

    /// The key of the trait that `dyn` names in a module: the one defined there, where several have
    /// the name; else one whose module the path ends with.
    fn registry(&self, interface: &str, module: &str) -> Option<String> {
        let interface = interface.split('+').next()?.trim();
        let (path, name) = interface.rsplit_once("::").unwrap_or((module, interface));
        let modules = self.trait_modules.get(name)?;
        let path = path
            .trim_start_matches("crate::")
            .trim_start_matches("self::");
        let found = modules
            .iter()
            .find(|known| **known == path)
            .or_else(|| modules.iter().find(|known| known.ends_with(path)))
            .or_else(|| modules.first().filter(|_| modules.len() == 1))?;
        Some(key(&self.trait_modules, name, found))
    }

    fn component(&self, rust: &str, name: &str, module: &str) -> Value {
        let key = key(&self.modules, name, module);
        if self.types.contains_key(&key) {
            pointer("types", &key)
        } else if let Some(registry) = rust
            .strip_prefix("dyn ")
            .and_then(|interface| self.registry(interface, module))
        {
            pointer("registries", &registry)
        } else {
            object([("title", text(rust))])
        }
    }
}

/// The key of a name: itself, with the module where several have that name.
fn key(
    modules: &BTreeMap<&'static str, BTreeSet<&'static str>>,
    name: &str,
    module: &str,
) -> String {
    match modules.get(name) {
        Some(modules) if modules.len() > 1 => format!("{module}::{name}"),
        _ => name.to_owned(),
    }
}

/// Without references, lifetimes and `mut`.
fn plain(rust: &str) -> &str {
    let mut rust = rust.trim();
    while let Some(rest) = rust.strip_prefix('&') {
        rust = rest.trim_start();
        if rust.starts_with('\'') {
            rust = rust.split_once(' ').map_or(rust, |(_, rest)| rest);
        }
        rust = rust.strip_prefix("mut ").unwrap_or(rust);
    }
    rust
}

/// Whether a missing argument of this type is `None`.
fn is_option(rust: &str) -> bool {
    let path = rust.split('<').next().unwrap_or(rust);
    path.rsplit("::").next() == Some("Option") && rust.contains('<')
}

/// `A, B<C, D>` at its outermost commas, without lifetimes.
fn arguments_of(generics: &str) -> Vec<&str> {
    let (mut depth, mut start, mut arguments) = (0_usize, 0, Vec::new());
    for (at, character) in generics.char_indices() {
        match character {
            '<' | '(' | '[' => depth += 1,
            '>' | ')' | ']' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                arguments.push(&generics[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    arguments.push(&generics[start..]);
    arguments.retain(|argument| !argument.trim().is_empty() && !argument.trim().starts_with('\''));
    arguments
}

fn pointer(group: &str, name: &str) -> Value {
    object([("$ref", text(&format!("#/$defs/{group}/{name}")))])
}

fn one_of(mut forms: Vec<Value>) -> Value {
    if forms.len() == 1 {
        return forms.remove(0);
    }
    object([("oneOf", list(&forms))])
}

fn object<N: Into<String>>(members: impl IntoIterator<Item = (N, Value)>) -> Value {
    Value::from_canonical(members.into_iter().collect::<Arguments>().to_string())
}

fn list(values: &[Value]) -> Value {
    let texts: Vec<_> = values.iter().map(Value::as_str).collect();
    literal(&format!("[{}]", texts.join(", ")))
}

fn text(text: &str) -> Value {
    literal(&quoted(text))
}

fn literal(json: &str) -> Value {
    Value::from_canonical(json)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_by_their_text() {
        let definitions = Definitions::new(&[]);
        for (rust, schema) in [
            ("f64", r#"{"type": "number"}"#),
            ("&'static str", r#"{"type": "string"}"#),
            (
                "std::vec::Vec<u8>",
                r#"{"type": "array", "items": {"type": "integer", "minimum": 0}}"#,
            ),
            (
                "Option<bool>",
                r#"{"anyOf": [{"type": "boolean"}, {"type": "null"}]}"#,
            ),
            (
                "HashMap<String, Vec<f32>>",
                r#"{"type": "object", "additionalProperties": {"type": "array", "items": {"type": "number"}}}"#,
            ),
            (
                "(i64, [f64; 2])",
                r#"{"type": "array", "prefixItems": [{"type": "integer"}, {"type": "array", "items": {"type": "number"}}]}"#,
            ),
            ("Betas", r#"{"title": "Betas"}"#),
        ] {
            assert_eq!(definitions.of_type(rust, "").as_str(), schema, "{rust}");
        }
    }
}

//! What a change of the code means for records, as far as two lists of components tell.

use crate::json::Value;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One change that concerns records.
#[derive(Debug, PartialEq, Eq)]
pub struct Change {
    /// `MLP.dropout`.
    pub(super) place: String,
    /// What changed, and what it means for records.
    pub(super) message: String,
    pub(super) hint: &'static str,
}

/// By registry and name.
pub(super) type Components = BTreeMap<String, BTreeMap<String, Component>>;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Component {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) aliases: Vec<String>,
    pub(super) parameters: Vec<Described>,
}

/// A parameter that counts for identity.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Described {
    pub(super) name: String,
    #[serde(rename = "type")]
    pub(super) type_name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) default: Option<Value>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(super) skip_default: bool,
    /// Excluded from the identity hash.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(super) excluded: bool,
    /// A generic parameter, whose argument is the `default`.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(super) generic: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) aliases: Vec<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn is_false(value: &bool) -> bool {
    !value
}

pub(super) fn changes(recorded: &Components, present: &Components) -> Vec<Change> {
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
    for old in before.parameters.iter().filter(|it| !it.excluded) {
        let named = |it: &&Described| it.name == old.name || it.aliases.contains(&old.name);
        let Some(new) = now.parameters.iter().find(named) else {
            let message = "gone: records that have it cannot be built";
            let hint = "where it has another name by now, give it `alias`";
            add(&old.name, message.to_owned(), hint);
            continue;
        };
        if new.excluded {
            let message = "excluded by now: records that have it cannot be built";
            add(&old.name, message.to_owned(), "count it again");
            continue;
        }
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
        let known = |it: &&Described| it.name == new.name || new.aliases.contains(&it.name);
        let old = before.parameters.iter().find(known);
        if new.excluded || old.is_some_and(|old| !old.excluded) {
            continue;
        }
        if old.is_some() {
            let message = "was excluded, and counts by now: records have another hash";
            add(&new.name, message.to_owned(), "give it `exclude` again");
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
        (Some(from), Some(to)) if from != to && old.generic => Some((
            format!("{from} -> {to}: records of the instance with {from} cannot be built"),
            "register that instance too, under a name of its own",
        )),
        (Some(from), Some(to)) if from != to && old.skip_default => Some((
            format!("default {from} -> {to}: records with either of the two have another hash"),
            "keep the default, or add another parameter",
        )),
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
                "MLP.size: gone: records that have it cannot be built",
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
}

//! Finds components by their hashes, wherever runs have them.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::StatusCode;
use registry_core::{Hash, Metadata, Value};
use tracker_core::Query;
use tracker_core::ports::{Detail, Row, Scope, Search};
use tracker_core::query::{Condition, Field, Pattern, archived, created, hash};

use crate::access::Caller;
use crate::app::App;
use crate::problem::{Problem, shown};

/// As many runs are looked at, the newest, where no index finds what is sought.
const MOST: usize = 10_000;
/// As many hashes are named that may be meant.
const NEAREST: usize = 3;
const NAMED: usize = 20;
/// The beginning of a hash is at least as long.
const LEAST: usize = 4;

/// A component, and the runs that have it.
pub(crate) struct Component {
    pub(crate) record: Metadata,
    /// What it is in each of the runs, with the epoch in which it was last in use; of a component
    /// inside another, the way to it.
    pub(crate) uses: Vec<Use>,
}

/// What a component is in a run.
pub(crate) struct Use {
    pub(crate) row: Row,
    pub(crate) kind: String,
    pub(crate) epoch: u64,
}

/// Components by their hashes, and where they are.
type Found = BTreeMap<String, Component>;

impl App {
    /// The component of a hash, or the one whose hash begins so.
    pub(crate) fn component(&self, caller: &Caller, name: &str) -> Result<Component, Problem> {
        let mut found = self.components_of(caller, name)?;
        if found.is_empty() && self.renew(&Scope::All)? {
            // It may be of a kind that was not known a moment ago.
            found = self.components_of(caller, name)?;
        }
        if found.len() > 1 {
            let detail = format!("`{}` may be any of {} components", shown(name), found.len());
            let hashes = found.into_keys().take(NAMED);
            return Err(Problem::new(StatusCode::MULTIPLE_CHOICES, detail)
                .hint("give more of the hash")
                .candidates(hashes.collect()));
        }
        match found.into_values().next() {
            Some(component) => Ok(component),
            None => Err(self.no_component(caller, name)?),
        }
    }

    /// Those that a hash, or the beginning of one, may mean.
    fn components_of(&self, caller: &Caller, name: &str) -> Result<Found, Problem> {
        let whole = self.components(caller, |field| field.eq(name))?;
        let is_meant = |hash: &str| hash == name;
        let mut found = collect(whole, is_meant, false);
        if found.is_empty() && name.chars().count() >= LEAST {
            let pattern = beginning(name)?;
            let rows = self.components(caller, |field| field.matches(pattern.clone()))?;
            found = collect(rows, |hash| hash.starts_with(name), false);
        }
        if found.is_empty() && name.chars().count() >= LEAST {
            // It may stand inside of others, whose hashes say nothing of it.
            let rows = self.components(caller, Field::exists)?;
            found = collect(rows, |hash| hash.starts_with(name), true);
        }
        Ok(found)
    }

    fn no_component(&self, caller: &Caller, name: &str) -> Result<Problem, Problem> {
        let problem = Problem::absent("component", name).hint(
            "the beginning of a hash has at least 4 characters; runs have the hashes of theirs",
        );
        let mut near = Vec::new();
        for length in (1..name.chars().count().min(8)).rev() {
            let start: String = name.chars().take(length).collect();
            let pattern = beginning(&start)?;
            let rows = self.components(caller, |field| field.matches(pattern.clone()))?;
            for hash in collect(rows, |hash| hash.starts_with(&start), false).into_keys() {
                if near.len() < NEAREST && !near.contains(&hash) {
                    near.push(hash);
                }
            }
            if near.len() == NEAREST {
                break;
            }
        }
        Ok(problem.nearest(near))
    }

    /// The newest runs that the caller sees in which a component of any kind has such a hash, with all
    /// their components.
    pub(crate) fn components(
        &self,
        caller: &Caller,
        condition: impl Fn(Field) -> Condition,
    ) -> Result<Vec<Row>, Problem> {
        let kinds = self.kinds()?;
        let conditions = kinds.into_iter().map(|kind| condition(hash(kind)));
        let Some(any) = conditions.reduce(Condition::or) else {
            return Ok(Vec::new());
        };
        let query = Query::new().filter(any.and(archived().exists()));
        let found = self.tracker.store()?.search(&Search {
            scope: Scope::All,
            query: &query.order_by(created().desc()).limit(MOST),
            detail: Detail {
                series: Some(Vec::new()),
                ..Detail::ALL
            },
        })?;
        let rows = found.items.into_iter();
        Ok(rows
            .filter(|row| caller.sees(row.aggregate.experiment))
            .collect())
    }
}

/// What a text that begins so fulfils.
fn beginning(start: &str) -> Result<Pattern, Problem> {
    Ok(format!("^{}", escaped(start)).parse()?)
}

/// The components of runs whose hash is meant; also those inside of others, where that is asked.
fn collect(rows: Vec<Row>, is_meant: impl Fn(&str) -> bool, inside: bool) -> Found {
    let mut found = Found::new();
    for row in rows {
        let mut uses = Vec::new();
        for (index, module) in row.modules.iter().enumerate() {
            let is_newest = !row.modules[index + 1..]
                .iter()
                .any(|of| of.kind == module.kind);
            if !is_newest {
                continue;
            }
            if is_meant(module.hash().as_str()) {
                uses.push((module.record.clone(), module.kind.clone(), module.epoch));
            }
            if inside {
                for (path, child) in children(&module.record) {
                    if is_meant(child.hash.as_str()) {
                        uses.push((child, format!("{}.{path}", module.kind), module.epoch));
                    }
                }
            }
        }
        for (record, kind, epoch) in uses {
            let component = found.entry(record.hash.as_str().to_owned());
            let row = row.clone();
            let of = component.or_insert_with(|| Component {
                record,
                uses: Vec::new(),
            });
            of.uses.push(Use { row, kind, epoch });
        }
    }
    found
}

/// The components inside the arguments of one, by the way to them. One without arguments is written
/// as its name alone, which the signature tells from a text.
pub(crate) fn children(record: &Metadata) -> Vec<(String, Metadata)> {
    let mut found = Vec::new();
    for (name, value) in record.exact_arguments().iter() {
        let is_text = is_text(record, name);
        walk(name, value, is_text, &mut found);
    }
    found
}

fn walk(path: &str, value: &Value, is_text: bool, found: &mut Vec<(String, Metadata)>) {
    if let Some(child) = component_in(value, is_text) {
        for (name, inner) in child.arguments.iter() {
            walk(&format!("{path}.{name}"), inner, true, found);
        }
        return found.push((path.to_owned(), child));
    }
    for (at, inner) in (0..).zip(value.elements().unwrap_or_default()) {
        walk(&format!("{path}.{at}"), &inner, is_text, found);
    }
    for (name, inner) in value.members().unwrap_or_default() {
        walk(&format!("{path}.{name}"), &inner, is_text, found);
    }
}

/// The component that a value stands for.
pub(crate) fn component_in(value: &Value, is_text: bool) -> Option<Metadata> {
    let (name, arguments) = match value.to::<String>() {
        Ok(name) if !is_text => (name, "{}".parse().ok()?),
        Ok(_) => return None,
        Err(_) => {
            let [(first, name), (second, arguments)] = value.members()?.try_into().ok()?;
            if (first.as_str(), second.as_str()) != ("name", "arguments") {
                return None;
            }
            (name.to().ok()?, arguments.as_str().parse().ok()?)
        }
    };
    let mut record = Metadata {
        name,
        hash: Hash::custom("none", ""),
        arguments,
        exact: None,
        signature: String::new(),
    };
    record.hash = Hash::of(&record);
    Some(record)
}

/// Whether texts under a parameter are texts, rather than names of components, as far as the recorded
/// signature tells.
pub(crate) fn is_text(record: &Metadata, parameter: &str) -> bool {
    let parameters = crate::signature::parameters(&record.signature);
    let of = parameters.iter().find(|of| of.name == parameter);
    of.is_none_or(|of| !of.may_be_component())
}

/// The text as a regular expression that stands for itself.
fn escaped(text: &str) -> String {
    Pattern::of_text(text).as_str().to_owned()
}

impl App {
    /// The kinds of components that runs have.
    fn kinds(&self) -> Result<BTreeSet<String>, Problem> {
        let known = self.known(&Scope::All)?;
        let kinds = known
            .fields()
            .iter()
            .filter_map(|of| match of.field.target() {
                tracker_core::query::Target::Component(kind) => Some(kind.clone()),
                _ => None,
            });
        Ok(kinds.collect())
    }
}

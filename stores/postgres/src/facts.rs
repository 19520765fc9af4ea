//! The table of facts: what is searched for beside metrics, so that an index finds it.
//!
//! A fact is an argument, or the name or hash of the newest module of a kind, a parameter or a tag.
//! Its value is bytes that order as the values do, see [`bytes`]. What they cannot hold, or equals
//! nothing, is NULL: that it is there is known, and the rest is asked of the record.
//!
//! Arguments inside of lists are no facts, nor those deeper than [`DEPTH`]: there may be thousands.

use std::collections::BTreeMap;

use registry_core::Value;
use tracker_core::chunk::ordered;
use tracker_core::query::{Scalar, Target};
use tracker_core::{Annotations, ModuleRecord};

use crate::changes::Key;
use crate::failure::Failure;
use crate::session::Session;
use crate::text::column;

/// No argument that stands deeper is a fact.
const DEPTH: usize = 4;
/// No longer text is a fact, nor has a fact a longer name: an index holds both.
const LONGEST: usize = 256;

/// The facts that a target looks at, by their name; nothing where not all of it are facts.
pub(crate) fn field(target: &Target) -> Option<String> {
    let names = |sort: &[&str], path: &[String]| {
        // A number may lead into a list.
        let is_fact = path.len() <= DEPTH
            && path
                .iter()
                .skip(1)
                .all(|name| name.parse::<usize>().is_err());
        let names = sort.iter().copied();
        let field = joined(names.chain(path.iter().map(String::as_str)));
        (is_fact && field.len() <= LONGEST).then_some(field)
    };
    match target {
        Target::Argument { kind, path } => names(&["module", kind, "argument"], path),
        Target::Component(kind) => names(&["module", kind, "name"], &[]),
        Target::Hash(kind) => names(&["module", kind, "hash"], &[]),
        Target::Param(path) => names(&["param"], path),
        Target::Tag(tag) => names(&["tag"], std::slice::from_ref(tag)),
        _ => None,
    }
}

/// What the names of all facts of a kind of modules begin with.
pub(crate) fn module(kind: &str) -> String {
    joined(["module", kind, ""].into_iter())
}

/// What the names of all tags begin with.
pub(crate) fn tags() -> String {
    joined(["tag", ""].into_iter())
}

/// Names as one text that no other names give.
fn joined<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let names = names.map(|name| name.replace('\\', "\\\\").replace('.', "\\."));
    column(&names.collect::<Vec<_>>().join(".")).into_owned()
}

/// A value as the column holds it: a byte for its type, and what orders those of one type. A number
/// is that of the nearest float, so what is compared with it must let through the equal ones.
pub(crate) fn bytes(scalar: &Scalar<'_>) -> Option<Vec<u8>> {
    let number = |float: f64| {
        // Both zeros are one number to a query.
        let float = if float == 0.0 { 0.0 } else { float };
        let sortable = ordered(float).cast_unsigned() ^ (1 << 63);
        let mut bytes = vec![b'n'];
        bytes.extend(sortable.to_be_bytes());
        bytes
    };
    match scalar {
        Scalar::Bool(boolean) => Some(vec![b'b', u8::from(*boolean)]),
        #[expect(clippy::cast_precision_loss, reason = "the nearest is meant")]
        Scalar::Integer(integer) => Some(number(*integer as f64)),
        Scalar::Float(float) if float.is_nan() => None,
        Scalar::Float(float) => Some(number(*float)),
        Scalar::Text(text) if text.len() <= LONGEST => Some([b"t", text.as_bytes()].concat()),
        Scalar::Text(_) | Scalar::Time(_) | Scalar::Null | Scalar::Nested => None,
    }
}

/// Facts of an aggregate, by their names; a later one of a name takes the place of an earlier one.
#[derive(Default)]
pub(crate) struct Facts(BTreeMap<String, Option<Vec<u8>>>);

impl Facts {
    /// Those of a module, in the place of those of an earlier one of its kind.
    pub(crate) fn add_module(&mut self, module: &ModuleRecord) {
        let kind = module.kind.as_str();
        let beginning = self::module(kind);
        self.0.retain(|field, _| !field.starts_with(&beginning));
        let mut add = |what, text: &str| {
            let value = bytes(&Scalar::Text(text.into()));
            self.add(joined(["module", kind, what].into_iter()), value);
        };
        add("name", module.name());
        add("hash", module.hash().as_str());
        for (name, value) in module.record.exact_arguments().iter() {
            self.add_each(
                &["module", kind, "argument"],
                &mut vec![name.to_owned()],
                value,
            );
        }
    }

    /// That of a parameter, and those of its members.
    pub(crate) fn add_param(&mut self, name: &str, value: &Value) {
        self.add_each(&["param"], &mut vec![name.to_owned()], value);
    }

    /// Those of the tags.
    pub(crate) fn add_tags(&mut self, annotations: &Annotations) {
        for (tag, value) in &annotations.tags {
            let value = bytes(&Scalar::Text(value.as_str().into()));
            self.add(joined(["tag", tag].into_iter()), value);
        }
    }

    fn add_each(&mut self, sort: &[&str], path: &mut Vec<String>, value: &Value) {
        let names = sort.iter().copied();
        let field = joined(names.chain(path.iter().map(String::as_str)));
        self.add(field, bytes(&Scalar::of(value)));
        if path.len() == DEPTH {
            return;
        }
        for (name, value) in value.members().unwrap_or_default() {
            path.push(name);
            self.add_each(sort, path, &value);
            path.pop();
        }
    }

    /// The names, and the values.
    pub(crate) fn columns(&self) -> (Vec<&String>, Vec<&Option<Vec<u8>>>) {
        self.0.iter().unzip()
    }

    fn add(&mut self, field: String, value: Option<Vec<u8>>) {
        if field.len() <= LONGEST {
            self.0.insert(field, value);
        }
    }
}

/// Notes facts.
pub(crate) fn put(session: &mut Session, key: Key, facts: &Facts) -> Result<(), Failure> {
    let (fields, values) = facts.columns();
    session.execute(
        "INSERT INTO facts SELECT $1, $2, field, value
         FROM unnest($3::text[], $4::bytea[]) AS new (field, value)
         ON CONFLICT (experiment, aggregate, field) DO UPDATE SET value = excluded.value",
        &[&key.experiment, &key.aggregate, &fields, &values],
    )?;
    Ok(())
}

/// Notes facts, in the place of those whose names begin so.
pub(crate) fn replace(
    session: &mut Session,
    key: Key,
    beginning: &str,
    facts: &Facts,
) -> Result<(), Failure> {
    let (fields, values) = facts.columns();
    // Not `starts_with`: for that the index of all values of these fields would be gone through.
    session.execute(
        "WITH gone AS (
             DELETE FROM facts WHERE experiment = $1 AND aggregate = $2
                 AND left(field, length($5)) = $5 AND field <> ALL($3)
         )
         INSERT INTO facts SELECT $1, $2, field, value
         FROM unnest($3::text[], $4::bytea[]) AS new (field, value)
         ON CONFLICT (experiment, aggregate, field) DO UPDATE SET value = excluded.value",
        &[
            &key.experiment,
            &key.aggregate,
            &fields,
            &values,
            &beginning,
        ],
    )?;
    Ok(())
}

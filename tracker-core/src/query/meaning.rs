//! What a name without its kind means, among what runs have.

use super::field::{Field, Statistic, Target};
use super::fields::name;
use super::parse_field::statistic;
use super::text::FIELDS;
use super::vocabulary::Vocabulary;

/// Whether it is the kind of a component.
pub(super) fn is_kind(word: &str, known: &Vocabulary) -> bool {
    let mut kinds = kinds(known);
    kinds.any(|kind| kind == word)
}

/// The kinds of components.
pub(super) fn kinds(known: &Vocabulary) -> impl Iterator<Item = &str> {
    known
        .fields()
        .iter()
        .filter_map(|of| match of.field.target() {
            Target::Component(kind) => Some(&**kind),
            _ => None,
        })
}

/// The path of an argument or a parameter, and the names of tags.
fn path(field: &Field) -> &[String] {
    match field.target() {
        Target::Argument { path, .. } | Target::Param(path) => path,
        Target::Tag(name) => std::slice::from_ref(name),
        _ => &[],
    }
}

/// What runs have under a name: a component of that kind; else parameters and arguments; else a
/// metric; else what stands inside other arguments; else a tag.
pub(super) fn meant_by(word: &str, known: &Vocabulary) -> Vec<Field> {
    if is_kind(word, known) {
        return vec![name(word)];
    }
    let written: Vec<&str> = word.split('.').collect();
    let is_tag = |field: &Field| matches!(field.target(), Target::Tag(_));
    let all = || known.fields().iter().map(|of| &of.field);
    let found = |is_meant: &dyn Fn(&Field) -> bool| -> Vec<Field> {
        all().filter(|field| is_meant(field)).cloned().collect()
    };
    let own = found(&|field| !is_tag(field) && path(field) == written);
    if !own.is_empty() {
        return own;
    }
    if let Some(field) = metric_meant(word, known) {
        return vec![field];
    }
    let inner = found(&|field| {
        let path = path(field);
        let length = written.len();
        !is_tag(field) && path.len() > length && path[path.len() - length..] == written
    });
    if !inner.is_empty() {
        return inner;
    }
    found(&|field| is_tag(field) && path(field) == [word])
}

/// `test/loss`, `loss[test]`, `loss`, each with `.min` or another part behind it.
fn metric_meant(word: &str, known: &Vocabulary) -> Option<Field> {
    let part = word.rsplit_once('.');
    let part = part.and_then(|(series, part)| Some((series, statistic(part)?)));
    let (series, statistic) = part.unwrap_or((word, Statistic::Last));
    let (name, phase) = series_meant(series, known)?;
    Some(Field(Target::Metric {
        name,
        phase,
        statistic,
    }))
}

fn series_meant(word: &str, known: &Vocabulary) -> Option<(String, String)> {
    let bracket = word.strip_suffix(']').and_then(|word| word.split_once('['));
    let slash = || word.split_once('/').map(|(phase, name)| (name, phase));
    let mut named = known.series().iter().filter(|of| of.name == word);
    let found = match bracket {
        Some((name, phase)) => known
            .series()
            .iter()
            .find(|of| of.name == name && of.phase == phase),
        // What was measured on other data than that of the training tells more.
        None => named
            .clone()
            .find(|of| of.phase != "train")
            .or_else(|| named.next())
            .or_else(|| {
                let (name, phase) = slash()?;
                known
                    .series()
                    .iter()
                    .find(|of| of.name == name && of.phase == phase)
            }),
    };
    found.map(|of| (of.name.clone(), of.phase.clone()))
}

/// What a name may be a slip of.
pub(super) fn short_names(known: &Vocabulary) -> Vec<String> {
    let fields = known.fields().iter().map(|of| match of.field.target() {
        Target::Component(kind) => kind.clone(),
        _ => path(&of.field).join("."),
    });
    let series = known.series().iter().flat_map(|of| match &*of.phase {
        "" => vec![of.name.clone()],
        phase => vec![of.name.clone(), format!("{phase}/{}", of.name)],
    });
    let own = FIELDS.into_iter().map(str::to_owned);
    fields.chain(series).chain(own).collect()
}

//! Components: what they are, where they are used, and how they are built again.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use axum::extract::State;
use registry_core::{Arguments, Difference, Hash, Metadata, Value, diff};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tracker_core::query::Field;
use tracker_core::{Timestamp, Uuid};

use crate::access::Caller;
use crate::app::App;
use crate::component::{Component, children};
use crate::extract::{InPath, Query};
use crate::problem::{Answer, Problem};
use crate::rebuild::{self, Language};
use crate::signature;

/// So many runs of a component are told: the newest.
const RUNS: usize = 1_000;
/// So many of the nearest components are told where nobody says how many, and at most.
const USUAL: usize = 3;
const MOST: usize = 100;

/// A component.
#[derive(Serialize, JsonSchema)]
pub(crate) struct ComponentDocument {
    hash: String,
    name: String,
    /// How the hash is made.
    scheme: String,
    /// What it is in runs, as `model`; of one that stands inside another, the way to it, as
    /// `model.activation`.
    kinds: BTreeSet<String>,
    /// The parameters of its constructor, as it was recorded; empty where it was not.
    signature: String,
    arguments: Arguments,
    /// The arguments that differ from their defaults, where those are known.
    changed: Vec<String>,
    /// The defaults that are known.
    defaults: BTreeMap<String, Value>,
    /// The newest runs that have it.
    runs: Vec<UseDocument>,
    /// How many runs have it.
    total: usize,
    /// Whether name and arguments give the hash.
    verify: Verdict,
    /// The components inside its arguments.
    children: Vec<Child>,
}

/// Where a component is used.
#[derive(Serialize, JsonSchema)]
struct UseDocument {
    /// The uuid of the run.
    run: Uuid,
    id: String,
    name: String,
    /// The name of its experiment.
    experiment: String,
    kind: String,
    /// The epoch in which it was last in use.
    epoch: u64,
    created: Timestamp,
}

/// Whether a record gives its hash: `ok`, both hashes where it does not, or `unknown scheme`.
#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
enum Verdict {
    Word(&'static str),
    Differs { recorded: String, found: String },
}

/// A component inside another one.
#[derive(Serialize, JsonSchema)]
struct Child {
    /// The way to it, as `activation`.
    path: String,
    hash: String,
    name: String,
}

/// How many.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HowMany {
    /// At most so many: up to 100, and 3 where nothing is said.
    k: Option<usize>,
}

/// A component that is like another.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Near {
    hash: String,
    name: String,
    /// In how many arguments they differ.
    distance: usize,
    differences: Vec<Change>,
}

/// An argument in which a component differs from the one that was asked for.
#[derive(Serialize, JsonSchema)]
struct Change {
    /// The way to it, or `name`.
    path: String,
    /// What the one has that was asked for.
    before: Option<Value>,
    /// What the other one has.
    after: Option<Value>,
}

/// In which language.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct InLanguage {
    language: Language,
}

/// Code that builds a component again.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Rebuild {
    code: String,
    /// Whether what it builds has the same hash.
    rebuildable: bool,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

/// `GET /api/v1/components/{hash}`.
pub(crate) async fn read(
    State(app): State<App>,
    caller: Caller,
    InPath(hash): InPath<String>,
) -> Answer {
    app.answer(move |app| document(app, app.component(&caller, &hash)?))
        .await
}

fn document(app: &App, component: Component) -> Result<ComponentDocument, Problem> {
    let Component { record, uses } = component;
    let experiments = app.tracker.store()?.experiments()?;
    let experiment = |id| {
        let experiment = experiments.iter().find(|of| of.id == id);
        experiment.map_or_else(String::new, |of| of.name.clone())
    };
    let kinds = uses.iter().map(|of| of.kind.clone()).collect();
    let total = uses
        .iter()
        .map(|of| of.row.aggregate.uuid)
        .collect::<HashSet<_>>()
        .len();
    let runs = uses.into_iter().take(RUNS).map(|of| UseDocument {
        run: of.row.aggregate.uuid,
        experiment: experiment(of.row.aggregate.experiment),
        id: of.row.aggregate.id,
        name: of.row.aggregate.name,
        kind: of.kind,
        epoch: of.epoch,
        created: of.row.aggregate.created,
    });
    let (defaults, changed) = signature::defaults(&record);
    let children = children(&record).into_iter().map(|(path, child)| Child {
        path,
        hash: child.hash.as_str().to_owned(),
        name: child.name,
    });
    Ok(ComponentDocument {
        hash: record.hash.as_str().to_owned(),
        scheme: record.hash.scheme().to_owned(),
        verify: verdict(&record),
        kinds,
        changed,
        defaults: defaults.into_iter().collect(),
        runs: runs.collect(),
        total,
        children: children.collect(),
        arguments: record.exact.unwrap_or(record.arguments),
        name: record.name,
        signature: record.signature,
    })
}

fn verdict(record: &Metadata) -> Verdict {
    let own = Hash::of(record);
    if own.scheme() != record.hash.scheme() {
        return Verdict::Word("unknown scheme");
    }
    if own == record.hash {
        return Verdict::Word("ok");
    }
    Verdict::Differs {
        recorded: record.hash.as_str().to_owned(),
        found: own.as_str().to_owned(),
    }
}

/// `GET /api/v1/components/{hash}/nearest`.
pub(crate) async fn nearest(
    State(app): State<App>,
    caller: Caller,
    InPath(hash): InPath<String>,
    Query(wanted): Query<HowMany>,
) -> Answer {
    app.answer(move |app| {
        let Component { record, uses } = app.component(&caller, &hash)?;
        let kinds: BTreeSet<String> = uses.into_iter().map(|of| of.kind).collect();
        let rows = app.components(&caller, Field::exists)?;
        let mut known = HashSet::from([record.hash.clone()]);
        let mut near = Vec::new();
        for module in rows.iter().flat_map(|row| &row.modules) {
            if kinds.contains(&module.kind) && known.insert(module.hash().clone()) {
                near.push((diff(&record, &module.record), module));
            }
        }
        near.sort_by_key(|(differences, module)| {
            (
                differences.len(),
                module.name() != record.name,
                module.hash().as_str(),
            )
        });
        let most = wanted.k.unwrap_or(USUAL).clamp(1, MOST);
        let near = near
            .into_iter()
            .take(most)
            .map(|(differences, module)| Near {
                hash: module.hash().as_str().to_owned(),
                name: module.name().to_owned(),
                distance: differences.len(),
                differences: differences.into_iter().map(Change::of).collect(),
            });
        Ok(near.collect::<Vec<_>>())
    })
    .await
}

impl Change {
    fn of(difference: Difference) -> Self {
        Self {
            path: difference.path,
            before: difference.left,
            after: difference.right,
        }
    }
}

/// `GET /api/v1/components/{hash}/rebuild`.
pub(crate) async fn rebuild(
    State(app): State<App>,
    caller: Caller,
    InPath(hash): InPath<String>,
    Query(InLanguage { language }): Query<InLanguage>,
) -> Answer {
    app.answer(move |app| {
        let Component { record, uses } = app.component(&caller, &hash)?;
        let kind = uses.first().map_or("model", |of| &of.kind);
        let why = rebuild::obstacle(&record, language);
        Ok(Rebuild {
            code: rebuild::code(&record, kind, language),
            rebuildable: why.is_none(),
            why: why.map(|why| format!("not rebuildable: {why}")),
        })
    })
    .await
}

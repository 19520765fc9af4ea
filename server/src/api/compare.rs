//! In what runs differ.

use axum::extract::State;
use registry_core::Value;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tracker_core::ports::{Detail, ExperimentRecord, Row, Scope};
use tracker_core::query::{Directions, metric};
use tracker_core::{Compared, Comparison, Provenance, Uuid};

use crate::access::Caller;
use crate::app::App;
use crate::extract::Body;
use crate::problem::{Answer, Problem};

/// So many runs in one request.
const MOST: usize = 500;

/// Which runs.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "CompareRequest")]
pub(crate) struct Wanted {
    /// Two or more.
    #[schemars(length(min = 2))]
    runs: Vec<String>,
    /// The name or id of their experiment.
    experiment: Option<String>,
}

/// In what runs differ, and in what not. Beside what belongs to the runs, the best values of metrics, as
/// `metric.loss[test].best`, and where their newest attempts ran, as `host`, `user`, `commit` and
/// `version.NAME`.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ComparisonOfRuns")]
pub(crate) struct Differences {
    #[serde(flatten)]
    comparison: Comparison,
    /// The runs, in the order of the values.
    runs: Vec<ComparedRun>,
}

/// A run that is compared.
#[derive(Serialize, JsonSchema)]
struct ComparedRun {
    uuid: Uuid,
    id: String,
    name: String,
    /// The name of its experiment.
    experiment: String,
}

/// `POST /api/v1/compare`.
pub(crate) async fn read(
    State(app): State<App>,
    caller: Caller,
    Body(wanted): Body<Wanted>,
) -> Answer {
    app.answer(move |app| {
        if wanted.runs.len() > MOST {
            return Err(Problem::too_many("runs", wanted.runs.len(), MOST));
        }
        let experiment = wanted.experiment.as_deref();
        if wanted.runs.len() < 2 {
            return Err(Problem::bad("a comparison needs two runs").hint("name them in `runs`"));
        }
        let runs = wanted.runs.iter();
        let runs = runs.map(|name| app.handle(&caller, name, experiment));
        let runs = runs.collect::<Result<Vec<_>, Problem>>()?;
        let mut comparison = Comparison::of(&runs.iter().collect::<Vec<_>>())?;
        let store = app.tracker.store()?;
        let experiments = store.experiments()?;
        let uuids: Vec<Uuid> = runs.iter().map(tracker_core::Aggregate::uuid).collect();
        let found = store.rows(&Scope::Uuids(uuids.clone()), &Detail::ALL)?;
        let rows = uuids.iter().map(|uuid| {
            let row = found.iter().find(|row| row.aggregate.uuid == *uuid);
            row.ok_or_else(|| Problem::absent("run", &uuid.to_string()))
        });
        let rows = rows.collect::<Result<Vec<&Row>, Problem>>()?;
        let mut more = best_values(&rows, &experiments);
        more.extend(places(app, &uuids)?);
        for compared in more {
            if compared.values.windows(2).all(|pair| pair[0] == pair[1]) {
                comparison.equal.push(compared);
            } else {
                comparison.differences.push(compared);
            }
        }
        let runs = rows
            .into_iter()
            .map(|row| ComparedRun::of(row, &experiments));
        let runs = runs.collect();
        Ok(Differences { comparison, runs })
    })
    .await
}

impl ComparedRun {
    fn of(row: &Row, experiments: &[ExperimentRecord]) -> Self {
        let run = &row.aggregate;
        let experiment = experiments.iter().find(|of| of.id == run.experiment);
        Self {
            uuid: run.uuid,
            id: run.id.clone(),
            name: run.name.clone(),
            experiment: experiment.map_or_else(String::new, |of| of.name.clone()),
        }
    }
}

/// The best value of each series, where it is known which is best.
fn best_values(rows: &[&Row], experiments: &[ExperimentRecord]) -> Vec<Compared> {
    let directions = Directions::of(experiments);
    let series = rows.iter().flat_map(|row| &row.summaries);
    let mut series: Vec<_> = series
        .map(|summary| (summary.name(), summary.phase()))
        .collect();
    series.sort_unstable();
    series.dedup();
    let compared = series.into_iter().map(|(name, phase)| {
        let best = metric(name).phase(phase).best();
        Compared {
            name: best.to_string(),
            values: rows.iter().map(|row| best.of(row, &directions)).collect(),
        }
    });
    compared
        .filter(|of| of.values.iter().any(Option::is_some))
        .collect()
}

/// Where the newest attempts ran, and with what.
fn places(app: &App, runs: &[Uuid]) -> Result<Vec<Compared>, Problem> {
    let store = app.tracker.store()?;
    let mut places: Vec<Option<Provenance>> = Vec::new();
    for run in runs {
        places.push(
            store
                .attempts(*run)?
                .pop()
                .map(|attempt| attempt.provenance),
        );
    }
    let compared = |name: &str, value: &dyn Fn(&Provenance) -> Option<String>| {
        let text = |place: &Option<Provenance>| {
            let text = value(place.as_ref()?).filter(|text| !text.is_empty())?;
            Value::of(&text).ok()
        };
        Compared {
            name: name.to_owned(),
            values: places.iter().map(text).collect(),
        }
    };
    let mut all = vec![
        compared("host", &|place| Some(place.host.clone())),
        compared("user", &|place| Some(place.user.clone())),
        compared("commit", &|place| {
            let git = place.git.as_ref()?;
            let changed = if git.dirty { " and changes" } else { "" };
            Some(format!("{}{changed}", git.commit))
        }),
    ];
    let versions = places
        .iter()
        .flatten()
        .flat_map(|place| place.versions.keys());
    let versions: std::collections::BTreeSet<&String> = versions.collect();
    for name in versions {
        let title = format!("version.{name}");
        all.push(compared(&title, &|place| place.versions.get(name).cloned()));
    }
    all.retain(|of| of.values.iter().any(Option::is_some));
    Ok(all)
}

//! What was stored is there when the file is opened again.

#[path = "../../../tracker-core/tests/reopened/mod.rs"]
mod reopened;

use std::path::Path;

use registry_core::{Entity, Registry, registry};
use reopened::{open, run};
use tracker_core::Metric;
use tracker_sqlite as _;

fn address(path: &Path) -> String {
    format!("sqlite:{}", path.display())
}

#[test]
fn names_that_mean_more_to_sqlite_are_plain_files() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["file:runs.db?mode=memory", "runs 100%.db", "läufe.db"] {
        if cfg!(windows) && name.contains(':') {
            continue;
        }
        let path = folder.path().join(name);
        run(&path).metrics().add(Metric::new("loss", 1.0)).unwrap();
        assert!(path.is_file(), "`{name}`");
        assert_eq!(run(&path).metrics().list("loss", "").unwrap().len(), 1);
    }
}

/// A component whose default is no part of its identity.
#[derive(Debug, Entity)]
#[register(registry = Model)]
struct Mlp {
    rate: f64,
    #[register(default = 0.5, skip_default)]
    dropout: f64,
}

#[registry]
trait Model: std::fmt::Debug {
    fn settings(&self) -> (f64, f64);
}

impl Model for Mlp {
    fn settings(&self) -> (f64, f64) {
        (self.rate, self.dropout)
    }
}

#[test]
fn the_object_comes_back_from_its_record() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.db");
    let original = Mlp {
        rate: 1e-5,
        dropout: 0.5,
    };
    let tracked = |path: &Path| {
        let experiment = open(path).experiment("digits").unwrap();
        experiment.track(&original).unwrap()
    };
    tracked(&path);
    let module = tracked(&path).module("model").unwrap();
    assert_eq!(module.arguments().to_string(), r#"{"rate": 1e-05}"#);
    let exact = module.record.exact.as_ref().unwrap();
    assert_eq!(exact.to_string(), r#"{"rate": 1e-05, "dropout": 0.5}"#);
    let models = Registry::<dyn Model>::global().unwrap();
    let built = module.build(models, &()).unwrap();
    assert_eq!(built.hash(), original.hash());
    assert_eq!(built.settings(), (1e-5, 0.5));
}

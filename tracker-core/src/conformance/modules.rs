//! Modules are appended when they change.

use registry_core::{Entity, Hash};

use super::{Sample, behaviours, model, tracked};
use crate::error::{Error, Result};
use crate::tracker::Tracker;

behaviours! {
    the_model_is_a_module,
    modules_chain_and_are_listed_as_appended,
    module_record_comes_back_exactly,
    same_module_moves_its_epoch,
    changed_module_is_appended,
    modules_of_a_kind_are_listed_as_appended,
    tracking_again_moves_the_model,
    hashes_of_different_schemes_differ,
    missing_module_names_those_there_are,
    refused_module_leaves_no_trace,
}

fn adam(lr: f64) -> Sample {
    Sample::new("Adam", &format!("{{\"lr\": {lr}}}"))
}

fn the_model_is_a_module(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    let module = run.module("model")?;
    assert_eq!((module.kind.as_str(), module.epoch), ("model", 0));
    assert_eq!(Some(&module.record), model().metadata().ok().as_ref());
    assert_eq!(run.modules()?, [module]);
    Ok(())
}

fn modules_chain_and_are_listed_as_appended(tracker: &Tracker) -> Result<()> {
    let criterion = Sample::new("CrossEntropy", "{}");
    let run = tracked(tracker)?
        .with("criterion", &criterion)?
        .with("optimizer", &adam(0.1))?;
    let modules = run.modules()?;
    let kinds: Vec<&str> = modules.iter().map(|module| module.kind.as_str()).collect();
    assert_eq!(kinds, ["model", "criterion", "optimizer"]);
    assert_eq!(tracked(tracker)?.modules()?, modules);
    Ok(())
}

fn module_record_comes_back_exactly(tracker: &Tracker) -> Result<()> {
    let arguments = r#"{"b": 1e-05, "a": [NaN, -Infinity, -0.0, null], "n": 18446744073709551616,
        "text": "\"\u00e9\u0000\n", "layer": {"name": "ReLU", "arguments": {"x": {}}}}"#;
    let hash = Hash::custom("release", "v7");
    let odd = Sample::new("A \"name\"", arguments).with_hash(hash.clone());
    let run = tracked(tracker)?.with("odd", &odd)?;
    let module = run.module("odd")?;
    assert_eq!(Some(&module.record), odd.metadata().ok().as_ref());
    assert_eq!(module.arguments().to_string(), odd.arguments().to_string());
    assert_eq!((module.hash(), module.hash().scheme()), (&hash, "release"));
    Ok(())
}

fn same_module_moves_its_epoch(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?.with("optimizer", &adam(0.1))?;
    run.set_epoch(4)?;
    run.with("optimizer", &adam(0.1))?;
    assert_eq!(run.modules()?.len(), 2);
    assert_eq!(run.module("optimizer")?.epoch, 4);
    assert_eq!(run.module("model")?.epoch, 0);
    Ok(())
}

fn changed_module_is_appended(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    for (epoch, lr) in [(1, 0.1), (2, 0.2), (3, 0.1), (4, 0.1)] {
        run.set_epoch(epoch)?;
        run.with("optimizer", &adam(lr))?
            .with("second", &adam(0.1))?;
    }
    let modules = run.modules()?;
    let of_kind = |kind: &str| -> Vec<u64> {
        modules
            .iter()
            .filter(|module| module.kind == kind)
            .map(|module| module.epoch)
            .collect()
    };
    assert_eq!(
        of_kind("optimizer"),
        [1, 2, 4],
        "only the newest of its kind may move"
    );
    assert_eq!(
        of_kind("second"),
        [4],
        "each kind must be looked at by itself"
    );
    assert_eq!(run.module("optimizer")?.hash(), &adam(0.1).hash());
    Ok(())
}

fn modules_of_a_kind_are_listed_as_appended(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?
        .with("optimizer", &adam(0.2))?
        .with("criterion", &Sample::new("CrossEntropy", "{}"))?
        .with("optimizer", &adam(0.1))?;
    let optimizers: Vec<Hash> = run
        .modules_of("optimizer")?
        .iter()
        .map(|module| module.hash().clone())
        .collect();
    assert_eq!(optimizers, [adam(0.2).hash(), adam(0.1).hash()]);
    assert_eq!(run.module("optimizer")?.hash(), &adam(0.1).hash());
    assert!(run.modules_of("Optimizer")?.is_empty());
    run.clone().remove()?;
    assert!(matches!(
        run.modules_of("model"),
        Err(Error::Missing { .. })
    ));
    Ok(())
}

fn tracking_again_moves_the_model(tracker: &Tracker) -> Result<()> {
    tracked(tracker)?.set_epoch(7)?;
    let run = tracked(tracker)?;
    assert_eq!(run.modules()?.len(), 1);
    assert_eq!(run.module("model")?.epoch, 7);
    Ok(())
}

fn hashes_of_different_schemes_differ(tracker: &Tracker) -> Result<()> {
    let one = adam(0.1).with_hash(Hash::custom("one", "same"));
    let two = adam(0.1).with_hash(Hash::custom("two", "same"));
    let run = tracked(tracker)?
        .with("optimizer", &one)?
        .with("optimizer", &two)?;
    assert_eq!(run.modules()?.len(), 3);
    assert_eq!(run.module("optimizer")?.hash().scheme(), "two");
    Ok(())
}

fn missing_module_names_those_there_are(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?.with("optimizer", &adam(0.1))?;
    let Err(error) = run.module("optimiser") else {
        panic!("there is no module of the kind `optimiser`");
    };
    assert!(matches!(error, Error::Missing { .. }));
    assert!(
        error.to_string().contains("did you mean `optimizer`?"),
        "{error}"
    );
    assert!(
        error.to_string().contains("`model`, `optimizer`"),
        "{error}"
    );
    Ok(())
}

fn refused_module_leaves_no_trace(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    let unwritable = Sample::new("Adam", "no object");
    assert!(matches!(
        run.with("optimizer", &unwritable),
        Err(Error::Unwritable { .. })
    ));
    assert!(matches!(
        run.with("", &adam(0.1)),
        Err(Error::EmptyName { .. })
    ));
    assert_eq!(run.modules()?.len(), 1);
    Ok(())
}

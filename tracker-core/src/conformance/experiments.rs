//! Experiments are unique by name.

use super::{behaviours, tracked};
use crate::error::{Error, Result};
use crate::ports::{Change, ExperimentRecord};
use crate::tracker::Tracker;

behaviours! {
    experiment_is_created_once,
    experiment_that_is_there_is_not_created,
    experiment_is_found_by_its_name,
    experiments_are_listed_as_created,
    experiments_come_in_pages,
    experiment_names_are_any_text,
    experiment_without_a_name_is_refused,
    experiments_can_be_asked_for_at_once,
    renamed_experiment_keeps_its_id_and_content,
    experiment_cannot_take_the_name_of_another,
    removed_experiment_is_gone_with_all_it_held,
    cleared_experiments_are_gone,
}

fn experiment_is_created_once(tracker: &Tracker) -> Result<()> {
    let created = tracker.experiment("digits")?;
    let read = tracker.experiment("digits")?;
    assert_eq!(
        created.id(),
        read.id(),
        "the same name must give the same experiment"
    );
    assert_eq!(read.name(), "digits");
    assert_eq!(tracker.experiments().list()?.len(), 1);
    Ok(())
}

fn experiment_that_is_there_is_not_created(tracker: &Tracker) -> Result<()> {
    tracked(tracker)?;
    let experiments = tracker.experiments();
    let again = experiments.create("digits");
    assert!(matches!(again, Err(Error::Taken { .. })));
    let digits = tracker.experiment("digits")?;
    let same_id = ExperimentRecord {
        id: digits.id(),
        ..ExperimentRecord::new("mnist")
    };
    let created = tracker.link().apply(Change::CreateExperiment(same_id));
    assert!(matches!(created, Err(Error::Taken { .. })));
    assert_eq!(experiments.list()?.len(), 1);
    assert_eq!(digits.aggregates().list()?.len(), 1);
    Ok(())
}

fn experiment_is_found_by_its_name(tracker: &Tracker) -> Result<()> {
    let experiments = tracker.experiments();
    let created = experiments.create("digits")?;
    experiments.create("mnist")?;
    let found = experiments.get("digits")?.map(|found| found.id());
    assert_eq!(found, Some(created.id()));
    assert!(experiments.get("Digits")?.is_none());
    assert_eq!(experiments.list()?.len(), 2, "asking must not create");
    Ok(())
}

fn experiments_are_listed_as_created(tracker: &Tracker) -> Result<()> {
    assert!(
        tracker.experiments().list()?.is_empty(),
        "a new store must be empty"
    );
    for name in ["zebra", "ant", "mole", "ant"] {
        tracker.experiment(name)?;
    }
    let experiments = tracker.experiments().list()?;
    let names: Vec<String> = experiments.iter().map(crate::Experiment::name).collect();
    assert_eq!(names, ["zebra", "ant", "mole"]);
    assert_ne!(experiments[0].id(), experiments[1].id());
    Ok(())
}

fn experiments_come_in_pages(tracker: &Tracker) -> Result<()> {
    let experiments = tracker.experiments();
    for name in ["zebra", "ant", "mole", "bee", "cat"] {
        tracker.experiment(name)?;
    }
    let mut names = Vec::new();
    let mut page = experiments.page(None, 2)?;
    while let Some(last) = page.last() {
        assert!(page.len() <= 2, "no page is longer than it may be");
        names.extend(page.iter().map(crate::Experiment::name));
        page = experiments.page(Some(last), 2)?;
    }
    assert_eq!(names, ["zebra", "ant", "mole", "bee", "cat"]);
    Ok(())
}

fn experiment_names_are_any_text(tracker: &Tracker) -> Result<()> {
    let names = [
        " ",
        "Digits",
        "digits",
        "a/b",
        "'; DROP TABLE x; --",
        "数字 🦀",
        "nul\0nul",
    ];
    for name in names {
        // A name that no handle takes may come from another program.
        let record = ExperimentRecord::new(name);
        let created = Change::CreateExperiment(record);
        tracker.link().apply_direct(&[created])?;
    }
    let listed = tracker.experiments().list()?;
    assert!(
        listed.iter().map(crate::Experiment::name).eq(names),
        "names must come back as given"
    );
    Ok(())
}

fn experiment_without_a_name_is_refused(tracker: &Tracker) -> Result<()> {
    assert!(matches!(
        tracker.experiment(""),
        Err(Error::EmptyName { .. })
    ));
    assert!(matches!(
        tracker.experiment("digits")?.rename(""),
        Err(Error::EmptyName { .. })
    ));
    assert_eq!(tracker.experiments().list()?.len(), 1);
    Ok(())
}

fn experiments_can_be_asked_for_at_once(tracker: &Tracker) -> Result<()> {
    let ids: Vec<_> = std::thread::scope(|scope| {
        let asks: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| tracker.experiment("digits")))
            .collect();
        asks.into_iter()
            .filter_map(|ask| ask.join().ok())
            .collect::<Result<Vec<_>>>()
    })?
    .iter()
    .map(crate::Experiment::id)
    .collect();
    assert_eq!(ids.len(), 8, "no thread may fail");
    assert!(
        ids.iter().all(|id| *id == ids[0]),
        "all threads must get the same experiment"
    );
    Ok(())
}

fn renamed_experiment_keeps_its_id_and_content(tracker: &Tracker) -> Result<()> {
    tracked(tracker)?;
    let experiment = tracker.experiment("digits")?;
    experiment.rename("mnist")?;
    assert_eq!(experiment.name(), "mnist");
    let read = tracker.experiment("mnist")?;
    assert_eq!(read.id(), experiment.id());
    assert_eq!(read.aggregates().list()?.len(), 1);
    assert_ne!(tracker.experiment("digits")?.id(), experiment.id());
    Ok(())
}

fn experiment_cannot_take_the_name_of_another(tracker: &Tracker) -> Result<()> {
    tracker.experiment("mnist")?;
    let experiment = tracker.experiment("digits")?;
    assert!(matches!(
        experiment.rename("mnist"),
        Err(Error::Taken { .. })
    ));
    assert_eq!(experiment.name(), "digits");
    experiment.rename("digits")?;
    let missing = tracker.experiment("gone")?;
    missing.clone().remove()?;
    assert!(matches!(
        missing.clone().rename("other"),
        Err(Error::Missing { .. })
    ));
    Ok(())
}

fn removed_experiment_is_gone_with_all_it_held(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    let experiment = tracker.experiment("digits")?;
    experiment.clone().remove()?;
    experiment.clone().remove()?;
    assert!(tracker.experiments().list()?.is_empty());
    assert!(experiment.aggregates().list()?.is_empty());
    assert!(matches!(run.modules(), Err(Error::Missing { .. })));
    assert!(matches!(
        experiment.track(&super::model()),
        Err(Error::Missing { .. })
    ));
    let anew = tracker.experiment("digits")?;
    assert_ne!(anew.id(), experiment.id());
    assert!(anew.aggregates().list()?.is_empty());
    Ok(())
}

fn cleared_experiments_are_gone(tracker: &Tracker) -> Result<()> {
    let run = tracked(tracker)?;
    tracker.experiment("mnist")?;
    let experiments = tracker.experiments();
    experiments.clear()?;
    experiments.clear()?;
    assert!(experiments.list()?.is_empty());
    assert!(matches!(run.set_epoch(1), Err(Error::Missing { .. })));
    assert_eq!(tracked(tracker)?.modules()?.len(), 1);
    Ok(())
}
